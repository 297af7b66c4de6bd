"""Signs conversation ids and button payloads, so that a browser can neither name another talk nor invent a click."""
from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import Optional

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

SECRET_VARIABLE = "REPWISE_SECRET"  # noqa: S105 - the name of the variable, not a secret
SECRET_FILE = Path(".repwise") / "secret"
ID_BYTES = 24
TOKEN_SECONDS = 180 * 24 * 3600
"""How long a conversation can be taken up again."""


def server_secret(file: Path = SECRET_FILE) -> str:
    """Returns the key from REPWISE_SECRET, else from a file that is made at the first start, readable by its owner only."""
    from_environment = os.environ.get(SECRET_VARIABLE)
    if from_environment:
        return from_environment
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return file.read_text()


class Signer:
    """Makes and checks the tokens of one channel."""

    def __init__(self, secret: str, channel: str) -> None:
        self._secret, self._channel = secret, channel

    def new_conversation(self) -> str:
        """Returns a fresh conversation id of 192 random bits, with the channel before it."""
        return f"{self._channel}:{secrets.token_urlsafe(ID_BYTES)}"

    def conversation_token(self, conversation: str, site: str = "") -> str:
        """Returns a token that names a conversation, on pages of one site only ("" for our own)."""
        return str(self._conversations(site).dumps(conversation))

    def conversation(self, token: Optional[str], site: str = "") -> Optional[str]:
        """Returns the conversation id of a token; None if it is missing, too old, of another site, or was not made here."""
        if not token:
            return None
        try:
            found, signed = self._conversations(site).loads(token, return_timestamp=True)
        except BadSignature:
            return None
        if time.time() - signed.timestamp() > TOKEN_SECONDS:  # "max_age" would refuse those from before the clock was set back, too
            return None
        return found if isinstance(found, str) and found.startswith(self._channel + ":") else None

    def _conversations(self, site: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"conversation {site}")

    def button_token(self, conversation: str, payload: str, title: str) -> str:
        return str(URLSafeSerializer(self._secret, salt="button " + conversation).dumps([payload, title]))

    def button(self, conversation: str, token: str) -> Optional[list]:
        """Returns [payload, title] of a button that this conversation was shown, None for any other."""
        try:
            found = URLSafeSerializer(self._secret, salt="button " + conversation).loads(token)
        except BadSignature:
            return None
        return found if isinstance(found, list) and len(found) == 2 else None
