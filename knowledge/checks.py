"""Rules that hold between knowledge files. Each rule is one function that yields problems; `run_all` runs them all."""
from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Set, Tuple

from knowledge.pictures import places_of
from knowledge.problems import Problem, nearest
from knowledge.schema import Level
from knowledge.text import key_of

Rule = Callable[[Any], Iterator[Problem]]

FILES = {"outside": "outside.yml",
    "exercise": "exercises", "muscle": "muscles.yml", "stance": "stances.yml", "condition": "conditions.yml",
    "goal": "goals.yml", "term": "glossary.yml", "phase": "vocabulary.yml", "equipment": "vocabulary.yml",
    "experience": "vocabulary.yml", "group": "vocabulary.yml", "body_part": "vocabulary.yml", "aspect": "vocabulary.yml",
}
"""Where the words of an entity type are written."""
DESCRIBING = frozenset({"where", "when", "you", "that"})
LONGEST_NAME = 9
"""With how a name starts that describes what is done, and how many words a name has at most."""


def _file_of(entry: Any, know: Any) -> Tuple[str, str]:
    """Returns (file, path) of an index entry."""
    if entry.exercise in know.exercises:
        return f"exercises/{entry.exercise}.yml", entry.place
    first, _, rest = entry.place.partition(".")
    if first == "general":
        topic, _, rest = rest.partition(".")
        return f"general/{topic}.yml", rest
    return f"{first}.yml", rest


def home_of(kind: str, word: Any, know: Any) -> str:
    if kind != "exercise":
        return FILES[kind]
    if word.id in know.exercises:
        return f"exercises/{word.id}.yml"
    return "families.yml" if word.id in know.families else "catalog.yml"


def sources_exist(know: Any) -> Iterator[Problem]:
    for entry in know.entries.values():
        for source in entry.claim.sources:
            if source not in know.sources:
                file, path = _file_of(entry, know)
                yield Problem(file, f"{path}.sources", f'unknown source "{source}"', nearest(source, know.sources))
    for number, row in enumerate(know.schemes):
        for source in row.sources:
            if source not in know.sources:
                yield Problem("schemes.yml", f"[{number}].sources", f'unknown source "{source}"', nearest(source, know.sources))
    for number, limit in enumerate(know.limits):
        for source in limit.sources:
            if source not in know.sources:
                yield Problem("limits.yml", f"[{number}].sources", f'unknown source "{source}"', nearest(source, know.sources))
    for flag in know.red_flags.values():
        for source in flag.sources:
            if source not in know.sources:
                yield Problem("red_flags.yml", f"{flag.id}.sources", f'unknown source "{source}"',
                              nearest(source, know.sources))
    for ex in know.exercises.values():
        for source in ex.traits.sources:
            if source not in know.sources:
                yield Problem(f"exercises/{ex.id}.yml", "traits.sources", f'unknown source "{source}"',
                              nearest(source, know.sources))
    for source in know.sessions.sources:
        if source not in know.sources:
            yield Problem("sessions.yml", "sources", f'unknown source "{source}"', nearest(source, know.sources))


def tags_exist(know: Any) -> Iterator[Problem]:
    known = {word.id for words in know.words().values() for word in words} | know.unread
    for entry in know.entries.values():
        for tag in entry.claim.about:
            if tag not in known:
                file, path = _file_of(entry, know)
                yield Problem(file, f"{path}.about", f'unknown tag "{tag}"',
                              nearest(tag, known) + " New aspects go into vocabulary.yml")


