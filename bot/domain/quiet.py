"""What a server no longer wants to be alerted to, after a false alarm there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.case import Mistake

Phrase = tuple[str, ...]
"""The words that fired the rules, folded and sorted: the same words again are the same phrase."""


class Quieted(StrEnum):
    """What a moderator can quiet after a false alarm."""

    PHRASE = "phrase"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case's newest finding was made: the rules, leading one first, and their words."""

    rules: tuple[str, ...]
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Quiet:
    """Rules, or one phrase that fires them, which alert nobody in one server; they are counted."""

    id: int
    guild_id: int
    rules: tuple[str, ...]
    """The rules that fired in the false alarm, leading one first. One message fires many."""
    phrase: Phrase | None
    """None: whatever fires these rules and no other one."""
    why: Mistake
    by: int
    case_id: int
    """The false alarm that it was quieted after."""
    since: datetime
    counted: int

    def covers(self, reason: Reason) -> bool:
        """Whether a finding made for this reason is silenced. A further rule alerts again."""
        if self.phrase is not None:
            return self.phrase == reason.phrase
        return set(reason.rules) <= set(self.rules)


def phrase_of(words: Iterable[str]) -> Phrase:
    """The phrase that these words make."""
    return tuple(sorted({word.casefold() for word in words}))


def silencing(assessment: Assessment, quiets: Iterable[Quiet]) -> Quiet | None:
    """What silences an assessment, if anything does.

    Level urgent is never silenced, and a disclosure neither.
    """
    if assessment.kind is not Kind.THREAT or assessment.level >= Level.URGENT:
        return None
    reason = Reason(
        tuple(dict.fromkeys(finding.rule for finding in assessment.findings)),
        phrase_of(s.words for finding in assessment.findings for s in finding.signals),
    )
    return next((quiet for quiet in quiets if quiet.covers(reason)), None)
