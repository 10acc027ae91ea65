"""The only module that knows the model's file and how what it computes becomes an opinion."""

from __future__ import annotations

import io
import json
import math
import zipfile
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from bot.detection.encoder import Encoder, Outcome
from bot.detection.glance import Glance
from bot.detection.onecore import NDArray, np
from bot.detection.pieces import Piece, Pieces
from bot.detection.segments import joins
from bot.domain.assessment import Kind

MODEL = Path(__file__).with_name("learned.model")
CLASSES = (Kind.NONE, Kind.THREAT, Kind.DISCLOSURE)
"""What the columns of the encoder's outcome stand for."""
EDGES = (0, 2)
"""The numbers of the pieces that stand before and after every text."""
UNKNOWN = 3
"""The number of the piece that stands for letters which no piece has."""

HEADER, SCORES, GLANCE = "header", "scores", "glance"
"""What the model file holds besides what the encoder computes with."""

_READ = 2_000
_GLANCED = 400
"""How many characters are glanced at: more than are read at once."""
_FEWEST_PIECES = 4
_WALL, _OF_A_WALL = 1_000, 40
"""A text of more characters than the first is a wall: of it, only so many pieces are read."""
_PARTS = 4
"""In how many parts a text is read at most, where all of it counts."""
_HUNDREDTHS = 100
_LEAST = 1e-6
"""No probability is taken for nearer to 0 or 1 than this."""
_MARKS = ".,;:!?…()[]\"'“”„«»‘’`*_~|-–—、。，！？「」"
"""What may stand around a word and is none of it."""
_TELLING = 3
_MANY_DOUBTS = 3
"""How often doubt counts beside what is a joke about something harmless, or an answer."""


class ModelError(ValueError):
    """A model file that cannot be used; the message names it and says what to do."""


class Telling(NamedTuple):
    """Words that moved the model, and their place in the text (end exclusive)."""

    words: str
    start: int
    end: int


class Weight(NamedTuple):
    """What the concepts of a text weigh, in hundredths of log odds by `LearnedJudge.gate`."""

    own: int = 0
    quoted: int = 0
    """Of somebody else's words: they say that somebody may be telling, never that they threaten."""


class Opinion(NamedTuple):
    """How likely a text is to be a threat or to tell of one, and the words that say so."""

    threat: float = 0.0
    disclosure: float = 0.0
    telling: tuple[Telling, ...] = ()
    kind: Kind = Kind.NONE
    """What is likely enough to be doubted at least; a disclosure where it may be either."""
    sure: float = 0.0
    """The log odds of that, in which the concepts count too."""

    @property
    def innocent(self) -> float:
        """How likely the text is to be neither."""
        return 1 - self.threat - self.disclosure

    @property
    def tells(self) -> bool:
        """Whether the text is likelier to tell of a threat than to be harmless."""
        return self.disclosure > self.innocent

    @property
    def ratio(self) -> float:
        """The log odds that it is a threat rather than somebody telling of one."""
        return math.log(max(self.threat, _LEAST) / max(self.disclosure, _LEAST))


_WEIGHTLESS = Weight()


