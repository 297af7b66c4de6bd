import pytest

from addons.channels.incoming import MAX_CHARACTERS, Refused, clean, parse_click


@pytest.mark.parametrize("typed", ["/restart", "  //restart", "\u200b/restart", "/ /restart", "\uff0frestart"])
def test_typed_commands_lose_their_slash(typed):
    assert clean(typed) == "restart"


def test_line_breaks_and_invisible_characters_go():
    assert clean("how\n\nlow\u202e should I go?") == "how low should I go?"


@pytest.mark.parametrize(("typed", "reason"), [
    ("", "empty"), ("   ", "empty"), ("///", "empty"), ("x" * (MAX_CHARACTERS + 1), "too_long"), (5, "bad_request"), (None, "bad_request")])
def test_what_is_no_message_is_refused_with_a_reason(typed, reason):
    with pytest.raises(Refused) as refusal:
        clean(typed)
    assert refusal.value.reason == reason


def test_a_click_becomes_parse_data():
    parsed = parse_click('/ask_muscles{"exercise":"back_squat"}', "Muscles")
    assert parsed["intent"]["name"] == "ask_muscles"
    assert [(e["entity"], e["value"]) for e in parsed["entities"]] == [("exercise", "back_squat")]
    assert parsed["text"] == "Muscles"


@pytest.mark.parametrize("payload", ["ask_muscles", "/ask_muscles{", "/Ask", "/a;b", ""])
def test_malformed_payloads_are_refused(payload):
    with pytest.raises(Refused):
        parse_click(payload)
