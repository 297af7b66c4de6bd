"""The foot diagram of an exercise: a tile for each stance, all seen as the exercise's surface is seen."""
from __future__ import annotations

from typing import Any, List, NamedTuple, Sequence, Tuple

from knowledge.pictures import FootDiagram, alt_of, stances_shown
from knowledge.schema import FeetPlace, Shown, StanceUse, Surface, Usual
from pictures import svg

MARGIN, GAP = 12.0, 12.0
TITLE, TILE = 19.0, 88.0
"""Heights of a tile's name and of the tile under it."""

FOOT = 37.0
"""The length of a foot."""

SHOULDERS = 42.0
"""The distance of the middles of the feet at shoulder width; everything is a sketch and not to scale."""

USUAL = {Usual.shoulder: 1.0, Usual.hip: 0.72, Usual.one: 0.72}
REACH = (TILE - FOOT) / 2 - 3
"""How far from the middle of a platform the feet can move."""

NOTE = 10.5
STRIDE, FORWARD = 18.0, 2.0
"""How far one foot is before and the other behind the middle of both, and that before the middle of the tile."""

EDGE_OF_STEP = 2.0
SMALL, LINE = 11.5, 15.5

SOLE = "M-4-50C-13-50-18-42-18-30C-18-18-12-8-11 4C-10.6 8-10.8 11-11 14L13 14C14 6 20-8 19-24C18-40 8-50-4-50Z"
HEEL = "M-11.5 21L12.5 21C14 31 13.5 50 0.5 50C-12.5 50-13 31-11.5 21Z"
"""The print of a right shoe, 100 long, toes up."""

CORNER = 10.0

Stance = Tuple[StanceUse, FeetPlace]


class Foot(NamedTuple):
    """Where a foot stands, from the middle of its tile; ``turn`` is in degrees, clockwise."""

    x: float
    y: float
    turn: float
    left: bool = False
    heel_up: bool = False


def draw(picture: FootDiagram, know: Any) -> str:
    """Returns the SVG of a foot diagram."""
    exercise = know.exercises[picture.exercise]
    surface, usual = exercise.stances.surface, exercise.stances.usual
    shown = stances_shown(exercise, know)
    rows = _rows(shown)
    width = (svg.WIDTH - 2 * MARGIN - 2 * GAP) / 3
    parts = []
    y = MARGIN
    for row in rows:
        x = (svg.WIDTH - len(row) * width - (len(row) - 1) * GAP) / 2
        for use, place in row:
            look = _look(use, picture)
            parts.append(_title(x + width / 2, y + 13, know.name_of(use.stance), look))
            parts.append(_tile(x, y + TITLE, width, surface, _feet(place, surface, usual), look))
            if use.picture is Shown.not_advised:
                parts.append(_crossed(x, y + TITLE, width, know.wording["pictures"]["feet"]["not_advised"]))
            x += width + GAP
        y += TITLE + TILE + GAP
    notes = _notes(shown, surface, know.wording["pictures"]["feet"])
    for n, line in enumerate(notes):
        parts.append(svg.text(svg.WIDTH / 2, y + 10 + n * LINE, line, SMALL, "middle", "soft"))
    return svg.document(y + 10 + len(notes) * LINE, alt_of(picture, know), "".join(parts))


def _rows(shown: Sequence[Stance]) -> List[Sequence[Stance]]:
    """Returns the stances in rows of up to three, four as two and two."""
    most = 2 if len(shown) == 4 else 3
    return [shown[first:first + most] for first in range(0, len(shown), most)]


def _look(use: StanceUse, picture: FootDiagram) -> str:
    if use.stance == picture.stance:
        return "chosen"
    return "faint" if picture.stance is not None or use.picture is Shown.not_advised else "foot"


