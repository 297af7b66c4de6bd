"""One line of measurement from a finished turn: what was understood and what was said."""
from __future__ import annotations

from typing import Any, Dict, List, Optional

from actions.question import REQUEST, REQUESTS

TOPIC_OF_ACTION = {
    "action_red_flag": "red_flag", "action_source": "source", "action_why": "why", "action_out_of_scope": "out_of_scope",
    "action_fallback": "out_of_scope", "utter_other_language": "out_of_scope",
    "utter_greet": "smalltalk", "utter_goodbye": "smalltalk", "utter_thank": "smalltalk",
    "utter_bot": "smalltalk", "utter_help": "smalltalk", "utter_affirm": "smalltalk", "utter_deny": "smalltalk",
    "action_repeat": "smalltalk", "action_cancel_form": "smalltalk", "action_submit_rep_scheme": "request_rep_scheme",
    "action_show_plan": "request_rep_scheme", "action_change_plan": "request_rep_scheme",
    "action_explain_question": "request_rep_scheme", "rep_scheme_form": "request_rep_scheme",
    "action_submit_session": "request_rep_scheme", "session_form": "request_rep_scheme",
}
"""The topic of a reply by the action that gave it, those first that decide; action_answer and action_more set the slot."""

ANSWERING = {"action_answer", "action_more", "action_fallback", "action_out_of_scope", "action_show_plan", "action_change_plan"}
"""Actions that may answer from knowledge; whether they did shows in the slots they set."""

FORMS = {"rep_scheme_form", "session_form"}
FORM_ANSWERS = ("request_rep_scheme", "request_session", "inform", "affirm", "deny", "skip", "change_plan")


def turn_record(text: str, messages: List[Dict[str, Any]], tracker: Any) -> Dict[str, Any]:
    """Returns the record of the latest turn of a tracker; see evaluation/README.md for the fields."""
    events = list(tracker.events)
    start = max((n for n, event in enumerate(events) if event.type_name == "user"), default=-1)
    parsed: Dict[str, Any] = events[start].parse_data if start >= 0 else {}
    actions = [event.action_name for event in events[start + 1:] if event.type_name == "action"]
    intent = (parsed.get("intent") or {}).get("name") or "nlu_fallback"
    last = tracker.get_slot("last_answer") or {}
    exercise: Optional[str] = None
    answered = any(event.type_name == "slot" and event.key == "last_answer" for event in events[start + 1:])
    if answered and last.get("topic") != "request_rep_scheme" and ANSWERING & set(actions):
        topic, exercise = last.get("topic"), last.get("exercise")
        if intent != "ask_detail":
            intent = last.get("intent") or intent
    else:
        topic = next((TOPIC_OF_ACTION[name] for name in TOPIC_OF_ACTION if name in actions), "out_of_scope")
        if topic == "request_rep_scheme":
            exercise = tracker.get_slot("exercise")
            if FORMS & set(actions) and intent not in FORM_ANSWERS and "action_explain_question" not in actions:
                intent = "inform"
    asking = tracker.get_slot("requested_slot") if tracker.active_loop_name else None
    intents = (last.get("intents") if answered else None) or [intent]
    return {
        "text": text, "intent": _one_request(intent), "intents": [_one_request(item) for item in intents],
        "confidence": round(float((parsed.get("intent") or {}).get("confidence") or 0.0), 4),
        "entities": [{"entity": e["entity"], "value": e["value"]} for e in parsed.get("entities") or []],
        "topic": topic, "exercise": exercise, "asking": asking, "replies": [shown(message) for message in messages],
    }


def _one_request(intent: str) -> str:
    """Returns an intent, one name for all that ask for a plan: whoever judges from outside tells them by the answer."""
    return REQUEST if intent in REQUESTS else intent


def shown(message: Dict[str, Any]) -> Dict[str, Any]:
    """Returns a message as a person sees it."""
    return {"text": message.get("text") or "", "image": message.get("image"),
            "pictures": (message.get("custom") or {}).get("pictures") or [],
            "buttons": [{"title": b["title"], "payload": b["payload"]} for b in message.get("buttons") or []]}


def refused_record(text: str, sentence: str) -> Dict[str, Any]:
    """Returns the record of a message that the channel did not hand on."""
    return {"text": text, "intent": "nlu_fallback", "intents": ["nlu_fallback"], "confidence": 0.0, "entities": [],
            "topic": "out_of_scope", "exercise": None, "asking": None,
            "replies": [{"text": sentence, "image": None, "pictures": [], "buttons": []}]}
