"""What is wrong with a knowledge file, said so that a writer can mend it."""
from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, List, Tuple, Type

from pydantic import BaseModel, ValidationError

from knowledge.template import TODO, advice


@dataclass(frozen=True)
class Problem:
    """One problem: in which file, at which path in it, what is wrong, and what to do."""

    file: str
    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"knowledge/{self.file}" + (f": {self.path}" if self.path else "")
        return f"{where}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")


class KnowledgeError(Exception):
    """The knowledge files have problems; all of them are in ``problems``."""

    def __init__(self, problems: List[Problem]):
        self.problems = problems
        super().__init__(f"{len(problems)} problem(s) in knowledge:\n" + "\n".join(f"  {p}" for p in problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """Returns "did you mean ...?" for the closest known word, or a list of a few known ones."""
    options = sorted(set(known))
    close = difflib.get_close_matches(str(word), options, n=1, cutoff=0.5)
    if close:
        return f'did you mean "{close[0]}"?'
    return "use one of " + ", ".join(options[:12]) + (" ..." if len(options) > 12 else "")


def unfinished(file: str, at: str, data: Any, model: Type[BaseModel]) -> List[Problem]:
    """Returns a problem for every TODO that `make new-exercise` left in ``data``."""
    return [Problem(file, (at + _path(place)).lstrip("."), "is still to do", advice(model, place)) for place in _todos(data)]


def _todos(data: Any, place: Tuple[Any, ...] = ()) -> Iterator[Tuple[Any, ...]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _todos(value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _todos(value, (*place, number))
    elif isinstance(data, str) and data.startswith(TODO):
        yield place


def from_pydantic(file: str, at: str, error: ValidationError, model: Type[BaseModel]) -> List[Problem]:
    """Translates pydantic's errors into words for a writer."""
    problems = []
    for item in error.errors():
        path = at + _path(item["loc"])
        kind = item["type"]
        if kind == "value_error.missing":
            what, remedy = "is missing", advice(model, item["loc"]) or "add it; the other files show the form"
        elif kind == "value_error.extra":
            what, remedy = "is no known key", nearest(str(item["loc"][-1]), _keys_at(model, item["loc"][:-1]))
        elif kind.startswith("type_error.enum"):
            allowed = [str(member.value) for member in item.get("ctx", {}).get("enum_values", [])]
            what, remedy = "has a value that is not allowed", "use one of " + ", ".join(allowed)
        elif kind == "value_error.list.min_items":
            what, remedy = "is empty", "add at least one"
        else:
            what, remedy = item["msg"], ""
        problems.append(Problem(file, path.lstrip("."), what, remedy))
    return problems


def _path(loc: Iterable[Any]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


def _keys_at(model: Type[BaseModel], loc: Iterable[Any]) -> List[str]:
    """Returns the keys a writer may use at a place of a model."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        field = getattr(current, "__fields__", {}).get(part)
        if field is None:
            return []
        current = field.type_
    return list(getattr(current, "__fields__", {}))
