"""Loads the knowledge files into one immutable object, or says everything that is wrong with them at once."""
from __future__ import annotations

import functools
import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Optional, Sequence, Set, Tuple, Type, TypeVar

from pydantic import BaseModel, ValidationError

from knowledge import checks, index, schema
from knowledge.files import YamlProblem, read_yaml
from knowledge.problems import KnowledgeError, Problem, from_pydantic, unfinished
from knowledge.template import TEMPLATE

HERE = Path(__file__).parent
WORDING = "wording.yml"
DRAWING = "drawing.yml"
NOT_LEARNED = (WORDING, DRAWING, TEMPLATE)
"""Files that no model learns from: a better sentence or picture needs no training."""
REGION_VARIABLE = "REPWISE_REGION"
"""The environment variable that says whose emergency numbers are named."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Knowledge:
    """All that is known. Mappings are id -> item, in the order of the files.

    ``order`` are the ids of all claims as loaded, ``version`` a hash of the files: together they let a claim be named by its number.
    ``unread`` are the exercises whose files have mistakes; files that speak of them are not to blame.
    """

    exercises: Dict[str, schema.Exercise]
    named: Dict[str, schema.NamedExercise]
    families: Dict[str, schema.Family]
    muscles: Dict[str, schema.Muscle]
    stances: Dict[str, schema.Stance]
    conditions: Dict[str, schema.Condition]
    complaints: schema.Complaints
    shorthand: Dict[str, str]
    limits: Tuple[schema.Limit, ...]
    red_flags: Dict[str, schema.RedFlag]
    goals: Dict[str, schema.Goal]
    schemes: Tuple[schema.Scheme, ...]
    sessions: schema.Sessions
    terms: Dict[str, schema.Term]
    sources: Dict[str, schema.Source]
    regions: Dict[str, schema.Region]
    outside: Dict[str, schema.Word]
    general: Dict[str, schema.Section]
    vocabulary: schema.Vocabulary
    drawing: schema.Drawing
    wording: Dict[str, Any]
    entries: Dict[str, index.Entry] = field(default_factory=dict)
    order: Tuple[str, ...] = ()
    version: str = ""
    region_id: Optional[str] = None
    unread: FrozenSet[str] = frozenset()

    @property
    def region(self) -> schema.Region:
        """The region whose numbers are named; the first of regions.yml where none is set."""
        return self.regions[self.region_id] if self.region_id else next(iter(self.regions.values()))

    def words(self) -> Dict[str, List[schema.Word]]:
        """Returns what people may name, by entity type."""
        vocab = self.vocabulary
        return {
            "exercise": [*self.exercises.values(), *self.named.values(), *self.families.values()],
            "muscle": list(self.muscles.values()),
            "stance": list(self.stances.values()),
            "condition": list(self.conditions.values()),
            "goal": list(self.goals.values()),
            "term": list(self.terms.values()),
            "phase": vocab.phases,
            "equipment": vocab.equipment,
            "experience": vocab.experience,
            "group": vocab.groups,
            "body_part": vocab.body_parts,
            "aspect": vocab.aspects,
            "outside": list(self.outside.values()),
        }

    def name_of(self, item_id: str) -> str:
        """Returns the name we use for an id, of whatever kind; the id itself if nothing has it."""
        for words in self.words().values():
            for word in words:
                if word.id == item_id:
                    return word.name
        return item_id

    def kind_of(self, item_id: str) -> str:
        """Returns the entity type of an id that people may name, "other" for none."""
        return self._kinds.get(item_id, "other")

    def claims_of(self, home: Optional[str]) -> Sequence[index.Entry]:
        """Returns the claims of an exercise or family, of None those that hold for any, in the order of the files."""
        return self._by_home.get(home, ())

    @functools.cached_property
    def _by_home(self) -> Dict[Optional[str], List[index.Entry]]:
        homes: Dict[Optional[str], List[index.Entry]] = {}
        for entry in self.entries.values():
            homes.setdefault(entry.exercise, []).append(entry)
        return homes

    def words_of(self, kind: str) -> FrozenSet[str]:
        """Returns the ids that people may name of a kind."""
        return frozenset(word.id for word in self.words()[kind])

    def exercises_in(self, text: str) -> Tuple[str, ...]:
        """Returns the ids of the exercises and families that a text names, in its order."""
        return index.named_in(text, self._exercise_names)

    @functools.cached_property
    def _exercise_names(self) -> Dict[Tuple[str, ...], str]:
        return index.exercise_names(self)

    @functools.cached_property
    def _kinds(self) -> Dict[str, str]:
        kinds: Dict[str, str] = {}
        for kind, words in self.words().items():
            for word in words:
                kinds.setdefault(word.id, kind)
        return kinds

    def members(self, family: str) -> List[str]:
        """Returns the ids of the exercises of a family that have a file."""
        return [ex.id for ex in self.exercises.values() if ex.family == family]

    def family_of(self, exercise: str) -> Optional[str]:
        """Returns the family of an exercise with or without a file, None if it has none."""
        item = self.exercises.get(exercise) or self.named.get(exercise)
        return item.family if item else None

    def without(self, drop: Callable[[index.Entry], bool]) -> Knowledge:
        """Returns the same knowledge without the claims that ``drop`` picks; for tests that show a claim is used."""
        return replace(self, entries={k: e for k, e in self.entries.items() if not drop(e)})


def fingerprint(folder: Path = HERE) -> str:
    """Returns a hash over the content of all knowledge files that a model learns from, for telling whether it is older than they are."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        if path.name in NOT_LEARNED:
            continue
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class _Reader:
    """Reads files one by one and gathers every problem."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.problems: List[Problem] = []

    def content(self, name: str) -> Any:
        path = self.folder / name
        if not path.exists():
            self.problems.append(Problem(name, "", "is missing", "create it; knowledge/README.md shows what goes in"))
            return None
        try:
            return read_yaml(path)
        except YamlProblem as error:
            self.problems.append(Problem(name, "", str(error), ""))
            return None

    def one(self, model: Type[M], name: str, data: Any, at: str = "") -> Optional[M]:
        if not isinstance(data, dict):
            if data is not None:
                self.problems.append(Problem(name, at, "is not a mapping", "write key: value pairs"))
            return None
        left = unfinished(name, at, data, model)
        self.problems.extend(left)
        try:
            item = model(**data)
            return None if left else item
        except ValidationError as error:
            told = {problem.path for problem in left}
            self.problems.extend(problem for problem in from_pydantic(name, at, error, model) if problem.path not in told)
        except TypeError as error:
            self.problems.append(Problem(name, at, str(error), "keys must be words"))
        return None

    def many(self, model: Type[M], name: str) -> List[M]:
        data = self.content(name)
        if data is None:
            return []
        if not isinstance(data, list):
            self.problems.append(Problem(name, "", "is not a list", "start each item with a dash"))
            return []
        items = (self.one(model, name, item, f"[{number}]") for number, item in enumerate(data))
        return [item for item in items if item is not None]


def _by_id(items: Iterable[Any], name: str, problems: List[Problem]) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for item in items:
        if item.id in found:
            problems.append(Problem(name, item.id, f'the id "{item.id}" stands twice', "rename or remove one"))
        found[item.id] = item
    return found


def load(folder: Path = HERE, skip: Optional[Set[str]] = None) -> Knowledge:
    """Reads, checks and indexes the knowledge in ``folder``.

    Args:
        folder: the folder with ``exercises/``, ``general/`` and the shared files.
        skip: names of check functions to leave out (see :mod:`knowledge.checks`); for tests only.

    Raises:
        KnowledgeError: with every problem found, each naming file, path and remedy.
    """
    know, problems = read(folder)
    problems = [*problems, *checks.run_all(know, skip or set())]
    if problems:
        raise KnowledgeError(problems)
    return know


def read(folder: Path = HERE) -> Tuple[Knowledge, List[Problem]]:
    """Reads and indexes what can be read of the knowledge in ``folder``.

    Returns:
        The knowledge without the items that do not fit the schema, and what is wrong with those.

    Raises:
        KnowledgeError: the vocabulary or the wording cannot be read.
    """
    reader = _Reader(folder)
    exercises: Dict[str, schema.Exercise] = {}
    unread: List[str] = []
    for path in sorted((folder / "exercises").glob("*.yml")):
        name = f"exercises/{path.name}"
        item = reader.one(schema.Exercise, name, reader.content(name))
        if item is None:
            unread.append(path.stem)
            continue
        if item.id != path.stem:
            reader.problems.append(Problem(name, "id", f'is "{item.id}"', f'write "{path.stem}", the name of the file'))
        exercises[item.id] = item
    general = {}
    for path in sorted((folder / "general").glob("*.yml")):
        name = f"general/{path.name}"
        if path.stem not in schema.TOPICS:
            reader.problems.append(Problem(name, "", "is not named after a topic", f"topics are {', '.join(schema.TOPICS)}"))
        section = reader.one(schema.Section, name, reader.content(name))
        if section is not None:
            general[path.stem] = section
    vocabulary = reader.one(schema.Vocabulary, "vocabulary.yml", reader.content("vocabulary.yml"))
    drawing = reader.one(schema.Drawing, DRAWING, reader.content(DRAWING))
    wording = reader.content(WORDING)
    lists: Dict[str, Any] = {}
    for attribute, model, name in (
        ("named", schema.NamedExercise, "catalog.yml"), ("families", schema.Family, "families.yml"),
        ("muscles", schema.Muscle, "muscles.yml"), ("stances", schema.Stance, "stances.yml"),
        ("conditions", schema.Condition, "conditions.yml"), ("red_flags", schema.RedFlag, "red_flags.yml"),
        ("goals", schema.Goal, "goals.yml"), ("terms", schema.Term, "glossary.yml"), ("sources", schema.Source, "sources.yml"),
        ("regions", schema.Region, "regions.yml"),
        ("outside", schema.Word, "outside.yml"),
    ):
        lists[attribute] = _by_id(reader.many(model, name), name, reader.problems)
    schemes = tuple(reader.many(schema.Scheme, "schemes.yml"))
    limits = tuple(reader.many(schema.Limit, "limits.yml"))
    sessions = reader.one(schema.Sessions, "sessions.yml", reader.content("sessions.yml"))
    complaints = reader.one(schema.Complaints, "complaints.yml", reader.content("complaints.yml"))
    shorthand = reader.content("shorthand.yml")
    if not isinstance(shorthand, dict) or not all(isinstance(word, str) and isinstance(meant, str) for word, meant in shorthand.items()):
        reader.problems.append(Problem("shorthand.yml", "", "is no list of words with what they mean",
                                       'write word: meaning; quote "n", "no", "yes" and "on"'))
        shorthand = {}
    if vocabulary is None or drawing is None or sessions is None or complaints is None or not isinstance(wording, dict):
        raise KnowledgeError(reader.problems)
    know = Knowledge(exercises=exercises, general=general, vocabulary=vocabulary, drawing=drawing, wording=wording, schemes=schemes,
                     limits=limits, sessions=sessions, complaints=complaints, shorthand=shorthand, unread=frozenset(unread), **lists)
    entries = index.build(know)
    return replace(know, entries=entries, order=tuple(entries), version=fingerprint(folder)), reader.problems


@functools.lru_cache(maxsize=1)
def shared() -> Knowledge:
    """Returns the process's one copy of the knowledge beside this module, read at the first call.

    Raises:
        KnowledgeError: the files have mistakes, or REPWISE_REGION names no region.
    """
    know = load()
    region = os.environ.get(REGION_VARIABLE, "").strip().lower() or None
    if region is not None and region not in know.regions:
        raise KnowledgeError([Problem("regions.yml", "", f'has no region "{region}" ({REGION_VARIABLE})',
                                      f"use one of {', '.join(know.regions)}")])
    return replace(know, region_id=region)
