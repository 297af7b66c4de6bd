"""Defences that need no running server."""
from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from sanic import Blueprint
from slack_sdk.signature import SignatureVerifier

from addons import model_sum, serve
from addons.channels.content import Table, content_of
from addons.channels.signing import Signer
from addons.channels.slack.channel import _signed
from addons.channels.slack.render import rendered
from addons.channels.telegram import Telegram, render
from addons.channels.telegram.service import Settings, webhook_secret
from addons.channels.web import WebChat
from addons.channels.web.exports import csv_of
from knowledge.files import YamlProblem, read_yaml
from tests.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a signing secret"


def slack_headers(body, at, secret=SECRET):
    signature = hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={signature}"}


def test_only_slack_can_call_the_slack_webhook():
    now, body, verifier = int(time.time()), b'{"type":"event_callback"}', SignatureVerifier(SECRET)
    right = slack_headers(body, now)
    assert _signed(verifier, body, right)
    assert not _signed(verifier, body, slack_headers(body, now, "another"))
    assert not _signed(verifier, body + b" ", right)
    assert not _signed(verifier, body, {})
    assert not _signed(verifier, body, {**right, "X-Slack-Request-Timestamp": "soon"})


def test_a_replayed_slack_request_is_too_old():
    body, old = b"{}", int(time.time()) - 301
    assert not _signed(SignatureVerifier(SECRET), body, slack_headers(body, old))


