"""The only module that computes: a small transformer encoder, on one core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.detection.onecore import NDArray, np

Arrays = Mapping[str, NDArray[Any]]
_Floats = NDArray[np.float32]

_TINY = 1e-12
BLOCK = 32
"""How many neighbouring numbers of an embedding share a scale."""


class Outcome(NamedTuple):
    """What an encoder makes of a text."""

    shares: _Floats
    """The probability of each class; they sum to one."""
    pull: _Floats
    """For each piece and class, how far it moved the text towards the class; pieces × classes."""


class Encoder:
    """Word pieces → classes (Vaswani et al. 2017, with the layer norm after each part).

    `arrays` are those of `training.packing`: embeddings in four bits, matrices in eight, each with
    its scales. Raises KeyError or ValueError if one is missing or does not fit.
    """

    def __init__(self, arrays: Arrays, *, heads: int) -> None:
        self._words = arrays["words"]
        self._word_scales = arrays["words.scale"]
        self._places = _matrix(arrays, "places")
        self._norm = _row(arrays, "norm.weight"), _row(arrays, "norm.bias")
        layers = sum(name.endswith(".mix.weight") for name in arrays)
        self._layers = [_Layer(arrays, f"layer{number}", heads) for number in range(layers)]

    @property
    def longest(self) -> int:
        """How many pieces it can read at once."""
        return len(self._places)

    def read(self, pieces: Sequence[int], *, unless: float = 1.0) -> Outcome:
        """What the text is, of which `pieces` are the numbers: one to `longest` of them.

        Every layer has an opinion. The first one that gives the first class more than `unless` is
        the last that is asked.
        """
        state = self._begun(pieces)
        for layer in self._layers:
            state = layer.step(state)
            outcome = layer.outcome(state)
            if outcome.shares[0] > unless:
                break
        return outcome

    def before(self) -> _Floats:
        """What stands for each piece before any layer, wherever it stands; pieces × width."""
        everything = np.arange(len(self._words))
        return _normed(self._embedded(everything) + self._places.mean(axis=0), *self._norm)

    def _begun(self, pieces: Sequence[int]) -> _Floats:
        """What stands for each piece in its place."""
        state = self._embedded(np.asarray(pieces))
        return _normed(state + self._places[: len(pieces)], *self._norm)

    def _embedded(self, pieces: NDArray[Any]) -> _Floats:
        """The embeddings of `pieces`, two numbers to the byte, the lower half first."""
        packed = self._words[pieces]
        halves = np.stack((packed & 15, packed >> 4), axis=-1).reshape(len(pieces), -1, BLOCK)
        numbers = halves.astype(np.float32) - 8
        scaled: _Floats = (numbers * self._word_scales[pieces][..., None]).reshape(len(pieces), -1)
        return scaled


class _Layer:
    """Attention and a feed-forward part, each added to what goes in; and what it makes of it."""

    def __init__(self, arrays: Arrays, name: str, heads: int) -> None:
        self._heads = heads
        self._asked = _matrix(arrays, f"{name}.ask.weight"), _row(arrays, f"{name}.ask.bias")
        self._mixed = _matrix(arrays, f"{name}.mix.weight"), _row(arrays, f"{name}.mix.bias")
        self._wide = _matrix(arrays, f"{name}.wide.weight"), _row(arrays, f"{name}.wide.bias")
        self._back = _matrix(arrays, f"{name}.back.weight"), _row(arrays, f"{name}.back.bias")
        self._norms = [
            (_row(arrays, f"{name}.{which}.weight"), _row(arrays, f"{name}.{which}.bias"))
            for which in ("norm1", "norm2")
        ]
        self._out = _matrix(arrays, f"{name}.out.weight"), _row(arrays, f"{name}.out.bias")

    def step(self, state: _Floats) -> _Floats:
        """`state` (pieces × width) after this layer."""
        asked = _through(state, self._asked).reshape(len(state), 3, self._heads, -1)
        query, key, value = asked.transpose(1, 2, 0, 3)
        heed = _shares((query @ key.transpose(0, 2, 1)) * query.shape[-1] ** -0.5)
        heard = (heed @ value).transpose(1, 0, 2).reshape(len(state), -1)
        state = _normed(state + _through(heard, self._mixed), *self._norms[0])
        wide = _bent(_through(state, self._wide))
        return _normed(state + _through(wide, self._back), *self._norms[1])

    def outcome(self, state: _Floats) -> Outcome:
        """What a text is by `state`, which this layer left."""
        weight, bias = self._out
        pull: _Floats = (state @ weight) / np.float32(len(state))
        return Outcome(_shares(pull.sum(axis=0) + bias), pull)


def _matrix(arrays: Arrays, name: str) -> _Floats:
    """A matrix of whole numbers with one scale for each column, row by row in memory."""
    whole, scale = arrays[name], arrays[f"{name}.scale"]
    return np.ascontiguousarray(whole.astype(np.float32) * scale.astype(np.float32))


def _row(arrays: Arrays, name: str) -> _Floats:
    return arrays[name].astype(np.float32)


def _through(state: _Floats, part: tuple[_Floats, _Floats]) -> _Floats:
    return state @ part[0] + part[1]


def _normed(state: _Floats, weight: _Floats, bias: _Floats) -> _Floats:
    apart = state - state.mean(axis=-1, keepdims=True)
    spread = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + _TINY)
    normed: _Floats = apart / spread * weight + bias
    return normed


def _shares(scores: _Floats) -> _Floats:
    """Softmax over the last axis."""
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: _Floats = grown / grown.sum(axis=-1, keepdims=True)
    return shares


def _bent(state: _Floats) -> _Floats:
    """GELU in its approximation by tanh (Hendrycks and Gimpel 2016)."""
    inner = 0.79788456 * state * (1 + 0.044715 * state * state)
    bent: _Floats = 0.5 * state * (1 + np.tanh(inner))
    return bent
