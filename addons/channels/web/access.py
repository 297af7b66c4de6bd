"""Who asks: from which site, and in which conversation.

Pages of this server carry the conversation in an HttpOnly cookie. A page of another site, if it is among the configured ones, carries
it in a header: a token that holds for this one site.
"""
from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Dict, FrozenSet, Optional
from urllib.parse import urlsplit

from rasa.shared.exceptions import RasaException
from sanic.request import Request
from sanic.response import HTTPResponse

from addons.channels.signing import TOKEN_SECONDS, Signer

SITES_VARIABLE = "REPWISE_SITES"
COOKIE = "repwise"
OWN = ""
"""The site of pages that this server serves itself."""

_ALLOWED = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Max-Age": "600"}


class Denied(Exception):
    """A request that is not carried out: HTTP status, and the key of a sentence in knowledge/wording.yml, channel."""

    def __init__(self, status: int, reason: str, retry_after: float = 0.0) -> None:
        self.status, self.reason, self.retry_after = status, reason, retry_after
        super().__init__(reason)


@dataclass(frozen=True)
class Caller:
    """``site`` is the origin of another site's page or OWN, ``conversation`` None where no valid token came, ``address`` an IP."""

    site: str
    conversation: Optional[str]
    address: str

    def named(self) -> str:
        """Returns the conversation. Raises Denied where there is none."""
        if self.conversation is None:
            raise Denied(401, "no_conversation")
        return self.conversation


def configured_sites() -> FrozenSet[str]:
    """Returns the origins named in REPWISE_SITES, exact ones parted by commas.

    Raises:
        RasaException: one is no origin, such as one with a path or a star.
    """
    sites = [item.strip().rstrip("/") for item in os.environ.get(SITES_VARIABLE, "").split(",") if item.strip()]
    for site in sites:
        parts = urlsplit(site)
        if parts.scheme not in ("http", "https") or "*" in site or f"{parts.scheme}://{parts.netloc}" != site:
            raise RasaException(f"{SITES_VARIABLE} names {site!r}; it must be an origin such as https://www.example.com")
    return frozenset(site.lower() for site in sites)


class Access:
    """Reads and writes cookies, tokens and the headers by which a browser lets another site read an answer."""

    def __init__(self, signer: Signer, sites: FrozenSet[str]) -> None:
        self._signer, self._sites = signer, sites

    def caller(self, request: Request) -> Caller:
        """Returns who asks. Raises Denied (403) for a page of a site that is not configured."""
        address = request.remote_addr or request.ip
        if self._foreign(request):
            site = request.headers["origin"].lower()
            if site not in self._sites:
                raise Denied(403, "other_site")
            return Caller(site, self._signer.conversation(request.token, site), address)
        return Caller(OWN, self._signer.conversation(request.cookies.get(COOKIE)), address)

    def token(self, caller: Caller, conversation: str) -> Optional[str]:
        """Returns the token that a page of another site keeps, None for our own pages: scripts never see their cookie."""
        return None if caller.site == OWN else self._signer.conversation_token(conversation, caller.site)

    def set_cookie(self, request: Request, reply: HTTPResponse, conversation: Optional[str]) -> None:
        """Gives our own page its conversation, or takes it away with None."""
        reply.cookies[COOKIE] = self._signer.conversation_token(conversation) if conversation else ""
        reply.cookies[COOKIE].update({"httponly": True, "samesite": "Lax", "path": "/chat", "max-age": TOKEN_SECONDS if conversation else 0})
        if request.scheme == "https" or request.headers.get("origin", "").startswith("https:"):
            reply.cookies[COOKIE]["secure"] = True

    def cors(self, request: Request) -> Dict[str, str]:
        """Returns the headers that let a configured site read an answer; none for anybody else."""
        origin = request.headers.get("origin", "")
        if not self._foreign(request) or origin.lower() not in self._sites:
            return {}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin", **(_ALLOWED if request.method == "OPTIONS" else {})}

    @staticmethod
    def _foreign(request: Request) -> bool:
        """Tells whether a page of another site asks; browsers send Origin with all that such a page may read, and with every POST."""
        origin = request.headers.get("origin")
        if origin is None:
            return False
        try:
            return urlsplit(origin).netloc != request.headers.get("host")
        except ValueError:  # no address at all, so none of ours
            return True


def mark_of(conversation: str) -> str:
    """Returns a short name of a conversation that tells it from others and does not open it."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:16]
