"""What Slack sends, read; and the settings."""
from __future__ import annotations

import pytest

from addons.channels.slack.reading import plain, read
from addons.channels.slack.settings import API_BASE, from_environment


@pytest.mark.parametrize(("sent", "read_as"), [
    ("<@U0BOT> which muscles?", "which muscles?"),
    ("<@U0BOT|repwise> is 3 &lt; 5 &amp; ok", "is 3 < 5 & ok"),
    ("see <https://x.example/a|this page> and <https://y.example>", "see this page and https://y.example"),
    ("in <#C1|gym> <!here> please", "in gym   please"),
    ("&amp;lt;", "&lt;"),
])
def test_markup_is_read_as_a_person_reads_it(sent, read_as):
    assert plain(sent) == read_as


def event(**more):
    return {"event_id": "Ev1", "team_id": "T1", "event": {
        "type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "hi", "ts": "1700000000.000100", **more}}


def test_a_reply_in_a_thread_of_a_direct_message_stays_there():
    said = read("events_api", event(thread_ts="1699999999.000100"))
    assert said.spot.thread == "1699999999.000100" and said.private == "slack:T1:U1" and not said.before_others


def test_a_mention_in_a_direct_message_is_taken_once():
    assert read("events_api", event(type="app_mention")) is None


def test_other_events_are_none_of_its_business():
    assert read("events_api", {"event": {"type": "app_uninstalled"}}) is None


def test_a_file_with_words_is_a_message():
    assert read("events_api", event(subtype="file_share")).text == "hi"


@pytest.mark.parametrize("missing", ["ts", "channel"])
def test_an_event_without_what_slack_always_sends_is_an_error(missing):
    broken = event()
    del broken["event"][missing]
    with pytest.raises(KeyError):
        read("events_api", broken)


def test_a_click_in_an_organisation_names_the_team_of_the_person():
    payload = {"type": "block_actions", "team": None, "user": {"id": "U1", "team_id": "T9"}, "channel": {"id": "C1"},
               "container": {"message_ts": "2.0", "thread_ts": "1.0"}, "message": {"ts": "2.0"},
               "actions": [{"type": "button", "value": "signed", "action_ts": "3.0"}]}
    clicked = read("interactive", payload)
    assert (clicked.private, clicked.shared, clicked.order) == ("slack:T9:U1", "slack:T9:C1:1.0:U1", 3.0)


def test_settings_come_from_the_environment():
    settings = from_environment({
        "SLACK_BOT_TOKEN": " xoxb-1 ", "SLACK_SIGNING_SECRET": "s", "REPWISE_PUBLIC_URL": "https://bot.example.org"})
    assert (settings.bot_token, settings.app_token, settings.signing_secret) == ("xoxb-1", None, "s")
    assert (settings.api_base, settings.public_url) == (API_BASE, "https://bot.example.org")


@pytest.mark.parametrize("environment", [{}, {"SLACK_BOT_TOKEN": " "}, {"SLACK_BOT_TOKEN": "xoxb-1"}, {"SLACK_APP_TOKEN": "xapp-1"}])
def test_missing_tokens_are_one_line(environment, caplog):
    assert from_environment(environment) is None
    assert len(caplog.records) == 1 and "xoxb" not in caplog.text and "xapp" not in caplog.text
