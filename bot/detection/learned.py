"""The only module that knows the model's file and how its weights become an opinion."""

from __future__ import annotations

import json
import math
import struct
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bot.detection.features import (
    NOWHERE,
    WORDS,
    Span,
    Told,
    Vocabulary,
    features,
    known_share,
    plain_words,
)
from bot.detection.normalise import Token, tokenise
from bot.domain.assessment import Kind

MODEL = Path(__file__).with_name("learned.model")
MAGIC = b"NALM1\n"
"""The first bytes of a model file; then the header's length, the header, and the weights."""

_LENGTH = struct.Struct(">I")
_READ = 2_000
_TELLING = 3
_FEWEST_WORDS = 3


class ModelError(ValueError):
    """A model file that cannot be used; the message names it and says what to do."""


class Telling(NamedTuple):
    """Words that moved the model, and their place in the text (end exclusive)."""

    words: str
    start: int
    end: int


class Opinion(NamedTuple):
    """How likely a text is to be a threat or to tell of one, and the words that say so."""

    threat: float = 0.0
    disclosure: float = 0.0
    telling: tuple[Telling, ...] = ()
    kind: Kind = Kind.NONE
    """What is likely enough to be said; a disclosure where it may be either."""


def bucket(feature: str, buckets: int) -> int:
    """The place of the weights of `feature`; `buckets` is a power of two."""
    return zlib.crc32(feature.encode("utf-8", "replace")) & (buckets - 1)


@dataclass(frozen=True, slots=True)
class LearnedJudge:
    """The model: weights, what it needs to know of words, and from where on it speaks."""

    header: Mapping[str, Any]
    threat: array[int]
    disclosure: array[int]
    vocabulary: Vocabulary
    known: frozenset[str]

    @classmethod
    def load(cls, path: Path = MODEL) -> LearnedJudge:
        """The model at `path`, read once. Raises ModelError."""
        return _load(path)

    @property
    def gate(self) -> Mapping[str, int]:
        """How much each concept counts when it is decided whether the model is asked."""
        gate: Mapping[str, int] = self.header["gate"]
        return gate

    def judge(self, text: str, told: Told, *, stricter: bool = False) -> Opinion:
        """What the model makes of `text` with the concepts `told`; total on any text.

        It has none of a text mostly in words that it never learned, nor of play, stories and talk
        about the crime. `stricter` is for texts put together from several messages.
        """
        if not told.own.isdisjoint(self.header["silent"]):
            return Opinion()
        tokens = tokenise(text[:_READ])[:WORDS]
        words = plain_words([token.word for token in tokens], self.vocabulary)
        if len(words) < _FEWEST_WORDS or known_share(words, self.known) < self.header["known"]:
            return Opinion()
        seen = features(text, words, told, self.vocabulary)
        places = {name: bucket(name, len(self.threat)) for name in seen}
        norm = math.sqrt(len(seen))
        threat, disclosure = self._likely(places.values(), norm)
        kind = self._kind(threat, disclosure, stricter=stricter)
        if kind is Kind.NONE:
            return Opinion(threat, disclosure)
        weights = self.threat if kind is Kind.THREAT else self.disclosure
        moved = {name: weights[place] for name, place in places.items()}
        return Opinion(threat, disclosure, _telling(text, tokens, seen, moved), kind)

    def _likely(self, places: Any, norm: float) -> tuple[float, float]:
        """The probabilities of a threat and of a disclosure."""
        scales, biases = self.header["scales"], self.header["biases"]
        threat = biases[0] + scales[0] * sum(map(self.threat.__getitem__, places)) / norm
        told = biases[1] + scales[1] * sum(map(self.disclosure.__getitem__, places)) / norm
        top = max(0.0, threat, told)
        parts = math.exp(-top), math.exp(threat - top), math.exp(told - top)
        return parts[1] / sum(parts), parts[2] / sum(parts)

    def _kind(self, threat: float, disclosure: float, *, stricter: bool) -> Kind:
        """Nobody who may be telling what is done to them is taken for an offender."""
        limits = self.header["limits"]
        sure = threat + disclosure
        if disclosure >= limits["tells"] * threat:
            return Kind.DISCLOSURE if sure >= limits["disclosure"] else Kind.NONE
        wanted = limits["run"] if stricter else limits["threat"]
        return Kind.THREAT if sure >= wanted else Kind.NONE


def _telling(
    text: str, tokens: Sequence[Token], seen: Mapping[str, Span], moved: Mapping[str, int]
) -> tuple[Telling, ...]:
    """The words that moved the model most, in their order, none twice."""
    chosen: list[Span] = []
    for name in sorted(moved, key=lambda name: (-moved[name], name)):
        first, last = seen[name]
        apart = all(last < low or first > high for low, high in chosen)
        if seen[name] != NOWHERE and apart and moved[name] > 0:
            chosen.append((first, last))
        if len(chosen) == _TELLING:
            break
    ends = [(tokens[first].start, tokens[last].end) for first, last in sorted(chosen)]
    return tuple(Telling(text[start:end], start, end) for start, end in ends)


@cache
def _load(path: Path) -> LearnedJudge:
    try:
        return unpack(path.read_bytes())
    except (OSError, zlib.error, struct.error, LookupError, ValueError) as error:
        message = f"{path}: cannot be read as a model: {error}; make it anew: python -m training"
        raise ModelError(message) from error


def unpack(content: bytes) -> LearnedJudge:
    """The model that a file holds; raises one of many errors if it holds none."""
    if not content.startswith(MAGIC):
        raise ModelError("it does not begin as one")
    packed = zlib.decompress(content[len(MAGIC) :])
    (length,) = _LENGTH.unpack_from(packed)
    header = json.loads(packed[_LENGTH.size : _LENGTH.size + length])
    weights = _array(packed[_LENGTH.size + length :])
    half = len(weights) // 2
    vocabulary = Vocabulary(header.pop("spellings"), header.pop("classes"))
    known = frozenset(header.pop("words").split())
    return LearnedJudge(header, weights[:half], weights[half:], vocabulary, known)


def pack(header: Mapping[str, Any], weights: Sequence[int]) -> bytes:
    """The content of a model file; the same input always gives the same bytes."""
    head = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
    body = array("h", weights)
    if _is_big_endian():
        body.byteswap()
    return MAGIC + zlib.compress(_LENGTH.pack(len(head)) + head + body.tobytes(), 9)


def _array(content: bytes) -> array[int]:
    """Numbers of two bytes, the lower one first, whatever machine reads them."""
    weights = array("h")
    weights.frombytes(content)
    if _is_big_endian():
        weights.byteswap()
    return weights


def _is_big_endian() -> bool:
    return struct.pack("=H", 1) == struct.pack(">H", 1)
