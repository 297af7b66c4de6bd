"""Where `make pictures` puts the pictures of answers, and where the web page serves them."""
from __future__ import annotations

import functools
import logging
import re
from pathlib import Path
from typing import Optional, Tuple

from addons.channels.content import Picture

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / "build" / "pictures"
_SIZE = re.compile(r'<svg [^>]*\bwidth="(\d+)" height="(\d+)"')


def png(picture: Picture) -> Path:
    """Returns the file for channels that show no SVG."""
    return FOLDER / f"{picture.name}.png"


def address(public_url: str, picture: Picture) -> str:
    """Returns where everybody can load that file from, for a server that is reached at ``public_url``."""
    return f"{public_url.rstrip('/')}/chat/pictures/{picture.name}.png"


@functools.lru_cache(maxsize=1024)
def size_of(name: str) -> Optional[Tuple[int, int]]:
    """Returns width and height of a picture, so that a page can keep room for it; None and a line in the log where it can't be shown."""
    try:
        found = _SIZE.match((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    except OSError:
        log.exception("The picture %s is missing; `make pictures` draws it", name)
        return None
    return (int(found[1]), int(found[2])) if found else None
