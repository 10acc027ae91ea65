"""The only module that knows how the glance is fitted: logistic regression by Newton's method."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from bot.detection.encoder import Encoder
from bot.detection.onecore import NDArray, np
from training.sentences import Sentence
from training.settings import HEADS, SEED
from training.vocabulary import Vocabulary

_ROUNDS = 12
_SETTLED = 1e-4
_STRENGTH = 1.0
"""How much the weights are held small."""
_AT_MOST = 90_000


def glance_of(
    arrays: Mapping[str, NDArray[Any]], vocabulary: Vocabulary, sentences: Sequence[Sentence]
) -> NDArray[np.float32]:
    """What spares most texts the reading: weights by the packed `arrays`, fitted to `sentences`."""
    words = Encoder(arrays, heads=HEADS).before()
    chosen = random.Random(SEED).sample(sentences, min(_AT_MOST, len(sentences)))
    texts = [vocabulary.read(each.text) for each in chosen]
    return fitted(words, texts, [each.label != "innocent" for each in chosen])


def fitted(
    words: NDArray[Any], texts: Sequence[Sequence[int]], harm: Sequence[bool]
) -> NDArray[np.float32]:
    """The weight of each piece, and the bias behind them, that tell `harm` best.

    `words` has a row for each piece: what stands for it before any layer. `texts` are numbers of
    pieces, one at least.
    """
    means = np.array([words[text].mean(axis=0) for text in texts])
    seen = np.c_[means, np.ones(len(means))].astype(np.float64)
    wanted = np.array(harm, np.float64)
    weights = np.zeros(seen.shape[1])
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-seen @ weights))
        slope = seen.T @ (likely - wanted) + _STRENGTH * weights
        bend = (seen * (likely * (1 - likely))[:, None]).T @ seen
        step = np.linalg.solve(bend + _STRENGTH * np.eye(len(weights)), slope)
        weights -= step
        if np.abs(step).max() < _SETTLED:
            break
    return np.append(words @ weights[:-1], weights[-1]).astype(np.float32)
