"""What happens when the network, the server or the stream fails: nothing is lost, and nothing is answered twice."""
from __future__ import annotations

import json

from tests.browser.conftest import Chat

QUESTION = "which muscles does the back squat work?"


def _once(chat, said=QUESTION):
    """Checks that a question stands there once, before and after a reload, with an answer."""
    for _ in range(2):
        assert [text for text in chat.persons.all_inner_texts() if said in text].__len__() == 1
        assert chat.replies.count() == 2
        chat.page.reload()
        chat.ready()
        chat.persons.first.wait_for()


def test_offline_and_back(chat):
    chat.page.context.set_offline(True)
    chat.type(QUESTION)
    chat.banner.filter(has_text="No connection").wait_for()
    chat.persons.filter(has_text="Waiting for connection").wait_for()
    chat.shot("offline")
    chat.page.context.set_offline(False)
    chat.replies.nth(1).wait_for()
    chat.banner.wait_for(state="detached")
    _once(chat)


def test_what_waits_survives_a_reload(chat):
    chat.page.route("**/chat/message", lambda route: route.abort())
    chat.type(QUESTION)
    chat.persons.filter(has_text="Waiting for connection").wait_for()
    chat.page.unroute("**/chat/message")
    chat.page.reload()
    chat.replies.nth(1).wait_for()
    _once(chat)


def test_a_lost_answer_is_fetched_and_the_question_answered_once(chat):
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    chat.page.route("**/chat/stream", lambda route: route.abort())
    chat.page.reload()
    chat.ready()
    chat.page.route("**/chat/message", lose)
    chat.type(QUESTION)
    chat.replies.nth(1).wait_for()
    assert lost[0].ok
    _once(chat)


def test_the_server_restarts_in_the_middle(chat, server):
    server.kill()
    chat.type(QUESTION)
    chat.persons.filter(has_text="Waiting for connection").wait_for()
    server.start()
    chat.page.get_by_role("button", name="Try now").click()
    chat.replies.nth(1).wait_for()
    chat.banner.wait_for(state="detached")
    _once(chat)


def test_it_works_where_streams_are_blocked(new_page):
    page = new_page("about:blank")
    page.route("**/chat/stream", lambda route: route.abort())
    page.goto("/chat")
    chat = Chat(page).ready()
    assert "quadriceps" in chat.ask(QUESTION)
    assert chat.banner.count() == 0


def test_it_shows_that_an_answer_is_being_written(chat):
    def later(route):
        chat.page.wait_for_timeout(400)
        route.continue_()

    chat.page.route("**/chat/message", later)
    chat.type(QUESTION)
    chat.page.get_by_role("img", name="Repwise is writing").wait_for()
    chat.replies.nth(1).wait_for()
    chat.page.locator("repwise-chat .dots").wait_for(state="detached")


def test_an_error_of_the_server_can_be_tried_again(chat):
    failing = {"status": 500, "content_type": "application/json", "body": json.dumps({"sentence": "Something went wrong on my side."})}
    chat.page.route("**/chat/message", lambda route: route.fulfill(**failing))
    chat.type(QUESTION)
    chat.persons.filter(has_text="Something went wrong on my side.").wait_for()
    chat.shot("error")
    chat.page.unroute("**/chat/message")
    chat.page.get_by_role("button", name="Send again").click()
    chat.replies.nth(1).wait_for()
    _once(chat)


def test_too_long_a_message_gets_a_sentence_and_no_second_try(chat):
    chat.input.fill("x" * 1001)
    assert "1001 / 1000" in chat.page.locator("repwise-chat .count").inner_text()
    chat.input.press("Enter")
    chat.persons.filter(has_text="up to 1,000 characters").wait_for()
    assert chat.page.get_by_role("button", name="Send again").count() == 0
    assert len(chat.ask(QUESTION)) > 20


def test_an_expired_conversation_is_followed_by_a_new_one(chat):
    chat.ask("what is the hack squat?")
    cookies = chat.page.context.cookies()
    chat.page.context.clear_cookies()
    chat.page.context.add_cookies([{**cookies[0], "value": "x" + cookies[0]["value"]}])
    chat.type(QUESTION)
    chat.banner.filter(has_text="has expired").wait_for()
    chat.replies.nth(1).wait_for()
    _once(chat)


def test_a_tab_in_the_background_catches_up(chat, new_page):
    hide = "hidden => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });" \
           "document.dispatchEvent(new Event('visibilitychange')); }"
    chat.page.clock.install()
    chat.page.reload()
    chat.ready()
    chat.page.evaluate(hide, True)
    chat.page.clock.run_for(31_000)
    other = Chat(new_page(context=chat.page.context)).ready()
    other.ask(QUESTION)
    assert chat.persons.count() == 0
    chat.page.evaluate(hide, False)
    chat.replies.nth(1).wait_for()
    assert chat.last() == other.last()
