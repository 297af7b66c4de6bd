"""Usable by everybody: by keyboard, by screen reader, at any size, in any colours."""
from __future__ import annotations

import pytest

from tests.browser.conftest import Chat
from tests.conftest import ROOT

AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
PLAN = "make me a plan for muscle growth, 2 days a week, intermediate, inverted leg press"


def findings(page):
    """Returns what axe-core finds on a page, all of its rules on."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })")
    assert len(found["passes"]) > 10
    return [(item["id"], [node["html"] for node in item["nodes"]]) for item in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page, scheme):
    chat = Chat(new_page(color_scheme=scheme, reduced_motion="reduce")).ready()
    assert findings(chat.page) == []
    chat.ask("where do I put my feet for glutes?")
    chat.replies.last.locator("summary").click()
    chat.replies.last.get_by_role("button", name="This helped").click()
    chat.page.locator("repwise-chat .toast").wait_for()
    assert findings(chat.page) == []
    chat.page.get_by_role("button", name="More options").click()
    assert findings(chat.page) == []
    chat.page.get_by_role("button", name="Delete my data").click()
    assert findings(chat.page) == []
    chat.page.keyboard.press("Escape")
    for said in (PLAN, "none", "skip"):
        chat.ask(said)
    assert findings(chat.page) == []
    chat.page.context.set_offline(True)
    chat.type("hello " * 160)
    chat.persons.filter(has_text="Waiting").wait_for()
    assert findings(chat.page) == []


@pytest.mark.parametrize(("color", "scheme"), [("#ffe14d", "light"), ("#0b5fff", "dark"), ("rebeccapurple", "dark"), ("#777", "dark")])
def test_a_colour_of_the_site_stays_readable(new_page, server, sites, color, scheme):
    page = new_page(sites.write(server.address, f'color="{color}"'), base=sites.known, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_role("button", name="Open chat").click()
    chat = Chat(page).ready()
    chat.ask("where do I put my feet for glutes?")
    chat.replies.last.locator("summary").click()
    assert [item for item in findings(page) if item[0] == "color-contrast"] == []


def _focused(page):
    return page.evaluate("""() => { const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
        return inner?.getAttribute('aria-label') || inner?.innerText || inner?.tagName; }""")


def _tab_to(page, wanted, key="Tab"):
    for _ in range(25):
        if wanted in (_focused(page) or ""):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted!r} can't be reached, the focus is on {_focused(page)!r}")


def test_all_is_done_by_keyboard(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.known)
    page.locator("repwise-chat .launcher").wait_for()
    _tab_to(page, "Open chat")
    page.keyboard.press("Enter")
    chat = Chat(page).ready()
    assert _focused(page) == "Your message"
    page.keyboard.type("which muscles does the back squat work?")
    page.keyboard.press("Enter")
    chat.replies.nth(1).wait_for()
    title = chat.choices.first.inner_text()
    _tab_to(page, title, "Shift+Tab")
    page.keyboard.press("Enter")
    chat.persons.nth(1).wait_for()
    assert _focused(page) == "Your message"
    chat.replies.nth(2).wait_for()
    _tab_to(page, "More options", "Shift+Tab")
    page.keyboard.press("Enter")
    _tab_to(page, "Delete my data")
    page.keyboard.press("Enter")
    assert _focused(page) == "Keep"
    page.keyboard.press("Escape")
    assert _focused(page) == "More options"
    page.keyboard.press("Escape")
    assert "Open chat" in _focused(page) and page.get_by_role("dialog").count() == 0


def test_a_chat_that_covers_the_page_keeps_the_focus(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.known, viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Open chat").click()
    Chat(page).ready()
    assert page.get_by_role("dialog").get_attribute("aria-modal") == "true"
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 14:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.localName") == "repwise-chat"
    page.get_by_role("button", name="Close chat").click()
    assert "Open chat" in _focused(page)


def test_new_messages_are_announced_and_old_ones_are_not(chat):
    live = chat.page.locator("repwise-chat [aria-live=polite]")
    assert live.inner_text() == ""
    chat.ask("which muscles does the back squat work?")
    chat.page.locator("repwise-chat [aria-live=polite]").filter(has_text="quadriceps").wait_for(state="attached")
    chat.page.reload()
    chat.ready()
    chat.persons.first.wait_for()
    assert live.inner_text() == ""


def test_nothing_moves_where_motion_is_unwanted(new_page, server, sites):
    page = new_page(sites.write(server.address), base=sites.known, reduced_motion="reduce")
    page.get_by_role("button", name="Open chat").click()
    Chat(page).ready()
    moving = page.evaluate("""() => [...document.querySelector('repwise-chat').shadowRoot.querySelectorAll('*')]
        .filter((item) => getComputedStyle(item).animationName !== 'none').length""")
    assert moving == 0
