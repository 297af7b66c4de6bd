"""A thing that a message names: the input of everything that reads what was said."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Mention:
    """Something named in a message: an entity with its canonical value.

    ``context`` is true for what was said beside the question: a story's facts. ``amount``, ``unit`` and ``second`` are set for
    numbers (see :class:`actions.quantities.Quantity`).
    """

    entity: str
    value: str
    text: str = ""
    negated: bool = False
    amount: Optional[float] = None
    unit: Optional[str] = None
    second: Optional[float] = None
    context: bool = False
