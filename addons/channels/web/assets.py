"""The built widget, read once and served from memory: any page may load it."""
from __future__ import annotations

import gzip
import hashlib
import logging
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Dict

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)
BUILT = Path(__file__).resolve().parents[3] / "widget" / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_CHECKED = "public, max-age=0, must-revalidate"
"""For files that keep their name when they change."""


@dataclass(frozen=True)
class Asset:
    kind: str
    body: bytes
    packed: bytes
    etag: str
    caching: str


def read_assets(folder: Path = BUILT) -> Dict[str, Asset]:
    """Returns the built files by name; a log line says so where nothing was built."""
    found: Dict[str, Asset] = {}
    for path in sorted(folder.glob("*")):
        body = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[path.name] = Asset(kind, body, gzip.compress(body, 9, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:16]}"',
                                 _FOREVER if path.stem.startswith("chat-") else _CHECKED)
    if not found:
        log.error("The widget is not built: there is nothing in %s. `make widget` builds it.", folder)
    return found


def served(asset: Asset, request: Request) -> HTTPResponse:
    """Returns a file, packed where the browser takes it, or 304 where it has it already."""
    headers = {"ETag": asset.etag, "Cache-Control": asset.caching, "Vary": "Accept-Encoding",
               "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    if request.headers.get("if-none-match") == asset.etag:
        return response.raw(b"", status=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return response.raw(asset.packed, content_type=asset.kind, headers={**headers, "Content-Encoding": "gzip"})
    return response.raw(asset.body, content_type=asset.kind, headers=headers)
