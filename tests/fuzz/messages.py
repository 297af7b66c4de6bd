"""Random and mutated messages, always the same ones for a seed."""
from __future__ import annotations

import random
from typing import Callable, Iterator, List, Sequence

from knowledge import Knowledge

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz     ",
    "0123456789.,:/-+x%kglbRPE ",
    "\u0430\u0435\u043e\u0441\u0456 \u0391\u0392",  # look like Latin letters
    "\u4e2d\u6587\u0639\u0631\u0628\u05d0 ",
    "\U0001f9b5\U0001f3cb\ufe0f\u200d\u2642\U0001f4aa\U0001f600",
    "\u200b\u202e\u2066\ufeff\u00ad\u0301\u0336",
    "\x00\x07\x1b\t\n\r\x7f\u2028",
    "/{}[]()<>\"'`\\|&;$#@!?*_~^=",
    "\ud800\udfff\ufffe\uffff\U0010ffff",
)
LONGEST = 1_100
TALK = ("make me a plan", "muscle growth", "beginner", "3 times a week", "no health problems", "skip", "100 kg for 8 reps", "why?",
        "cancel", "where is that from?", "I have chest pain", "and for quads?", "I am 70 and have high blood pressure", "yes", "no")


def sentences(know: Knowledge) -> List[str]:
    """Returns what mutations begin from: questions and claims of the knowledge files, and answers to the form."""
    asked = [text for entry in know.entries.values() for text in (entry.claim.say, *entry.claim.asks)]
    return [*asked, *TALK]


def messages(seed: int, count: int, know: Knowledge) -> Iterator[str]:
    """Yields ``count`` messages, a fifth of them random characters, the others mutated sentences."""
    chance, known = random.Random(seed), sentences(know)
    for _ in range(count):
        if chance.random() < 0.2:
            yield _random(chance)
            continue
        text = chance.choice(known)
        for _ in range(chance.randint(1, 4)):
            text = chance.choice(MUTATIONS)(text, known, chance)
        yield text[:LONGEST]


def _random(chance: random.Random) -> str:
    alphabets = chance.sample(ALPHABETS, chance.randint(1, 3))
    return "".join(chance.choice(chance.choice(alphabets)) for _ in range(int(chance.paretovariate(0.7)) % LONGEST + 1))


def _swapped(text: str, known: Sequence[str], chance: random.Random) -> str:
    place = chance.randrange(len(text) or 1)
    return text[:place] + text[place + 1:place + 2] + text[place:place + 1] + text[place + 2:]


def _cut(text: str, known: Sequence[str], chance: random.Random) -> str:
    first, last = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[:first] + text[last:]


def _inserted(text: str, known: Sequence[str], chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + "".join(chance.choice(chance.choice(ALPHABETS)) for _ in range(chance.randint(1, 8))) + text[place:]


def _joined(text: str, known: Sequence[str], chance: random.Random) -> str:
    return text + chance.choice((" ", ". ", "? ", " and ", ", not ", "\n", " but no ")) + chance.choice(known)


def _shuffled(text: str, known: Sequence[str], chance: random.Random) -> str:
    words = text.split()
    chance.shuffle(words)
    return " ".join(words)


def _repeated(text: str, known: Sequence[str], chance: random.Random) -> str:
    return (text + " ") * chance.randint(2, 40)


def _shouted(text: str, known: Sequence[str], chance: random.Random) -> str:
    return text.upper() + "!?" * chance.randint(0, 20)


def _commanded(text: str, known: Sequence[str], chance: random.Random) -> str:
    return chance.choice(("/", "/inform", '/inform{"goal":"', "/restart ", "{", "}}{{", "%s%n", "'; --")) + text


def _numbered(text: str, known: Sequence[str], chance: random.Random) -> str:
    return f"{text} {chance.choice(NUMBERS)}"


NUMBERS = ("0", "-1", "1e308", "9" * 40, "3.5.7", "10-8-6", "1/0", "nan", "\u0663\u0665", "\u00bd", "100 kg lb", "140/90")
MUTATIONS: Sequence[Callable[[str, Sequence[str], random.Random], str]] = (
    _swapped, _cut, _inserted, _joined, _shuffled, _repeated, _shouted, _commanded, _numbered)
