"""Second thoughts on intents that share their words with others: what decides is how a message is put, not what it speaks of."""
from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Set

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

import knowledge
from actions.question import FINDING, INTENT_OF_TOPIC, REQUEST, REQUEST_SESSION, REQUESTS, TOPIC_OF_INTENT
from addons.nlu.names import MASK, MASKED_TEXT
from addons.nlu.parts import with_parts

QUESTION = re.compile(
    r"^\W*(?:so |and |but |ok |hi |hey |hello )*(?:what|whats|what's|which|how|why|when|could i|can i|should i|would i|is|are|do|does|did|will|"
    r"has anyone|have any|anyone|anybody|explain|tell me|(?:talk|walk|take|run|guide) me through)\b|\b(?:thoughts|opinions)\b|\bquestion\W*$|"
    r"\b(?:reps|sets|rep range)\b[^.!?]*\?\W*$|^\W*(?:rep range|reps per set|sets of how many)\b",
    re.IGNORECASE)
PLEA = re.compile(
    r"\b(?:can|could|may|might) i (?:please )?(?:get|have)\b|"
    r"(?<!\bi )\b(?:make|give|write|build|create|design|set|draw|put|show|do|need|want)\w* (?:me|us|up|a|an)\b|\bi (?:need|want) an?\b|"
    r"\b(?:my|a|the) (?:plan|programme|program|scheme)\b.*\bfor me\b|\bplan me\b|\bi have \d+ min", re.IGNORECASE)
EXPLICIT = re.compile(
    r"\b(?:make|write|build|create|give) me (?:a|an|my|another) (?:\w+ ){0,2}"
    r"(?:plan|programme|program|rep scheme|routine|workout|leg ?day|(?:leg|lower[ -]body) session)\b", re.IGNORECASE)
"""Nothing else can be meant."""
WHOLE = re.compile(
    r"\b(?:legs?|leg ?days?|lower|session|sesh|workout|routine|circuit|(?<!this )exercises|moves|thighs?|glutes?|bum|booty|quads?|"
    r"ham(?:string)?s?|hammies|split|machines|dumb?bells?|dbs?|barbell|kettlebells?|bands)\b", re.IGNORECASE)
"""Words of somebody who wants several exercises put together."""
ONE_FIGURE = re.compile(
    r"^(?!.*\b(?:plan|programme|program|scheme|routine|workout|session|generate|build|make|create|write)\b)"
    r"(?:(?!.*\breps\b)(?=.*\bsets\b)|(?!.*\bsets\b)(?=.*\b(?:reps|repetitions|rep range)\b)|(?=.*\bprogression\b))", re.IGNORECASE | re.DOTALL)
"""Sets or repetitions alone are asked about ("good morning sets for strength"); both together are a scheme ("sets and reps for squats")."""
REQUESTING = re.compile(
    r"\b(?:plan(?! b\b)(?:s|ned|ning)?|program(?:me)?s?|scheme|routines?|workouts?|sesh|session(?!s? (?:a|per|each|/) ?week)s?|template|schedule|"
    r"blueprint|circuit|blocks?|cycle|progression|table|list|prescription|numbers|make|gimme|giv(?:e|ing)|write|build|creat\w+|design|generate|draw|"
    r"draft|compose|devise|arrange|assemble|combine|propose|pick|fill|cook|drop|spit|put|sort|set (?:me|up|us|out)|lay|map|hook|throw|prescribe|"
    r"(?:run|do|get|peak|post) (?:me|us)|(?:need|want|wanna|like|after) (?:a|an|some|something|my|the|uh)|need|for me|what to do|"
    r"sets (?:and|&|x|n) reps|sets\W{1,3}reps)\b|\d ?(?:x|days?|times) ?(?:a |per |/ ?)?we?e?k\b|"
    r"(?<!order )\b(?:pls|plz|please)\b|\bgo\W*$|\bleg day (?:for|with|w/|at|in|that|but|without)\b", re.IGNORECASE)
