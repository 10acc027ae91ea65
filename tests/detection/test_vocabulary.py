"""The word pieces that a model knows: those that are used, and the same ones read back."""

from __future__ import annotations

import numpy as np

from training.start import Start
from training.vocabulary import vocabulary_named, vocabulary_of

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁pay", "▁me", "p", "a", "y", "m", "e", "x")
START = Start(
    width=1,
    heads=1,
    wide=1,
    pieces=PIECES,
    scores=np.linspace(0, -6, len(PIECES), dtype=np.float32),
    weights={},
)


def test_pieces_are_known_in_whose_letters_somebody_wrote() -> None:
    known = vocabulary_of(START, ["pay me", "pay"])

    assert {"▁pay", "▁me", "p"} <= set(known.names)
    assert "x" not in known.names


def test_a_models_pieces_are_found_again_where_the_training_starts() -> None:
    first = vocabulary_of(START, ["pay me", "pay"])

    again = vocabulary_named(START, first.names, first.scores)

    assert again.numbers == first.numbers
    assert again.read("pay me x") == first.read("pay me x")