def references_exist(know: Any) -> Iterator[Problem]:
    exercises = {word.id for word in know.words()["exercise"]}
    equipment = {word.id for word in know.vocabulary.equipment}
    faults = {word.id for word in know.vocabulary.aspects} | set(know.conditions)

    def unknown(file: str, path: str, kind: str, value: str, known: Any) -> Iterator[Problem]:
        if value not in known and value not in know.unread:
            yield Problem(file, path, f'unknown {kind} "{value}"', nearest(value, known))

    for ex in know.exercises.values():
        file = f"exercises/{ex.id}.yml"
        if ex.family is not None:
            yield from unknown(file, "family", "family", ex.family, know.families)
        if ex.mistaken_for is not None:
            yield from unknown(file, "mistaken_for.exercise", "exercise", ex.mistaken_for.exercise, know.exercises)
        for n, need in enumerate(ex.equipment.needs):
            yield from unknown(file, f"equipment.needs[{n}]", "equipment", need, equipment)
        for n, way in enumerate(ex.equipment.also):
            for need in way.needs:
                yield from unknown(file, f"equipment.also[{n}].needs", "equipment", need, equipment)
        if ex.traits.pattern is not None:
            yield from unknown(file, "traits.pattern", "pattern", ex.traits.pattern, [pattern.id for pattern in know.sessions.patterns])
        for role in ("primary", "secondary", "stabilisers"):
            for n, use in enumerate(getattr(ex.muscles, role)):
                yield from unknown(file, f"muscles.{role}[{n}]", "muscle", use.muscle, know.muscles)
        for n, stance in enumerate(ex.stances.positions):
            yield from unknown(file, f"stances.positions[{n}]", "stance", stance.stance, know.stances)
        for n, fault in enumerate(ex.faults):
            yield from unknown(file, f"faults[{n}]", "fault", fault.fault, faults)
        for n, use in enumerate(ex.risks.conditions):
            yield from unknown(file, f"risks.conditions[{n}]", "condition", use.condition, know.conditions)
        for n, other in enumerate(ex.comparisons):
            yield from unknown(file, f"comparisons[{n}].other", "exercise", other.other, exercises)
        for n, goal in enumerate(ex.programming.goals):
            yield from unknown(file, f"programming.goals[{n}]", "goal", goal.goal, know.goals)
        for n, pair in enumerate(ex.complements.pairs):
            yield from unknown(file, f"complements.pairs[{n}]", "exercise", pair.exercise, exercises)
    for item in know.named.values():
        if item.family is not None:
            yield from unknown("catalog.yml", item.id, "family", item.family, know.families)
        if item.like is not None:
            yield from unknown("catalog.yml", item.id, "exercise", item.like, know.exercises)
        for muscle in item.muscles:
            yield from unknown("catalog.yml", item.id, "muscle", muscle, know.muscles)
        for tool in item.tools:
            yield from unknown("catalog.yml", item.id, "equipment", tool, {word.id for word in know.vocabulary.equipment})
    for family in know.families.values():
        yield from unknown("families.yml", f"{family.id}.usual", "exercise", family.usual, know.exercises)
    for muscle in know.muscles.values():
        if muscle.part_of is not None:
            yield from unknown("muscles.yml", f"{muscle.id}.part_of", "muscle", muscle.part_of, know.muscles)
    for n, place in enumerate(know.drawing.muscles):
        yield from unknown("drawing.yml", f"muscles[{n}].muscle", "muscle", place.muscle, know.muscles)
    for n, feet in enumerate(know.drawing.feet):
        yield from unknown("drawing.yml", f"feet[{n}].stance", "stance", feet.stance, know.stances)
    people_say = {word.id for words in know.words().values() for word in words}
    for n, limit in enumerate(know.limits):
        for item in limit.when:
            yield from unknown("limits.yml", f"[{n}].when", "word", item, people_say)
        for item in limit.without:
            yield from unknown("limits.yml", f"[{n}].without", "exercise", item, know.exercises)
    levels = {word.id for word in know.vocabulary.experience}
    for n, row in enumerate(know.schemes):
        yield from unknown("schemes.yml", f"[{n}].goal", "goal", row.goal, know.goals)
        yield from unknown("schemes.yml", f"[{n}].experience", "experience", row.experience, levels)


def sessions_fit(know: Any) -> Iterator[Problem]:
    """Every id in sessions.yml is known, and every experience has a size and a skill."""
    rules = know.sessions
    patterns = [pattern.id for pattern in rules.patterns]
    goals, levels = set(know.goals), [word.id for word in know.vocabulary.experience]
    named: List[Tuple[str, str, Any]] = []
    named += [(f"places[{n}]", pattern, patterns) for n, place in enumerate(rules.places) for pattern in (*place.patterns, *place.otherwise)]
    named += [(f"places[{n}].unless", place.unless, know.muscles) for n, place in enumerate(rules.places) if place.unless]
    named += [("kits", kit, {word.id for word in know.vocabulary.equipment}) for kit in rules.kits]
    named += [("prefer", item, know.exercises) for item in rules.prefer] + [("counted", item, know.muscles) for item in rules.counted]
    named += [("compared", item, rules.counted) for item in rules.compared]
    named += [("support", goal, goals) for pair in rules.support.items() for goal in pair]
    named += [(f"families.{family}", item, rules.counted) for family, counts in rules.families.items() for item in counts]
    named += [("families", family, know.families) for family in rules.families]
    named += [(key, level, getattr(rules, key)) for key in ("usual", "skill") for level in levels]
    for path, value, known in named:
        if value not in known and value not in know.unread:
            yield Problem("sessions.yml", path, f'unknown id "{value}"', nearest(value, known))


