"""Where the pictures of answers lie, and where the web page serves them."""
from __future__ import annotations

from pathlib import Path

from addons.channels.content import Picture

FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "pictures"


def png(picture: Picture) -> Path:
    """Returns the file for channels that show no SVG."""
    return FOLDER / f"{picture.name}.png"


def address(public_url: str, picture: Picture) -> str:
    """Returns where everybody can load that file from, for a server that is reached at ``public_url``."""
    return f"{public_url.rstrip('/')}/chat/pictures/{picture.name}.png"
