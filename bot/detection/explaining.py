"""The only module that knows how to say why something was found, or what was missing for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.detection.learned import Opinion
from bot.detection.reading import Reading
from bot.detection.rules import Rule, apply, newest, unvetoed, veto
from bot.domain.assessment import Assessment, Finding, Kind, Signal

_HALF = 0.5


class Aside(StrEnum):
    """Why something else is said of a message than what was found in it."""

    REPEATS = "repeats what somebody else wrote"
    ANSWERS = "answers a threat, or only quotes one"
    AGAINST = "turns on an offender, or repeats what another was threatened with: medium at most"
    OWN = "speaks of images of its author's own: a disclosure, whatever rules say"
    DOUBTED = "speaks of something harmless, or a trade or debt was before: a level less"
    CALMS = "calms, advises, asks or praises, and demands nothing"


class Nearest(NamedTuple):
    """A rule that nearly fired, and why it did not."""

    rule: str
    title: str
    met: tuple[Signal, ...]
    """The elements that are there."""
    lacking: tuple[tuple[str, ...], ...]
    """Of each inner list one concept was missing."""
    silenced_by: Signal | None
    """The innocent words without which it had fired."""

    @property
    def is_scattered(self) -> bool:
        """Whether all is there, but in another order, too far apart, or in the same words."""
        return not self.lacking and self.silenced_by is None


class Explanation(NamedTuple):
    """Why a message was assessed as it was."""

    assessment: Assessment
    aside: Aside | None
    nearest: Nearest | None
    """The nearest rule that did not fire, where nothing was found."""
    experimental: tuple[Finding, ...]
    """What experimental rules find: it is counted, and never a finding."""
    opinion: Opinion | None
    """What the learned judge makes of the message alone; None if there is no such judge."""
    asked: bool
    """Whether it would be asked about this message."""


def aside_of(
    found: Assessment, judged: Assessment, assessment: Assessment, *, calms: bool, fired: bool
) -> Aside | None:
    """Why a message is assessed otherwise than what was `found` in it; None if it is not.

    `judged` minds who said it before, `assessment` everything; `calms` says that it calms or helps
    somebody, `fired` that some rule fires.
    """
    if assessment.kind is Kind.NONE:
        if calms:
            return Aside.CALMS
        if found.kind is Kind.THREAT and judged.kind is Kind.NONE:
            return Aside.REPEATS
        return Aside.ANSWERS if found.kind is Kind.THREAT or fired else None
    if found.kind is not Kind.THREAT or assessment.kind is Kind.DISCLOSURE:
        return Aside.OWN if found.kind is Kind.THREAT else None
    if assessment.level >= found.level:
        return None
    return Aside.AGAINST if judged.level < found.level else Aside.DOUBTED


def counted_only(
    rules: Iterable[Rule], run: Sequence[Reading], heard: frozenset[str]
) -> tuple[Finding, ...]:
    """What these rules, which are experimental, find in `run`."""
    found = (apply(rule, run, heard) for rule in rules)
    return tuple(finding for finding in found if finding is not None)


def nearest(rules: Iterable[Rule], run: Sequence[Reading], heard: frozenset[str]) -> Nearest | None:
    """The rule of which most is there, the gravest of several; None if none is half there."""
    candidates = [
        (_share(rule, found), rule.level, len(rule.needs), found)
        for rule in rules
        if rule.stable and not rule.is_mark and not (rule.heard and rule.heard.isdisjoint(heard))
        for found in [_missed(rule, run)]
    ]
    best = max(candidates, key=lambda each: each[:3], default=None)
    return best[3] if best is not None and best[0] >= _HALF else None


def _share(rule: Rule, found: Nearest) -> float:
    """How much of the rule is there; words that the judged message lacks count for nothing."""
    return (len(rule.needs) - len(found.lacking)) / len(rule.needs) if found.met else 0.0


def _missed(rule: Rule, run: Sequence[Reading]) -> Nearest:
    readings = run if rule.across else run[-1:]
    met: list[Signal] = []
    lacking: list[tuple[str, ...]] = []
    here = False
    for need in rule.needs:
        found = newest(need, readings, foreign=rule.foreign, weak=rule.weak)
        if found is None:
            lacking.append(tuple(sorted(need)))
            continue
        reading, concept = found
        here = here or (reading is run[-1] and concept not in rule.weak)
        signal = reading.signal(concept)
        if signal is not None and signal not in met:
            met.append(signal)
    complete = unvetoed(rule, run)
    against = veto(rule, run, complete) if complete is not None else None
    silenced = against.signal if against is not None and against.silences else None
    return Nearest(rule.id, rule.title, tuple(met) if here else (), tuple(lacking), silenced)
