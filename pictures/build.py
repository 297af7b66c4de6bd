"""Draws every picture into build/pictures: `make pictures`. A picture that has not changed is left as it is."""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict

import knowledge
from knowledge.pictures import MuscleMap, pictures
from pictures import foot_diagram, muscle_map, svg
from pictures.body import UnknownPart

FOLDER = Path(__file__).resolve().parents[1] / "build" / "pictures"
MOST_BYTES = 60_000
"""Of a file, so that it loads at once on a phone."""


class TooLarge(Exception):
    """A picture would take too long to load."""


def drawings(know: Any) -> Dict[str, str]:
    """Returns the SVG of every picture by its name.

    Raises:
        UnknownPart: a place in knowledge/drawing.yml is none.
    """
    return {picture.name: muscle_map.draw(picture, know) if isinstance(picture, MuscleMap) else foot_diagram.draw(picture, know)
            for picture in pictures(know)}


def write(drawn: Dict[str, str], folder: Path) -> int:
    """Writes each drawing as SVG and PNG, removes those of former times and returns how many have changed.

    Raises:
        TooLarge: a file would have more than ``MOST_BYTES``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = 0
    for name, drawing in drawn.items():
        vector, raster = folder / f"{name}.svg", folder / f"{name}.png"
        if raster.exists() and vector.exists() and vector.read_text(encoding="utf-8") == drawing:
            continue
        image = svg.png_of(drawing)
        for path, content in ((raster, image), (vector, drawing.encode("utf-8"))):
            if len(content) > MOST_BYTES:
                raise TooLarge(f"{path.name} has {len(content)} bytes, at most {MOST_BYTES} are allowed")
            path.write_bytes(content)
        changed += 1
    for path in folder.iterdir():
        if path.stem not in drawn:
            path.unlink()
    return changed


def main() -> int:
    """Returns 0 if all pictures are there, 1 with a message if not."""
    try:
        drawn = drawings(knowledge.load())
        changed = write(drawn, FOLDER)
    except (knowledge.KnowledgeError, UnknownPart, TooLarge, OSError) as error:
        print(f"The pictures could not be drawn: {error}", file=sys.stderr)
        return 1
    print(f"Pictures: {len(drawn)}, of which {changed} changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
