"""What all pictures share: size, colours, text, and the way from SVG to PNG."""
from __future__ import annotations

import functools
import io
import math
from pathlib import Path
from typing import Any, List
from xml.sax.saxutils import escape

import matplotlib
import resvg_py
from PIL import Image, ImageFont

WIDTH = 360
"""Of every picture, in its own units; on a phone one is a little less than a pixel."""
PNG_SCALE = 2
PNG_COLOURS = 96
FAMILY = "DejaVu Sans"
FONTS = [Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
"""Regular and bold, for the text of the PNGs: a machine may have no fonts at all. They are wide: what fits in them fits in a reader's own
font too."""

COLOURS = {
    "card": ("#ffffff", "#1b2025"), "ink": ("#14181c", "#eef1ec"), "soft": ("#565f68", "#aab3ba"), "warn": ("#c0271d", "#ff8a80"),
    "skin": ("#e9ebee", "#343b42"), "muscle": ("#c9ced6", "#505962"), "primary": ("#cf2e24", "#ff5a4d"), "secondary": ("#f4a59c", "#b06a64"),
    "ground": ("#f0f2ed", "#2a3138"), "raised": ("#e0e4dd", "#3a434b"), "edge": ("#b4bbb6", "#5d666f"),
    "foot": ("#3d4650", "#d5dbe0"), "faint": ("#b9c0c6", "#69737c"), "chosen": ("#1a5fd0", "#7fb4ff"),
}
"""Of each look the colour on light and on dark ground. Class NAME fills with it, class NAME-line draws its line with it."""


def _style() -> str:
    light, dark = ("".join(f".{look}{{fill:{both[ground]}}}.{look}-line{{stroke:{both[ground]}}}" for look, both in COLOURS.items())
                   for ground in (0, 1))
    return (f"text{{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'{FAMILY}',sans-serif}}{light}"
            f"@media (prefers-color-scheme:dark){{{dark}}}")


def number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def document(height: float, title: str, body: str) -> str:
    """Returns a whole picture with its title for screen readers; its size in whole units."""
    tall = math.ceil(height)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}" height="{tall}" role="img">'
            f'<title>{escape(title)}</title><style>{_style()}</style>{rect("card", 0, 0, WIDTH, tall, 12)}{body}</svg>')


def rect(look: str, x: float, y: float, width: float, height: float, corner: float, line: float = 0) -> str:
    """Returns a rectangle: filled, or with a ``line`` of that width drawn around nothing."""
    drawn = f' fill="none" stroke-width="{number(line)}"' if line else ""
    return (f'<rect class="{look}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
            f'rx="{number(corner)}"{drawn}/>')


def text(x: float, y: float, content: str, size: float = 13, anchor: str = "start", look: str = "ink", bold: bool = False) -> str:
    marks = "".join([f' class="{look}"', ' font-weight="700"' if bold else "", f' text-anchor="{anchor}"' if anchor != "start" else ""])
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{marks}>{escape(content)}</text>'


@functools.lru_cache(maxsize=2)
def _ruler(bold: bool) -> Any:
    return ImageFont.truetype(str(FONTS[bold]), 100)


def width_of(content: str, size: float, bold: bool = False) -> float:
    """Returns how wide a text of a size is in units."""
    return float(_ruler(bold).getlength(content)) * size / 100


def wrapped(content: str, size: float, room: float, bold: bool = False) -> List[str]:
    """Returns the lines of a text that is at most ``room`` wide; a longer word stays whole."""
    lines: List[str] = []
    for word in content.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def png_of(svg: str) -> bytes:
    """Returns a picture for channels that show no SVG, always in the light colours.

    Raises:
        OSError: a font is missing, so that labels would be empty.
    """
    for font in FONTS:
        if not font.is_file():
            raise OSError(f"a font of the pictures is missing: {font}")
    drawn = resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH * PNG_SCALE, font_files=list(map(str, FONTS)), skip_system_fonts=True,
                                  font_family=FAMILY, sans_serif_family=FAMILY, background="#ffffff")
    image = Image.open(io.BytesIO(bytes(drawn))).convert("RGB").quantize(PNG_COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()

