"""The only module that knows how the words of a text are weighed before anything reads it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.detection.memory import remember
from bot.detection.pieces import Pieces

_Weight = tuple[float, int]
"""What the pieces of a word weigh together, and how many they are."""

_AT_ONCE = 48
"""How many words are weighed together: in more, the few that matter would be lost."""


class Glance:
    """How grave a text looks by its pieces alone: a logistic regression on their mean.

    `weights` has one number for each piece, and the bias behind them. The pieces `edges` count in
    every text, so that a word or two are never sure.
    """

    def __init__(self, pieces: Pieces, weights: Sequence[float], edges: Sequence[int]) -> None:
        self._words = _Words(pieces, weights)
        self._bias = float(weights[-1])
        self._edges = sum(weights[edge] for edge in edges), len(edges)

    def log_odds(self, text: str) -> float:
        """That `text` is not innocent; of a long text, of its gravest part. Total on any text."""
        known = [*map(self._words.__getitem__, text.split())]
        if len(known) <= _AT_ONCE:
            return self._of(known)
        starts = range(0, len(known), _AT_ONCE // 2)
        return max(self._of(known[start : start + _AT_ONCE]) for start in starts)

    def _of(self, known: Sequence[_Weight]) -> float:
        weight, count = self._edges
        for each, pieces in known:
            weight += each
            count += pieces
        return weight / count + self._bias


class _Words(dict[str, _Weight]):
    """What each word weighs, worked out when it is first seen, within bounds."""

    def __init__(self, pieces: Pieces, weights: Sequence[float]) -> None:
        super().__init__()
        self._pieces = pieces
        self._weights = weights

    def __missing__(self, word: str) -> _Weight:
        numbers = [piece.number for piece in self._pieces.cut(word)]
        found = sum(self._weights[number] for number in numbers), len(numbers)
        remember(self, word, found)
        return found
