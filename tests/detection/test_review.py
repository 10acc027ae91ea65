"""Who threatens somebody absent and who tells of it, where rules and learned judge differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.detection import load_detector
from bot.detection.detector import Detector
from bot.detection.learned import Opinion
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Window

Judge = Callable[..., Assessment]
Write = Callable[..., Message]


@pytest.mark.parametrize(
    "threat",
    [
        "her pics go to her dad tonight unless she sends more",
        "she knows the price. no 80 by eight and her pics go in the class chat",
    ],
)
def test_who_threatens_somebody_absent_is_not_one_who_tells(
    detector: Detector, write: Write, threat: str
) -> None:
    window = Window(write("leo", threat))

    before, now = load_detector(learned=False).assess(window), detector.assess(window)

    assert before.kind is Kind.DISCLOSURE
    assert (now.kind, now.level) == (Kind.THREAT, Level.MEDIUM)
    assert now.offender is not None
    assert now.offender.name == "leo"
    assert [finding.rule for finding in now.findings] == ["learned"]
    assert all(signal.words in threat for finding in now.findings for signal in finding.signals)


@pytest.mark.parametrize(
    "told",
    [
        "this guy says pay 100 or ur mum sees it",
        "someone told my cousin give money or i put your photo online",
        "she got this: one day, 300 or your friends see it",
        "they told him his pics go to his coach unless he pays 90, what do we do",
        "he says her clip goes public the second she blocks him",
    ],
)
def test_who_repeats_what_somebody_else_was_told_is_offered_help(judge: Judge, told: str) -> None:
    assert judge(("kim", told)).kind is Kind.DISCLOSURE


@pytest.mark.parametrize(
    "last",
    [
        "her pics go to her dad tonight unless she sends more",
        "she knows the price. no 80 by eight and her pics go in the class chat",
    ],
)
def test_who_told_of_a_threat_may_go_on_in_the_words_of_the_offender(
    judge: Judge, last: str
) -> None:
    told = judge(
        ("kim", "my sister needs help, somebody has her pics and blackmails her"),
        ("ava", "oh no. what did he write"),
        ("kim", last),
    )

    assert told.kind is Kind.DISCLOSURE
    assert told.offender is None


def test_how_likely_it_is_a_threat_rather_than_told_counts_the_same_both_ways() -> None:
    threat, told = Opinion(threat=0.9, disclosure=0.04), Opinion(threat=0.04, disclosure=0.9)

    assert threat.ratio == pytest.approx(-told.ratio)
    assert Opinion(threat=1.0).ratio < 20  # no probability is taken for nearer to 0
    assert (threat.tells, told.tells, Opinion(disclosure=0.4).tells) == (False, True, False)
