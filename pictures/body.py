"""The outline of the body with its parts, front and back, from the waist down."""
from __future__ import annotations

import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Sequence, Tuple

import numpy as np
import resvg_py
from PIL import Image
from scipy.ndimage import distance_transform_edt

OUTLINES = Path(__file__).resolve().parents[1] / "build" / "body.json"
"""Written by tools/widget.py."""

SIDES = ("front", "back")
AXES = {"front": 362.0, "back": 1086.0}
"""The x of the middle of the body."""
TOP, BOTTOM, HALF_WIDTH = 425.0, 1352.0, 132.0
_FADE = 95.0
_GAP = 4.0
"""Between a path of our own and its neighbours, as it is between the parts of the outline."""

_LEFT_OUT = ("biceps", "triceps", "forearm", "hands", "head", "hair", "neck", "deltoids")
_IN_THE_MIDDLE = 2.0
_ARMS_AWAY = ((-117, TOP), (117, TOP), (117, 470), (125, 530), (132, 640), (132, BOTTOM), (-132, BOTTOM), (-132, 640), (-125, 530), (-117, 470))
"""A line around trunk and legs, beside which the arms hang."""


class UnknownPart(Exception):
    """A place in knowledge/drawing.yml names a part that the outline does not have."""


@dataclass(frozen=True)
class Spot:
    """The middle of the thickest part of a shape's middle third, and its area, both in units of the outline."""

    x: float
    y: float
    area: float


@functools.lru_cache(maxsize=1)
def outlines() -> Dict[str, Dict[str, object]]:
    """Returns {"front" or "back": {"outline": path, "parts": {name: paths on the right of the picture}}}.

    Raises:
        OSError: the file is missing; `make pictures` writes it.
    """
    return dict(json.loads(OUTLINES.read_text(encoding="utf-8")))


def _parts(side: str) -> Dict[str, str]:
    """Returns the paths of a side by name and number, such as "quadriceps 0"."""
    parts: Mapping[str, Sequence[str]] = outlines()[side]["parts"]  # type: ignore[assignment]
    return {f"{name} {number}": path for name, paths in parts.items() if name not in _LEFT_OUT for number, path in enumerate(paths)}


def path_of(side: str, place: str) -> str:
    """Returns the SVG path of a place: the part it names, or itself where it is a path.

    Raises:
        UnknownPart: the outline has no such part.
    """
    if place.startswith("M"):
        return place
    parts = _parts(side)
    if place not in parts:
        raise UnknownPart(f'knowledge/drawing.yml: the {side} of the body has no part "{place}"; it has {", ".join(sorted(parts))}')
    return parts[place]


@functools.lru_cache(maxsize=256)
def spot_of(side: str, place: str) -> Spot:
    """Returns where a label points to in a place, on the right of the picture."""
    left = AXES[side] - _IN_THE_MIDDLE
    width, height = HALF_WIDTH + _IN_THE_MIDDLE, BOTTOM - TOP
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {TOP} {width} {height}"><path d="{path_of(side, place)}"/></svg>')
    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=round(width), skip_system_fonts=True))))
    filled = np.pad(np.asarray(drawn)[..., 3] > 127, 1)
    depth = distance_transform_edt(filled)
    rows = np.flatnonzero(filled.any(axis=1))
    trim = len(rows) // 3  # the middle third: a label at an end seems to mean what is next to it
    depth[:rows[0] + trim] = depth[rows[-1] - trim + 1:] = 0
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return Spot(left + float(column) - 1, TOP + float(row) - 1, float(filled.sum()))


def figure(side: str, looks: Mapping[str, Sequence[str]]) -> str:
    """Returns the body from one side, in units of the outline.

    Args:
        side: "front" or "back".
        looks: the places to shade, by the name of their look (a class of :mod:`pictures.svg`).
    """
    shaded = {place: look for look, places in looks.items() for place in places}
    half = "".join(f'<path class="{shaded.get(name, "muscle")}" d="{path}"/>' for name, path in _parts(side).items())
    half += "".join(f'<path class="{look} skin-line" stroke-width="{_GAP:g}" d="{path_of(side, place)}"/>'
                    for place, look in shaded.items() if place not in _parts(side))
    mirror = f'<use href="#{side}" transform="matrix(-1 0 0 1 {2 * AXES[side]:g} 0)"/>'
    edge = " ".join(f"{AXES[side] + x:g},{y:g}" for x, y in _ARMS_AWAY)
    return (f'<defs><linearGradient id="fade-{side}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="{TOP:g}" y2="{TOP + _FADE:g}">'
            f'<stop offset="0" stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient>'
            f'<mask id="shown-{side}" maskUnits="userSpaceOnUse" x="{AXES[side] - HALF_WIDTH:g}" y="{TOP:g}" width="{2 * HALF_WIDTH:g}" '
            f'height="{BOTTOM - TOP:g}"><polygon fill="url(#fade-{side})" points="{edge}"/></mask></defs>'
            f'<g mask="url(#shown-{side})"><path class="skin" d="{outlines()[side]["outline"]}"/><g id="{side}">{half}</g>{mirror}</g>')


def thickest(side: str, places: Sequence[str]) -> Tuple[Spot, float]:
    """Returns the spot of the largest of some places, and the area of all."""
    spots = [spot_of(side, place) for place in places]
    return max(spots, key=lambda spot: spot.area), sum(spot.area for spot in spots)