"""Words of somebody who wants something made; without any a message tells or asks ("leg day takes two hours", "hungover, leg day yes or no")
unless the classifier is quite sure."""
QUITE_SURE = 0.93
SEEKING = re.compile(
    r"^\W*(?:so |and |but |ok |then )*(?:what|which)(?:'s|s)?(?: (?:exercises?|lifts?|moves?|movements?|machines?|else|best|really|actually|mainly))*"
    r" (?:works?|hits?|trains?|targets?|builds?|grows?|strengthens?|isolates?|(?:(?:is|are) )?(?:good|best|great) for)\b", re.IGNORECASE)
"""What is looked for is the exercise, by a muscle ("what works the hamstrings")."""
_OPENING = r"^\W*(?:(?:and|but|so|ok|okay|then|well|hmm)\W+)*"
SHORT_FORMS = {intent: re.compile(_OPENING + form + r"\W*$", re.IGNORECASE) for intent, form in (
    ("ask_technique", r"how (?:do|should|can|would|to) ?(?:i|you|we)? ?(?:do|perform) (?:it|this|that|them|those|one)(?: right| properly)?"),
    ("ask_source", r"(?:how (?:do|can) (?:you|u) know(?: that| this| it)?|says who|who says(?: that| so)?|(?:is there )?any (?:proof|evidence))"),
    ("ask_load", r"(?:how (?:heavy|much weight)(?: should i go| do i go)?|(?:what )?(?:about |if )?(?:i go )?(?:heavier|lighter))"),
    ("ask_muscles", r"(?:what|(?:what|which) muscles?) (?:does|do) (?:it|this|that|these|they) (?:work|train|hit|target|build)"),
    ("ask_complementary", r"what (?:else )?(?:should|can|could) i (?:do|add|combine|pair|train) (?:with|beside|after|to) (?:it|this|that|them)"),
    ("ask_risks", r"what (?:should|must) i (?:avoid|not do|watch out for|be careful (?:with|about))"),
    ("follow_up", r"(?:(?:is it|it is|it's|is that|that is|is this) (?:a )?normal|how (?:do|can|should) i (?:fix|stop|prevent) (?:it|this|that))"))}
"""What whole short messages mean, by their words."""
DIFFERENCE = re.compile(r"\b(?:differences?|differs?|compared?|separates?|distinguish\w*|sets? (?:\w+ ){0,5}apart|unlike)\b", re.IGNORECASE)
DAY = re.compile(r"\b(?:legs?|lower(?:[ -]body)?|thighs?|glutes?|bum|booty|quads?|ham(?:string)?s?|hammies|cal(?:f|ves)) ?-?day\b", re.IGNORECASE)
"""A day for a muscle is several exercises, whatever the classifier thinks, unless one exercise is named."""
LEAST_LIKELY = 0.015
SURE = 0.97
ABOUT_LAST_ANSWER = frozenset({"ask_why", "ask_source"})
LONGEST_WHY = 4
"""A longer "why ..." that names something of its own is a question, not one about the last answer."""
NAMED = frozenset({"exercise", "muscle", "condition", "stance", "body_part"})
BARE_NAME = "follow_up"
"""The intent of a message that is nothing but an exercise's name: in a talk it takes over the question, else it asks what that is."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SecondThoughts(GraphComponent, IntentClassifier):
    """Corrects the classifier where the form of a message tells more than its words.

    A message that is put as a question and asks nobody to make anything is no plan request ("what goals can I train for?"), and "make
    me a plan" is one whatever else it says. Two exercises in one request make a session of them. A long "why ..." with a subject of its
    own is a question of a topic, "what works the hamstrings" looks for an exercise. A bare name of an exercise is a follow-up.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> SecondThoughts:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in with_parts(messages):
            intent, text = message.get(INTENT) or {}, message.get(TEXT) or ""
            if EXPLICIT.search(text):
                _put_first(message, {"name": meant_request(message), "confidence": SURE})
            elif is_bare_name(message.get(MASKED_TEXT) or ""):
                _put_first(message, {"name": BARE_NAME, "confidence": SURE})
            elif short := next((name for name, form in SHORT_FORMS.items() if form.search(text)), None):
                _put_first(message, {"name": short, "confidence": SURE})
            elif intent.get("name") in TOPIC_OF_INTENT and DIFFERENCE.search(text) and len(_named(message)) > 1:
                _put_first(message, {"name": INTENT_OF_TOPIC["comparison"], "confidence": intent["confidence"]})
            elif _is_seeking(intent, text, message):
                _put_first(message, {"name": FINDING, "confidence": intent["confidence"]})
            elif (_is_no_request(intent, text) or _is_own_question(intent, text, message)) and (topic := _likeliest_topic(message)):
                _put_first(message, {"name": topic, "confidence": intent["confidence"]})
            elif intent.get("name") in REQUESTS and intent["name"] != (meant := meant_request(message)):
                _put_first(message, {"name": meant, "confidence": intent["confidence"]})
        return messages


