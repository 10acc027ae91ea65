"""The only module that knows how the weights are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.detection.catalogue import read_concepts
from bot.detection.learned import pack
from training import settings
from training.grammar import long_texts, ordinary
from training.reader import known_words, matrix, told, vocabulary
from training.sentences import LABELS, Sentence, digest

_RARE_AMONG_THREATS, _RARE_AMONG_OTHERS = 0.004, 0.002
_HUNDREDTHS = 100
_LARGEST = 32_767
_ROUNDS = 150


def model_of(sentences: Sequence[Sentence]) -> bytes:
    """The content of the model file that `sentences` and the ordinary talk make."""
    talk = ordinary()
    innocent = [each.text for each in sentences if each.label == "innocent"]
    # a sentence counts as much as three lines of a grammar
    long = long_texts([*(each.text for each in talk), *innocent * 3])
    weights, biases = _weights(sentences, [*talk, *long])
    scales = [float(np.abs(row).max()) / _LARGEST for row in weights]
    numbers = [
        round(float(weight) / scale)
        for row, scale in zip(weights, scales, strict=True)
        for weight in row
    ]
    texts = [each.text for each in (*sentences, *talk)]
    header = {
        "data": digest(),
        "gate": gate(sentences, [each for each in talk if each.hand == "ordinary"]),
        "biases": [round(float(bias), 6) for bias in biases],
        "scales": scales,
        "words": known_words(texts),
        "spellings": vocabulary().spellings,
        "classes": vocabulary().classes,
        **limits(),
    }
    return pack(header, numbers)


def limits() -> dict[str, Any]:
    """From where on the model is asked and speaks."""
    return {
        "known": settings.KNOWN,
        "silent": settings.SILENT,
        "asked": settings.GATE,
        "limits": {
            "threat": settings.THREAT,
            "run": settings.RUN,
            "disclosure": settings.DISCLOSURE,
            "tells": settings.TELLS,
        },
    }


def gate(sentences: Iterable[Sentence], talk: Iterable[Sentence]) -> dict[str, int]:
    """For each concept, hundredths of the log odds of a threat or disclosure against other talk.

    Weak concepts count nothing, and none counts against: a message that is asked about stays so
    when more is found in it.
    """
    harm, harms = _shares(each.text for each in sentences if each.label != "innocent")
    other, others = _shares(each.text for each in talk)
    found: dict[str, int] = {}
    for concept, entry in read_concepts().concepts.items():
        among = harm[concept] / harms + _RARE_AMONG_THREATS
        odds = np.log(among / (other[concept] / others + _RARE_AMONG_OTHERS))
        if not entry.weak and odds > 0:
            found[concept] = round(float(odds) * _HUNDREDTHS)
    return found


def _shares(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many of the texts each concept occurs, and how many there are."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(told(text).own | told(text).foreign)
        total += 1
    return counts, max(1, total)


def _weights(sentences: Sequence[Sentence], talk: Sequence[Sentence]) -> tuple[Any, Any]:
    """Two rows of weights, for threat and disclosure against innocent, and their biases."""
    everything = [*sentences, *talk]
    counts = [
        settings.INNOCENT_WEIGHT if each.label == "innocent" else 1.0 for each in sentences
    ] + [settings.ORDINARY_WEIGHT] * len(talk)
    model = LogisticRegression(C=settings.STRENGTH, max_iter=_ROUNDS, tol=1e-3)
    model.fit(
        matrix([each.text for each in everything]),
        [each.label for each in everything],
        sample_weight=counts,
    )
    rows = [list(model.classes_).index(label) for label in LABELS]
    weights, biases = model.coef_[rows], model.intercept_[rows]
    return weights[1:] - weights[0], biases[1:] - biases[0]
