"""A plan as files: a table for spreadsheets, and sessions for a calendar."""
from __future__ import annotations

import csv
import datetime
import hashlib
import io
from typing import List, Mapping, Optional, Sequence

from addons.channels.content import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
DAYS_A_WEEK = 7
LONGEST_LINE = 74
"""Octets of a line of a calendar file before its line break."""


def csv_of(table: Table) -> str:
    """Returns a table as CSV with its columns in the first row. Cells that a spreadsheet would take for a formula get a quote before."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (table.columns, *table.rows):
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return out.getvalue()


def calendar_of(table: Table, title: str, sessions: int, today: datetime.date, words: Mapping[str, str], weeks: Optional[int] = None) -> str:
    """Returns the sessions of a plan as an iCalendar file of all-day entries.

    Args:
        table: one row a week, or one row an exercise where ``weeks`` is given.
        title: what is trained.
        sessions: how many a week; they are spread evenly from Monday on.
        today: the person's date; the first week begins on the Monday after it.
        weeks: for how many weeks all rows of the table are one session.
        words: "session" (with {title}, {week}, {n}) and "note", from knowledge/wording.yml.
    """
    monday = today + datetime.timedelta(days=DAYS_A_WEEK - today.weekday())
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    plan = hashlib.sha256(f"{table}{monday}".encode()).hexdigest()[:16]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Repwise//Rep scheme//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if weeks is None:
        by_week = [_described(table, row, "\n") for row in table.rows]
    else:
        by_week = ["\n".join(_described(table, row, ", ") for row in table.rows)] * weeks
    for week, described in enumerate(by_week):
        for n in range(sessions):
            day = monday + datetime.timedelta(days=DAYS_A_WEEK * week + DAYS_A_WEEK * n // sessions)
            lines += ["BEGIN:VEVENT", f"UID:{plan}-{week + 1}-{n + 1}@repwise", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                      f"DTEND;VALUE=DATE:{day + datetime.timedelta(days=1):%Y%m%d}",
                      "SUMMARY:" + _escaped(words["session"].format(title=title[:1].upper() + title[1:], week=week + 1, n=n + 1)),
                      "DESCRIPTION:" + _escaped(f"{described}\n{words['note']}"), "TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in _folded(line))


def _described(table: Table, row: Sequence[str], between: str) -> str:
    return between.join(f"{column}: {cell}" for column, cell in zip(table.columns, row, strict=True))


def _escaped(text: str) -> str:
    for char in "\\;,":
        text = text.replace(char, "\\" + char)
    return text.replace("\n", "\\n")


def _folded(line: str) -> Sequence[str]:
    """Cuts a line as the format asks: in octets, never within a character, each further part after a space."""
    parts: List[str] = [""]
    for char in line:
        if len((parts[-1] + char).encode()) > LONGEST_LINE:
            parts.append(" ")
        parts[-1] += char
    return parts
