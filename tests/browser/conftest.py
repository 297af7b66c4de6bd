"""The widget in a real Chromium, against a real server."""
from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.serving import Server, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCREENSHOTS = ROOT / "build" / "screenshots"
DESKTOP = {"width": 1280, "height": 800}
WAIT_MS = 20_000
HOST_PAGE = """<!doctype html><html lang="en"><head><title>A gym</title><meta name="viewport" content="width=device-width">
<style>html {{ font-size: 62.5% }} body {{ margin: 4rem; text-transform: uppercase; letter-spacing: 3px; line-height: 3; font: 1.6rem serif }}
button {{ background: red; border-radius: 0 }} .bubble {{ display: none }}</style></head>
<body><main><h1>A gym</h1><p>Opening hours</p><button id="own">Book a class</button></main>
<script src="{address}/chat/widget.js" {attributes} defer></script></body></html>"""


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Sites:
    """Pages of other sites: one that the server is set up for, and one that it is not."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(_Quiet, directory=str(folder))
        self._servers = [http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), handler) for _ in range(2)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self._folder = folder
        self.known, self.unknown = (f"http://localhost:{server.server_address[1]}" for server in self._servers)

    def write(self, address: str, attributes: str = "") -> str:
        """Makes a page that embeds the chat of a server, and returns its path."""
        (self._folder / "page.html").write_text(HOST_PAGE.format(address=address, attributes=attributes))
        return "/page.html"

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def sites(tmp_path_factory):
    sites = Sites(tmp_path_factory.mktemp("sites"))
    yield sites
    sites.stop()


@pytest.fixture(scope="session")
def server(chromium, sites, tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("browser"), {"REPWISE_SITES": sites.known})
    server.start()
    yield server
    server.stop()


class Chat:
    """The chat on a page, as a person uses it."""

    def __init__(self, page):
        self.page = page
        self.input = page.get_by_role("textbox", name="Your message")
        self.replies = page.locator("repwise-chat .reply:not(:has(.dots))")
        self.persons = page.locator("repwise-chat .person")
        self.choices = page.locator("repwise-chat .choice")
        self.banner = page.locator("repwise-chat .banner")

    def ready(self):
        self.replies.first.wait_for()
        return self

    def type(self, text):
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text):
        """Types a message, waits for the reply and returns the text of the last one."""
        return self._answered(lambda: self.type(text))

    def choose(self, title):
        """Clicks a suggested reply; returns like :meth:`ask`."""
        return self._answered(lambda: self.choices.filter(has_text=title).first.click())

    def last(self):
        return self.replies.last.locator(".bubble").inner_text()

    def shot(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    def _answered(self, act):
        before = self.replies.count()
        act()
        self.replies.nth(before).wait_for()
        self.page.locator("repwise-chat .dots").wait_for(state="detached")
        return self.last()


@pytest.fixture
def new_page(chromium, server):
    """Opens pages; each call with settings of its own is another browser profile. Errors on a page fail the test."""
    contexts, errors = [], []

    def open_page(path="/chat", base=None, context=None, **settings):
        if context is None:
            context = chromium.new_context(base_url=base or server.address, **{"viewport": DESKTOP, **settings})
            context.set_default_timeout(WAIT_MS)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: "Content Security Policy" in message.text and errors.append(message.text))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def chat(new_page):
    return Chat(new_page()).ready()
