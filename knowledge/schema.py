"""The shape of the knowledge files (pydantic models).

Every statement a person may read is a :class:`Claim`. A claim says one thing, how sure it is, which sources carry it and
which tags it is about. The models below give claims their place: a claim under ``muscles.primary`` of an exercise is about that
muscle without the writer saying so again. :mod:`knowledge.index` turns the places into one flat, searchable list.

Conventions: ids are ``lower_snake_case`` and unique over all files; loads are kilograms, rest is seconds, ranges are
``[lowest, highest]``.
"""
from __future__ import annotations

import re
from enum import Enum
from typing import Dict, List, Optional, Tuple

from pydantic import BaseModel, Extra, Field, validator

MAX_CLAIM_WORDS = 45
"""A claim is read aloud in a chat; longer ones are two claims."""

TOPICS = (
    "definition", "muscles", "foot_placement", "technique", "benefits", "suitability", "risks", "rehab", "comparison",
    "programming", "complementary", "load", "troubleshoot",
)
"""Names of the topics that knowledge answers, in the order in which the intents are listed in the domain."""

_ID = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
_FACT = re.compile(r"^F[1-9][0-9]*$")


class Strict(BaseModel):
    """A model in which a misspelt key is an error."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


def _check_id(value: str) -> str:
    if not _ID.match(value):
        raise ValueError(f'"{value}" is no id; use lower case words joined by "_", such as hip_thrust')
    return value


class Strength(str, Enum):
    """How well a claim holds up."""

    supported = "supported"
    modest = "modest"
    weak = "weak"
    unproven = "unproven"
    not_supported = "not supported"
    contradicted = "contradicted"
    consensus = "consensus"


class Claim(Strict):
    """One statement, ready to be read by a person. ``asks`` are examples of what people type when they want to know it."""

    say: str
    strength: Strength
    sources: List[str] = Field(..., min_items=1)
    facts: List[str] = []
    about: List[str] = []
    why: Optional[str] = None
    but: Optional[str] = None
    second_hand: bool = False
    asks: List[str] = []

    @validator("say", "why", "but")
    def _plain_text(cls, value: Optional[str]) -> Optional[str]:
        if value is None:
            return None
        text = " ".join(value.split())
        if not text:
            raise ValueError("is empty; write the sentence or leave the key out")
        if len(text.split()) > MAX_CLAIM_WORDS:
            raise ValueError(f"has {len(text.split())} words, at most {MAX_CLAIM_WORDS}; make it two claims")
        if text[-1] not in ".!?":
            raise ValueError("must end like a sentence, with a full stop")
        return text

    @validator("facts", each_item=True)
    def _fact_id(cls, value: str) -> str:
        if not _FACT.match(value):
            raise ValueError(f'"{value}" is no fact id; they look like F12')
        return value


class Section(Strict):
    """An overview that answers the general question, and claims that answer the specific ones."""

    overview: Claim
    claims: List[Claim] = []


class Word(Strict):
    """Something people name: an id, the name we use, and what they may call it."""

    id: str
    name: str
    aliases: List[str] = []
    misspellings: List[str] = []

    _id = validator("id", allow_reuse=True)(_check_id)

    @property
    def names(self) -> List[str]:
        """The name, the aliases and the misspellings, without repeats."""
        return list(dict.fromkeys([self.name, *self.aliases, *self.misspellings]))


# ---------------------------------------------------------------- exercises
class Level(str, Enum):
    none = "none"
    low = "low"
    mid = "mid"
    high = "high"
    very_high = "very high"


TRAITS = ("spine", "knee", "hip", "balance", "skill")
"""Names of the traits that are levels."""


class Traits(Strict):
    """Coarse loads for comparisons; each is a level.

    ``pattern`` is the movement pattern, from sessions.yml; without one an exercise is never chosen for a session. ``facts`` are the
    article's facts that the levels state by themselves, in comparisons composed of them.
    """

    knee: Level
    hip: Level
    spine: Level
    balance: Level
    skill: Level
    machine: bool
    pattern: Optional[str] = None
    facts: List[str] = []
    sources: List[str] = Field(..., min_items=1)


class Way(Strict):
    """Another way to do an exercise: with other equipment, and ``how`` ("with two dumbbells")."""

    needs: List[str]
    how: str


class Equipment(Strict):
    needs: List[str]
    also: List[Way] = []
    claims: List[Claim] = []


class MuscleUse(Strict):
    muscle: str
    claims: List[Claim] = Field(..., min_items=1)


class Muscles(Strict):
    overview: Claim
    primary: List[MuscleUse] = Field(..., min_items=1)
    secondary: List[MuscleUse] = []
    stabilisers: List[MuscleUse] = []
    claims: List[Claim] = []


class Surface(str, Enum):
    """What the feet stand on, which says how the foot diagram looks: a leg press platform in front or ``overhead``, the floor, a step
    under the balls of the feet, the floor with one foot behind (``staggered``), or a box under one foot."""

    platform = "platform"
    overhead = "overhead"
    floor = "floor"
    step = "step"
    staggered = "staggered"
    box = "box"


class Usual(str, Enum):
    """How the feet stand where a stance does not say otherwise."""

    shoulder = "shoulder width"
    hip = "hip width"
    one = "one foot"


class Shown(str, Enum):
    """How a stance comes into the foot diagram; ``none`` leaves it out."""

    plain = "plain"
    not_advised = "not advised"
    none = "none"


class StanceUse(Strict):
    stance: str
    picture: Shown = Shown.plain
    claims: List[Claim] = Field(..., min_items=1)


class Stances(Strict):
    """``surface`` and ``usual`` are for the foot diagram, which is made where there is a surface."""

    overview: Claim
    surface: Optional[Surface] = None
    usual: Usual = Usual.shoulder
    positions: List[StanceUse] = []
    claims: List[Claim] = []


class Technique(Strict):
    """Cues by phase, then depth, breathing and tempo."""

    overview: Claim
    setup: List[Claim] = []
    lowering: List[Claim] = []
    bottom: List[Claim] = []
    pressing: List[Claim] = []
    top: List[Claim] = []
    depth: List[Claim] = Field(..., min_items=1)
    breathing: List[Claim] = Field(..., min_items=1)
    tempo: List[Claim] = Field(..., min_items=1)
    claims: List[Claim] = []


class Fault(Strict):
    """Something that goes wrong: what causes it and what mends it."""

    fault: str
    cause: Claim
    fix: Claim


class Suitability(Strict):
    overview: Claim
    suits: List[Claim] = Field(..., min_items=1)
    care: List[Claim] = Field(..., min_items=1)


class ConditionUse(Strict):
    condition: str
    claims: List[Claim] = Field(..., min_items=1)


class Risks(Strict):
    overview: Claim
    conditions: List[ConditionUse] = []
    claims: List[Claim] = []


class Trait(str, Enum):
    """The loads of an exercise that are levels."""

    knee = "knee"
    hip = "hip"
    spine = "spine"
    balance = "balance"
    skill = "skill"


class Comparison(Strict):
    """This exercise beside another one (or a family); the first claim is the short answer.

    ``more`` and ``less`` are the traits that the claims call higher or lower here than there; they are held against both files.
    """

    other: str
    more: List[Trait] = []
    less: List[Trait] = []
    claims: List[Claim] = Field(..., min_items=1)


class GoalRange(Strict):
    """Repetitions for a goal; ``rated`` tells when the exercise is a poor choice for it."""

    goal: str
    reps: Optional[Tuple[int, int]] = None
    rated: str = "suitable"
    claims: List[Claim] = []

    @validator("rated")
    def _rated(cls, value: str) -> str:
        allowed = ("suitable", "rare", "not suitable", "not advised")
        if value not in allowed:
            raise ValueError(f'"{value}" is none of {", ".join(allowed)}')
        return value

    @validator("reps")
    def _ordered(cls, value: Optional[Tuple[int, int]]) -> Optional[Tuple[int, int]]:
        if value and not 1 <= value[0] <= value[1] <= 50:
            raise ValueError("must be [lowest, highest], between 1 and 50")
        return value


class Programming(Strict):
    overview: Claim
    place: List[Claim] = []
    goals: List[GoalRange] = Field(..., min_items=1)
    progression: List[Claim] = Field(..., min_items=1)
    claims: List[Claim] = []


class Pairing(Strict):
    exercise: str
    claims: List[Claim] = Field(..., min_items=1)


class Complements(Strict):
    overview: Claim
    pairs: List[Pairing] = Field(..., min_items=1)
    claims: List[Claim] = []


class LoadFacts(Strict):
    """How loads work on this exercise.

    ``rail_sine`` is the share of the moving mass that is felt (sine of the rail's angle), None for free weights.
    ``overhead`` is true where the load hangs over the person.
    """

    overview: Claim
    claims: List[Claim] = []
    rail_sine: Optional[float] = None
    overhead: bool = False


class Mistaken(Strict):
    """Another exercise that some people mean by the same names.

    ``names`` are the shared names, ``signs`` words that fit the other one only. ``ask`` is the question that settles it, ``this`` and
    ``that`` the titles of its buttons.
    """

    exercise: str
    names: List[str] = Field(..., min_items=1)
    signs: List[str] = []
    ask: str
    this: str
    that: str


class Exercise(Word):
    """One exercise, whole."""

    family: Optional[str] = None
    mistaken_for: Optional[Mistaken] = None
    traits: Traits
    equipment: Equipment
    definition: Section
    setup: Section
    muscles: Muscles
    stances: Stances
    technique: Technique
    faults: List[Fault] = Field(..., min_items=1)
    benefits: Section
    suitability: Suitability
    risks: Risks
    rehab: Section
    comparisons: List[Comparison] = Field(..., min_items=1)
    alternatives: Section
    programming: Programming
    load: LoadFacts
    complements: Complements
    safety: Section


class NamedExercise(Word):
    """An exercise that is known by name but has no file; ``like`` is the exercise with a file that comes closest to it, ``tools`` is
    equipment of which one piece is enough to do it without a machine."""

    family: Optional[str] = None
    like: Optional[str] = None
    muscles: List[str] = []
    tools: List[str] = []


class Family(Word):
    """What several exercises share; ``usual`` is the member meant when nothing tells which."""

    usual: str
    sections: Dict[str, Section] = {}

    @validator("sections")
    def _known_topics(cls, value: Dict[str, Section]) -> Dict[str, Section]:
        for topic in value:
            if topic not in TOPICS:
                raise ValueError(f'"{topic}" is no topic; topics are {", ".join(TOPICS)}')
        return value


# ---------------------------------------------------------------- shared files
class Muscle(Word):
    """A muscle or muscle group, ``part_of`` a larger one if it is; ``region`` is the one that it lies beneath and is drawn as."""

    latin: str
    part_of: Optional[str] = None
    region: Optional[str] = None
    where: Claim
    does: Claim
    claims: List[Claim] = []


class Stance(Word):
    claims: List[Claim] = []


class Screening(str, Enum):
    """What a condition means for a training plan.

    ``absolute``: no plan, not even when cleared, because only a specialist may decide. ``clearance``: no plan until a
    doctor or physiotherapist has cleared leg training. ``managed``: outside the list of cautions; one follow-up question, then
    the general-health plan. ``none``: no restriction on its own.
    """

    absolute = "absolute"
    clearance = "clearance"
    managed = "managed"
    none = "none"


class Leads(str, Enum):
    """When the limit of a condition comes first in an answer to another question: never, always, or where it is recent."""

    never = "never"
    always = "always"
    recent = "recent"


class Condition(Word):
    """A health condition or life stage.

    ``ask_whom`` is who decides ("your surgeon"), ``ask_what`` the question to bring. ``avoid_overhead`` is true where a press
    with the load above the body, lying on the back, stays out of a plan even after clearance; which exercises it
    rules out stands in limits.yml. ``leads`` tells when the limit comes first in answers to other questions. ``sudden`` is true
    where the bare name may tell of an emergency ("a blood clot"). ``signs`` find the condition where no name tells it, in the
    language of red flags; ``unless`` takes them back. ``parts`` are the parts of the body in which any complaint is this condition
    (see :class:`Complaints`).
    """

    screening: Screening
    avoid_overhead: bool = False
    leads: Leads = Leads.never
    sudden: bool = False
    signs: List[List[str]] = []
    unless: List[str] = []
    parts: List[str] = []
    ask_whom: str
    ask_what: str
    risk: Claim
    meanwhile: Claim
    rehab: List[Claim] = []
    claims: List[Claim] = []


class Complaints(Strict):
    """How people say that a part of the body gives trouble.

    ``before`` are words that stand before its name or, with "is", behind it, ``sides`` what may stand between, ``after`` what else stands
    behind it, ``behind`` what else stands before it. ``of_the_day`` are words that tell of no lasting trouble where what brought it on
    follows ("my back is sore after squats").
    """

    before: List[str] = Field(..., min_items=1)
    sides: List[str] = Field(..., min_items=1)
    after: List[str] = Field(..., min_items=1)
    of_the_day: List[str] = Field(..., min_items=1)
    behind: List[str] = Field(..., min_items=1)


class Limit(Strict):
    """What a condition, a sore part or a wish rules out where an exercise is chosen.

    ``when`` are the ids that people mention, ``highest`` the highest level of a trait that fits, ``without`` exercises that are left out
    whatever their traits.
    """

    when: List[str] = Field(..., min_items=1)
    highest: Dict[str, Level] = {}
    without: List[str] = []
    phrase: str
    sources: List[str] = Field(..., min_items=1)

    @validator("highest")
    def _known_traits(cls, value: Dict[str, Level]) -> Dict[str, Level]:
        for trait in value:
            if trait not in TRAITS:
                raise ValueError(f'"{trait}" is no trait; traits are {", ".join(TRAITS)}')
        return value


class Tier(str, Enum):
    """How urgent: E emergency number now, U urgent care the same day, C clinician before training again, S a life at risk
    by the person's own hand, D signs of an eating disorder."""

    emergency = "E"
    urgent = "U"
    clinician = "C"
    self_harm = "S"
    eating = "D"


class Region(Strict):
    """Whom to call somewhere: phrases that fit after "call", "from" and the like."""

    id: str
    name: str
    emergency: str
    urgent: str
    crisis: str
    eating: str

    def numbers(self) -> Dict[str, str]:
        """Returns the phrases by the names that knowledge/wording.yml uses for them."""
        return {"emergency": self.emergency, "urgent": self.urgent, "crisis": self.crisis, "eating": self.eating}


class RedFlag(Strict):
    """A sign that stops everything.

    ``signs`` are alternatives; each is a list of word groups that must all stand in one message. In a group ``|``
    separates alternatives, a trailing ``*`` stands for any ending, and words apart by a space must follow each other.
    ``chest ~ pain*|tight*`` asks for one of each within three words of each other.
    ``unless`` groups take a hit back.
    """

    id: str
    tier: Tier
    worry: str
    signs: List[List[str]] = Field(..., min_items=1)
    unless: List[str] = []
    sources: List[str] = Field(..., min_items=1)

    _id = validator("id", allow_reuse=True)(_check_id)


class Goal(Word):
    claims: List[Claim] = []


class Scheme(Strict):
    """One row of the rep-scheme table: ranges for the work sets after the warm-up; ``weekly_sets`` are for a muscle, over all exercises."""

    goal: str
    experience: str
    sets: Tuple[int, int]
    reps: Tuple[int, int]
    percent: Tuple[int, int]
    rir: Tuple[int, int]
    rest: Tuple[int, int]
    tempo: str
    sessions: Tuple[int, int]
    weekly_sets: Tuple[int, int]
    progression: str
    weekly_step: float
    deload_week: Optional[int] = None
    sets_before_load: bool = False
    sources: List[str] = Field(..., min_items=1)


class Pattern(Strict):
    """A movement pattern. ``rest`` in seconds stands where less rest than the goal's own is enough."""

    id: str
    rest: Optional[Tuple[int, int]] = None
    per_side: bool = False


class Place(Strict):
    """A place in a session; ``unless`` is a muscle whose training by an exercise already chosen leaves it empty."""

    patterns: List[str] = Field(..., min_items=1)
    otherwise: List[str] = []
    unless: Optional[str] = None


class Size(Strict):
    """How many exercises fit into a session of up to so many minutes."""

    minutes: int
    exercises: int


class Sessions(Strict):
    """How leg sessions are put together (knowledge/sessions.yml, where each key is explained)."""

    patterns: List[Pattern] = Field(..., min_items=1)
    places: List[Place] = Field(..., min_items=1)
    sizes: List[Size] = Field(..., min_items=1)
    usual: Dict[str, int]
    kits: Dict[str, List[str]]
    skill: Dict[str, Level]
    prefer: List[str] = []
    focus: float = Field(..., gt=0, le=1)
    support: Dict[str, str] = {}
    counted: List[str] = Field(..., min_items=1)
    compared: List[str] = []
    primary: float
    secondary: float
    families: Dict[str, Dict[str, float]] = {}
    sources: List[str] = Field(..., min_items=1)


class Term(Word):
    claims: List[Claim] = Field(..., min_items=1)


class SourceKind(str, Enum):
    study = "study"
    review = "review"
    guideline = "guideline"
    summary = "summary"
    article = "article"
    coaching_practice = "coaching practice"
    product_rule = "product rule"


class Source(Strict):
    """Where a claim comes from. ``cite`` is read by the person; ``where`` is an address or a document number."""

    id: str
    kind: SourceKind
    cite: str
    where: Optional[str] = None


class MusclePlace(Strict):
    """Where a muscle is drawn: parts of the body outline ("quadriceps 0") or SVG paths, each with a copy in the mirror.

    ``label`` is its name with a hyphen and a space where a long word may be parted.
    """

    muscle: str
    label: Optional[str] = None
    front: List[str] = []
    back: List[str] = []


class FeetPlace(Strict):
    """Where the feet stand in a stance.

    ``apart`` is in shoulder widths, None for what is usual; ``up`` the height on a platform from -1 to 1; ``turn`` degrees of the toes
    outwards. ``shows`` tells it in words.
    """

    stance: str
    apart: Optional[float] = None
    up: float = 0.0
    turn: float = 0.0
    heels_raised: bool = False
    single: bool = False
    shows: str


class Drawing(Strict):
    """What the pictures are drawn by."""

    muscles: List[MusclePlace]
    feet: List[FeetPlace]


class Vocabulary(Strict):
    """Closed lists of words that are no knowledge by themselves but steer an answer.

    ``explained`` are ids of terms and goals that a plain "what is ...?" must find explained.
    """

    phases: List[Word]
    equipment: List[Word]
    experience: List[Word]
    groups: List[Word]
    body_parts: List[Word]
    aspects: List[Word]
    explained: List[str] = []
