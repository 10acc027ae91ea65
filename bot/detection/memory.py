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

    def elements(self, word: str) -> frozenset[int]:
        """The elements that `word` can stand in."""


Needs = dict[int, tuple[tuple[int, int, tuple[Phrase, ...]], ...]]
"""For the rarest companion of a word, by its bit's number from 1, what needs both: all companions,
concepts, the phrases."""

Group = tuple[int, tuple[Phrase, ...]]
"""Phrases that need the same words, and the bits of their concepts."""

Longer = tuple[int, Needs]
"""For the longer phrases that are looked for by a word: the bits of their rarest companions, and
what else they need."""

Entry = tuple[int, int, Longer | None, tuple[Group, ...]]
"""A word's elements as bits, the concepts that it is enough for, what longer phrases need, and the
phrases that it is enough for."""


class Entries(dict[str, Entry | None]):
    """What is known of each word, learned when it is first seen, within bounds.

    `places` are the bits of the concepts (by number) that these entries speak of.
    """

    def __init__(self, index: Index, places: Mapping[int, int]) -> None:
        super().__init__()
        self._index = index
        self._places = places
        self._companions: dict[int, int] = {}
        self._alike: dict[frozenset[int], Entry | None] = {}
        wanted = {
            other
            for anchor, phrases in index.by_anchor.items()
            for phrase in phrases
            if phrase.concept in places
            for other in phrase.required - {anchor}
        }
        # the commonest first: numbers of common words stay short, and the highest bit is the rarest
        for other in sorted(wanted, key=lambda element: -index.rarity[element]):
            self._companions[other] = 1 << len(self._companions)

    def bits(self, words: Sequence[str]) -> int:
        """The concepts of these entries that may occur in `words`, and SPACED.

        This is done for every message there is: it is one loop, and calls nothing.
        """
        present = found = 0
        sought: list[Longer] = []
        distinct = words if len(words) < _MANY_WORDS else set(words)
        for elements, sure, longer, _ in filter(None, map(self.__getitem__, distinct)):
            present |= elements
            found |= sure
            if longer:
                sought.append(longer)
        for seconds, needs in sought:
            left = seconds & present
            while left:
                rarest = left.bit_length()
                left ^= 1 << rarest - 1
                for required, concepts, _ in needs[rarest]:
                    if required & present == required:
                        found |= concepts
        return found

    def groups(self, words: Iterable[str]) -> Iterator[Group]:
        """What needs nothing but `words`, in any order: phrases, by their concepts' bits."""
        entries = list(filter(None, map(self.__getitem__, dict.fromkeys(words))))
        present = 0
        for entry in entries:
            present |= entry[0]
        for _, _, longer, alone in entries:
            yield from alone
            seconds, needs = longer or (0, {})
            left = seconds & present
            while left:
                rarest = left.bit_length()
                left ^= 1 << rarest - 1
                for required, concepts, alike in needs[rarest]:
                    if required & present == required:
                        yield concepts, alike

    def phrases(self, words: Iterable[str]) -> list[Phrase]:
        """The phrases of these entries all words of which occur in `words`, each once."""
        # by identity: they are many, and dear to compare
        return list({id(each): each for _, alike in self.groups(words) for each in alike}.values())

    def __missing__(self, word: str) -> Entry | None:
        found = self._entry(word)
        remember(self, word, found)
        return found

    def _entry(self, word: str) -> Entry | None:
        mine = self._index.elements(word)
        if mine not in self._alike:
            if len(self._alike) >= _REMEMBERED_WORDS:
                self._alike.clear()
            self._alike[mine] = self._worked_out(mine)
        entry = self._alike[mine]
        if word not in LONE_LETTERS:
            return entry
        elements, sure, longer, alone = entry or (0, 0, None, ())
        return elements, sure | SPACED, longer, alone

    def _worked_out(self, mine: frozenset[int]) -> Entry | None:
        present = sum(self._companions.get(element, 0) for element in mine)
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
        enough = tuple(self._grouped({0: alone} if alone else {}))
        longer = {rarest: tuple(self._grouped(alike)) for rarest, alike in needs.items()}
        if not (present or enough or longer):
            return None
        sure = enough[0][1] if enough else 0
        return present, sure, (seconds, longer) if longer else None, tuple(e[1:] for e in enough)

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
                    others = phrase.required - {anchor}
                    yield sum(self._companions[other] for other in others), phrase


def remember(memory: dict[str, _Known], word: str, found: _Known) -> None:
    """Keep what is known of `word`, within bounds that hostile text cannot break."""
    if len(memory) >= _REMEMBERED_WORDS:
        memory.clear()
    if len(word) <= _REMEMBERED_LENGTH:
        memory[word] = found
