"""The only module that knows which concepts do stand in a text, found out as it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from bot.detection.index import Index
from bot.detection.matching import Budget, Phrase, clauses_of, occurrences
from bot.detection.memory import Group

_Elements = Sequence[frozenset[int]]
"""What each word of the text can stand in, in one language."""


class Closely:
    """The concepts that do stand in a text: dearer to know than those that may, so asked singly."""

    def __init__(
        self, words: Sequence[str], spoken: Sequence[Index], places: Mapping[int, int]
    ) -> None:
        """`spoken` are the languages of `words`, `places` the bits of the concepts by number."""
        self._words, self._places = words, places
        self._clauses, self._budget = clauses_of(len(words), frozenset()), Budget()
        self._positions: dict[int, list[int]] = {}
        self._elements: dict[Index, _Elements] = {}
        self._groups: list[tuple[Index, list[Group]]] = [
            (index, [*index.gate.groups(words), *index.look.groups(words)]) for index in spoken
        ]
        self._sure = self.bits = 0
        """The concepts that may stand there, one bit each: fewer the more was asked."""
        for concepts, _ in chain.from_iterable(groups for _, groups in self._groups):
            self.bits |= concepts

    def holds(self, mask: int) -> bool:
        """Whether one of the concepts `mask` stands in the text."""
        if mask & self._sure:
            return True
        left = mask & self.bits
        while left:
            bit = left & -left
            left ^= bit
            if any(self._occurs(*each) for each in self._phrases(bit)):
                self._sure |= bit
                return True
            self.bits ^= bit
        return False

    def all(self) -> int:
        """All concepts that stand in the text, one bit each."""
        left = self.bits
        while left:
            bit = left & -left
            left ^= bit
            self.holds(bit)
        return self.bits

    def _phrases(self, bit: int) -> Iterator[tuple[Phrase, Index]]:
        """The phrases of one concept that may stand in the text."""
        places = self._places
        for index, groups in self._groups:
            seen = set()
            for concepts, alike in groups:
                if concepts & bit:
                    for phrase in alike:
                        if places[phrase.concept] == bit and id(phrase) not in seen:
                            seen.add(id(phrase))
                            yield phrase, index

    def _occurs(self, phrase: Phrase, index: Index) -> bool:
        positions = self._positions
        for element, _, _ in phrase.steps:
            if element not in positions:
                if index not in self._elements:
                    self._elements[index] = [index.elements(word) for word in self._words]
                positions[element] = [
                    place for place, each in enumerate(self._elements[index]) if element in each
                ]
        return bool(occurrences(phrase, positions, self._clauses, self._budget))
