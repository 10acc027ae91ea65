"""How sentences are varied while the model learns: what they are stays what it was."""

from __future__ import annotations

import random

import pytest

from training import settings
from training.sentences import Sentence
from training.variety import Variety

THREAT = Sentence("paga o tutti vedono il video, capito?", "threat", "a", "it")
PLAIN = Sentence("a che ora è la cena?", "innocent", "a", "it")
FOREIGN = Sentence("where is my umbrella", "innocent", "a", "en")
SEEDS = range(400)


def _varied(seed: int, sentence: Sentence) -> str:
    random.seed(seed)
    return Variety([THREAT, PLAIN, FOREIGN]).of(sentence)


def test_most_texts_are_learned_as_they_are() -> None:
    alike = sum(_varied(seed, THREAT) == THREAT.text for seed in SEEDS)

    changed = settings.JOINED + settings.BARE + settings.UNMARKED + settings.MISTYPED
    assert len(SEEDS) * (1 - changed) < alike < len(SEEDS)


def test_a_threat_may_stand_beside_an_innocent_line_of_its_language() -> None:
    beside = {text for seed in SEEDS if PLAIN.text in (text := _varied(seed, THREAT))}

    assert f"{THREAT.text} {PLAIN.text}" in beside
    assert f"{PLAIN.text}\n{THREAT.text}" in beside
    assert not any(FOREIGN.text in _varied(seed, THREAT) for seed in SEEDS)


def test_an_innocent_line_stays_innocent_however_much_is_joined_to_it() -> None:
    longest = max((_varied(seed, PLAIN) for seed in SEEDS), key=len)

    assert len(longest) > 2 * len(PLAIN.text)
    assert "video" not in longest


@pytest.mark.parametrize(
    "sloppy",
    [
        "a che ora e la cena?",
        "a che ora è la cena",
        "a che oraè la cena?",
        "a ceh ora è la cena?",
    ],
)
def test_texts_are_learned_as_somebody_sloppier_might_type_them(sloppy: str) -> None:
    assert sloppy in {_varied(seed, PLAIN) for seed in range(3_000)}