def is_bare_name(masked: str) -> bool:
    """Tells whether a text with masked names is a name and nothing else ("leg curl?", "the leg press")."""
    return re.fullmatch(rf"\W*(?:the |a |an )?{MASK}s?\W*", masked, re.IGNORECASE) is not None


def _is_no_request(intent: Dict[str, Any], text: str) -> bool:
    if intent.get("name") not in REQUESTS:
        return False
    put_as_question = bool(QUESTION.search(text) or ONE_FIGURE.search(text))
    asks_nothing = intent["confidence"] < QUITE_SURE and not REQUESTING.search(text)
    return asks_nothing or (intent["confidence"] < SURE and put_as_question and not PLEA.search(text))


def _is_seeking(intent: Dict[str, Any], text: str, message: Message) -> bool:
    kinds = {item["entity"] for item in message.get(ENTITIES, []) if not item.get("negated")}
    return intent.get("name") in TOPIC_OF_INTENT and "muscle" in kinds and kinds.isdisjoint(("exercise", "stance")) and bool(SEEKING.search(text))


def _is_own_question(intent: Dict[str, Any], text: str, message: Message) -> bool:
    if intent.get("name") not in ABOUT_LAST_ANSWER or len(text.split()) <= LONGEST_WHY:
        return False
    return any(item["entity"] in NAMED for item in message.get(ENTITIES, []))


def meant_request(message: Message) -> str:
    """Returns which plan a request asks for: of one exercise or of several.

    Two exercises named make a session, and so does the day of a muscle without an exercise; nothing that speaks of a whole makes a plan
    for one; else the classifier decides.
    """
    know = knowledge.shared()
    named = _named(message)
    if len(named - {know.family_of(item) for item in named}) > 1:
        return REQUEST_SESSION
    text = message.get(MASKED_TEXT) or message.get(TEXT) or ""
    if not named and DAY.search(text):
        return REQUEST_SESSION
    if not WHOLE.search(text):
        return REQUEST
    return next((str(item["name"]) for item in message.get(INTENT_RANKING_KEY, []) if item["name"] in REQUESTS), REQUEST)


def _named(message: Message) -> Set[str]:
    """Returns the exercises that a message names and does not leave out."""
    return {item["value"] for item in message.get(ENTITIES, []) if item["entity"] == "exercise" and not item.get("negated")}


def _likeliest_topic(message: Message) -> Optional[str]:
    return next((item["name"] for item in message.get(INTENT_RANKING_KEY, [])
                 if item["name"] in TOPIC_OF_INTENT and item["confidence"] >= LEAST_LIKELY), None)


def _put_first(message: Message, first: Dict[str, Any]) -> None:
    """Makes an intent the likeliest; the one it displaces takes its old place."""
    ranking = message.get(INTENT_RANKING_KEY, [])
    before = next((item["confidence"] for item in ranking if item["name"] == first["name"]), 0.0)
    others = [item for item in ranking if item["name"] != first["name"]]
    if others and others[0]["confidence"] >= first["confidence"]:
        others[0] = {**others[0], "confidence": before}
    message.set(INTENT, first, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [first, *sorted(others, key=lambda item: -item["confidence"])], add_to_output=True)
