"""All changes to Rasa's own code: what each is for, what it brings, and the code it was written for.

Rasa 3.6.21 is the last release of its line and is installed pinned. With any other version nothing is changed, and a line in the log says
so: the assistant then works as before, only slower. tests/unit/test_patches.py compares the source of each changed function with its sum
here, so that other code under the same version is noticed too.
"""
from __future__ import annotations

import functools
import hashlib
import inspect
import logging
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Dict, List, Optional, Tuple, Union

import rasa
import rasa.core.agent
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

from addons.assistant import NoModel
from addons.inprocess import InProcessActions
from addons.stores.talks import TalkStore

log = logging.getLogger(__name__)
VERSION = "3.6.21"

Order = List[Tuple[str, Tuple[str, ...]]]

_resolve_by_type = Event.resolve_by_type
_load_agent = rasa.core.agent.load_agent
_create_tracker_store = Agent._create_tracker_store
_SPEC = RemoteAction.action_response_format_spec()
_RESULT = validator_for(_SPEC)(_SPEC)


@functools.cache
def resolve_by_type(type_name: str, default: Optional[type] = None) -> Optional[type]:
    """Finds the class of an event by its name, once for each name."""
    return _resolve_by_type(type_name, default)


def validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Checks what an action server sent with a validator that was built once; what the SDK made in this process needs none.

    Raises:
        jsonschema.ValidationError: the result is none.
    """
    if not isinstance(self.action_endpoint, InProcessActions):
        _RESULT.validate(result)
    return True


def run_graph(self: DaskGraphRunner, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
    """Runs the nodes one after the other; their order is found once for each set of targets."""
    wanted = tuple(targets or self._graph_schema.target_names)
    orders: Dict[Tuple[str, ...], Order] = self.__dict__.setdefault("_orders", {})
    if wanted not in orders:
        orders[wanted] = _order(self, wanted)
    results: Dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}  # nodes take and give (name, value)
    for name, needs in orders[wanted]:
        results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
    return dict(results[target] for target in wanted)


def _order(runner: DaskGraphRunner, targets: Tuple[str, ...]) -> Order:
    """Returns the nodes that lead to the targets, each after those it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    order: Dict[str, Tuple[str, ...]] = {}

    def add(name: str) -> None:
        if name in nodes and name not in order:
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                add(need)
            order[name] = needs

    for target in targets:
        add(target)
    return list(order.items())


def create_tracker_store(store: Optional[TrackerStore], domain: Domain) -> TrackerStore:
    """Takes our own store as it is; any other gets Rasa's wrapping, which hides its failures."""
    made = _create_tracker_store(store, domain)
    inner = made._tracker_store if isinstance(made, FailSafeTrackerStore) else made
    return inner if isinstance(inner, TalkStore) else made


async def load_agent(*args: Any, **kwargs: Any) -> Agent:
    """Loads the model. Raises NoModel where that fails; the lines before it in the log say why."""
    agent = await _load_agent(*args, **kwargs)
    if not agent.is_ready():
        raise NoModel("the model could not be loaded; the log says why. `make train` makes a new one")
    return agent


@dataclass(frozen=True)
class Patch:
    """A function of Rasa's and what takes its place; ``source`` is the start of the SHA-256 of the source it was written for."""

    owner: Union[type, ModuleType]
    name: str
    by: Any
    source: str
    reason: str
    gain: str

    def found(self) -> str:
        """Returns the sum of the source as installed; only before the patch is applied."""
        return hashlib.sha256(inspect.getsource(getattr(self.owner, self.name)).encode()).hexdigest()[:16]


PATCHES = (
    Patch(Event, "resolve_by_type", staticmethod(resolve_by_type), "b5cf570fa7f286c7",
          "Rasa walks all classes of events for every event that it reads.", "5 of 40 ms a message"),
    Patch(RemoteAction, "_validate_action_result", validate_action_result, "f8cdb4be68123961",
          "Rasa checks its own schema again with every result of an action.", "25 of 59 ms a message"),
    Patch(DaskGraphRunner, "run", run_graph, "45f0f52f574f3aa9",
          "Rasa works out its graph and has dask run it for every message and every prediction.", "2 of 36 ms a message"),
    Patch(Agent, "_create_tracker_store", staticmethod(create_tracker_store), "97499b594b45581b",
          "Rasa's wrapping hides a failing store: the person is met as a stranger and what they say is lost.", "none; for safety"),
    Patch(rasa.core.agent, "load_agent", load_agent, "abc2a4cb13cbbd2b",
          "Rasa starts with a model that it could not load, says that it is well, and answers nobody.", "none; for safety"),
)


def apply() -> bool:
    """Changes Rasa, once; returns False where another version is installed, which is left as it is."""
    if rasa.__version__ != VERSION:
        log.warning("Rasa is %s, and addons/patches.py was written for %s: it runs unchanged, and slower", rasa.__version__, VERSION)
        return False
    for patch in PATCHES:
        setattr(patch.owner, patch.name, patch.by)
    return True
