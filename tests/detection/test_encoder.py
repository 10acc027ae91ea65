"""What the encoder computes: the same as its definition, written down step by step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.detection.encoder import Encoder
from training.packing import packed, restored, rounded, unpacked

WIDTH, WIDE, HEADS, PIECES, LONGEST, CLASSES = 64, 48, 4, 20, 7, 3
Weights = dict[str, NDArray[Any]]


@pytest.fixture
def weights() -> Weights:
    chance = np.random.default_rng(1)

    def some(*shape: int) -> NDArray[Any]:
        return chance.normal(0, 0.3, shape).astype(np.float32)

    found = {
        "words": some(PIECES, WIDTH),
        "places": some(LONGEST, WIDTH),
        "norm.weight": some(WIDTH),
        "norm.bias": some(WIDTH),
    }
    for layer in ("layer0", "layer1"):
        found |= {
            f"{layer}.ask.weight": some(3 * WIDTH, WIDTH),
            f"{layer}.ask.bias": some(3 * WIDTH),
            f"{layer}.mix.weight": some(WIDTH, WIDTH),
            f"{layer}.mix.bias": some(WIDTH),
            f"{layer}.wide.weight": some(WIDE, WIDTH),
            f"{layer}.wide.bias": some(WIDE),
            f"{layer}.back.weight": some(WIDTH, WIDE),
            f"{layer}.back.bias": some(WIDTH),
            f"{layer}.norm1.weight": some(WIDTH),
            f"{layer}.norm1.bias": some(WIDTH),
            f"{layer}.norm2.weight": some(WIDTH),
            f"{layer}.norm2.bias": some(WIDTH),
            f"{layer}.out.weight": some(CLASSES, WIDTH),
            f"{layer}.out.bias": some(CLASSES),
        }
    return found


def _packed(weights: Weights) -> Weights:
    return packed(weights, longest=LONGEST)


def _normed(row: NDArray[Any], name: str, weights: Weights) -> NDArray[Any]:
    apart = row - row.mean()
    return (
        apart / math.sqrt(row.var() + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    )


def _linear(row: NDArray[Any], name: str, weights: Weights) -> NDArray[Any]:
    return weights[f"{name}.weight"] @ row + weights[f"{name}.bias"]


def _gelu(value: float) -> float:
    return 0.5 * value * (1 + math.tanh(math.sqrt(2 / math.pi) * (value + 0.044715 * value**3)))


def _by_definition(weights: Weights, pieces: list[int], *, layers: int = 2) -> NDArray[Any]:
    """The shares of the classes, piece by piece and head by head."""
    rows = [
        _normed(weights["words"][piece] + weights["places"][place], "norm", weights)
        for place, piece in enumerate(pieces)
    ]
    size = WIDTH // HEADS
    for layer in ("layer0", "layer1")[:layers]:
        asked = [_linear(row, f"{layer}.ask", weights) for row in rows]
        after = []
        for row, mine in zip(rows, asked, strict=True):
            heard: list[float] = []
            for head in range(HEADS):
                part = slice(head * size, (head + 1) * size)
                query = mine[:WIDTH][part]
                fits = [query @ each[WIDTH : 2 * WIDTH][part] / math.sqrt(size) for each in asked]
                shares = np.exp(fits) / np.exp(fits).sum()
                values = [each[2 * WIDTH :][part] for each in asked]
                heard.extend(sum(s * v for s, v in zip(shares, values, strict=True)))
            mixed = _linear(np.array(heard), f"{layer}.mix", weights)
            row = _normed(row + mixed, f"{layer}.norm1", weights)  # noqa: PLW2901
            wide = np.array([_gelu(value) for value in _linear(row, f"{layer}.wide", weights)])
            back = _linear(wide, f"{layer}.back", weights)
            after.append(_normed(row + back, f"{layer}.norm2", weights))
        rows = after
    grown = np.exp(_linear(np.mean(rows, axis=0), f"{layer}.out", weights))
    shares: NDArray[Any] = grown / grown.sum()
    return shares


def test_it_computes_what_is_defined(weights: Weights) -> None:
    pieces = [0, 7, 7, 19, 3, 2]

    outcome = Encoder(_packed(weights), heads=HEADS).read(pieces)
    shares = _by_definition(weights, pieces)

    assert outcome.shares == pytest.approx(shares, abs=0.02)  # eight and four bits are not exact
    assert shares.max() < 0.9


def test_what_the_first_layer_finds_harmless_is_not_read_to_the_end(weights: Weights) -> None:
    pieces = [0, 7, 7, 19, 3, 2]
    first, last = (_by_definition(weights, pieces, layers=layers) for layers in (1, 2))
    encoder = Encoder(_packed(weights), heads=HEADS)

    harmless = encoder.read(pieces, unless=first[0] - 0.02)
    doubtful = encoder.read(pieces, unless=first[0] + 0.02)

    assert harmless.shares == pytest.approx(first, abs=0.02)
    assert doubtful.shares == pytest.approx(last, abs=0.02)
    assert np.abs(first - last).max() > 0.1


def test_the_pieces_together_moved_the_text_to_where_it_is(weights: Weights) -> None:
    outcome = Encoder(_packed(weights), heads=HEADS).read([4, 5, 6])

    scores = outcome.pull.sum(axis=0) + weights["layer1.out.bias"]
    assert outcome.pull.shape == (3, CLASSES)
    assert outcome.shares == pytest.approx(np.exp(scores) / np.exp(scores).sum(), abs=0.001)
    assert float(outcome.shares.sum()) == pytest.approx(1)


def test_what_stands_for_a_piece_before_any_layer_is_its_place_in_the_middle(
    weights: Weights,
) -> None:
    words = restored(*rounded(weights["words"]))
    place = weights["places"].mean(axis=0)

    before = Encoder(_packed(weights), heads=HEADS).before()

    assert before.shape == (PIECES, WIDTH)
    assert before[5] == pytest.approx(_normed(words[5] + place, "norm", weights), abs=0.02)


def test_rounding_again_changes_nothing(weights: Weights) -> None:
    once = restored(*rounded(weights["words"]))

    assert np.abs(once - weights["words"]).max() < 0.1
    assert np.array_equal(restored(*rounded(once)), once)


@pytest.mark.parametrize("missing", ["words", "layer1.back.weight.scale", "layer0.out.bias"])
def test_what_is_missing_is_named(weights: Weights, missing: str) -> None:
    arrays = _packed(weights)
    del arrays[missing]

    with pytest.raises(KeyError, match=missing):
        Encoder(arrays, heads=HEADS)


def test_what_was_packed_can_be_learned_further_without_losing_anything(weights: Weights) -> None:
    arrays = _packed(weights)

    again = _packed(unpacked(arrays))

    assert again.keys() == arrays.keys()
    assert all(np.array_equal(again[name], arrays[name]) for name in arrays)
