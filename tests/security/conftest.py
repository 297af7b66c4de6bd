"""One server for all that is tried over HTTP, with everything it writes in a folder of the test."""
from __future__ import annotations

import pytest

from tests.serving import Server
from tests.test_server import SITE, Browser

TOKEN = "a token for this test only"


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder, {"REPWISE_SITES": SITE, "REPWISE_METRICS_TOKEN": TOKEN, "REPWISE_PACE": "50", "LOG_LEVEL": "INFO",
                             "REPWISE_MISSES": str(folder / "misses"), "REPWISE_STATE": str(folder / "state")})
    server.folder = folder
    server.start()
    yield server
    server.stop()


@pytest.fixture
def browser(server):
    browser = Browser(server.address)
    status, _ = browser.post("/chat/start", {})
    assert status == 200
    return browser
