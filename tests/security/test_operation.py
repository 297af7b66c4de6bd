"""What the server tells whoever runs it, and nobody else."""
from __future__ import annotations

import json

import pytest

from tests.security.conftest import TOKEN
from tests.test_server import Browser

HELD = {"Authorization": f"Bearer {TOKEN}"}


def test_a_running_server_is_alive_and_ready(server):
    status, body, _ = Browser(server.address).request("/healthz")
    assert status == 200 and json.loads(body) == {"alive": True}
    status, body, _ = Browser(server.address).request("/readyz")
    assert status == 200 and json.loads(body) == {
        "ready": True, "checks": dict.fromkeys(("model", "database", "locks", "answer"), "ok"), "pollers": {}}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"X-Forwarded-For": "127.0.0.1"}])
def test_metrics_are_for_whoever_has_the_token(server, headers):
    assert Browser(server.address).request("/metrics", headers=headers)[:2] == (403, "")


def test_metrics_count_messages_by_channel_and_stage(server, browser):
    browser.say("which muscles does the back squat work?")
    shown = Browser(server.address).request("/metrics", headers=HELD)[1]
    assert 'repwise_messages_total{channel="web",kind="text"}' in shown
    for stage in ("whole", "lock", "parse", "actions", "read", "write"):
        assert f'repwise_stage_seconds_count{{stage="{stage}"}}' in shown


def test_every_answer_and_its_log_lines_carry_a_request_id(server, browser):
    headers = browser.request("/chat/start", {}, {"X-Request-ID": "from-the-proxy-1"})[2]
    assert headers["X-Request-ID"] == "from-the-proxy-1"
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if "from-the-proxy-1" in line]
    assert any(line["message"].startswith("POST /chat/start 200") for line in lines)
    assert browser.request("/chat/start", {}, {"X-Request-ID": "bad id"})[2]["X-Request-ID"] != "bad id"
