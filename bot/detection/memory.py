"""The only module that knows what the gate remembers of each word: one look at it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from bot.detection.matching import Phrase

SPACED = 1 << 100
"""The gate's bit for single letters that English chat does not leave alone ("s e n d"); in some
languages they are words of their own too."""

LONE_LETTERS = frozenset("efghjlmopqvwz")

_Known = TypeVar("_Known")
_MANY_WORDS = 40
_REMEMBERED_WORDS = 20_000
_REMEMBERED_LENGTH = 24


class Index(Protocol):
    """What is asked about a word when it is first seen."""

    by_anchor: dict[int, list[Phrase]]
    rarity: dict[int, float]
    """How often each element may be met, the rarest lowest."""

    elements: Mapping[str, frozenset[int]]
    """The elements that each word can stand in."""


Needs = dict[int, tuple[tuple[int, int, tuple[Phrase, ...]], ...]]
"""For the rarest companion of a word, by its bit's number from 1, what needs both: all companions,
concepts, the phrases."""

Met = tuple[str, int, tuple[Phrase, ...]]
"""Phrases that need the same words, the bits of their concepts, and the word that led to them."""

Sought = tuple[int, tuple[Phrase, ...], int, Needs]
"""What is looked for by a word: the concepts and the phrases that it is enough for, the bits of the
rarest companions of longer phrases, and what else those need."""

Entry = tuple[int, Sought | None]
"""A word's elements as bits, and what is looked for by it; for most words nothing."""


class Entries(dict[str, Entry | None]):
    """What is known of each word, learned when it is first seen, within bounds.

    `places` are the bits of the concepts (by number) that these entries speak of.
    """

    def __init__(self, index: Index, places: Mapping[int, int]) -> None:
        super().__init__()
        self._index = index
        self._places = places
        self._companions: dict[int, int] = {}
        """The number of the bit of each element that some phrase needs besides its anchor."""
        self._alike: dict[frozenset[int], Entry | None] = {}
        wanted = {
            other
            for phrases in index.by_anchor.values()
            for phrase in phrases
            if phrase.concept in places
            for other in phrase.others
        }
        # the commonest first: numbers of common words stay short, and the highest bit is the rarest
        for other in sorted(wanted, key=lambda element: -index.rarity[element]):
            self._companions[other] = len(self._companions)

    def bits(self, words: Sequence[str], met: list[Met]) -> int:
        """The concepts of these entries that may occur in `words`, and SPACED.

        Why they may is added to `met`: phrases all words of which occur, in any order.

        This is done for every message there is: it is one loop, and calls nothing.
        """
        present = found = 0
        hunted: list[tuple[str, Sought]] = []
        distinct = words if len(words) < _MANY_WORDS else list(dict.fromkeys(words))
        for word, entry in zip(distinct, map(self.__getitem__, distinct)):  # noqa: B905 - dearer
            if entry:
                elements, sought = entry
                present |= elements
                if sought:
                    hunted.append((word, sought))
        for word, (sure, alone, seconds, needs) in hunted:
            if sure:
                found |= sure
                met.append((word, sure, alone))
            left = seconds & present
            while left:
                rarest = left.bit_length()
                left ^= 1 << rarest - 1
                for required, concepts, alike in needs[rarest]:
                    if required & present == required:
                        found |= concepts
                        met.append((word, concepts, alike))
        return found

    def phrases(self, words: Sequence[str]) -> list[Phrase]:
        """The phrases of these entries all words of which occur in `words`, each once."""
        met: list[Met] = []
        self.bits(words, met)
        # by identity: they are many, and dear to compare
        return list({id(each): each for _, _, alike in met for each in alike}.values())

    def __missing__(self, word: str) -> Entry | None:
        found = self._entry(word)
        remember(self, word, found)
        return found

    def _entry(self, word: str) -> Entry | None:
        mine = self._index.elements[word]
        if mine not in self._alike:
            if len(self._alike) >= _REMEMBERED_WORDS:
                self._alike.clear()
            self._alike[mine] = self._worked_out(mine)
        entry = self._alike[mine]
        if word not in LONE_LETTERS:
            return entry
        elements, sought = entry or (0, None)
        sure, alone, seconds, needs = sought or (0, (), 0, {})
        return elements, (sure | SPACED, alone, seconds, needs)

    def _worked_out(self, mine: frozenset[int]) -> Entry | None:
        companions = self._companions
        present = sum(1 << companions[element] for element in mine if element in companions)
        seconds = 0
        alone: list[Phrase] = []
        needs: dict[int, dict[int, list[Phrase]]] = {}
        for required, phrase in self._wanted(mine):
            if not required:
                alone.append(phrase)
                continue
            rarest = (required & ~present or required).bit_length()
            seconds |= 1 << rarest - 1
            needs.setdefault(rarest, {}).setdefault(required, []).append(phrase)
        ((_, sure, enough),) = self._grouped({0: alone})
        longer = {rarest: tuple(self._grouped(alike)) for rarest, alike in needs.items()}
        sought = (sure, enough, seconds, longer) if enough or longer else None
        return (present, sought) if present or sought else None

    def _grouped(
        self, alike: Mapping[int, Iterable[Phrase]]
    ) -> Iterator[tuple[int, int, tuple[Phrase, ...]]]:
        """What needs the same companions as one entry."""
        for required, phrases in alike.items():
            found = {id(phrase): phrase for phrase in phrases}
            concepts = 0
            for phrase in found.values():
                concepts |= 1 << self._places[phrase.concept]
            yield required, concepts, tuple(found.values())

    def _wanted(self, mine: Iterable[int]) -> Iterator[tuple[int, Phrase]]:
        """For each phrase looked for by one of the elements `mine`, what else it needs."""
        for anchor in mine:
            for phrase in self._index.by_anchor.get(anchor, ()):
                if phrase.concept in self._places:
                    yield sum(1 << self._companions[other] for other in phrase.others), phrase


def remember(memory: dict[str, _Known], word: str, found: _Known) -> None:
    """Keep what is known of `word`, within bounds that hostile text cannot break."""
    if len(memory) >= _REMEMBERED_WORDS:
        memory.clear()
    if len(word) <= _REMEMBERED_LENGTH:
        memory[word] = found
