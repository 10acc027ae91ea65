"""The only module that knows how a text becomes what the model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.detection import load_detector
from bot.detection.features import Told, Vocabulary, features, plain_words
from bot.detection.learned import bucket
from bot.detection.normalise import fold, tokenise
from training.sentences import HERE
from training.settings import BUCKETS


@cache
def vocabulary() -> Vocabulary:
    """The spellings and word classes of `classes.txt`."""
    spellings: dict[str, str] = {}
    classes: dict[str, str] = {}
    for line in (HERE / "classes.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or ": " not in line:
            continue
        name, words = line.split(": ", 1)
        known = spellings if name.startswith("= ") else classes
        for word in words.split():
            known.setdefault(fold(word).strip(), name.removeprefix("= "))
    return Vocabulary(spellings, classes)


@cache
def told(text: str) -> Told:
    """The concepts that the detector finds in `text`."""
    return load_detector(learned=False).told(text)


@cache
def words_of(text: str) -> tuple[str, ...]:
    """The plain words of `text`, as the judge reads them."""
    return tuple(plain_words([token.word for token in tokenise(text)], vocabulary()))


@cache
def places_of(text: str) -> tuple[int, ...]:
    """The places of the weights that `text` calls for."""
    seen = features(text, words_of(text), told(text), vocabulary())
    return tuple(bucket(name, BUCKETS) for name in seen)


def matrix(texts: Sequence[str]) -> Any:
    """One row for each text, each of length one."""
    rows = [places_of(text) for text in texts]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.full(len(row), len(row) ** -0.5) for row in rows])
    columns = np.fromiter((place for row in rows for place in row), dtype=np.int64)
    return csr_matrix((values, columns, starts), shape=(len(rows), BUCKETS))


def known_words(texts: Iterable[str]) -> str:
    """Every word of `texts`, parted by spaces."""
    return " ".join(sorted({word for text in texts for word in words_of(text)}))
