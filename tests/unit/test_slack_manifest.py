"""The app manifest asks for what the code uses and for nothing more; the guide names every setting."""
from __future__ import annotations

import re
from pathlib import Path

import yaml

FOLDER = Path("addons/channels/slack")
MANIFEST = yaml.safe_load((FOLDER / "manifest.yml").read_text(encoding="utf-8"))
GUIDE = Path("docs/slack.md").read_text(encoding="utf-8")
SCOPES = {"chat_postMessage": "chat:write", "chat_update": "chat:write", "chat_postEphemeral": "chat:write",
          "conversations_open": "im:write", "files_upload_v2": "files:write", "auth_test": None}
EVENT_SCOPES = {"app_mention": "app_mentions:read", "message.im": "im:history"}


def test_the_scopes_are_those_of_the_calls_and_events():
    code = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    calls = set(re.findall(r"api\.([a-z]+_\w+)\(", code))
    assert calls == set(SCOPES)
    needed = {SCOPES[call] for call in calls} | set(EVENT_SCOPES.values()) | {"commands"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed - {None}
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(EVENT_SCOPES)


def test_people_may_write_click_and_command_without_a_public_address():
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False}
    assert MANIFEST["settings"]["socket_mode_enabled"] and MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert [command["command"] for command in MANIFEST["features"]["slash_commands"]] == ["/repwise"]


def test_the_texts_are_as_short_as_slack_wants_them():
    assert len(MANIFEST["display_information"]["name"]) <= 35 and len(MANIFEST["display_information"]["description"]) <= 140


def test_the_guide_names_every_setting_and_links_to_what_exists():
    read = set(re.findall(r'"((?:SLACK|REPWISE)_\w+)"', (FOLDER / "settings.py").read_text(encoding="utf-8")))
    assert read | {"REPWISE_SECRET"} == set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.M))
    for link in re.findall(r"\]\(([^)]+)\)", GUIDE):
        assert (Path("docs") / link).exists(), link
    assert len(re.findall(r"^\d\. ", GUIDE, re.M)) == 5
