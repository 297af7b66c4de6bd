"""Keeps libraries out of the process that Rasa imports whatever a model is made of, and that this assistant never calls.

Rasa 3.6 imports TensorFlow for its logger of training steps, and an SDK for each service it can talk to; together they are most of the
start and of the memory (evaluation/README.md has the figures). Stand-ins take their names before Rasa is imported: names that can be
imported, subclassed, called as decorators and caught, and that do nothing. Once everything is loaded they are sealed, and calling one
raises :class:`LeftOut` with the way out.
"""
from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, FrozenSet, Optional, Sequence

import yaml

CONFIG = Path("config.yml")
WHOLE_VARIABLE = "REPWISE_WHOLE"
NEED_TENSORFLOW = frozenset({"DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy", "ConveRTFeaturizer",
                             "LanguageModelFeaturizer"})
TENSORFLOW = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"})
ALWAYS = frozenset({"aiogram", "boto3", "matplotlib", "prompt_toolkit", "pymongo", "questionary", "scipy.stats", "spacy.cli", "webexteamssdk"})
"""SDKs of channels, stores and consoles that this project has its own of or none, and parts that only training and command lines use."""


class LeftOut(RuntimeError):
    """Something needs a library that was left out of this process."""


class _Kind(type):
    """The class of stand-ins: every attribute is another stand-in, and calling one does nothing."""

    sealed = False

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__module__}.{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if _Kind.sealed:
            raise LeftOut(f"{cls.__module__} was left out at start. Set {WHOLE_VARIABLE}=1 if something needs it.")
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else super().__call__()


def _stand_in(name: str) -> Any:
    module, _, last = name.rpartition(".")
    return _Kind(last, (Exception,), {"__module__": module, "__init__": lambda self: None})  # an exception, as it may stand after "except"


class _StandIn(ModuleType):
    """A module of which everything can be imported."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins for the named packages and all below them."""

    def __init__(self, packages: FrozenSet[str]) -> None:
        self.packages = packages
        self._below = tuple(package + "." for package in packages)

    def find_spec(self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None) -> Any:
        found = name in self.packages or name.startswith(self._below)
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if found else None

    def create_module(self, spec: Any) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def unneeded(config: Dict[str, Any]) -> FrozenSet[str]:
    """Returns the packages that a pipeline and its policies, as in config.yml, don't need."""
    named = {str(item.get("name")) for key in ("pipeline", "policies") for item in config.get(key) or []}
    return ALWAYS if named & NEED_TENSORFLOW else ALWAYS | TENSORFLOW


def leave_out(config: Path = CONFIG) -> None:
    """Puts stand-ins in place of what the model made from ``config`` does not need. To be called before Rasa is imported.

    Packages that are imported already stay. REPWISE_WHOLE=1 leaves everything as it is.
    """
    if os.environ.get(WHOLE_VARIABLE) == "1":
        return
    sys.meta_path.insert(0, _Finder(unneeded(yaml.safe_load(config.read_text(encoding="utf-8")))))


def seal() -> None:
    """From here on, calling a stand-in raises LeftOut."""
    _Kind.sealed = True