@pytest.mark.asyncio
async def test_only_telegram_can_call_the_telegram_webhook(tmp_path, monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", SECRET)
    taken = []

    async def take(update):
        taken.append(update)

    channel, page = Telegram(Settings("1:a", "http://127.0.0.1", tmp_path, "https://x.example/hook")), Blueprint("test")
    channel._service = SimpleNamespace(take=take)
    channel._take_updates(page)
    webhook = next(iter(page._future_routes)).handler
    for given in ({}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Telegram-Bot-Api-Secret-Token": "guess"},
                  {"X-Telegram-Bot-Api-Secret-Token": webhook_secret()[:-1]}, {"X-Telegram-Bot-Api-Secret-Token": "\udcff"}):
        assert (await webhook(SimpleNamespace(headers=given, json={"update_id": 1}))).status == 403
    assert taken == []
    given = {"X-Telegram-Bot-Api-Secret-Token": webhook_secret()}
    assert (await webhook(SimpleNamespace(headers=given, json={"update_id": 1}))).status == 200 and len(taken) == 1


def test_a_button_is_bound_to_its_talk_and_server():
    token = Signer(SECRET, "slack").button_token("slack:T1:U1", "/ask_why", "Why?")
    assert Signer(SECRET, "slack").button("slack:T1:U1", token) == ["/ask_why", "Why?"]
    assert Signer(SECRET, "slack").button("slack:T1:U2", token) is None
    assert Signer("another", "slack").button("slack:T1:U1", token) is None


@pytest.mark.asyncio
async def test_floods_are_capped_by_talk_and_by_address(monkeypatch):
    monkeypatch.setenv("REPWISE_SECRET", SECRET)
    monkeypatch.delenv("REPWISE_PACE", raising=False)
    chat = WebChat()
    for limiter, burst in ((chat.by_talk, 10), (chat.by_address, 120)):
        assert [await limiter.wait("a") for _ in range(burst)] == [0] * burst
        assert await limiter.wait("a") > 0 and await limiter.wait("b") == 0


HOSTILE = "<script>alert(1)</script> <!channel> <@U1> *b* [x](javascript:alert(1)) & \" '"


def test_markup_in_a_slot_is_escaped_for_slack():
    shown = json.dumps(rendered(content_of({"text": HOSTILE}), lambda choice: "", {"sources": ""}).blocks)
    assert "<" not in shown and "&lt;script&gt;" in shown and "&lt;!channel&gt;" in shown


def test_markup_in_a_slot_is_escaped_for_telegram():
    shown = "".join(render.messages(content_of({"text": HOSTILE}), "Sources:"))
    assert "<script" not in shown and "&lt;script&gt;" in shown


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_cells_of_a_download_are_no_formulas(cell):
    assert csv_of(Table("Plan", ("Week",), ((cell,),))).splitlines()[1].lstrip('"').startswith("'")


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefghij", "bcdefghijk", strict=True))


@pytest.mark.parametrize("text", [
    BOMB, "x: !!python/object/apply:os.system ['true']\n", "a: &a [*a]\n", "x: " + "y" * 1_000_001, "a: 1\na: 2\n", "[" * 100_000])
def test_a_yaml_bomb_is_refused(tmp_path, text):
    file = tmp_path / "bomb.yml"
    file.write_text(text)
    with pytest.raises(YamlProblem):
        read_yaml(file)


@pytest.fixture
def model(tmp_path):
    model = tmp_path / "repwise.tar.gz"
    model.write_bytes(b"as trained")
    assert model_sum.main([str(model)]) == 0
    return model


def test_a_tampered_model_is_not_loaded(model):
    model_sum.check(model)
    model.write_bytes(b"as trained, nearly")
    with pytest.raises(model_sum.Tampered, match="changed after it was trained"):
        model_sum.check(model)


@pytest.mark.parametrize("content", [None, "", "\u00e9"])
def test_a_model_without_a_sum_is_not_loaded(model, content):
    model_sum.sum_file(model).unlink()
    if content is not None:
        model_sum.sum_file(model).write_text(content)
    with pytest.raises(model_sum.Tampered, match="no sum"):
        model_sum.check(model)


def test_the_server_refuses_a_tampered_model(model, monkeypatch, capsys):
    model.write_bytes(b"as trained, nearly")
    monkeypatch.setattr(serve, "newest_model", lambda: model)
    monkeypatch.setattr(serve, "serve", lambda *_: pytest.fail("it was loaded"))
    assert serve.main(["--port", str(free_port())]) == 1 and "is not loaded" in capsys.readouterr().err


def test_every_locked_package_has_its_hashes():
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text())
    pinned = [block for block in blocks if re.match(r"[a-z0-9._-]+==", block)]
    assert len(pinned) > 100 and all("--hash=sha256:" in block for block in pinned)
    packages = json.loads((ROOT / "widget" / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_known_vulnerabilities_are_told_and_unknown_ones_fail(capsys):
    sys.path.insert(0, str(ROOT / "tools"))
    import audit

    vulns = [{"id": "GHSA-1", "aliases": ["CVE-2024-3660"]}, {"id": "CVE-1", "aliases": []}]
    report = {"dependencies": [{"name": "keras", "version": "2.12", "vulns": vulns}, {"name": "x", "skip_reason": "not found"}]}
    assert audit.told("pip-audit", audit.of_python(report), audit.accepted()) == 1
    assert "accepted: loads code" in (said := capsys.readouterr().out) and "CVE-1: NOT ACCEPTED" in said and "2 known" in said
    assert audit.told("pip-audit", audit.of_python({"dependencies": report["dependencies"][1:]}), {}) == 2
    assert "did not answer here; nothing was checked" in capsys.readouterr().out
    npm = {"vulnerabilities": {"left-pad": {"range": "<2", "via": [{"url": "https://github.com/advisories/GHSA-9"}, "other"]}}}
    assert audit.told("npm audit", audit.of_npm(npm), {"GHSA-9": "build only"}) == 0 and audit.of_npm({"error": "405"}) is None


def test_every_accepted_risk_has_a_reason():
    for risk in yaml.safe_load((ROOT / "tools" / "accepted-risks.yml").read_text()):
        assert risk["advisories"] and len(risk["reason"]) > 30


def test_every_threat_names_tests_that_exist():
    rows = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith("| ") and "test_" in line]
    code = {path.name: path.read_text() for path in (ROOT / "tests" / "security").glob("test_*.py")}
    assert len(rows) >= 15
    for row in rows:
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row)
        assert named, row
        for file, test in named:
            assert re.search(rf"def {test}\(", code[file]), (file, test)
