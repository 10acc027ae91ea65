"""What a server no longer wants to be alerted to, after a false alarm there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.assessment import Assessment, Finding, Kind, Level
from bot.domain.case import Mistake

Phrase = tuple[str, ...]
"""The words that fired a rule, folded and sorted: the same words again are the same phrase."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A rule, or one phrase that fires it, which alerts nobody in one server; it is counted."""

    id: int
    guild_id: int
    rule: str
    phrase: Phrase | None
    """None: the whole rule."""
    why: Mistake
    by: int
    case_id: int
    """The false alarm that it was quieted after."""
    since: datetime
    counted: int


def phrase_of(words: Iterable[str]) -> Phrase:
    """The phrase that these words make."""
    return tuple(sorted({word.casefold() for word in words}))


def silencing(assessment: Assessment, quiets: Iterable[Quiet]) -> tuple[Quiet, ...]:
    """What silences an assessment: for every finding one that covers it; else nothing.

    Level urgent is never silenced, and a disclosure neither.
    """
    if assessment.kind is not Kind.THREAT or assessment.level >= Level.URGENT:
        return ()
    known = tuple(quiets)
    found = [_covering(finding, known) for finding in assessment.findings]
    covered = tuple(quiet for quiet in found if quiet is not None)
    return tuple(dict.fromkeys(covered)) if covered and len(covered) == len(found) else ()


def _covering(finding: Finding, quiets: tuple[Quiet, ...]) -> Quiet | None:
    phrase = phrase_of(signal.words for signal in finding.signals)
    return next(
        (q for q in quiets if q.rule == finding.rule and q.phrase in (None, phrase)),
        None,
    )
