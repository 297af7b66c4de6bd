"""Rasa's custom actions. Each reads slots and the message, calls a pure function, says its result and sets slots."""
from __future__ import annotations

import time
from typing import Any, Dict, List, Mapping, Optional, Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

import knowledge
from actions import alarm, answers, misses, planning, rendering, talk
from actions.asking import Answer, exercise_buttons, payload
from actions.forms import rep_scheme, screening, session
from actions.forms.reading import conditions_in, read_all
from actions.ordering import asks_order
from actions.question import (
    ABOUT_ANOTHER,
    INTENT_OF_TOPIC,
    OUTSIDE,
    PARTS,
    REQUEST_SESSION,
    TOPIC_OF_INTENT,
    Context,
    Question,
    from_message,
    parts_of,
)
from actions.sessions import SessionProfile

FORM_SLOTS = (*dict.fromkeys((*rep_scheme.SLOTS, *session.SLOTS)), "form_misses")
LASTING_SLOTS = (screening.MEMORY, alarm.SLOT)
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


def _say(answer: Answer, dispatcher: CollectingDispatcher, context: Context, know: knowledge.Knowledge) -> None:
    picture = answer.picture if answer.picture and answer.picture.name != context.last.get("picture") else None
    dispatcher.utter_message(text=rendering.text_of(answer, know), buttons=rendering.buttons_of(answer),
                             json_message=rendering.extras_of(answer.claims, answer.sources, know, picture))


def told(answer: Answer, dispatcher: CollectingDispatcher, context: Context, know: knowledge.Knowledge) -> List[EventType]:
    """Says an answer and returns the context slots that it sets."""
    _say(answer, dispatcher, context, know)
    events: List[EventType] = [SlotSet("topic", answer.topic), SlotSet("last_answer", answer.record())]
    if answer.exercise is not None:
        events.append(SlotSet("exercise", answer.exercise))
    return events