def ids_unique(know: Any) -> Iterator[Problem]:
    home: Dict[str, str] = {}
    for kind, words in know.words().items():
        for word in words:
            file = home_of(kind, word, know)
            if word.id in home:
                yield Problem(file, word.id, f'the id "{word.id}" is taken in {home[word.id]}', "choose another id")
            home[word.id] = file


def aliases_unique(know: Any) -> Iterator[Problem]:
    claimed: Dict[str, Tuple[str, str]] = {}
    for kind, words in know.words().items():
        for word in words:
            file = home_of(kind, word, know)
            for name in word.names:
                key = key_of(name)
                if not key:
                    yield Problem(file, word.id, f'the name "{name}" has no letters', "write it in letters")
                    continue
                other = claimed.get(key)
                if other and other[0] != word.id:
                    yield Problem(file, word.id, f'"{name}" is already a name of {other[0]} ({other[1]})',
                                  "a name means one thing; take it out of one of them")
                claimed.setdefault(key, (word.id, file))


def comparisons_have_two_sides(know: Any) -> Iterator[Problem]:
    for ex in know.exercises.values():
        for n, comparison in enumerate(ex.comparisons):
            other = know.exercises.get(comparison.other)
            if other is not None and _back(other, ex) is None:
                yield Problem(f"exercises/{ex.id}.yml", f"comparisons[{n}]", f"exercises/{other.id}.yml has nothing on {ex.id}",
                              f"both questions are answered from here; for words of its own add an entry with other: {ex.id} there")


def comparisons_fit_traits(know: Any) -> Iterator[Problem]:
    levels = list(Level)
    for ex in know.exercises.values():
        for n, comparison in enumerate(ex.comparisons):
            file, other = f"exercises/{ex.id}.yml", know.exercises.get(comparison.other)
            if other is None:
                continue
            back = _back(other, ex)
            for kind, traits, sign in (("more", comparison.more, 1), ("less", comparison.less, -1)):
                for trait in traits:
                    here, there = getattr(ex.traits, trait.value), getattr(other.traits, trait.value)
                    if sign * (levels.index(here) - levels.index(there)) < 0:
                        yield Problem(file, f"comparisons[{n}].{kind}",
                                      f'says {kind} {trait.value} than {other.id}, but traits say "{here.value}" here and '
                                      f'"{there.value}" in exercises/{other.id}.yml', "mend the claims or the traits")
                    if back is not None and back.other == ex.id and ex.id < other.id and trait in getattr(back, kind):
                        yield Problem(file, f"comparisons[{n}].{kind}",
                                      f"says {kind} {trait.value} than {other.id}, and exercises/{other.id}.yml says the same of its own",
                                      "only one of them can hold; mend the claims of one file")


def _back(other: Any, ex: Any) -> Any:
    """Returns what ``other`` says of ``ex`` or else of its family, None if nothing."""
    found = {comparison.other: comparison for comparison in other.comparisons}
    return found.get(ex.id) or found.get(ex.family)


def goals_have_ranges(know: Any) -> Iterator[Problem]:
    planned = dict.fromkeys(row.goal for row in know.schemes)
    for ex in know.exercises.values():
        file, named = f"exercises/{ex.id}.yml", {goal.goal for goal in ex.programming.goals}
        for n, goal in enumerate(ex.programming.goals):
            if goal.reps is None and goal.rated in ("suitable", "rare"):
                yield Problem(file, f"programming.goals[{n}].reps", f"is missing, though {goal.goal} is rated {goal.rated}",
                              "write [lowest, highest], or rate it not suitable or not advised")
        for goal_id in planned:
            if goal_id not in named:
                yield Problem(file, "programming.goals", f"has nothing on {goal_id}", f"add an entry with goal: {goal_id}, reps and rated")


def terms_are_explained(know: Any) -> Iterator[Problem]:
    known = [*know.terms, *know.goals]
    definitions = [entry for entry in know.claims_of(None) if entry.topic == "definition"]
    told = {tag for entry in definitions if entry.own or len(entry.tags) == 1 for tag in entry.own or entry.tags}
    for n, term in enumerate(know.vocabulary.explained):
        if term not in known:
            yield Problem("vocabulary.yml", f"explained[{n}]", f'"{term}" is no term and no goal',
                          f"{nearest(term, known)} Or write it into glossary.yml; its first claim says what it is")
        elif term not in told:
            yield Problem("general/definition.yml", "claims", f'nothing says what "{term}" is', f"add a claim with about: [{term}]")


