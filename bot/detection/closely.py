"""The only module that knows which concepts do stand in a text, found out as it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.detection.index import Index
from bot.detection.matching import Budget, Phrase, clauses_of, occurrences

_Elements = Sequence[frozenset[int]]
"""What each word of the text can stand in, in one language."""


class Closely:
    """The concepts that do stand in a text: dearer to know than those that may, so asked singly."""

    __slots__ = ("_budget", "_clauses", "_phrases", "_positions", "_sure", "bits")

    def __init__(
        self, words: Sequence[str], spoken: Sequence[Index], places: Mapping[int, int]
    ) -> None:
        """`spoken` are the languages of `words`, `places` the bits of the concepts by number."""
        self._clauses, self._budget = clauses_of(len(words), frozenset()), Budget()
        self._positions: dict[int, list[int]] = {}
        self._phrases: dict[int, list[tuple[Phrase, _Elements]]] = {}
        for index in spoken:
            elements = [index.elements(word) for word in words]
            for phrase in (*index.gate.phrases(words), *index.look.phrases(words)):
                self._phrases.setdefault(places[phrase.concept], []).append((phrase, elements))
        self._sure = 0
        self.bits = sum(self._phrases)
        """The concepts that may stand there, one bit each: fewer the more was asked."""

    def holds(self, mask: int) -> bool:
        """Whether one of the concepts `mask` stands in the text."""
        if mask & self._sure:
            return True
        left = mask & self.bits
        while left:
            bit = left & -left
            left ^= bit
            if any(self._occurs(*each) for each in self._phrases[bit]):
                self._sure |= bit
                return True
            self.bits ^= bit
        return False

    def all(self) -> int:
        """All concepts that stand in the text, one bit each."""
        for bit in self._phrases:
            self.holds(bit)
        return self.bits

    def _occurs(self, phrase: Phrase, elements: _Elements) -> bool:
        positions = self._positions
        for element, _, _ in phrase.steps:
            if element not in positions:
                positions[element] = [
                    place for place, each in enumerate(elements) if element in each
                ]
        return bool(occurrences(phrase, positions, self._clauses, self._budget))
