"""Puts a session into words, with the templates of knowledge/wording.yml."""
from __future__ import annotations

from typing import Any, Dict, List, Tuple

from actions.plan_text import health_notes, progression_line, rest_span, sessions_a_week
from actions.profiles import joined, plain_name
from actions.sessions import Item, Session, Swap, leading
from knowledge import Knowledge


def session_lines(session: Session, know: Knowledge) -> List[str]:
    """Returns the session line by line: title, notes, warm-up, exercises, how to do them, weekly sets, progression, when to stop, caveat."""
    words = know.wording["session"]
    lines = _opening(session, know)
    lines += [_item(n, item, know) for n, item in enumerate(session.items, 1)]
    lines += [f"• {_note(item, session, know)}" for item in session.items]
    lines.append(weekly_line(session, know))
    lines.append(progression_line(session.progression, session.step, know))
    lines.append(know.wording["plan"]["stop"])
    lines.append(know.wording["answer"]["caveat"].format(text=words["caveat"][_caveat(session)]))
    return lines


def session_table(session: Session, know: Knowledge, first: int = 0) -> Dict[str, Any]:
    """Returns the exercises as a table: title, columns, rows of text, and the lines [from, to) of the session's text that say the same.

    Args:
        first: how many lines stand before the session's own.
    """
    words = know.wording["session"]["table"]
    start = first + len(_opening(session, know))
    return {"title": words["title"].format(goal=know.name_of(session.goal), sessions=sessions_a_week(session.sessions, know)),
            "columns": list(words["columns"]), "lines": [start, start + len(session.items)],
            "rows": [[words["exercise"].format(n=n, name=_name(item.exercise, know)), str(item.sets), _span(item.reps, know) + _side(item, know),
                      _span(item.rir, know), rest_span(item.rest)] for n, item in enumerate(session.items, 1)]}


def swap_line(swap: Swap, goal: str, know: Knowledge) -> str:
    """Returns why a named exercise was not taken, and what came in its place."""
    words = know.wording["session"]["swap"]
    key = "rated_rare" if swap.reason == "rated" and swap.detail == "rare" else swap.reason
    text = words[key].format(wanted=know.name_of(swap.wanted), condition=know.name_of(swap.detail), rated=swap.detail, goal=know.name_of(goal))
    return f"{text} {words['taken'].format(taken=know.name_of(swap.taken))}" if swap.taken else str(text)


def weekly_line(session: Session, know: Knowledge) -> str:
    """Returns the counted weekly sets beside the range for the goal."""
    words = know.wording["session"]
    counts = ", ".join(words["count"].format(muscle=know.name_of(muscle), sets=f"{sets:g}") for muscle, sets in session.weekly.items() if sets)
    parts = [words["weekly"].format(counts=counts),
             words["range"].format(low=session.wanted[0], high=session.wanted[1], goal=know.name_of(session.goal))]
    for key, muscles in (("below", session.below(know)), ("above", session.above(know))):
        if muscles:
            parts.append(words[key].format(muscles=", ".join(map(know.name_of, muscles))))
    if len(parts) == 2:
        parts.append(words["in_range"])
    return " ".join(parts)


def _opening(session: Session, know: Knowledge) -> List[str]:
    words = know.wording["session"]
    profile = session.profile
    title = words["title"].format(
        goal=know.name_of(session.goal), experience=know.name_of(session.experience), sessions=sessions_a_week(session.sessions, know),
        equipment=words["and"].join(words["kits"][kit] for kit in profile.equipment))
    notes = health_notes(session.goal, profile.limit, profile.earlier, know)
    plan = know.wording["plan"]
    if profile.sessions_per_week > session.sessions:
        notes.append(words["note_sessions"].format(asked=profile.sessions_per_week))
    if profile.limit is None and profile.goal == "power" and session.goal != profile.goal:
        notes.append(plan["note_power"])
    notes += _focus_note(session, know)
    return [title, *notes, *(swap_line(swap, session.goal, know) for swap in session.swaps), words["warm_up"]]


def _focus_note(session: Session, know: Knowledge) -> List[str]:
    """Returns how far the session puts first what the person wants first, nothing where nothing was named."""
    focus = session.profile.focus
    if not focus:
        return []
    count = len(leading(session.profile.exercises, focus, know))
    key = "focus_none" if not count else "focus_whole" if count == len(session.items) else "focus"
    return [know.wording["session"][key].format(muscles=joined(plain_name(muscle, know) for muscle in focus), n=count, all=len(session.items))]


def _item(number: int, item: Item, know: Knowledge) -> str:
    return str(know.wording["session"]["item"]).format(
        n=number, name=_name(item.exercise, know), sets=item.sets, reps=_span(item.reps, know), side=_side(item, know),
        rir=_span(item.rir, know), rest=rest_span(item.rest))


def _note(item: Item, session: Session, know: Knowledge) -> str:
    words = know.wording["session"]
    pattern = know.exercises[item.exercise].traits.pattern
    parts = [item.how, words["patterns"][pattern]["note"] if pattern else "",
             words["supports"].format(goal=know.name_of(item.goal)) if item.goal != session.goal else ""]
    return str(words["note"]).format(name=_name(item.exercise, know), text=", ".join(part for part in parts if part))


def _caveat(session: Session) -> str:
    if session.goal in ("strength", "power") and set(session.profile.equipment) <= {"bodyweight", "resistance_band"}:
        return "bodyweight"
    return "one_session" if session.sessions == 1 else "plan"


def _side(item: Item, know: Knowledge) -> str:
    return str(know.wording["session"]["per_side"]) if item.per_side else ""


def _span(values: Tuple[int, int], know: Knowledge) -> str:
    low, high = values
    return str(low) if low == high else str(know.wording["session"]["span"]).format(low=low, high=high)


def _name(exercise: str, know: Knowledge) -> str:
    name = know.name_of(exercise)
    return name[:1].upper() + name[1:]


__all__ = ["session_lines", "session_table", "swap_line", "weekly_line"]
