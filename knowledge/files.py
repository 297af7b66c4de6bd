"""Reads YAML the safe way, and refuses a key written twice."""
from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
"""No knowledge file is near this size; a larger one is a mistake or an attack."""

_MAYBE_ALIAS = re.compile(r"(?:^|\s)\*\w")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(Exception):
    """A file that cannot be read as YAML; the message says where and what to do."""


class _UniqueKeys(_Base):
    """A safe loader that takes a repeated key for an error."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise YamlProblem(f'line {key_node.start_mark.line + 1}: "{key}" stands twice; keep one')
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Returns the content of a YAML file.

    Raises:
        YamlProblem: the file is too large, is no UTF-8, is no YAML, repeats a key or uses aliases.
    """
    if path.stat().st_size > MAX_BYTES:
        raise YamlProblem(f"is larger than {MAX_BYTES} bytes; split it")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise YamlProblem(f"is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from error
    return _parsed(text)


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> Any:
    """Returns the content of a YAML text; the same text is parsed once.

    Aliases are refused because nothing here needs them and nested ones can blow a small file up to gigabytes.
    """
    try:
        if _MAYBE_ALIAS.search(text):
            for event in yaml.parse(text, Loader=_Base):
                if isinstance(event, yaml.AliasEvent):
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    raise YamlProblem(f"line {line}: YAML aliases (*name) are not allowed; write the text out")
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise YamlProblem(f"{place}{problem}; check indentation, colons and quotes there") from error
