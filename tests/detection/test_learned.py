"""What the learned judge may say, that it explains itself, and that its file fits its data."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detection import Detector, load_detector
from bot.detection.features import Told
from bot.detection.learned import MODEL, LearnedJudge, ModelError, Opinion, pack, unpack
from bot.detection.second_opinion import DISCLOSURE, THREAT
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Person, Window
from training.grammar import ordinary
from training.sentences import digest, read_sentences

Judge = Callable[..., Assessment]
LEARNED = {THREAT.id, DISCLOSURE.id}
VEILED = "block me and your pictures will not be so lonely any more, your whole class is invited"


@pytest.fixture(scope="module")
def model() -> LearnedJudge:
    return LearnedJudge.load()


def _only_learned(detector: Detector) -> list[tuple[Message, Assessment]]:
    """The project's own threats that only the model finds."""
    found = []
    for number, sentence in enumerate(read_sentences()[::4]):
        message = Message(number + 1, 1, Person(1, "a"), sentence.text, 1.0)
        assessment = detector.assess(Window(message))
        if {finding.rule for finding in assessment.findings} & LEARNED:
            found.append((message, assessment))
    return found


def test_the_model_was_made_from_the_sentences_that_are_here(model: LearnedJudge) -> None:
    assert model.header["data"] == digest(), "make the model anew: python -m training"


def test_the_model_is_small_and_read_quickly() -> None:
    began = time.perf_counter()
    unpack(MODEL.read_bytes())

    assert time.perf_counter() - began < 1
    assert MODEL.stat().st_size < 1_000_000


def test_a_model_is_packed_and_read_alike() -> None:
    header = {"spellings": {"ur": "your"}, "classes": {}, "words": "a b", "gate": {"thing": 3}}

    model = unpack(pack(header, [1, -2, 300, -32_000]))

    assert (list(model.threat), list(model.disclosure)) == ([1, -2], [300, -32_000])
    assert model.gate == {"thing": 3}
    assert model.known == {"a", "b"}


@pytest.mark.parametrize("content", [b"", b"something else", MODEL.read_bytes()[:500]])
def test_a_broken_model_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.model"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"broken\.model.*python -m training"):
        LearnedJudge.load(path)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.frozensets(st.text(max_size=8), max_size=40))
def test_the_judge_has_an_opinion_of_any_text(text: str, concepts: frozenset[str]) -> None:
    opinion = LearnedJudge.load().judge(text, Told(concepts, concepts))

    assert 0 <= opinion.threat <= 1
    assert 0 <= opinion.disclosure <= 1
    assert all(text[each.start : each.end] == each.words for each in opinion.telling)


def test_a_long_text_costs_bounded_work(model: LearnedJudge) -> None:
    began = time.perf_counter()
    for _ in range(10):
        model.judge("send it or your mum sees the pictures " * 100, Told())

    assert (time.perf_counter() - began) / 10 < 0.05


def test_what_only_the_model_finds_is_medium_and_explained(detector: Detector) -> None:
    found = _only_learned(detector)

    assert len(found) > 20
    for message, assessment in found:
        assert assessment.level is Level.MEDIUM
        signals = [signal for finding in assessment.findings for signal in finding.signals]
        assert signals
        assert {signal.concept for signal in signals} == {"wording"}
        assert all(message.text[each.start : each.end] == each.words for each in signals)


def test_a_veiled_threat_is_found(judge: Judge, people: dict[str, Person]) -> None:
    assessment = judge(("ava", "leave me alone"), ("leo", VEILED))

    assert (assessment.kind, assessment.offender) == (Kind.THREAT, people["leo"])
    assert assessment.targets == (people["ava"],)


def test_who_tells_is_never_the_offender(detector: Detector) -> None:
    told = [
        assessment
        for _, assessment in _only_learned(detector)
        if assessment.findings[0].rule == DISCLOSURE.id
    ]

    assert told
    assert all(assessment.offender is None for assessment in told)


def test_words_that_were_never_learned_are_not_judged(model: LearnedJudge) -> None:
    told = Told(frozenset({"your_media", "exposure_to", "money_demand"}))

    assert model.judge("zahl sonst sieht deine ganze familie die bilder", told) == Opinion()


@pytest.mark.parametrize("concept", ["fiction", "game", "news", "warning"])
def test_play_stories_and_warnings_are_left_alone(model: LearnedJudge, concept: str) -> None:
    told = Told(frozenset({concept, "your_media", "exposure_to", "money_demand"}))

    assert model.judge(VEILED, told) == Opinion()


@pytest.mark.parametrize(
    "text",
    [
        "i'll send you the pictures from the wedding tonight, your mum looks great",
        "pay me back for the pizza by friday please",
        "who has the video of tom falling into the pool, everyone has to see it",
        "your camera roll is full, delete some videos or buy more storage",
    ],
)
def test_ordinary_talk_is_left_alone(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).kind is Kind.NONE


def test_ordinary_talk_is_written_the_same_each_time() -> None:
    assert ordinary() == ordinary()


def test_the_rules_of_the_model_have_titles(detector: Detector) -> None:
    titles = {rule.id: rule.title for rule in detector.rules}

    assert titles["learned"] == "Reads like a threat to share something"
    assert titles.keys() >= LEARNED
    assert LEARNED.isdisjoint(rule.id for rule in load_detector(learned=False).rules)
