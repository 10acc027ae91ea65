"""The only module that knows which concepts do stand in a text, found out as it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bot.detection.index import Index
from bot.detection.matching import Budget, occurs
from bot.detection.memory import Met


class Sighting(NamedTuple):
    """What was met in a text so far: phrases all words of which occur, in any order."""

    words: Sequence[str]
    known: Sequence[str]
    """Those of the words that some language knows."""
    indexes: Sequence[Index]
    """The languages of the words."""
    met: Sequence[list[Met]]
    """What was met, for each of the languages."""


class Closely:
    """The concepts that do stand in a text: dearer to know than those that may, so asked singly.

    At first those are asked that the gate looks for, which is enough for most texts.
    """

    __slots__ = ("_budget", "_is_read", "_look", "_places", "_sighted", "_sure", "bits", "unasked")

    def __init__(
        self,
        sighted: Sighting,
        places: Mapping[int, int],
        bits: int,
        *,
        look: Callable[[Sighting], int],
        unasked: int,
    ) -> None:
        """`sighted` is what the gate met, `bits` are its concepts; `places` are the bits by number.

        `look` looks for the concepts `unasked` that are too common for the gate: it says which may
        stand there and adds to what was met.
        """
        self._sighted, self._places, self._look = sighted, places, look
        self._is_read = False
        self._budget = Budget()
        self._sure = 0
        self.bits = bits
        """The concepts that may stand there, one bit each: fewer the more was asked."""
        self.unasked = unasked
        """Concepts that were not looked for yet."""

    def widen(self) -> None:
        """Look for all concepts from now on."""
        if self.unasked:
            self.bits |= self._look(self._sighted) & self.unasked
            self.unasked = 0

    def holds(self, mask: int) -> bool:
        """Whether one of the concepts `mask` stands in the text."""
        if mask & self._sure:
            return True
        left = mask & self.bits
        while left:
            bit = left & -left
            if self._stands(bit):
                self._sure |= bit
                return True
            left ^= bit
            self.bits ^= bit
        return False

    def all(self) -> int:
        """All concepts that stand in the text, one bit each."""
        self.widen()
        left = self.bits & ~self._sure
        while left:
            bit = left & -left
            left ^= bit
            self.holds(bit)
        return self.bits

    def _stands(self, bit: int) -> bool:
        """Whether a phrase of one concept stands in the text."""
        if not self._is_read:  # most texts are done with before
            self._read_backwards()
        places, budget = self._places, self._budget
        words, _, indexes, met = self._sighted
        for index, those in zip(indexes, met, strict=True):
            for word, concepts, alike in those:
                if concepts & bit:
                    for phrase in alike:
                        if places[phrase.concept] == bit and occurs(
                            phrase, word, words, index.elements, budget
                        ):
                            return True
        return False

    def _read_backwards(self) -> None:
        """Add what is met by words that are written backwards: no language knows them."""
        self._is_read = True
        words, known, indexes, met = self._sighted
        if len(known) < len(words):
            unknown = set(words).difference(known)
            for index, those in zip(indexes, met, strict=True):
                if any(map(index.is_backwards, unknown)):
                    index.gate.bits(words, those)
                    index.look.bits(words, those)
