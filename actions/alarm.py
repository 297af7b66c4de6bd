"""What a red flag means for the rest of a talk. Pure functions over the slot "alarm"."""
from __future__ import annotations

import time
from typing import Any, Dict, Mapping, Optional

from knowledge import Knowledge

SLOT = "alarm"
"""The slot with the last red flag about the person: {"tier", "at"}; ``at`` is seconds since 1970."""

BLOCKED_FOR_S = 24 * 3600
"""After an emergency no plan is made for a day, whatever is said."""

_URGENCY = {"C": 0, "U": 1, "D": 0, "S": 1, "E": 2}


def raised(before: Optional[Mapping[str, Any]], tier: str, at: float) -> Dict[str, Any]:
    """Returns the slot's new value: a new emergency starts its day afresh, a lesser flag never hides an emergency."""
    if before and _URGENCY[before["tier"]] > _URGENCY[tier]:
        return dict(before)
    return {"tier": tier, "at": at}


def state(alarm: Optional[Mapping[str, Any]], now: Optional[float] = None) -> Optional[str]:
    """Returns what an alarm means for plans: "blocked", "clearance" (only after a professional's word) or None."""
    if not alarm or alarm["tier"] in ("S", "D"):
        return None
    age = (time.time() if now is None else now) - alarm["at"]
    return "blocked" if alarm["tier"] == "E" and age < BLOCKED_FOR_S else "clearance"


def reply(tier: str, worry: str, know: Knowledge) -> str:
    """Returns what is said to a red flag, with the numbers of the region."""
    return str(know.wording["red_flag"][tier]).format(worry=worry.rstrip("."), **know.region.numbers())
