"""Rasa's custom actions. Each reads slots and the message, calls a pure function, says its result and sets slots."""
from __future__ import annotations

import time
from typing import Any, Dict, List, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

import knowledge
from actions import alarm, answers, misses, plan_text, rendering, schemes, talk
from actions.asking import Answer, exercise_buttons, payload
from actions.forms import rep_scheme
from actions.forms.reading import conditions_in, read_all
from actions.question import ABOUT_ANOTHER, INTENT_OF_TOPIC, OUTSIDE, PARTS, TOPIC_OF_INTENT, Context, from_message, parts_of

FORM_SLOTS = (*rep_scheme.SLOTS, "form_misses")
LASTING_SLOTS = (rep_scheme.MEMORY, alarm.SLOT)
"""Slots that outlive a session that has expired: a health limit and a red flag must not be forgotten."""

OFFERED_READINGS = 2
UNCLEAR_TIER = "C"
"""How urgent a message is that sounds like a red flag and matches no sign."""

LIKELY_A_QUESTION = 0.15
SURE_IT_IS_OUTSIDE = 0.5
"""From this confidence on, a message about something else is not looked up in knowledge."""


def context_of(tracker: Tracker) -> Context:
    """Returns what the talk was about before the latest message."""
    return Context(tracker.get_slot("topic"), tracker.get_slot("exercise"), tracker.get_slot("last_answer") or {})


