"""The session form: which question comes next, and the profile it ends in. Pure functions and their form class."""
from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from actions.forms import screening
from actions.forms.screening import ScreenedForm
from actions.question import REQUEST_SESSION
from actions.sessions import SessionProfile
from knowledge import Knowledge

FORM = "session_form"
NEEDED = ("goal", "experience", "sessions_per_week", "equipment", "health")
UNASKED = ("named_exercises", "unwanted_exercises", "session_size")
"""Slots that are taken where somebody says them and never asked for."""
SLOTS = (*NEEDED, "clearance", *UNASKED)


def next_slot(values: Mapping[str, Any], know: Knowledge) -> Optional[str]:
    """Returns the next question of the session form, None when nothing more is needed."""
    return screening.next_question(values, NEEDED, know)


def profile_of(values: Mapping[str, Any], know: Knowledge) -> SessionProfile:
    """Builds the profile of a complete form."""
    named = values.get("named_exercises") or ()
    return SessionProfile(equipment=tuple(values["equipment"]), exercises=tuple(item for item in named if item not in know.muscles),
                          focus=tuple(item for item in named if item in know.muscles), size=values.get("session_size"),
                          without=tuple(values.get("unwanted_exercises") or ()), **screening.person_of(values, know))


class ValidateSessionForm(ScreenedForm):
    """The session form on the shared mechanism."""

    slots = SLOTS
    request = REQUEST_SESSION

    def name(self) -> str:
        return f"validate_{FORM}"

    def next_slot(self, values: Dict[str, Any], know: Knowledge) -> Optional[str]:
        return next_slot(values, know)
