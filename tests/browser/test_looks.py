"""Sizes and colours. Each state leaves a screenshot in build/screenshots for a person to look at."""
from __future__ import annotations

import pytest

from tests.browser.conftest import Chat

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
SMALL = {"viewport": {"width": 320, "height": 568}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
ZOOMED = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
"""1280 x 800 at 200 %."""
LOOKS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": PHONE, "phone-dark": {**PHONE, "color_scheme": "dark"}, "320px": SMALL,
         "zoom-200": ZOOMED}
TALK = ("where do I put my feet for glutes?", "make me a plan for muscle growth, 2 days a week, intermediate, inverted leg press", "none",
        "100 kg for 8, two left")

OVERFLOWING = """() => { const root = document.querySelector('repwise-chat').shadowRoot; const wide = [];
    for (const item of root.querySelectorAll('.panel *')) {
        if (item.closest('.hidden, svg, .toast')) continue;
        const box = item.getBoundingClientRect();
        if (box.width && (box.right > innerWidth + 1 || box.left < -1)) wide.push(item.className || item.localName);
    }
    return wide; }"""


def _fits(page):
    assert page.evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    field = page.get_by_role("textbox", name="Your message").bounding_box()
    assert field["width"] > 120 and field["y"] + field["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_fits_and_looks_right(new_page, look):
    chat = Chat(new_page(**LOOKS[look])).ready()
    chat.shot(f"{look}-1-start")
    _fits(chat.page)
    names = ["2-answer", "3-buttons", "", ""]
    for said, name in zip(TALK, names, strict=True):
        chat.ask(said)
        if name:
            chat.shot(f"{look}-{name}")
        _fits(chat.page)
    table = chat.replies.last.locator(".plan")
    table.scroll_into_view_if_needed()
    chat.shot(f"{look}-4-plan")
    chat.page.get_by_role("button", name="More options").click()
    chat.page.get_by_role("button", name="Delete my data").click()
    _fits(chat.page)
    if look == "light":
        chat.shot("delete")


@pytest.mark.parametrize("look", ["light", "phone", "320px"])
def test_the_widget_fits_on_a_page(new_page, server, sites, look):
    page = new_page(sites.write(server.address), base=sites.known, **LOOKS[look])
    page.locator("repwise-chat .launcher").wait_for()
    chat = Chat(page)
    chat.shot(f"widget-{look}-1-closed")
    page.get_by_role("button", name="Open chat").click()
    chat.ready()
    chat.shot(f"widget-{look}-2-open")
    _fits(page)
    for said in TALK:
        chat.ask(said)
    chat.replies.last.locator(".plan").scroll_into_view_if_needed()
    chat.shot(f"widget-{look}-3-plan")
    _fits(page)
    box = page.get_by_role("dialog").bounding_box()
    covers = box["width"] == page.viewport_size["width"] and box["height"] == page.viewport_size["height"]
    assert covers is (look in ("phone", "320px"))


def test_a_long_reply_is_shown_from_its_beginning_and_a_reader_is_not_torn_away(chat, new_page):
    for said in TALK:
        chat.ask(said)
    assert 0 < chat.replies.last.bounding_box()["y"] < 200
    chat.page.locator("repwise-chat .log").evaluate("log => { log.scrollTop = 0; }")
    other = Chat(new_page(context=chat.page.context)).ready()
    other.ask("which muscles does the back squat work?")
    latest = chat.page.get_by_role("button", name="New messages")
    latest.wait_for()
    assert chat.page.locator("repwise-chat .log").evaluate("log => log.scrollTop") == 0
    latest.click()
    assert chat.page.locator("repwise-chat .log").evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 5
    latest.wait_for(state="detached")


def test_labels_come_in_other_languages(new_page, server, sites):
    page = new_page(sites.write(server.address, 'locale="de-AT"'), base=sites.known)
    page.get_by_role("button", name="Chat öffnen").click()
    page.get_by_role("textbox", name="Deine Nachricht").wait_for()
    assert page.locator("repwise-chat .reply .bubble").first.get_attribute("lang") == "en"


def test_words_and_dates_follow_the_attributes(new_page, server, sites):
    page = new_page(sites.write(server.address, 'data-title="Coach" greeting="Moin!" position="left" locale="en-GB"'), base=sites.known)
    page.get_by_role("button", name="Open chat: Coach").click()
    Chat(page).ready()
    dialog = page.get_by_role("dialog", name="Coach")
    assert dialog.bounding_box()["x"] < 100 and dialog.get_attribute("lang") == "en-GB"
    assert dialog.get_by_text("Moin!").is_visible() and dialog.get_by_role("heading", name="Coach").is_visible()
    assert "medical advice" in page.locator("repwise-chat .footer").inner_text()
