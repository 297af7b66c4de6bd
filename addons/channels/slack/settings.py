"""How the Slack app is reached, from the environment only."""
from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Mapping, Optional

log = logging.getLogger(__name__)

API_BASE = "https://slack.com/api/"


@dataclass(frozen=True)
class Settings:
    """With ``app_token`` the app connects to Slack by itself (Socket Mode); else Slack calls this server, which ``signing_secret`` checks.

    ``public_url`` is where people reach this server, such as "https://bot.example.org"; without it pictures are uploaded to Slack.
    """

    bot_token: str
    app_token: Optional[str] = None
    signing_secret: Optional[str] = None
    api_base: str = API_BASE
    public_url: Optional[str] = None


def from_environment(environment: Mapping[str, str] = os.environ) -> Optional[Settings]:
    """Returns the settings, or None with one log line where a token is missing."""
    def value(name: str) -> Optional[str]:
        return environment.get(name, "").strip() or None

    bot_token, app_token, signing_secret = (value(name) for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"))
    if bot_token is None:
        log.warning("Slack is off: SLACK_BOT_TOKEN is not set (docs/slack.md)")
        return None
    if app_token is None and signing_secret is None:
        log.warning("Slack is off: beside SLACK_BOT_TOKEN it needs SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for a public address")
        return None
    return Settings(bot_token, app_token, signing_secret, value("SLACK_API_BASE") or API_BASE, value("REPWISE_PUBLIC_URL"))
