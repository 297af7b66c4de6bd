"""What an exercise file holds, key by key: the file that a writer starts from, and advice where something is missing.

Keys come from :mod:`knowledge.schema`, the words beside them from ``template.yml``.
"""
from __future__ import annotations

import functools
import json
from enum import Enum
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Set, Tuple, Type

from pydantic import BaseModel
from pydantic.fields import SHAPE_LIST, ModelField

from knowledge import schema
from knowledge.files import read_yaml

TEMPLATE = "template.yml"
TODO = "TODO"
"""Stands in a new file wherever the writer has to write."""
STEPS = 3
"""What a sentence must say follows from where it stands: so many steps of its place are told."""

_HEADER = """\
# The {name}. How to write claims: knowledge/README.md
# Replace every {todo}; `make validate` lists what is left and says what to write. Lines that start with "#" may be left out, or
# completed after taking the "#" away.
"""


class Help(str):
    """One line on a key; ``value`` is what a new file has there, None for something still to do."""

    value: Any = None


@functools.lru_cache(maxsize=1)
def helps() -> Dict[Tuple[str, str], Help]:
    """Returns what belongs under each key, by (model, key)."""
    found = {}
    for model, keys in read_yaml(Path(__file__).with_name(TEMPLATE)).items():
        for key, told in keys.items():
            text = Help(told["help"] if isinstance(told, dict) else told)
            text.value = told["value"] if isinstance(told, dict) else None
            found[model, key] = text
    return found


def models(top: Type[BaseModel] = schema.Exercise) -> Iterator[Type[BaseModel]]:
    """Yields a model and every model that stands in it, each once."""
    seen: List[Type[BaseModel]] = [top]
    for model in seen:
        yield model
        seen += [kind for kind in dict.fromkeys(map(_model, model.__fields__.values())) if kind is not None and kind not in seen]


def advice(model: Type[BaseModel], place: Iterable[Any]) -> str:
    """Returns what to write at a place of a model, a path of keys and numbers; empty where the template says nothing of it."""
    owner: Optional[Type[BaseModel]] = model
    current: Optional[Type[BaseModel]] = model
    told: List[str] = []
    for part in place:
        field = current.__fields__.get(str(part)) if current is not None and not isinstance(part, int) else None
        if current is None or field is None:
            continue
        text = helps().get((current.__name__, field.name))
        told += [_with_values(text, field)] if text else []
        owner, current = current, _model(field)
    return ": ".join(told[-STEPS:] if owner is schema.Claim else told[-1:])


def new_file(exercise: str, name: str, given: Mapping[str, List[str]]) -> str:
    """Returns the text of a new exercise file; ``given`` are values for its first keys that are known already."""
    values = {"id": exercise, "name": name, **{key: value for key, value in given.items() if value}}
    return "\n".join([_HEADER.format(name=name, todo=TODO).rstrip("\n"), *_block(schema.Exercise, values, set()), ""])


def _block(model: Type[BaseModel], values: Mapping[str, Any], shown: Set[Type[BaseModel]]) -> List[str]:
    """Returns the lines of a mapping; keys that may be left out are commented. They and all helps stand in the first block
    of their model only."""
    lines: List[str] = []
    first = model not in shown
    shown.add(model)
    for field in model.__fields__.values():
        text = helps()[model.__name__, field.name]
        value = values.get(field.name, text.value)
        if field.required or value is not None:
            lines += _key(field, text if first else "", value, shown)
        elif first:
            lines += ["# " + line for line in _key(field, text, value, {*shown, schema.Claim})]
    return lines


def _key(field: ModelField, text: str, value: Any, shown: Set[Type[BaseModel]]) -> List[str]:
    inner = _model(field)
    told = f"  # {_with_values(text, field)}" if text else ""
    if inner is None:
        value = value if value is not None else [TODO] if field.shape == SHAPE_LIST else TODO
        return [f"{field.name}: {_flow(value)}{told}"]
    block = _block(inner, {}, shown)
    if field.shape == SHAPE_LIST:
        block = [("- " if number == 0 else "  ") + line for number, line in enumerate(block)]
    return [f"{field.name}:{told}", *("  " + line for line in block)]


def _flow(value: Any) -> str:
    """Returns a value on one line of YAML, in quotes only where it needs them."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return value if all(char.isalnum() or char in " _" for char in value) else json.dumps(value, ensure_ascii=False)


def _with_values(text: str, field: ModelField) -> str:
    """Returns a help with the values that are allowed."""
    kind = field.type_
    if isinstance(kind, type) and issubclass(kind, Enum) and field.shape != SHAPE_LIST:
        return f"{text}: {', '.join(str(member.value) for member in kind)}"
    return text


def _model(field: ModelField) -> Optional[Type[BaseModel]]:
    kind = field.type_
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
