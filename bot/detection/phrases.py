"""The only module that knows the phrase language in which concepts are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.detection.normalise import fold

LONGEST_GAP = 8
"""The most words that `..N` may skip: what lies further apart does not belong together."""

BUILT_IN = {
    "number": re.compile(r"[0-9]{1,9}k?"),
    "sum": re.compile(r"(?!0|19[0-9][0-9]$|20(?!00)[0-3][0-9]$)[0-9]{2,6}|[1-9][0-9]{0,2}k"),
    "money": re.compile(
        r"[$£€¥₹₽₺₴][0-9]{1,9}k?"
        r"|[0-9]{1,9}k?(?:[$£€¥₹₽₺₴zk]|usd|eur|gbp|pln|zl|kr|kc|din|lei|lv|ft|tl|грн|руб|р|лв|e)"
    ),
    "span": re.compile(r"[0-9]{1,4}(?:s|sec|secs|m|min|mins|h|hr|hrs|hours|d|days|am|pm)"),
}
"""Classes that every language has, by shape: `<number>`, `<sum>` (a number that may be a price),
`<money>` (with its currency), `<span>` (of time)."""

SHORTEST_STEM = 3
"""How many letters a word must share with a stem at least."""
_ELEMENT = re.compile(r"[^\s|?]+(?:\|[^\s|?]+)*\??")
_GAP = re.compile(r"\.\.([0-9])")
_SLIP = re.compile(r"(?P<gap>^\.[.0-9])|(?P<star>\*(?!$))|(?P<class>[<>])|(?P<caret>\^)")
_MENDS = {
    "gap": f"a gap skips between 1 and {LONGEST_GAP} words",
    "star": "a star stands only at the end of a stem",
    "class": "a class is written <media>",
    "caret": "^ stands only at the beginning",
}
"""What looks like a sign of the phrase language where it is none would never match."""


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what to mend."""


class Element(NamedTuple):
    """One place of a phrase: any of `words`, words that begin with one of `stems`, or shapes."""

    words: frozenset[str]
    stems: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()


class Step(NamedTuple):
    """An element, the words that may be skipped before it, and whether it may be missing."""

    element: Element
    gap: int
    optional: bool
    begins: bool = False
    """Whether the word must be the first of a sentence or clause."""


class Parser:
    """Reads the phrases of one language, whose word classes are `classes`."""

    def __init__(self, classes: Mapping[str, Element]) -> None:
        self._classes = classes
        self._read: dict[str, Element] = {}
        """The places that were read already: a class stands in hundreds of phrases."""

    def parse(self, phrase: str) -> tuple[Step, ...]:
        """Read `phrase`: words, `a|b`, optional `a?`, `<class>`, stems `leak*`, and gaps `..3`.

        A phrase that begins with `^` must begin a sentence or clause ("^pay": an order, not "i
        pay").

        Raises:
            PhraseError: if the phrase is malformed, is empty, or names an unknown class.
        """
        steps: list[Step] = []
        gap = 0
        begins = phrase.startswith("^")
        for part in phrase.removeprefix("^").split():
            skipped = _GAP.fullmatch(part)
            if skipped is not None:
                gap = _bounded(int(skipped.group(1)), phrase)
                continue
            steps.append(Step(self._element(part, phrase), gap, part.endswith("?"), begins))
            gap, begins = 0, False
        if not steps or steps[0].optional or steps[-1].optional or steps[0].gap or gap:
            message = f"{phrase!r}: a phrase begins and ends with a word that must be there"
            raise PhraseError(message)
        return tuple(steps)

    def _element(self, part: str, phrase: str) -> Element:
        known = self._read.get(part)
        if known is None:
            known = self._read[part] = _element(part, self._classes, phrase)
        return known


def parse(phrase: str, classes: Mapping[str, Element]) -> tuple[Step, ...]:
    """Read a single phrase; see `Parser.parse`."""
    return Parser(classes).parse(phrase)


def element_of(name: str, entries: list[str], classes: Mapping[str, Element]) -> Element:
    """The element that holds all `entries` (words, stems, classes) of the word class `name`.

    Raises:
        PhraseError: if an entry is malformed or names an unknown class, or if phrases could never
            mean the class, because every language has one of this name.
    """
    if name in BUILT_IN:
        message = f"<{name}> is a shape that every language has; give the class another name"
        raise PhraseError(message)
    return _gathered(entries, classes, " ".join(entries))


def _bounded(gap: int, phrase: str) -> int:
    if not 1 <= gap <= LONGEST_GAP:
        message = f"{phrase!r}: {_MENDS['gap']}"
        raise PhraseError(message)
    return gap


def _element(part: str, classes: Mapping[str, Element], phrase: str) -> Element:
    if _ELEMENT.fullmatch(part) is None:
        message = f"{phrase!r}: cannot read {part!r}; write words as a|b, a?, <class>, stem* or ..3"
        raise PhraseError(message)
    return _gathered(part.rstrip("?").split("|"), classes, phrase)


def _gathered(alternatives: list[str], classes: Mapping[str, Element], phrase: str) -> Element:
    """The element that holds all `alternatives`: words, stems and classes."""
    words: set[str] = set()
    stems: set[str] = set()
    shapes: set[str] = set()
    for written in alternatives:
        if written.startswith("<") and written.endswith(">"):
            known = _class(written[1:-1], classes, phrase)
            words |= known.words
            stems |= known.stems
            shapes |= known.shapes
            continue
        slip = None if written.isalnum() else _SLIP.search(written)  # most are: it takes less time
        if slip is not None:
            message = f"{phrase!r}: {written!r}: {_MENDS[slip.lastgroup or '']}"
            raise PhraseError(message)
        found = _folded(written.removesuffix("*"))
        if len(found) != 1:
            message = f"{phrase!r}: {written!r} is {len(found)} words; write one in each place"
            raise PhraseError(message)
        if written.endswith("*") and len(found[0]) < SHORTEST_STEM:
            mend = f"a stem has {SHORTEST_STEM} letters at least; write out the words that begin so"
            message = f"{phrase!r}: {written!r} is too short, {mend}"
            raise PhraseError(message)
        (stems if written.endswith("*") else words).add(found[0])
    return Element(frozenset(words), frozenset(stems), frozenset(shapes))


@lru_cache(maxsize=4096)
def _folded(written: str) -> tuple[str, ...]:
    """The plain words of what is written in one place; the same few are written again and again."""
    return tuple(fold(written).split())


def _class(name: str, classes: Mapping[str, Element], phrase: str) -> Element:
    if name in BUILT_IN:
        return Element(frozenset(), shapes=frozenset((name,)))
    if name not in classes:
        known = ", ".join(sorted({*classes, *BUILT_IN}))
        message = f"{phrase!r}: there is no word class <{name}>; known are {known}"
        raise PhraseError(message)
    return classes[name]