def no_claim_twice(know: Any) -> Iterator[Problem]:
    seen: Dict[Tuple[Any, str], str] = {}
    for entry in know.entries.values():
        key = (entry.exercise, entry.claim.say)
        if key in seen:
            file, path = _file_of(entry, know)
            yield Problem(file, path, f"says the same as {seen[key]}", "say it once; one of them can go or be about more tags")
        seen[key] = entry.place


def schemes_fit(know: Any) -> Iterator[Problem]:
    rows = {(row.goal, row.experience) for row in know.schemes}
    levels = [word.id for word in know.vocabulary.experience]
    for n, row in enumerate(know.schemes):
        for name in ("sets", "reps", "percent", "rir", "rest", "sessions", "weekly_sets"):
            low, high = getattr(row, name)
            if low > high:
                yield Problem("schemes.yml", f"[{n}].{name}", f"is [{low}, {high}]", "write the lower figure first")
        if not 0 < row.weekly_step <= 0.10:
            yield Problem("schemes.yml", f"[{n}].weekly_step", f"is {row.weekly_step}", "loads rise by at most 0.10 a week")
    for goal in {row.goal for row in know.schemes}:
        for level in levels:
            if (goal, level) not in rows:
                yield Problem("schemes.yml", "", f"has no row for {goal} and {level}", "add it")


def wording_is_used(know: Any) -> Iterator[Problem]:
    def walk(node: Any, path: str) -> Iterator[Problem]:
        if isinstance(node, dict):
            for key, value in node.items():
                yield from walk(value, f"{path}.{key}" if path else str(key))
        elif isinstance(node, list):
            for n, value in enumerate(node):
                yield from walk(value, f"{path}[{n}]")
        elif not isinstance(node, str):
            yield Problem("wording.yml", path, f"is {node!r}", "write a sentence in quotes")
        elif "\n\n" in node:
            yield Problem("wording.yml", path, "has a blank line", "a blank line splits the message; use one line break")

    yield from walk(know.wording, "")


def everything_has_a_place_in_pictures(know: Any) -> Iterator[Problem]:
    placed = {place.muscle for place in know.drawing.muscles}
    for muscle in know.muscles.values():
        if muscle.region is not None and muscle.region not in placed:
            yield Problem("muscles.yml", f"{muscle.id}.region", f'"{muscle.region}" has no place on the muscle map', nearest(muscle.region, placed))
        elif not places_of(muscle.id, know):
            yield Problem("muscles.yml", muscle.id, "has no place on the muscle map",
                          'add "region:" with the muscle that it lies beneath or beside, or give it a place in drawing.yml')
    stances = {place.stance for place in know.drawing.feet}
    for stance in know.stances:
        if stance not in stances:
            yield Problem("stances.yml", stance, "is in no foot diagram", "say where the feet stand in drawing.yml, under feet")


RULES: List[Rule] = [sources_exist, tags_exist, references_exist, ids_unique, aliases_unique, comparisons_fit_traits, goals_have_ranges,
                     terms_are_explained, no_claim_twice, schemes_fit, sessions_fit, wording_is_used, everything_has_a_place_in_pictures]
"""What must hold before anything is trained."""


def names_are_no_descriptions(know: Any) -> Iterator[Problem]:
    for item in (*know.exercises.values(), *know.named.values()):
        file = f"exercises/{item.id}.yml" if item.id in know.exercises else "catalog.yml"
        for name in item.names:
            words = name.lower().split()
            if words[0] in DESCRIBING or len(words) > LONGEST_NAME:
                yield Problem(file, item.id, f'"{name}" describes a movement',
                              "put it among the asks of a definition claim; as a name it is found in sentences about other things too")


HINTS: List[Rule] = [comparisons_have_two_sides, names_are_no_descriptions]
"""What a writer is told, and may leave as it is: adding one file must be enough."""


def run_all(know: Any, skip: Set[str]) -> List[Problem]:
    """Returns the problems found by every rule whose name is not in ``skip``."""
    return [problem for rule in RULES if rule.__name__ not in skip for problem in rule(know)]


def hints(know: Any) -> List[Problem]:
    """Returns what could be better in knowledge that is valid."""
    return [problem for rule in HINTS for problem in rule(know)]
