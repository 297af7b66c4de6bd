"""The patches of Rasa: each was written for one source, and does what the original does."""
from __future__ import annotations

import subprocess
import sys

import jsonschema
import pytest
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.utils.endpoints import EndpointConfig

from addons import patches
from addons.stores.talks import IN_MEMORY, TalkStore

SOURCES = "from addons import patches; print(all(p.found() == p.source for p in patches.PATCHES), *(p.name for p in patches.PATCHES " \
          "if p.found() != p.source))"


def test_rasa_is_as_the_patches_were_written_for():
    """In a process of its own, where nothing is patched yet."""
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", SOURCES], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True"]


def test_another_version_is_left_alone(monkeypatch, caplog):
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    before = Event.__dict__["resolve_by_type"]
    assert patches.apply() is False
    assert Event.__dict__["resolve_by_type"] is before
    assert "3.6.22" in caplog.text


def test_every_patch_says_why_and_what_it_brings():
    assert all(patch.reason and patch.gain for patch in patches.PATCHES)


def test_an_event_is_found_by_its_name():
    assert patches.resolve_by_type("slot") is SlotSet
    with pytest.raises(ValueError, match="no such"):
        patches.resolve_by_type("no such")


@pytest.mark.parametrize("result", [{"events": "none"}, {"events": [{"event": "slot"}]}, {"responses": ["text"]}, []])
def test_a_malformed_result_of_an_action_server_is_refused(result):
    action = RemoteAction("action_x", EndpointConfig("http://127.0.0.1:5055/webhook"))
    with pytest.raises(jsonschema.ValidationError):
        patches.validate_action_result(action, result)


def test_a_proper_result_passes():
    action = RemoteAction("action_x", EndpointConfig("http://127.0.0.1:5055/webhook"))
    assert patches.validate_action_result(action, {"events": [{"event": "slot", "name": "topic", "value": 1, "timestamp": None}], "responses": []})


def test_our_store_is_not_wrapped_and_others_are():
    own = TalkStore(Domain.empty(), db=IN_MEMORY)
    assert patches.create_tracker_store(own, Domain.empty()) is own
    assert isinstance(patches.create_tracker_store(InMemoryTrackerStore(Domain.empty()), Domain.empty()), FailSafeTrackerStore)
