"""Answers as Block Kit: escaped, within Slack's limits, with everything an answer can carry."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.channels.content import content_of
from addons.channels.signing import Signer
from addons.channels.slack.render import MOST_IN_VALUE, rendered, settled
from tests.slack.fake import buttons_of, check_message, text_of

WORDS = {"sources": "Sources:", "chosen": "You chose: {title}"}


def shown(text="", **parts):
    buttons = parts.pop("buttons", [])
    return rendered(content_of({"text": text, "buttons": buttons, "custom": parts}), lambda choice: f"signed {choice.payload}", WORDS)


def as_message(message):
    return {"text": message.text, "blocks": message.blocks}


def test_lines_and_bullets_are_one_section():
    message = shown("For quads:\n• feet low\n\n• heels down")
    assert message.blocks == [{"type": "section", "text": {
        "type": "mrkdwn", "text": "For quads:\n• feet low\n• heels down", "verbatim": True}}]
    assert message.text == "For quads:\n• feet low\n• heels down"


def test_what_slack_would_obey_is_escaped_everywhere():
    bad = "<!channel> & <https://x.example|here>"
    message = shown(bad, table={"title": bad, "columns": [bad], "rows": [["```" + bad]]}, sources=[{"title": bad}])
    for block in message.blocks:
        for part in [block["text"]] if "text" in block else block["elements"]:
            assert "<" not in part["text"] and "& " not in part["text"]
            assert "```" not in part["text"].removeprefix("```").removesuffix("```")
    assert "<" not in message.text


def test_a_table_is_aligned_and_takes_the_place_of_its_lines():
    message = shown("Your plan.\nWeek 1: 3 x 10\nWeek 2: 3 x 12\nRest 2 min.", table={
        "title": "Weeks", "columns": ["Week", "Reps"], "rows": [["1", "10"], ["2 (deload)", "12"]], "lines": [1, 3]})
    assert text_of(as_message(message)) == (
        "Your plan.\n*Weeks*\n```\nWeek        Reps\n1           10\n2 (deload)  12\n```\nRest 2 min.")
    assert "Week 1: 3 x 10" in message.text   # who hears the message gets the lines


def test_a_long_table_is_cut_between_rows():
    rows = [[str(number), "x" * 80] for number in range(100)]
    message = shown("", table={"title": "Long", "columns": ["n", "text"], "rows": rows})
    assert len(message.blocks) > 2
    check_message(as_message(message))
    text = text_of(as_message(message))
    assert all(f"{number:<2}  {'x' * 80}" in text for number in range(100))


def test_buttons_stand_in_rows_of_five_up_to_twenty_five():
    message = shown("Which?", buttons=[{"title": f"Number {n}", "payload": f"/inform{{\"number\":\"{n}\"}}"} for n in range(30)])
    rows = [block for block in message.blocks if block["type"] == "actions"]
    assert [len(row["elements"]) for row in rows] == [5] * 5
    check_message(as_message(message))
    assert buttons_of(as_message(message))[24]["value"] == 'signed /inform{"number":"24"}'


def test_a_long_title_is_cut_and_a_value_too_long_is_left_out(caplog):
    message = shown("Which?", buttons=[{"title": "t" * 76, "payload": "/a"}, {"title": "Long", "payload": "/" + "b" * MOST_IN_VALUE}])
    button, = buttons_of(as_message(message))
    assert button["text"]["text"] == "t" * 74 + "…"
    assert "too long for Slack" in caplog.text


def test_the_payloads_of_real_buttons_fit():
    signer = Signer("x" * 64, "slack")
    payload = '/inform{"condition":"very_high_blood_pressure","exercise":"bulgarian_split_squat","goal":"return_from_injury"}'
    assert len(signer.button_token("slack:T012345678:C012345678:1700000000.000000:U012345678", payload, "t" * 75)) < MOST_IN_VALUE


def test_sources_are_small_print_and_link_only_to_the_web():
    message = shown("Yes.", sources=[
        {"title": "Da Silva 2008", "url": "https://x.example/a|b>c"}, {"title": "A book", "url": "javascript:x"}, {"title": "Rules"}])
    assert [element["text"] for element in message.blocks[1]["elements"]] == [
        "Sources:", "<https://x.example/a%7Cb&gt;c|Da Silva 2008>", "A book", "Rules"]


def test_many_sources_need_several_lines_of_small_print():
    message = shown("Yes.", sources=[{"title": f"Source {n}"} for n in range(23)])
    check_message(as_message(message))
    assert "Source 22" in text_of(as_message(message))


def test_pictures_are_shown_from_a_public_address_or_left_for_uploading():
    content = content_of({"text": "So.", "custom": {"pictures": [{"name": "feet", "alt": "Where the feet go"}]}})
    public = rendered(content, lambda choice: "", WORDS, lambda picture: f"https://bot.example.org/{picture.name}.png")
    assert public.blocks[1] == {"type": "image", "image_url": "https://bot.example.org/feet.png", "alt_text": "Where the feet go"}
    assert public.pictures == ()
    assert [picture.name for picture in rendered(content, lambda choice: "", WORDS).pictures] == ["feet"]


@given(st.text(min_size=1, max_size=4000))
def test_any_text_fits_and_none_is_lost(text):
    message = shown(text)
    if message.blocks:
        check_message(as_message(message))
    said = "".join(text_of(as_message(message)).split()) if message.blocks else ""
    expected = "".join(line for line in text.split("\n") if line.strip())
    expected = expected.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert said == "".join(expected.split())


def test_a_choice_takes_the_place_of_the_buttons():
    message = shown("Which?", buttons=[{"title": "A & B", "payload": "/a"}])
    image = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a", "image_width": 10, "fallback": "a"}
    blocks = settled([*message.blocks, image], "You chose: A & B")
    check_message({"text": "Which?", "blocks": blocks})
    assert text_of({"blocks": blocks}) == "Which?\n[a]\nYou chose: A &amp; B" and buttons_of({"blocks": blocks}) == []


@pytest.mark.parametrize("limit", [3000, 3001])
def test_lines_fill_a_section_to_the_limit(limit):
    message = shown("a" * 1500 + "\n" + "b" * (limit - 1501))
    assert len(message.blocks) == (1 if limit == 3000 else 2)
