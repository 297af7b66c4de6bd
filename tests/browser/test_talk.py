"""Whole talks: questions, the form by buttons and by typing, tables, ratings, reload, a second tab, a fresh start, deletion."""
from __future__ import annotations

import json

import pytest

from tests.browser.conftest import Chat


def test_a_question_and_a_follow_up(chat):
    assert "quads" in chat.ask("which muscles does the inverted leg press work?")
    assert len(chat.ask("and for glutes?")) > 20
    assert chat.persons.count() == 2


def test_sources_stand_under_an_answer(chat):
    chat.ask("where do I put my feet for glutes on the leg press?")
    chat.replies.last.locator("summary").click()
    links = chat.replies.last.locator(".sources a")
    assert links.count() >= 1
    for link in links.all():
        assert link.get_attribute("href").startswith("https://") and "noopener" in link.get_attribute("rel")


@pytest.fixture
def planned(chat):
    """A whole form by buttons, up to the plan."""
    chat.choose("Make me a plan")
    for title in ("Muscle growth", "6 months to 2 years", "2", "Back squat", "None of these"):
        chat.choose(title)
    chat.choose("Skip")
    return chat


def test_the_whole_form_by_buttons_ends_in_a_table(planned):
    table = planned.replies.last.get_by_role("table")
    assert table.get_by_role("columnheader").all_inner_texts()[0].lower() == "week"
    assert table.get_by_role("row").count() > 4
    assert planned.persons.last.inner_text().endswith("Skip")


def test_the_whole_form_by_typing(chat):
    chat.ask("make me a plan")
    for said in ("strength", "about 3 years", "three times a week", "back squat", "none", "100 kg for 5, two left"):
        last = chat.ask(said)
    assert "kg" in last and chat.replies.last.get_by_role("table").count() == 1


def test_a_plan_can_be_copied_printed_and_downloaded(planned, tmp_path):
    page, tools = planned.page, planned.replies.last.locator(".tools")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tools.get_by_role("button", name="Copy").click()
    page.locator("repwise-chat .toast").filter(has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[1].startswith("Week\tSets\t") and copied[2].startswith("1\t")
    for name, begin in (("CSV", "Week,Sets,"), ("Calendar", "BEGIN:VCALENDAR")):
        with page.expect_download() as download:
            tools.get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_text().startswith(begin)
    # the print dialogue itself can't be seen here; the frame that is printed can
    page.evaluate("""() => new MutationObserver((found) => { const frame = found[0].addedNodes[0];
        if (frame) frame.contentWindow.print = () => { window.printed = frame.contentDocument.body.innerText; }; })
        .observe(document.body, { childList: true })""")
    tools.get_by_role("button", name="Print").click()
    page.wait_for_function("() => !!document.querySelector('iframe')")
    frame = page.frames[-1]
    assert "Reps left" in frame.locator("table").inner_text() or "REPS LEFT" in frame.locator("table").inner_text()


def test_an_answer_is_rated_and_keeps_it(chat):
    chat.ask("which muscles does the back squat work?")
    thumb = chat.replies.last.get_by_role("button", name="This helped")
    thumb.click()
    chat.page.locator("repwise-chat .toast").filter(has_text="noted").wait_for()
    chat.page.reload()
    chat.ready()
    assert chat.replies.last.get_by_role("button", name="This helped").get_attribute("aria-pressed") == "true"
    chat.replies.last.get_by_role("button", name="This helped").click()
    chat.page.wait_for_function("() => document.querySelector('repwise-chat').shadowRoot.querySelectorAll('[aria-pressed=true]').length === 0")


def test_the_talk_is_there_after_a_reload_with_its_buttons(chat):
    chat.ask("which muscles does the hack squat work?")
    said, offered = chat.last(), chat.choices.all_inner_texts()
    chat.page.reload()
    chat.ready()
    assert chat.last() == said and chat.choices.all_inner_texts() == offered != []
    chat.choose(offered[0])


def test_a_second_tab_of_the_same_talk_follows(chat, new_page):
    chat.ask("what is the belt squat?")
    other = Chat(new_page(context=chat.page.context)).ready()
    assert other.last() == chat.last()
    other.ask("which muscles does it work?")
    chat.page.wait_for_function("count => document.querySelector('repwise-chat').shadowRoot.querySelectorAll('.person').length === count", arg=2)
    chat.replies.nth(other.replies.count() - 1).wait_for()
    assert chat.last() == other.last() and chat.choices.all_inner_texts() == other.choices.all_inner_texts()
    chat.ask("and the hack squat?")
    other.replies.nth(chat.replies.count() - 1).wait_for()
    assert other.last() == chat.last()


def _menu(chat, name):
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name=name).click()


def test_a_new_conversation_starts_in_all_tabs(chat, new_page):
    chat.ask("what is the hack squat?")
    other = Chat(new_page(context=chat.page.context)).ready()
    _menu(chat, "New conversation")
    for tab in (chat, other):
        tab.persons.first.wait_for(state="detached")
        assert tab.replies.count() == 1
    chat.ask("what is the belt squat?")
    other.persons.first.wait_for()


def test_my_data_is_downloaded(chat, tmp_path):
    chat.ask("what is the hack squat?")
    with chat.page.expect_download() as download:
        _menu(chat, "Download my data")
    download.value.save_as(tmp_path / "data.json")
    kept = json.loads((tmp_path / "data.json").read_text())["conversations"][0]
    assert {"from": "you", "text": "what is the hack squat?"}.items() <= kept["messages"][1].items()
    chat.banner.filter(has_text="repwise-data.json").wait_for()


def test_my_data_is_deleted_after_a_question(chat):
    chat.ask("what is the hack squat?")
    _menu(chat, "Delete my data")
    question = chat.page.get_by_role("alertdialog")
    question.get_by_role("button", name="Keep").click()
    assert chat.persons.count() == 1 and question.count() == 0
    _menu(chat, "Delete my data")
    question.get_by_role("button", name="Delete").click()
    chat.banner.filter(has_text="have been deleted").wait_for()
    assert chat.persons.count() == 0 and chat.replies.count() == 1
    chat.page.reload()
    chat.ready()
    assert chat.persons.count() == 0
