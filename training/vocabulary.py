"""The only module that knows which word pieces the model knows, and how it reads a text by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.detection.learned import EDGES, UNKNOWN
from bot.detection.pieces import BEGIN, Pieces, normalise
from training import settings
from training.start import Start

_SPECIAL = 4
"""How many pieces stand for ends, padding and the unknown; they come first."""
_SEEN_OFTEN = 3


@dataclass(frozen=True)
class Vocabulary:
    """The pieces that the model knows, and their numbers in what the training starts from."""

    numbers: Sequence[int]
    names: Sequence[str]
    scores: Sequence[float]
    pieces: Pieces

    def read(self, text: str) -> list[int]:
        """A text as the network reads it: the numbers of its pieces, and of those at its ends."""
        room = settings.LONGEST - len(EDGES)
        found = [piece.number for piece in self.pieces.cut(text)]
        return [EDGES[0], *found[:room], EDGES[1]]


def vocabulary_of(start: Start, texts: Iterable[str]) -> Vocabulary:
    """The pieces that `texts` use, and the likeliest others in their letters."""
    everything = Pieces(start.pieces, start.scores.tolist(), unknown=UNKNOWN)
    used: Counter[int] = Counter()
    letters = {BEGIN}
    for text in texts:
        used.update(piece.number for piece in everything.cut(text))
        letters.update(normalise(text))
    known = [
        number
        for number, piece in enumerate(start.pieces)
        if number >= _SPECIAL and letters.issuperset(piece)
    ]
    single = [number for number in known if len(start.pieces[number]) == 1]
    often = [number for number, count in used.most_common() if count >= _SEEN_OFTEN]
    likely = sorted(known, key=lambda number: -start.scores[number])
    chosen = dict.fromkeys((*range(_SPECIAL), *single, *often, *likely))
    numbers = tuple(chosen)[: settings.PIECES]
    names = tuple("" if number < _SPECIAL else start.pieces[number] for number in numbers)
    scores = tuple(float(start.scores[number]) for number in numbers)
    return Vocabulary(numbers, names, scores, Pieces(names, scores, unknown=UNKNOWN))


def vocabulary_named(start: Start, names: Sequence[str], scores: Sequence[float]) -> Vocabulary:
    """The vocabulary of a model that is there, whose pieces have these names and scores."""
    numbers = {name: number for number, name in reversed([*enumerate(start.pieces)])}
    chosen = tuple(numbers[name] if name else number for number, name in enumerate(names))
    return Vocabulary(chosen, names, scores, Pieces(names, scores, unknown=UNKNOWN))