def told_parts(tracker: Tracker, dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> List[EventType]:
    """Answers each question of the message, in order and once, and returns the context slots that the answers set."""
    questions = parts_of(tracker.latest_message, know)
    context = context_of(tracker)
    if len(questions) == 1:
        return told(answers.answer(questions[0], context, know), dispatcher, context, know)
    results = answers.answer_all(questions, context, know)
    for result in results:
        _say(result, dispatcher, context, know)
    last = [result for result in results if result.topic != OUTSIDE]
    if not last:
        return []
    record = {**last[-1].record(), "claims": [claim for result in last for claim in result.claims],
              "sources": [source for result in last for source in result.sources], "intents": [result.intent for result in results],
              "picture": next((result.picture.name for result in last if result.picture), None)}
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
        know = knowledge.shared()
        session = _session_just_told(tracker)
        question = from_message(tracker.latest_message, know)
        if session and asks_order(question) and not question.values("exercise"):
            return told(planning.order_of(session, know), dispatcher, context_of(tracker), know)
        if session and not _held_back(tracker, know) and (changed := planning.refocused(session, question, know)) is not None:
            return planning.show(changed, dispatcher, know)
        return told_parts(tracker, dispatcher, know)


def _session_just_told(tracker: Tracker) -> Optional[SessionProfile]:
    """Returns the session that was the last answer, None where that was something else."""
    plan = tracker.get_slot("plan")
    last = tracker.get_slot("last_answer") or {}
    return SessionProfile.from_dict(plan) if planning.is_session(plan) and last.get("intent") == REQUEST_SESSION else None


class ActionMore(Action):
    """Tells more of what the last answer was about."""

    def name(self) -> str:
        return "action_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        context = context_of(tracker)
        question = from_message(tracker.latest_message, know)
        result = talk.more(question, context, know) if context.last else answers.answer(question, context, know)
        _say(result, dispatcher, context, know)
        record = {**result.record(), "tags": context.last.get("tags") or [], "conditions": context.last.get("conditions") or [],
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
        know = knowledge.shared()
        if session := _session_just_told(tracker):
            _say(planning.order_of(session, know), dispatcher, context_of(tracker), know)
        else:
            dispatcher.utter_message(text=talk.why_text(context_of(tracker), know))
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
            return told(rescued, dispatcher, context_of(tracker), know)
        misses.keep(question, "unsure", know)
        _offer_readings(question, dispatcher, tracker, know)
        return []


class ActionOutOfScope(Action):
    """Says that a subject is not covered, unless knowledge plainly has the answer after all or a doubtful message names an exercise or term."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        question = from_message(tracker.latest_message, know)
        rescued = None
        unsure = question.confidence < SURE_IT_IS_OUTSIDE and not question.values("outside")
        of_the_subject = bool(question.values("exercise") or question.values("term"))
        if unsure:
            near = answers.RESCUE_MEANING if of_the_subject else answers.OUTSIDE_MEANING
            rescued = answers.rescue(question, context_of(tracker), know, near=near)
        if rescued is not None:
            return told(rescued, dispatcher, context_of(tracker), know)
        misses.keep(question, "outside", know)
        if unsure and of_the_subject:
            _offer_readings(question, dispatcher, tracker, know)
        else:
            dispatcher.utter_message(response="utter_out_of_scope")
        return []


def _offer_readings(question: Question, dispatcher: CollectingDispatcher, tracker: Tracker, know: knowledge.Knowledge) -> None:
    """Asks which of the two likeliest topics was meant, about the exercise named or talked of, or something else."""
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


def started(slots: Sequence[str], dispatcher: CollectingDispatcher, tracker: Tracker, know: knowledge.Knowledge) -> List[EventType]:
    """Takes over what the first sentence of a form says, and clears what an earlier form left; one that is still open leaves its answers."""
    asked_beside = told_parts(tracker, dispatcher, know) if tracker.latest_message.get(PARTS) else []
    outcomes = read_all(from_message(tracker.latest_message, know), None, list(slots), know)
    found = {slot: outcome.value for slot, outcome in outcomes.items() if not outcome.problem}
    cleared = [] if tracker.active_loop_name else _reset(*found)
    events = asked_beside + cleared + [SlotSet(slot, value) for slot, value in found.items()]
    health = found.get("health")
    if health and health["answer"] == "yes":
        memory = screening.whole_health({"health": health, screening.MEMORY: tracker.get_slot(screening.MEMORY)})
        events.append(SlotSet(screening.MEMORY, memory))
        if screening.verdict(health, know) == "clearance":
            dispatcher.utter_message(text="\n".join(screening.referral(health, know)))
    return events


class ActionStartRepScheme(Action):
    """Starts a plan for one exercise."""

    def name(self) -> str:
        return "action_start_rep_scheme"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        return started(rep_scheme.SLOTS, dispatcher, tracker, knowledge.shared())


class ActionStartSession(Action):
    """Starts a session of several exercises."""

    def name(self) -> str:
        return "action_start_session"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        return started(session.SLOTS, dispatcher, tracker, knowledge.shared())


class ActionAskExercise(Action):
    """Asks which exercise the plan is for."""

    def name(self) -> str:
        return f"action_ask_{rep_scheme.FORM}_exercise"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        buttons = [{"title": item.title, "payload": item.payload} for item in exercise_buttons("inform", know)]
        buttons.append({"title": know.wording["topics"][REQUEST_SESSION], "payload": payload(REQUEST_SESSION)})
        dispatcher.utter_message(response="utter_which_exercise", buttons=buttons)
        return []


class ActionAskClearance(Action):
    """Asks whether somebody who may decide has cleared leg training."""

    def name(self) -> str:
        return "action_ask_clearance"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        values = {"health": tracker.get_slot("health"), screening.MEMORY: tracker.get_slot(screening.MEMORY)}
        state = screening.verdict(screening.whole_health(values), know)
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
        values = form_values(rep_scheme.SLOTS, tracker)
        refusal = rep_scheme.refused(values, know)
        if refusal is not None or not complete(values, rep_scheme.NEEDED):
            return without_a_plan(refusal, dispatcher, know)
        return [*_reset(), *planning.show(rep_scheme.profile_of(values, know), dispatcher, know)]


class ActionSubmitSession(Action):
    """Ends the form: the session, or the words of a refusal."""

    def name(self) -> str:
        return "action_submit_session"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[EventType]:
        know = knowledge.shared()
        values = form_values(session.SLOTS, tracker)
        refusal = screening.refused(values, know)
        if refusal is not None or not complete(values, session.NEEDED):
            return without_a_plan(refusal, dispatcher, know)
        return [*_reset(), *planning.show(session.profile_of(values, know), dispatcher, know)]


def form_values(slots: Sequence[str], tracker: Tracker) -> Dict[str, Any]:
    """Returns the answers of a form, with what the talk remembers of health and red flags."""
    return {slot: tracker.get_slot(slot) for slot in (*slots, *LASTING_SLOTS)}


def complete(values: Mapping[str, Any], needed: Sequence[str]) -> bool:
    """Tells whether a form has all answers it needs."""
    return all(values[slot] is not None for slot in needed)


def without_a_plan(refusal: Optional[List[str]], dispatcher: CollectingDispatcher, know: knowledge.Knowledge) -> List[EventType]:
    """Ends a form without a plan: with the words of a refusal, which also drops an earlier plan, or for want of answers."""
    dispatcher.utter_message(text="\n".join(refusal) if refusal is not None else know.wording["plan"]["none"])
    return [*_reset(), SlotSet("plan", None)] if refusal is not None else _reset()


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
        return told(rescued, dispatcher, context_of(tracker), know)
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
        return planning.show(planning.profile_of(plan), dispatcher, know, know.wording["plan"]["again"])


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
        if conditions_in(question, know):
            dispatcher.utter_message(text=words["change_needs_new"])
            return []
        changed, said = planning.changed(planning.profile_of(stored), question, know)
        if changed is None:
            dispatcher.utter_message(text=said)
            return []
        if changed.goal == screening.CLEARANCE_GOAL != stored["goal"]:
            dispatcher.utter_message(text=words["change_needs_new"])
            return []
        return planning.show(changed, dispatcher, know)


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
