"""Hostile texts, other sites, and the size of what is loaded."""
from __future__ import annotations

import gzip
import json

from tests.browser.conftest import Chat
from tests.conftest import ROOT

HOSTILE = ['<img src=x onerror="window.pwned=1">', "<script>window.pwned=1</script>", "[click](javascript:window.pwned=1)",
           '"><svg onload=window.pwned=1>', "javascript:window.pwned=1", "{{constructor.constructor('window.pwned=1')()}}", "**bold** `code`"]


def _hostile_reply():
    lines = [{"text": text, "bullet": n % 2 == 1} for n, text in enumerate([*HOSTILE, "see https://example.com/a?b=<b>&c and data:text/html,x"])]
    return {
        "key": "r0", "from": "assistant", "at": 1_700_000_000, "before": lines, "after": lines, "rate": True, "helpful": None,
        "table": {"title": HOSTILE[0], "columns": HOSTILE[:2], "rows": [HOSTILE[:2]], "calendar": True},
        "pictures": [{"src": "javascript:window.pwned=1", "alt": HOSTILE[0]}, {"src": "data:text/html,<script>window.pwned=1</script>", "alt": "x"}],
        "sources": [{"title": HOSTILE[1], "url": "javascript:window.pwned=1"}, {"title": "fine", "url": "https://example.com/"}],
        "buttons": [{"title": HOSTILE[0], "click": "x"}],
    }


def test_a_hostile_answer_stays_text(new_page):
    page = new_page("about:blank")
    opened = {"talk": "x", "token": None, "messages": [_hostile_reply()]}
    page.route("**/chat/start", lambda route: route.fulfill(content_type="application/json", body=json.dumps(opened)))
    page.goto("/chat")
    chat = Chat(page).ready()
    for text in HOSTILE:
        assert text in chat.last()
    page.locator("repwise-chat summary").click()
    page.locator("repwise-chat .column").get_by_text("javascript:window.pwned=1").first.click()
    links = page.locator("repwise-chat a")
    assert {link.get_attribute("href") for link in links.all()} == {"https://example.com/a?b=", "https://example.com/"}
    assert page.locator("repwise-chat img, repwise-chat script, repwise-chat .bubble svg:not(.icon)").count() == 0
    assert page.evaluate("window.pwned") is None


def test_what_a_person_types_stays_text(chat):
    for text in HOSTILE[:2]:
        chat.ask(text)
        assert text in chat.persons.last.inner_text()
    chat.page.reload()
    chat.ready()
    assert HOSTILE[0] in chat.persons.first.inner_text()
    assert chat.page.locator("repwise-chat .bubble img").count() == 0 and chat.page.evaluate("window.pwned") is None


def test_it_talks_on_a_page_of_another_site(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.known)
    page.get_by_role("button", name="Open chat").click()
    chat = Chat(page).ready()
    chat.ask("which muscles does the back squat work?")
    chat.choose(chat.choices.first.inner_text())
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(localStorage).length") == 1
    said = chat.last()
    page.reload()
    page.get_by_role("button", name="Open chat").click()
    chat.replies.nth(2).wait_for()
    assert chat.last() == said and chat.persons.count() == 2
    # the styles of the page stay out, and ours in
    assert chat.replies.last.locator(".bubble").evaluate("e => getComputedStyle(e).textTransform") == "none"
    assert page.locator("#own").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 0, 0)"
    # what it keeps is of no use elsewhere
    token = page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])")
    reply = page.request.post(f"{server.address}/chat/message", headers={"Origin": "https://elsewhere.example", "Authorization": f"Bearer {token}"},
                              data={"id": "a" * 12, "text": "hello"})
    assert reply.status == 403


def test_deleting_on_another_site_forgets_the_token(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.known)
    page.get_by_role("button", name="Open chat").click()
    chat = Chat(page).ready()
    chat.ask("which muscles does the back squat work?")
    token = page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])")
    page.get_by_role("button", name="More options").click()
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    chat.banner.filter(has_text="have been deleted").wait_for()
    chat.persons.first.wait_for(state="detached")
    assert page.evaluate("localStorage.getItem(Object.keys(localStorage)[0])") != token


def test_a_site_that_is_not_set_up_gets_no_answers(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.unknown)
    page.get_by_role("button", name="Open chat").click()
    chat = Chat(page)
    chat.banner.wait_for()
    assert chat.replies.count() == 0


def test_a_chat_that_does_not_load_says_so_and_loads_later(new_page, server, sites):
    page = new_page("about:blank", base=sites.known)
    page.route("**/chat-*.js", lambda route: route.abort())
    page.goto(sites.write(server.address))
    page.get_by_role("button", name="Open chat").click()
    page.get_by_role("alert").filter(has_text="could not be loaded").wait_for()


def test_the_launcher_does_not_wait_for_the_chat_and_both_are_small(new_page, server, sites):
    page = new_page("about:blank", base=sites.known)
    page.route("**/chat-*.js", lambda route: None)  # never answered
    page.goto(sites.write(server.address))
    page.get_by_role("button", name="Open chat").wait_for()
    files = list((ROOT / "widget" / "dist").glob("*.js"))
    assert len(files) == 2 and sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) <= 60_000
