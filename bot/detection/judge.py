"""The only module that knows what findings amount to: threat, disclosure or nothing; how sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.detection.reading import Reading, is_quotation
from bot.detection.rules import Rule, apply
from bot.detection.targets import Aim
from bot.domain.assessment import (
    NOTHING,
    Assessment,
    Category,
    Finding,
    Kind,
    Level,
)
from bot.domain.message import Message, Person

_ABSENT = "absent"
_GIVEN = frozenset({"price", "money_demand", "image_demand", "obey_demand", "they_want"})
_PRESSED = frozenset({"condition", "deadline"})
_SHOWN = frozenset({"exposure", "exposure_to", "spread", "revealed"})
_TOLD = frozenset(
    {
        "reported",
        "received",
        "third",
        "close_one",
        "my_media",
        "they_expose",
        "they_threaten",
        "fear",
        "plea",
        "asking",
        "wonder",
        "despair",
        "i_paid",
        "warning",
        "news",
    }
)
"""Concepts of which somebody who tells of a threat to another says one."""
_SCORES = {Level.LOW: 0.3, Level.MEDIUM: 0.6, Level.HIGH: 0.85, Level.URGENT: 0.92}
_PER_FINDING = 0.03


def fired(
    rules: Iterable[Rule], run: Sequence[Reading], heard: frozenset[str] = frozenset()
) -> list[tuple[Rule, Finding]]:
    """Every stable rule that fires on `run`, gravest first; see `rules.apply`."""
    found = []
    for rule in rules:
        finding = apply(rule, run, heard) if rule.stable else None
        if finding is not None:
            found.append((rule, finding))
    return sorted(found, key=lambda pair: (-pair[1].level, pair[0].id))


def conclude(
    found: Sequence[tuple[Rule, Finding]],
    *,
    reading: Reading,
    aim: Aim,
    at_most: Level = Level.URGENT,
) -> Assessment:
    """The assessment that `found` amounts to. Someone who tells is never taken for the offender.

    Who says of another what they shall pay or else, and nothing that somebody who tells would, is
    not one who tells; that is at medium, and who is meant is not sure.

    A threat is `at_most` of that level. Of a message that is nothing but a quotation, only what is
    explicit counts.
    """
    message = reading.message
    told = [finding for rule, finding in found if rule.kind is Kind.DISCLOSURE]
    threats = [finding for rule, finding in found if rule.kind is Kind.THREAT]
    if told and threats and _bargains_over_another(reading):
        at_most, aim = min(at_most, Level.MEDIUM), aim._replace(aimed=False)
    elif told:
        return _assessment(
            Kind.DISCLOSURE, told, message=message, aim=Aim((message.author,), aimed=True)
        )
    if is_quotation(message):
        threats = [finding for finding in threats if finding.level >= Level.HIGH]
    if all(finding.category is Category.FABRICATED for finding in threats):
        return NOTHING
    return _assessment(Kind.THREAT, threats, message=message, aim=aim, at_most=at_most)


def at_level(assessment: Assessment, level: Level) -> Assessment:
    """`assessment` at another level, with the score that belongs to it."""
    score = _score(level, assessment.findings)
    return replace(assessment, level=level, score=score)


def is_unsure(assessment: Assessment) -> bool:
    """Whether no rule that fired is sure by itself."""
    return all(finding.level <= Level.MEDIUM for finding in assessment.findings)


def as_telling(assessment: Assessment, author: Person) -> Assessment:
    """A threat as what it is if its `author` tells of one, at medium at most."""
    medium = at_level(assessment, min(assessment.level, Level.MEDIUM))
    return replace(medium, kind=Kind.DISCLOSURE, offender=None, targets=(author,), aimed=True)


def _score(level: Level, findings: Sequence[Finding]) -> float:
    return round(min(1.0, _SCORES[level] + _PER_FINDING * (len(findings) - 1)), 2)


def _bargains_over_another(reading: Reading) -> bool:
    """Whether the author says what another has to give, by when or else, and nothing else."""
    own = reading.own
    return (
        _ABSENT in own
        and not own.isdisjoint(_GIVEN)
        and not own.isdisjoint(_PRESSED)
        and not own.isdisjoint(_SHOWN)
        and own.isdisjoint(_TOLD)
    )


def _assessment(
    kind: Kind,
    findings: Sequence[Finding],
    *,
    message: Message,
    aim: Aim,
    at_most: Level = Level.URGENT,
) -> Assessment:
    level = min(at_most, max(finding.level for finding in findings))
    if kind is Kind.THREAT and _is_passed_on(findings, message):
        level = min(level, Level.MEDIUM)
    return Assessment(
        kind=kind,
        level=level,
        categories=tuple(dict.fromkeys(finding.category for finding in findings)),
        offender=message.author if kind is Kind.THREAT else None,
        targets=aim.targets,
        aimed=aim.aimed,
        score=_score(level, findings),
        findings=tuple(sorted(findings, key=_telling_first)),
    )


def _telling_first(finding: Finding) -> tuple[int, int, str]:
    """Sorts findings: gravest first, then those that rest on most concepts."""
    return -finding.level, -len({signal.concept for signal in finding.signals}), finding.rule


def _is_passed_on(findings: Sequence[Finding], message: Message) -> bool:
    """Whether all that was found in the message stands in what it forwards or quotes."""
    if not message.forwarded:
        return is_quotation(message)
    own = len(message.text)
    here = [
        signal
        for finding in findings
        for signal in finding.signals
        if signal.message_id == message.id
    ]
    return all(signal.start >= own for signal in here)
