"""The only module that knows how the encoder's glance is fitted: logistic regression by Newton."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bot.detection.encoder import Encoder
from bot.detection.onecore import NDArray, np
from training.settings import SEED

_ROUNDS = 12
_SETTLED = 1e-4
_STRENGTH = 1.0
"""How much the weights are held small."""
_AT_MOST = 90_000


def fitted(
    encoder: Encoder, texts: Sequence[Sequence[int]], harm: Sequence[bool]
) -> NDArray[np.float32]:
    """The weights of the embeddings' mean, and the bias behind them, that tell `harm` best.

    `texts` are numbers of pieces. Of many texts a part is looked at.
    """
    chosen = random.Random(SEED).sample(range(len(texts)), min(_AT_MOST, len(texts)))
    means = np.array([encoder.mean(texts[place]) for place in chosen])
    seen = np.c_[means, np.ones(len(means))].astype(np.float64)
    wanted = np.array([harm[place] for place in chosen], np.float64)
    weights = np.zeros(seen.shape[1])
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-seen @ weights))
        slope = seen.T @ (likely - wanted) + _STRENGTH * weights
        bend = (seen * (likely * (1 - likely))[:, None]).T @ seen
        step = np.linalg.solve(bend + _STRENGTH * np.eye(len(weights)), slope)
        weights -= step
        if np.abs(step).max() < _SETTLED:
            break
    return weights.astype(np.float32)
