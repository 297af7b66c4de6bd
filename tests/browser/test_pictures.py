"""Muscle maps and foot diagrams beside answers: loaded, described, in the room there is. Screenshots are in build/screenshots."""
from __future__ import annotations

import pytest

from tests.browser.conftest import Chat
from tests.browser.test_looks import LOOKS, _fits

ASKED = {"muscles": "which muscles does the back squat work?", "feet": "what does a wide stance do on the 45 degree leg press?"}


@pytest.mark.parametrize("look", ["light", "dark", "phone", "phone-dark", "320px"])
def test_a_picture_is_shown_under_the_answer(new_page, look):
    chat = Chat(new_page(**LOOKS[look])).ready()
    for kind, text in ASKED.items():
        chat.ask(text)
        picture = chat.replies.last.locator("img")
        picture.scroll_into_view_if_needed()
        chat.page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        box = picture.bounding_box()
        assert 240 < box["width"] <= 360 and box["height"] > 200
        assert picture.get_attribute("alt").startswith({"muscles": "Muscle map of the back squat", "feet": "Foot placement on the 45-degree"}[kind])
        _fits(chat.page)
        chat.shot(f"{look}-5-{kind}")
    chat.page.reload()
    chat.ready()
    assert chat.page.locator("repwise-chat img").count() == 2


def test_room_is_kept_for_a_picture_that_is_still_loading(new_page):
    page = new_page()
    page.route("**/chat/pictures/*", lambda route: None)  # never answered
    chat = Chat(page).ready()
    chat.ask(ASKED["muscles"])
    assert chat.replies.last.locator("img").bounding_box()["height"] > 200