def _say(answer: Answer, dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> None:
    dispatcher.utter_message(text=rendering.text_of(answer, know), buttons=rendering.buttons_of(answer),
                             json_message=rendering.extras_of(answer.claims, answer.sources, know))


def told(answer: Answer, dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> List[EventType]:
    """Says an answer and returns the context slots that it sets."""
    _say(answer, dispatcher, know)
    events: List[EventType] = [SlotSet("topic", answer.topic), SlotSet("last_answer", answer.record())]
    if answer.exercise is not None:
        events.append(SlotSet("exercise", answer.exercise))
    return events


def told_parts(tracker: Tracker, dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> List[EventType]:
    """Answers each question of the message, in order and once, and returns the context slots that the answers set."""
    questions = parts_of(tracker.latest_message, know)
    context = context_of(tracker)
    if len(questions) == 1:
        return told(answers.answer(questions[0], context, know), dispatcher, know)
    results = answers.answer_all(questions, context, know)
    for result in results:
        _say(result, dispatcher, know)
    last = [result for result in results if result.topic != OUTSIDE]
    if not last:
        return []
    record = {**last[-1].record(), "claims": [claim for result in last for claim in result.claims],
              "sources": [source for result in last for source in result.sources], "intents": [result.intent for result in results]}
    exercise = next((result.exercise for result in reversed(last) if result.exercise), None)
    events: List[EventType] = [SlotSet("topic", last[-1].topic), SlotSet("last_answer", record)]
    return [*events, SlotSet("exercise", exercise)] if exercise else events


def _reset(*keep: str) -> List[EventType]:
    """Clears the slots of the form; the exercise stays, because it is also what the talk is about."""
    return [SlotSet(slot, None) for slot in FORM_SLOTS if slot != "exercise" and slot not in keep]


class ActionAnswer(Action):
    """Answers a question of any topic, and follow-ups."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        return told_parts(tracker, dispatcher, knowledge.shared())


class ActionMore(Action):
    """Tells more of what the last answer was about."""

    def name(self) -> str:
        return "action_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        context = context_of(tracker)
        question = from_message(tracker.latest_message, know)
        result = talk.more(question, context, know) if context.last else answers.answer(question, context, know)
        _say(result, dispatcher, know)
        record = {**result.record(), "tags": context.last.get("tags") or [],
                  "claims": [*result.claims, *(context.last.get("claims") or [])], "intent": INTENT_OF_TOPIC.get(result.topic)}
        return [SlotSet("topic", result.topic), SlotSet("last_answer", record)]


class ActionSource(Action):
    """Says where the last answer comes from."""

    def name(self) -> str:
        return "action_source"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        dispatcher.utter_message(text=talk.source_text(context_of(tracker), knowledge.shared()))
        return []


class ActionWhy(Action):
    """Says why the last answer holds."""

    def name(self) -> str:
        return "action_why"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        dispatcher.utter_message(text=talk.why_text(context_of(tracker), knowledge.shared()))
        return []


class ActionRepeat(Action):
    """Says the last message again."""

    def name(self) -> str:
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        for event in reversed(tracker.events):
            if event.get("event") == "bot" and event.get("text"):
                data = event.get("data") or {}
                dispatcher.utter_message(text=event["text"], buttons=data.get("buttons") or None, json_message=data.get("custom") or None)
                return []
        dispatcher.utter_message(response="utter_help")
        return []


class ActionRedFlag(Action):
    """Stops everything: names the worry and says where to go."""

    def name(self) -> str:
        return "action_red_flag"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        flags = from_message(tracker.latest_message, know).values("red_flag")
        flag = next((know.red_flags[item] for item in flags if item in know.red_flags), None)
        dispatcher.utter_message(text=alarm.reply("unclear", "", know) if flag is None else alarm.reply(flag.tier.value, flag.worry, know))
        if tracker.latest_message.get(ABOUT_ANOTHER):
            return _reset()
        raised = alarm.raised(tracker.get_slot(alarm.SLOT), flag.tier.value if flag else UNCLEAR_TIER, time.time())
        return [*_reset(), SlotSet("plan", None), SlotSet(alarm.SLOT, raised)]


class ActionFallback(Action):
    """Offers the two nearest readings, by what they are about and never by an intent's name."""

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        question = from_message(tracker.latest_message, know)
        rescued = answers.rescue(question, context_of(tracker), know)
        if rescued is not None:
            return told(rescued, dispatcher, know)
        misses.keep(question, "unsure", know)
        named = [item for item in question.values("exercise") if item in know.exercises or item in know.families]
        exercise = named[0] if named else tracker.get_slot("exercise")
        words = know.wording["ask"]
        buttons = []
        for intent in [name for name in question.ranking if name in INTENT_OF_TOPIC.values()][:OFFERED_READINGS]:
            title = know.wording["topics"][TOPIC_OF_INTENT[intent]]
            if exercise:
                title = words["about"].format(topic=title, name=know.name_of(exercise))
            buttons.append({"title": title, "payload": payload(intent, exercise=exercise)})
        buttons.append({"title": words["something_else"], "payload": "/ask_help"})
        dispatcher.utter_message(text=words["did_you_mean"], buttons=buttons)
        return []


class ActionOutOfScope(Action):
    """Says that a subject is not covered, unless knowledge plainly has the answer after all."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        question = from_message(tracker.latest_message, know)
        rescued = None
        if question.confidence < SURE_IT_IS_OUTSIDE and not question.values("outside"):
            rescued = answers.rescue(question, context_of(tracker), know, near=answers.OUTSIDE_MEANING)
        if rescued is not None:
            return told(rescued, dispatcher, know)
        misses.keep(question, "outside", know)
        dispatcher.utter_message(response="utter_out_of_scope")
        return []


class ActionStartRepScheme(Action):
    """Clears what an earlier form left and takes over what the first sentence already says."""

    def name(self) -> str:
        return "action_start_rep_scheme"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        asked_beside = told_parts(tracker, dispatcher, know) if tracker.latest_message.get(PARTS) else []
        question = from_message(tracker.latest_message, know)
        outcomes = read_all(question, None, list(rep_scheme.SLOTS), know)
        found = {slot: outcome.value for slot, outcome in outcomes.items() if not outcome.problem}
        events = asked_beside + _reset(*found) + [SlotSet(slot, value) for slot, value in found.items()]
        health = found.get("health")
        if health and health["answer"] == "yes":
            memory = rep_scheme.whole_health({"health": health, "limit": tracker.get_slot(rep_scheme.MEMORY)})
            events.append(SlotSet(rep_scheme.MEMORY, memory))
            if rep_scheme.verdict(health, know) == "clearance":
                dispatcher.utter_message(text="\n".join(rep_scheme.referral(health, know)))
        return events


class ActionAskExercise(Action):
    """Asks which exercise the plan is for."""

    def name(self) -> str:
        return f"action_ask_{rep_scheme.FORM}_exercise"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        buttons = [{"title": item.title, "payload": item.payload} for item in exercise_buttons("inform", know)]
        dispatcher.utter_message(response="utter_which_exercise", buttons=buttons)
        return []


class ActionAskClearance(Action):
    """Asks whether somebody who may decide has cleared leg training."""

    def name(self) -> str:
        return f"action_ask_{rep_scheme.FORM}_clearance"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        values = {"health": tracker.get_slot("health"), "limit": tracker.get_slot(rep_scheme.MEMORY)}
        state = rep_scheme.verdict(rep_scheme.whole_health(values), know)
        key = {"managed": "ask_managed", "none": "ask_clearance_return"}.get(state, "ask_clearance")
        if alarm.state(tracker.get_slot(alarm.SLOT)):
            key = "ask_clearance_alarm"
        titles = know.wording["buttons"]
        dispatcher.utter_message(text=know.wording["referral"][key], buttons=[
            {"title": titles["yes"], "payload": '/inform{"clearance":"yes"}'},
            {"title": titles["no"], "payload": '/inform{"clearance":"no"}'}])
        return []


class ActionSubmitRepScheme(Action):
    """Ends the form: the plan, or the words of a refusal."""

    def name(self) -> str:
        return "action_submit_rep_scheme"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        values = {slot: tracker.get_slot(slot) for slot in (*rep_scheme.SLOTS, rep_scheme.MEMORY, alarm.SLOT)}
        refusal = rep_scheme.refused(values, know)
        if refusal is not None:
            dispatcher.utter_message(text="\n".join(refusal))
            return [*_reset(), SlotSet("plan", None)]
        if any(values[slot] is None for slot in ("goal", "experience", "sessions_per_week", "exercise", "health")):
            dispatcher.utter_message(text=know.wording["plan"]["none"])
            return _reset()
        profile = rep_scheme.profile_of(values, know)
        return [*_reset(), *show(profile, dispatcher, know), SlotSet("exercise", profile.exercise)]


def show(profile: schemes.Profile, dispatcher: CollectingDispatcher, know: knowledge.Knowledge, lead: str = "") -> List[EventType]:
    """Says the plan of a profile, or why the exercise does not suit the goal, and keeps the profile for later turns."""
    words = know.wording["plan"]
    try:
        plan = schemes.make_plan(profile, know)
    except schemes.NotSuited as reason:
        dispatcher.utter_message(text=words["not_suited"].format(
            exercise=know.name_of(profile.exercise), rated=reason.rated, goal=know.name_of(profile.goal)))
        return []
    sources = list(schemes.row_for(profile, know).sources)
    before = [lead] if lead else []
    dispatcher.utter_message(text="\n".join([*before, *plan_text.plan_lines(plan, know)]), json_message={
        "table": plan_text.plan_table(plan, know, first=len(before)),
        "calendar": {"title": know.name_of(plan.exercise), "sessions": plan.sessions}, **rendering.extras_of((), sources, know)})
    record = {"topic": "request_rep_scheme", "intent": "request_rep_scheme", "exercise": profile.exercise, "claims": [],
              "tags": [], "sources": sources}
    return [SlotSet("plan", profile.as_dict()), SlotSet("last_answer", record)]


def _held_back(tracker: Tracker, know: knowledge.Knowledge) -> Optional[str]:
    """Returns why no finished plan is shown or changed after a red flag, None where nothing speaks against it."""
    state = alarm.state(tracker.get_slot(alarm.SLOT))
    plan = tracker.get_slot("plan")
    if state is None or (plan and state != "blocked"):  # a plan after the alarm was made with a professional's word
        return None
    return str(know.wording["red_flag"]["blocked" if state == "blocked" else "no_change"]).format(**know.region.numbers())


def _without_plan(tracker: Tracker, dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> List[EventType]:
    """Where there is no plan, a message that seems to speak of one is more likely a question."""
    rescued = answers.rescue(from_message(tracker.latest_message, know), context_of(tracker), know, likely=LIKELY_A_QUESTION)
    if rescued is not None:
        return told(rescued, dispatcher, know)
    dispatcher.utter_message(text=know.wording["plan"]["none"], buttons=[
        {"title": know.wording["topics"]["request_rep_scheme"], "payload": "/request_rep_scheme"}])
    return []


class ActionShowPlan(Action):
    """Shows the finished plan again."""

    def name(self) -> str:
        return "action_show_plan"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        plan = tracker.get_slot("plan")
        if held := _held_back(tracker, know):
            dispatcher.utter_message(text=held)
            return []
        if not plan:
            return _without_plan(tracker, dispatcher, know)
        return show(schemes.Profile.from_dict(plan), dispatcher, know, know.wording["plan"]["again"])


class ActionChangePlan(Action):
    """Changes goal, level, sessions or exercise of the finished plan; what a health answer forbade stays forbidden."""

    def name(self) -> str:
        return "action_change_plan"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        words = know.wording["plan"]
        stored = tracker.get_slot("plan")
        if held := _held_back(tracker, know):
            dispatcher.utter_message(text=held)
            return []
        if not stored:
            return _without_plan(tracker, dispatcher, know)
        question = from_message(tracker.latest_message, know)
        outcomes = read_all(question, "sessions_per_week" if question.numbers() else None,
                            ["goal", "experience", "sessions_per_week", "exercise", "recent_set"], know)
        changes: Dict[str, Any] = {slot: outcome.value for slot, outcome in outcomes.items() if not outcome.problem}
        if conditions_in(question, know) or changes.get("goal") == rep_scheme.CLEARANCE_GOAL != stored["goal"]:
            dispatcher.utter_message(text=words["change_needs_new"])
            return []
        if "load" not in changes.get("recent_set", {"load": 0}) or stored.get("limit"):
            changes.pop("recent_set", None)
        if not changes:
            bad = any(outcome.problem for outcome in outcomes.values())
            dispatcher.utter_message(text=know.wording["form"]["bad"]["sessions_per_week"] if bad else words["no_change"])
            return []
        if "exercise" in changes and changes["exercise"] != stored["exercise"]:
            changes.setdefault("recent_set", None)  # a load on one machine says nothing about another
        profile = schemes.Profile.from_dict({**stored, **changes})
        refusal = rep_scheme.refused({"exercise": profile.exercise, "health": {
            "answer": "yes", "conditions": list(profile.conditions)}, "clearance": "yes"}, know) if profile.conditions else None
        if refusal is not None:
            dispatcher.utter_message(text="\n".join(refusal))
            return []
        return [*show(profile, dispatcher, know), SlotSet("exercise", profile.exercise)]


class ActionExplainQuestion(Action):
    """Says why the open question of a form is asked."""

    def name(self) -> str:
        return "action_explain_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        words = knowledge.shared().wording
        reasons = words["form"]["why"]
        asked = tracker.get_slot("requested_slot")
        dispatcher.utter_message(text=reasons[asked] if asked in reasons else words["why"]["none"])
        return []


class ActionCancelForm(Action):
    """Drops the open form and what it had gathered."""

    def name(self) -> str:
        return "action_cancel_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        words = knowledge.shared().wording["form"]
        dispatcher.utter_message(text=words["cancelled" if tracker.active_loop_name else "nothing_to_cancel"])
        return _reset()


class ActionSessionStart(Action):
    """Starts a talk with the welcome, which says once that this is general information. Only a health limit is carried over."""

    def name(self) -> str:
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        dispatcher.utter_message(response="utter_welcome")
        kept = [SlotSet(slot, tracker.get_slot(slot)) for slot in LASTING_SLOTS if tracker.get_slot(slot) is not None]
        return [SessionStarted(), *kept, ActionExecuted("action_listen")]
