"""The muscle map of an exercise: the body front and back, what works most and what also works shaded and named."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence

from knowledge.pictures import PRIMARY, SECONDARY, MuscleMap, alt_of, places_of, shades
from knowledge.schema import MusclePlace
from pictures import body, svg

SCALE = 0.333
HEADING = 26.0
MIDDLES = {"front": 135.0, "back": 225.0}
HEIGHT = HEADING + (body.BOTTOM - body.TOP) * SCALE + 40
SIZE, LINE, GAP = 13.0, 15.0, 6.0
MARGIN, COLUMN = 7.0, 92.0
"""Labels stand in a column on either side, so wide with its margin."""


@dataclass(frozen=True)
class Label:
    """The name of a muscle in lines, and the point of the picture that it belongs to."""

    lines: Sequence[str]
    side: str
    x: float
    y: float
    strong: bool

    @property
    def height(self) -> float:
        return LINE * len(self.lines)


def draw(picture: MuscleMap, know: Any) -> str:
    """Returns the SVG of a muscle map.

    Raises:
        pictures.body.UnknownPart: a place in knowledge/drawing.yml is none.
    """
    exercise = know.exercises[picture.exercise]
    shaded = shades(exercise, know)
    words = know.wording["pictures"]["muscles"]
    labels = [label for role, uses in ((PRIMARY, exercise.muscles.primary), (SECONDARY, exercise.muscles.secondary))
              for label in _labels([use.muscle for use in uses], role, shaded, know)]
    parts = []
    for side in body.SIDES:
        looks = {look: [place for item in know.drawing.muscles if shaded.get(item.muscle) == look for place in getattr(item, side)]
                 for look in (PRIMARY, SECONDARY)}
        shift = f"translate({svg.number(MIDDLES[side] - body.AXES[side] * SCALE)} {svg.number(HEADING - body.TOP * SCALE)}) scale({SCALE})"
        parts.append(f'<g transform="{shift}">{body.figure(side, looks)}</g>')
        parts.append(svg.text(MIDDLES[side], 19, words[side], 12, "middle", "soft"))
        parts += _shown([label for label in labels if label.side == side])
    return svg.document(HEIGHT, alt_of(picture, know), "".join([*parts, _legend(words, SECONDARY in shaded.values())]))


def _labels(muscles: Sequence[str], role: str, shaded: Dict[str, str], know: Any) -> List[Label]:
    """Returns the labels of the muscles of a role; a part whose group is among them goes without."""
    return [_label(muscle, role, shaded, know) for muscle in muscles if know.muscles[muscle].part_of not in muscles]


def _label(muscle: str, role: str, shaded: Dict[str, str], know: Any) -> Label:
    """Returns the label of a muscle on the side where more of it is seen."""
    places = places_of(muscle, know)
    alike = [place for place in places if shaded[place.muscle] == role] or places
    seen = {side: [item for place in alike for item in getattr(place, side)] for side in body.SIDES}
    spots = {side: body.thickest(side, items) for side, items in seen.items() if items}
    side = max(spots, key=lambda name: spots[name][1])
    spot = spots[side][0]
    away = (spot.x - body.AXES[side]) * SCALE * (-1 if side == "front" else 1)
    strong = role == PRIMARY
    lines = svg.wrapped(_name(muscle, places, know), SIZE, COLUMN - MARGIN - 4, strong)
    return Label(lines, side, MIDDLES[side] + away, HEADING + (spot.y - body.TOP) * SCALE, strong)


def _name(muscle: str, places: Sequence[MusclePlace], know: Any) -> str:
    """Returns the name of a muscle, with a word where it lies beneath the one that is shown."""
    if know.muscles[muscle].region is not None and places[0].muscle != muscle:
        return str(know.wording["pictures"]["muscles"]["beneath"].format(name=know.name_of(muscle)))
    return next((place.label for place in places if place.muscle == muscle and place.label), None) or str(know.name_of(muscle))


def _shown(labels: Sequence[Label]) -> List[str]:
    """Returns the labels of one side in their column, none over another, each with a line to its muscle."""
    parts = []
    labels = sorted(labels, key=lambda label: label.y)
    for label, top in zip(labels, _tops(labels), strict=True):
        left = label.side == "front"
        edge = COLUMN if left else svg.WIDTH - COLUMN
        x, anchor = (edge - 4, "end") if left else (edge + 4, "start")
        middle = top + label.height / 2
        to_x, to_y = svg.number(label.x), svg.number(label.y)
        parts.append(f'<path class="soft-line" fill="none" d="M{svg.number(edge)} {svg.number(middle)}L{to_x} {to_y}"/>'
                     f'<circle class="ink card-line" cx="{to_x}" cy="{to_y}" r="2.2"/>')
        parts += [svg.text(x, top + LINE * (n + 0.78), line, SIZE, anchor, bold=label.strong) for n, line in enumerate(label.lines)]
    return parts


def _tops(labels: Sequence[Label]) -> List[float]:
    """Returns where labels begin, sorted from above: beside their muscles as far as there is room."""
    lowest = HEIGHT - 34
    tops: List[float] = []
    for label in labels:
        wish = label.y - label.height / 2
        tops.append(max(wish, tops[-1] + labels[len(tops) - 1].height + GAP if tops else HEADING - 18))
    for n in range(len(tops) - 1, -1, -1):
        tops[n] = min(tops[n], lowest - labels[n].height)
        lowest = tops[n] - GAP
    return tops


def _legend(words: Dict[str, str], both: bool) -> str:
    """Returns what the shades mean, in one row in the middle."""
    items = [(look, words[look]) for look in ((PRIMARY, SECONDARY) if both else (PRIMARY,))]
    widths = [18 + svg.width_of(name, SIZE, bold=look == PRIMARY) for look, name in items]
    x = (svg.WIDTH - sum(widths) - 22 * (len(items) - 1)) / 2
    parts = []
    for (look, name), width in zip(items, widths, strict=True):
        parts.append(svg.rect(look, x, HEIGHT - 23, 13, 13, 3) + svg.text(x + 18, HEIGHT - 12, name, SIZE, bold=look == PRIMARY))
        x += width + 22
    return "".join(parts)
