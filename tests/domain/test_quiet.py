"""What is quiet in a server silences the same again, and never anything graver."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.assessment import Assessment, Category, Finding, Kind, Level, Signal
from bot.domain.case import Mistake
from bot.domain.quiet import Phrase, Quiet, silencing

SAID = ("pay me", "or I post")


def assessment(
    *rules: str,
    words: tuple[str, ...] = SAID,
    level: Level = Level.HIGH,
    kind: Kind = Kind.THREAT,
) -> Assessment:
    signals = tuple(Signal("concept", word, 1, 0, len(word)) for word in words)
    findings = [Finding(rule, 1, level, Category.EXPOSURE, signals) for rule in rules]
    return Assessment(kind=kind, level=level, findings=tuple(findings))


def quiet(*rules: str, phrase: Phrase | None = None) -> Quiet:
    return Quiet(
        id=1,
        guild_id=100,
        rules=rules,
        phrase=phrase,
        why=Mistake.JOKE,
        by=7,
        case_id=1,
        since=datetime(2026, 3, 1, tzinfo=UTC),
        counted=0,
    )


RULES = quiet("one", "two")
PHRASE = quiet("one", "two", phrase=("or i post", "pay me"))


@pytest.mark.parametrize(
    ("found", "by"),
    [
        (assessment("one", "two"), RULES),
        (assessment("two"), RULES),
        (assessment("one", "two", "three"), None),  # a further rule: something new was said
        (assessment("one", level=Level.URGENT), None),
        (assessment("one", kind=Kind.DISCLOSURE), None),
    ],
)
def test_rules_silence_what_fires_them_and_nothing_else(
    found: Assessment, by: Quiet | None
) -> None:
    assert silencing(found, [RULES]) == by


@pytest.mark.parametrize(
    ("found", "by"),
    [
        (assessment("one", words=("Or I Post", "PAY ME")), PHRASE),
        (assessment("three"), PHRASE),  # the same words, however they are judged
        (assessment("one", words=(*SAID, "tonight")), None),
        (assessment("one", words=("pay me",)), None),
        (assessment("one", level=Level.URGENT), None),
    ],
)
def test_a_phrase_silences_the_same_words_and_nothing_else(
    found: Assessment, by: Quiet | None
) -> None:
    assert silencing(found, [PHRASE]) == by