@dataclass(frozen=True, slots=True)
class LearnedJudge:
    """The model: a vocabulary, an encoder, and from where on it is asked and speaks."""

    header: Mapping[str, Any]
    pieces: Pieces
    encoder: Encoder
    glance: Glance

    @classmethod
    def load(cls, path: Path = MODEL) -> LearnedJudge:
        """The model at `path`, read once. Raises ModelError."""
        return _load(path)

    @property
    def gate(self) -> Mapping[str, int]:
        """How much each concept counts when it is decided whether the model is asked."""
        gate: Mapping[str, int] = self.header["gate"]
        return gate

    def judge(
        self,
        text: str,
        own: Collection[str] = (),
        *,
        weight: Weight = _WEIGHTLESS,
    ) -> Opinion:
        """What the model makes of `text`, whose author's words hold the concepts `own`.

        Total on any text. It has no opinion of one or two words, and of what a glance finds
        harmless; what the first layer finds harmless is not read to the end. The more its concepts
        weigh, the surer of it the model is; beside play, stories and talk about the crime it is
        less sure, and much less of answers and of jokes about harmless objects.
        """
        if self.weigh(text) < self.header["glance"]:
            return Opinion()
        concepts = frozenset(own)
        doubts = int(not concepts.isdisjoint(self.header["doubted"]))
        if any(concepts.issuperset(some) for some in self.header["silent"]):
            doubts = _MANY_DOUBTS
        harmless = self.header["harmless"]
        return self._opinion(text, weight, doubts=doubts, harmless=harmless) or Opinion()

    def weigh(self, text: str) -> float:
        """The log odds that `text` is not innocent, by a glance at its beginning and its end."""
        if len(text) > 2 * _GLANCED:
            text = f"{text[:_GLANCED]} {text[:_READ][-_GLANCED:]}"
        return self.glance.log_odds(text)

    def read(self, text: str, weight: Weight = _WEIGHTLESS) -> Opinion | None:
        """The same of any text, however harmless it looks; None if it is too short."""
        return self._opinion(text, weight)

    def gravest(self, text: str, weight: Weight = _WEIGHTLESS) -> float | None:
        """The log odds that the gravest part of `text` is not innocent, concepts weighed in.

        None of what is too short or too long to be read so. What the concepts weigh is shared among
        the parts: a long text holds more of them.
        """
        if len(text) > _WALL:
            return None
        pieces = list(islice(self.pieces.cut(text), _PARTS * self._room + 1))
        if not _FEWEST_PIECES <= len(pieces) <= _PARTS * self._room:
            return None
        # of equal length: a few words alone say little
        count = math.ceil(len(pieces) / self._room)
        edges = [len(pieces) * number // count for number in range(count + 1)]
        parts = (pieces[start:end] for start, end in pairwise(edges))
        innocent = min(float(self.encoder.read(_numbers(part)).shares[0]) for part in parts)
        return _log_odds(1 - innocent) + self._counted(sum(weight)) / count

    def is_read_whole(self, text: str) -> bool:
        """Whether the model reads all of `text` at once."""
        if len(text) > _WALL:
            return False
        return sum(1 for _ in islice(self.pieces.cut(text), self._room + 1)) <= self._room

    @property
    def _room(self) -> int:
        """How many pieces are read at once."""
        return self.encoder.longest - len(EDGES)

    def _counted(self, weight: int) -> float:
        """What concepts of this weight count beside the model, in log odds."""
        return float(weight * self.header["limits"]["concepts"] / _HUNDREDTHS)

    def _part(self, text: str) -> list[Piece]:
        """What is read of `text`: all, or of a longer one its graver end, or nothing if short.

        Which end is graver says a glance.
        """
        longest = self._room if len(text) <= _WALL else _OF_A_WALL
        text = text[:_READ]
        pieces = list(islice(self.pieces.cut(text), self._room + 1))
        if len(pieces) < _FEWEST_PIECES:
            return []
        if len(pieces) <= self._room:
            return pieces
        begin = max(0, len(text) - _GLANCED)
        begin = text.find(" ", begin) + 1 or begin
        last = list(self.pieces.cut(text[begin:]))[-longest:]
        last = [Piece(number, begin + start, begin + end) for number, start, end in last]
        ends = (pieces[:longest], last or pieces[:longest])
        return max(ends, key=lambda end: self.weigh(text[end[0].start : end[-1].end]))

    def _opinion(
        self, text: str, weight: Weight, *, doubts: int = 0, harmless: float = 1.0
    ) -> Opinion | None:
        """The opinion of what is read of `text`; it says nothing of a harmless one."""
        pieces = self._part(text)
        if not pieces:
            return None
        outcome = self.encoder.read(_numbers(pieces), unless=harmless)
        innocent, threat, disclosure = map(float, outcome.shares)
        if innocent > harmless:
            return Opinion(threat, disclosure)
        limits = self.header["limits"]
        # nobody who may be telling what is done to them is taken for an offender
        told = disclosure >= limits["tells"] * threat
        counted = self._counted(sum(weight) if told else weight.own)
        sure = _log_odds(threat + disclosure) + counted - doubts * limits["doubt"]
        kind = Kind.DISCLOSURE if told else Kind.THREAT
        telling = _telling(text, pieces, outcome, kind)
        kind = kind if sure >= limits["low"] else Kind.NONE
        return Opinion(threat, disclosure, telling, kind, sure)


def _log_odds(probability: float) -> float:
    sure = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(sure / (1 - sure))


def _numbers(pieces: Sequence[Piece]) -> list[int]:
    """What the encoder reads of pieces."""
    return [EDGES[0], *(piece.number for piece in pieces), EDGES[1]]


def _telling(
    text: str, pieces: Sequence[Piece], outcome: Outcome, kind: Kind
) -> tuple[Telling, ...]:
    """The words that moved the model most towards `kind`, in their order, none twice."""
    pull = outcome.pull[1:-1, CLASSES.index(kind)] - outcome.pull[1:-1, 0]
    moved: dict[tuple[int, int], float] = {}
    for piece, share in zip(pieces, pull, strict=True):
        place = _word(text, piece)
        moved[place] = moved.get(place, 0.0) + float(share)
    best = sorted(moved, key=lambda place: (-moved[place], place))[:_TELLING]
    return tuple(Telling(text[start:end], start, end) for start, end in sorted(best))


def _word(text: str, piece: Piece) -> tuple[int, int]:
    """The place of the word around a piece, bare of marks; of a piece itself where words touch."""
    start, end = piece.start, piece.end
    while start and joins(text[start - 1]):
        start -= 1
    while end < len(text) and joins(text[end]):
        end += 1
    bare = text[start:end].strip(_MARKS) or text[start:end]
    start += text[start:end].index(bare)
    return start, start + len(bare)


@cache
def _load(path: Path) -> LearnedJudge:
    try:
        # array by array: all of them at once would take their memory twice
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            header = json.loads(arrays[HEADER].tobytes())
            pieces = Pieces(header.pop("pieces"), arrays[SCORES].tolist(), unknown=UNKNOWN)
            glance = Glance(pieces, array("f", arrays[GLANCE].tolist()), EDGES)
            return LearnedJudge(header, pieces, Encoder(arrays, heads=header["heads"]), glance)
    except (OSError, zipfile.BadZipFile, EOFError, LookupError, TypeError, ValueError) as error:
        mend = "install it again, or make it anew: python -m training --talk FOLDER"
        raise ModelError(f"{path}: cannot be read as a model: {error}; {mend}") from error


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The content of a model file; the same input always gives the same bytes."""
    head = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
    content = io.BytesIO()
    everything: dict[str, Any] = {HEADER: np.frombuffer(head, np.uint8), **arrays}
    np.savez_compressed(content, **everything)
    return content.getvalue()
