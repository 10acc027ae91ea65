"""The only module that knows which concepts do stand in a text, found out as it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from bot.detection.index import Index
from bot.detection.matching import Budget, Phrase, clauses_of, occurrences
from bot.detection.memory import Group

_Elements = Sequence[frozenset[int]]
"""What each word of the text can stand in, in one language."""


class Closely:
    """The concepts that do stand in a text: dearer to know than those that may, so asked singly."""

    def __init__(
        self, words: Sequence[str], spoken: Sequence[Index], places: Mapping[int, int], bits: int
    ) -> None:
        """`spoken` are the languages of `words`, `places` the bits of the concepts by number.

        `bits` are those of the concepts all words of which occur.
        """
        self._words, self._spoken, self._places = words, spoken, places
        self._positions: dict[int, list[int]] = {}
        self._elements: dict[Index, _Elements] = {}
        self._sure = 0
        self.bits = bits
        """The concepts that may stand there, one bit each: fewer the more was asked."""

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

    @cached_property
    def _groups(self) -> list[tuple[Index, list[Group]]]:
        """What may stand in the text, by language; most texts are done with before it is needed."""
        words = self._words
        return [
            (each, [*each.gate.groups(words), *each.look.groups(words)]) for each in self._spoken
        ]

    @cached_property
    def _bounds(self) -> tuple[Sequence[int], Budget]:
        """One clause, and the work that may be spent on this text."""
        return clauses_of(len(self._words), frozenset()), Budget()

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
        return bool(occurrences(phrase, positions, *self._bounds))
