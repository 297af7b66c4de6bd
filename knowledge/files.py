"""Reads YAML the safe way, and refuses a key written twice.

What was read once is remembered as JSON, which reads a hundred times faster; a changed file is parsed anew.
"""
from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
from pathlib import Path
from typing import Any

import yaml

log = logging.getLogger(__name__)
REMEMBERED = Path(".rasa") / "yaml"
MAX_BYTES = 1_000_000
"""No knowledge file is near this size; a larger one is a mistake or an attack."""

MOST_NESTED = 50
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
    return _read(text, f"{path.parent.name}.{path.name}.json")


@functools.lru_cache(maxsize=64)
def _read(text: str, name: str) -> Any:
    """Returns the content of a YAML text, from ``name`` in the folder of remembered ones if it was parsed before."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    file = REMEMBERED / name
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["sha256"] == digest:
            return stored["content"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.debug("Nothing remembered in %s (%s)", file, error)
    content = _parsed(text)
    _remember(content, digest, file)
    return content


def _remember(content: Any, digest: str, file: Path) -> None:
    """Keeps a content for the next start, if JSON can hold it exactly: dates, say, it can't."""
    try:
        stored = json.dumps({"sha256": digest, "content": content}, ensure_ascii=False)
        if json.loads(stored)["content"] != content:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(stored, encoding="utf-8")
        partial.replace(file)
    except (OSError, TypeError, ValueError) as error:
        log.info("%s is parsed again at the next start (%s)", file.name, error)


def _parsed(text: str) -> Any:
    """Returns the content of a YAML text.

    Aliases are refused because nothing here needs them and nested ones can blow a small file up to gigabytes, deep nesting because it ends
    the whole process.
    """
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Base):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise YamlProblem(f"line {line}: YAML aliases (*name) are not allowed; write the text out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_NESTED:
                raise YamlProblem(f"line {line}: more than {MOST_NESTED} lists and mappings in one another")
        return yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise YamlProblem(f"{place}{problem}; check indentation, colons and quotes there") from error
