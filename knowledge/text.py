"""Small text helpers that every part shares, so that a name is compared the same way everywhere."""
from __future__ import annotations

import re
import unicodedata
from typing import List, Tuple

_TOKEN = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*", re.UNICODE)
_DIGIT_LETTER = re.compile(r"\d+|[^\d]+")
_POSSESSIVE = re.compile(r"(?<=s)['’ʼ]s$", re.IGNORECASE)
"""Of a word that ends in s: "the leg press's rails"; elsewhere the s stays ("it's" is "its")."""
_APOSTROPHES = str.maketrans("", "", "'’ʼ")


def fold(text: str) -> str:
    """Returns ``text`` in lower case, without accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    return "".join(char for char in plain if not unicodedata.combining(char)).lower()


def spans(text: str) -> List[Tuple[str, int, int]]:
    """Returns (folded word, start, end) for every word and number of ``text``; "225lbs" is a number and a word."""
    found = []
    for match in _TOKEN.finditer(text):
        start = match.start()
        for part in _DIGIT_LETTER.finditer(_POSSESSIVE.sub("", match.group())):
            word = fold(part.group())
            if word:
                found.append((word, start + part.start(), start + part.end()))
    return found


def tokens(text: str) -> List[str]:
    """Returns the words and numbers of ``text``, folded; hyphens and signs separate."""
    return [word for word, _, _ in spans(text)]


def key_of(name: str) -> str:
    """Returns the form in which names are compared: folded words joined by single spaces."""
    return " ".join(tokens(name))
