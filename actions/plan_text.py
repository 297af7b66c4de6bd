"""Puts a plan into words, with the templates of knowledge/wording.yml."""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from actions.loads import both_units, estimate_1rm, round_to_plates
from actions.schemes import MOST_WEEKLY_RISE, Plan, Week
from knowledge import Knowledge


def plan_lines(plan: Plan, know: Knowledge) -> List[str]:
    """Returns the plan line by line: title, notes, warm-up, weeks, rest, tempo, progression, deload, when to stop, what to add."""
    words = know.wording["plan"]
    lines = _opening(plan, know)
    lines += [_week(week, plan, know) for week in plan.weeks]
    lines += _load(plan, know)
    lines.append(words["rest"].format(rest=rest_span(plan.rest)))
    lines.append(_tempo(plan.tempo, know))
    lines.append(progression_line(plan.progression, plan.step, know))
    if plan.weeks[0].load is None or 2.5 > MOST_WEEKLY_RISE * plan.weeks[0].load:
        lines.append(words["small_steps"])
    deload = next((week.number for week in plan.weeks if week.deload), None)
    lines.append(words["deload_planned"].format(n=deload) if deload else words["deload_on_signs"])
    lines.append(words["stop"])
    if plan.complements:
        lines.append(words["complements"].format(names=", ".join(know.name_of(item) for item in plan.complements)))
    return lines


def plan_table(plan: Plan, know: Knowledge, first: int = 0) -> Dict[str, Any]:
    """Returns the weeks as a table: title, columns, rows of text, and the lines [from, to) of the plan's text that say the same.

    Args:
        first: how many lines stand before the plan's own.
    """
    words = know.wording["plan"]["table"]
    start = first + len(_opening(plan, know))
    title = words["title"].format(exercise=know.name_of(plan.exercise), goal=know.name_of(plan.goal), sessions=sessions_a_week(plan.sessions, know))
    return {"title": title[:1].upper() + title[1:], "columns": list(words["columns"]),
            "rows": [_row(week, plan, know) for week in plan.weeks], "lines": [start, start + len(plan.weeks)]}


def _row(week: Week, plan: Plan, know: Knowledge) -> List[str]:
    number = know.wording["plan"]["table"]["deload"].format(n=week.number) if week.deload else str(week.number)
    return [number, str(week.sets), str(week.reps), _week_load(week, plan, know), _reserve(week, plan)]


def _opening(plan: Plan, know: Knowledge) -> List[str]:
    """Returns what stands before the weeks: title, notes, warm-up."""
    title = know.wording["plan"]["title"].format(
        exercise=know.name_of(plan.exercise), goal=know.name_of(plan.goal), experience=know.name_of(plan.experience),
        sessions=sessions_a_week(plan.sessions, know), weeks=len(plan.weeks))
    return [title, *_notes(plan, know), _warm_up(plan, know)]


def sessions_a_week(sessions: int, know: Knowledge) -> str:
    """Returns a number of sessions in words: "2 sessions"."""
    words = know.wording["plan"]
    return str(words["session_one"] if sessions == 1 else words["session_many"].format(n=sessions))


def progression_line(progression: str, step: float, know: Knowledge) -> str:
    """Returns how to go on; ``step`` is the largest load step as a share of the load."""
    return str(know.wording["plan"]["progression"]).format(text=_sentence(progression), step=f"{step * 100:g}")


def rest_span(rest: Tuple[int, int]) -> str:
    """Returns a rest in seconds, from two minutes on in minutes."""
    return _span(rest, "s") if rest[0] < 120 else _minutes(rest)


def health_notes(goal: str, limit: Optional[str], earlier: bool, know: Knowledge) -> List[str]:
    """Returns what is said beside a plan that health holds back, or that follows an injury."""
    words = know.wording["plan"]
    if limit is not None:
        row = words["row_return"] if goal == "return_from_injury" else words["row_health"]
        return [words["note_earlier" if earlier else "note_limited"].format(row=row), words["note_clinician"]]
    return [words["note_clinician"]] if goal == "return_from_injury" else []


def _notes(plan: Plan, know: Knowledge) -> List[str]:
    words = know.wording["plan"]
    notes = []
    if plan.asked_sessions > plan.sessions:
        notes.append(words["note_sessions"].format(asked=plan.asked_sessions))
    if plan.power_deferred:
        notes.append(words["note_power"])
    if plan.goal == "power":
        notes.append(words["note_fast"])
    notes += health_notes(plan.goal, plan.limit, plan.earlier, know)
    if plan.set_not_used and plan.recent_set and plan.goal != "return_from_injury":
        recent = plan.recent_set
        notes.append(words["note_long_set"].format(load=both_units(recent.load, recent.unit), reps=recent.reps))
    return notes


def _warm_up(plan: Plan, know: Knowledge) -> str:
    words = know.wording["plan"]
    parts = []
    for item in plan.warm_up:
        load = both_units(item.load, plan.unit) if item.load else words["warm_up_share"].format(
            low=round(item.share[0] * 100), high=round(item.share[1] * 100))
        parts.append(words["warm_up_set"].format(reps=item.reps, load=load))
    return words["warm_up_lead"] + " " + ", ".join(parts) + "."


def _week(week: Week, plan: Plan, know: Knowledge) -> str:
    return know.wording["plan"]["week_deload" if week.deload else "week"].format(
        n=week.number, sets=week.sets, reps=week.reps, load=_week_load(week, plan, know), rir=_reserve(week, plan))


def _week_load(week: Week, plan: Plan, know: Knowledge) -> str:
    return both_units(week.load, plan.unit) if week.load is not None else str(know.wording["plan"]["load_by_feel"])


def _reserve(week: Week, plan: Plan) -> str:
    low = min(plan.rir) + (max(week.rir - max(plan.rir), 0))
    return f"{low}-{week.rir}" if low != week.rir else f"{week.rir}"


def _load(plan: Plan, know: Knowledge) -> List[str]:
    words = know.wording["plan"]
    if plan.estimate is not None and plan.recent_set is not None:
        recent = plan.recent_set
        figures = estimate_1rm(recent.load, recent.reps, recent.rir)
        span = "" if figures is None else " ({}-{})".format(*(f"{round_to_plates(x, recent.unit, False):g}" for x in figures[1:]))
        return [words["load_from_set"].format(load=both_units(recent.load, recent.unit), reps=recent.reps, rir=recent.rir,
                                              figure=f"{round_to_plates(plan.estimate, recent.unit, False):g} {recent.unit}{span}")]
    lines = [words["load_find"]]
    if plan.percent is not None:
        lines.append(words["load_guide"].format(low=plan.percent[0], high=plan.percent[1]))
    return lines


def _tempo(tempo: str, know: Knowledge) -> str:
    words = know.wording["plan"]
    parts = (tempo.split(",")[0].split("-") + ["0", "1"])[:3]
    up = words["tempo_seconds"].format(n=parts[2]) if parts[2].strip().isdigit() else words["tempo_fast"]
    return words["tempo"].format(down=parts[0], pause=parts[1], up=up)


def _span(values: Tuple[int, int], unit: str) -> str:
    return f"{values[0]} {unit}" if values[0] == values[1] else f"{values[0]}-{values[1]} {unit}"


def _minutes(values: Tuple[int, int]) -> str:
    return _span((values[0] // 60, values[1] // 60), "min") if all(value % 60 == 0 for value in values) else _span(values, "s")


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


__all__ = ["plan_lines", "plan_table"]
