"""The one mechanism that all forms share.

A form names its slots and says what to ask next (:meth:`ForgivingForm.next_slot`); everything else is here, once for every slot:
answers as buttons, words, numbers or sentences; several answers in one sentence; corrections; bad input with an example;
questions in the middle, which are left to Rasa's rules.
"""
from __future__ import annotations

from abc import abstractmethod
from typing import Any, Dict, List, Optional, Tuple

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.types import DomainDict

import knowledge
from actions.forms.reading import Read, looks_like_question, read_all
from actions.question import OUTSIDE, REQUESTS, TOPIC_OF_INTENT, Question, from_message

MISSES = "form_misses"
MISSES_BEFORE_HELP = 2
LEAVING_INTENTS = frozenset({
    "cancel", "explain_question", "report_red_flag", "ask_source", "ask_why", "ask_help", "bot_challenge", "greet", "goodbye",
    "thank", "repeat", "show_plan", "ask_detail", "out_of_scope", "other_language"})
"""Intents that are no answer to a question of a form, whatever words stand in them."""
SHORTEST_ASIDE = 3
"""A shorter message about something else is a failed answer."""
SURE_OF_ANOTHER = 0.8
"""From this confidence on a request for another kind of plan leaves the form; a bare answer may sound like one."""
SURE = 0.45
"""Below this confidence a message that answers nothing is taken for bad input, not for a question."""


class ForgivingForm(FormValidationAction):
    """Base of all form validations. Subclasses give ``name``, ``slots`` and ``next_slot``; ``memory`` are slots it only looks at.

    ``request`` is the intent that starts the form; a request for another form is left to Rasa's rules.
    """

    slots: Tuple[str, ...] = ()
    request: str = ""
    memory: Tuple[str, ...] = ()

    @abstractmethod
    def next_slot(self, values: Dict[str, Any], know: knowledge.Knowledge) -> Optional[str]:
        """Returns the slot to ask for next, None when the form is complete. A pure function of the slot values."""

    def after_reading(self, values: Dict[str, Any], fresh: Dict[str, Any], dispatcher: CollectingDispatcher,
                      know: knowledge.Knowledge) -> Dict[str, Any]:
        """May say something about new values and returns further slot values. By default nothing."""
        return {}

    async def required_slots(self, domain_slots: List[str], dispatcher: CollectingDispatcher, tracker: Tracker,
                             domain: DomainDict) -> List[str]:
        return list(self.slots)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        asked = tracker.get_slot(REQUESTED_SLOT)
        values = {slot: tracker.get_slot(slot) for slot in (*self.slots, *self.memory)}
        if asked is None or _returning(tracker, self.form_name()):
            return [SlotSet(REQUESTED_SLOT, self.next_slot(values, know))]
        question = from_message(tracker.latest_message, know)
        outcomes = read_all(question, asked, list(self.slots), know)
        if self._asks_for_another_form(question) or self._is_interruption(question, asked, outcomes):
            return []
        events: List[EventType] = []
        words = know.wording["form"]
        fresh: Dict[str, Any] = {}
        for slot, outcome in outcomes.items():
            if outcome.problem:
                continue
            if values[slot] is not None and values[slot] != outcome.value and slot != asked:
                dispatcher.utter_message(text=words["changed"].format(slot=words["labels"][slot], value=describe(slot, outcome.value, know)))
            fresh[slot] = outcome.value
        values.update(fresh)
        fresh.update(self.after_reading(values, fresh, dispatcher, know))
        values.update(fresh)
        events.extend(SlotSet(slot, value) for slot, value in fresh.items())
        if asked not in fresh and (not fresh or (asked in outcomes and outcomes[asked].problem)):
            misses = int(tracker.get_slot(MISSES) or 0) + 1
            hint = words["bad"][asked]
            if misses >= MISSES_BEFORE_HELP:
                hint = f"{hint} {words['why'][asked]} {words['misses']}"
            dispatcher.utter_message(text=hint)
            return [*events, SlotSet(MISSES, misses), SlotSet(asked, None), SlotSet(REQUESTED_SLOT, asked)]
        return [*events, SlotSet(MISSES, 0), SlotSet(REQUESTED_SLOT, self.next_slot(values, know))]

    def _asks_for_another_form(self, question: Question) -> bool:
        return question.intent in REQUESTS and question.intent != self.request and question.confidence >= SURE_OF_ANOTHER

    @staticmethod
    def _is_interruption(question: Question, asked: str, outcomes: Dict[str, Read]) -> bool:
        """Tells whether a message is something else than an answer: then Rasa's rules take it and come back."""
        read = any(not outcome.problem for outcome in outcomes.values())
        answered = asked in outcomes and not outcomes[asked].problem
        if question.intent in ("cancel", "explain_question") or question.values("red_flag"):
            return True
        if question.intent == "report_red_flag" and not answered:
            return True
        if answered and not looks_like_question(question.text):
            return False
        if looks_like_question(question.text):
            short_answer = answered and len(question.text.split()) <= 5
            return not short_answer and (question.intent in TOPIC_OF_INTENT or question.intent in LEAVING_INTENTS
                                         or question.intent == "follow_up")
        if read:
            return False
        if asked in outcomes and outcomes[asked].problem:
            return False
        if question.intent in LEAVING_INTENTS:
            return question.confidence >= SURE and (question.intent != OUTSIDE or len(question.text.split()) >= SHORTEST_ASIDE)
        return question.intent in TOPIC_OF_INTENT and question.confidence >= SURE and len(question.text.split()) >= 4


def describe(slot: str, value: Any, know: knowledge.Knowledge) -> str:
    """Returns the value of a slot in words, such as "muscle growth" or "100 kg x 8"."""
    if slot == "recent_set" and isinstance(value, dict) and "load" in value:
        return f"{value['load']:g} {value['unit']} x {value['reps']}"
    if slot == "session_size":
        return str(know.wording["session"]["size"]).format(n=value)
    if isinstance(value, list):
        return ", ".join(know.name_of(item) for item in value)
    if slot == "health" and isinstance(value, dict):
        return ", ".join(know.name_of(item) for item in value["conditions"]) or str(value["answer"])
    return know.name_of(str(value)) if not isinstance(value, dict) else know.wording["form"]["skipped"]


def _returning(tracker: Tracker, form: str) -> bool:
    """Tells whether the form is run again after another action has answered the latest message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in (None, "action_listen", "action_extract_slots", form):
            return True
    return False