def _feet(place: FeetPlace, surface: Surface, usual: Usual) -> List[Foot]:
    half = (USUAL[usual] if place.apart is None else place.apart) * SHOULDERS / 2
    if surface is Surface.staggered and place.apart is not None:
        half *= USUAL[usual]  # with one foot behind, wide is a little wider than usual
    y = -place.up * REACH
    up = place.heels_raised
    if surface in (Surface.staggered, Surface.box):
        return [Foot(half, -FORWARD - STRIDE, place.turn, heel_up=up), Foot(-half, STRIDE - FORWARD, 0, True, surface is Surface.staggered)]
    up = up or surface is Surface.step
    right = Foot(half, y, place.turn, heel_up=up)
    return [right] if place.single or usual is Usual.one else [Foot(-half, y, -place.turn, True, up), right]


def _title(x: float, y: float, name: str, look: str) -> str:
    return svg.text(x, y, name[:1].upper() + name[1:], 12.5, "middle", "soft" if look == "faint" else "ink", look == "chosen")


def _tile(x: float, y: float, width: float, surface: Surface, feet: Sequence[Foot], look: str) -> str:
    middle = x + width / 2
    parts = [svg.rect("ground", x, y, width, TILE, CORNER)]
    if surface in (Surface.platform, Surface.overhead):
        parts.append(svg.rect("edge-line", x, y, width, TILE, CORNER, 1.5))
    if surface is Surface.step:
        parts += _box(x, y, width, TILE / 2 + EDGE_OF_STEP)
    if surface is Surface.box:
        parts += _box(middle - width * 0.36, y + 3, width * 0.72, TILE / 2 - 3)
    for side in (-1, 1):
        line = f"M{svg.number(middle + side * SHOULDERS / 2)} {svg.number(y + 5)}v{svg.number(TILE - 10)}"
        parts.append(f'<path class="edge-line" fill="none" stroke-dasharray="3 3" d="{line}"/>')
    parts += [_foot(foot, middle, y + TILE / 2, look) for foot in feet]
    if look == "chosen":
        parts.append(svg.rect("chosen-line", x, y, width, TILE, CORNER, 2.5))
    return "".join(parts)


def _box(x: float, y: float, width: float, height: float) -> List[str]:
    return [svg.rect("raised", x, y, width, height, CORNER), svg.rect("edge-line", x, y, width, height, CORNER, 1.5)]


def _foot(foot: Foot, middle: float, centre: float, look: str) -> str:
    size = FOOT / 100
    place = (f"translate({svg.number(middle + foot.x)} {svg.number(centre + foot.y)}) rotate({foot.turn:g}) "
             f"scale({-size if foot.left else size:g} {size:g})")
    heel = f'class="{look}-line" fill="none" stroke-width="6"' if foot.heel_up else f'class="{look}"'
    return f'<g transform="{place}"><path class="{look}" d="{SOLE}"/><path {heel} d="{HEEL}"/></g>'


def _crossed(x: float, y: float, width: float, words: str) -> str:
    """Returns the mark of a stance that is not advised: a cross in the corner, and the words over the lower edge."""
    middle, half = x + width / 2, svg.width_of(words, NOTE, bold=True) / 2 + 7
    cross = f"M{svg.number(x + 9)} {svg.number(y + 9)}l10 10m0-10l-10 10"
    return (f'<path class="warn-line" fill="none" stroke-width="2.5" stroke-linecap="round" d="{cross}"/>'
            + svg.rect("card", middle - half, y + TILE - 8, 2 * half, 16, 8) + svg.rect("warn-line", middle - half, y + TILE - 8, 2 * half, 16, 8, 1)
            + svg.text(middle, y + TILE + 3.8, words, NOTE, "middle", "warn", True))


def _notes(shown: Sequence[Stance], surface: Surface, words: Any) -> List[str]:
    """Returns the lines under the tiles."""
    notes = [words["dashed"]]
    if surface in (Surface.step, Surface.staggered) or any(place.heels_raised for _, place in shown):
        notes.append(words["hollow"])
    texts = [words["surfaces"][surface.value], "; ".join(notes)]
    return [line for text in texts for line in svg.wrapped(text[:1].upper() + text[1:] + ".", SMALL, svg.WIDTH - 2 * MARGIN)]
