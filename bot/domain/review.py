"""What moderators are told about many cases at once: those that wait, and what a week brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.assessment import Level
from bot.domain.case import Verdict
from bot.domain.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class Reminder:
    """How many cases wait for a moderator, by level, the gravest first. It names nobody."""

    levels: Mapping[Level, int]

    @property
    def total(self) -> int:
        """How many they are."""
        return sum(self.levels.values())


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How often a rule was right, of the resolved cases whose alerts named it."""

    rule: str
    confirmed: int
    false_alarms: int

    @property
    def precision(self) -> int | None:
        """The share of confirmed ones in percent; None when none was judged."""
        judged = self.confirmed + self.false_alarms
        return round(100 * self.confirmed / judged) if judged else None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a week brought in one server."""

    since: datetime
    until: datetime
    opened: int
    unresolved: int
    verdicts: Mapping[Verdict, int]
    rules: tuple[RuleRecord, ...]
    """Only those that were judged; the one with most false alarms first."""
    taken: int
    """How many cases a moderator took in that time, also ones that were opened before it."""
    reaction: timedelta | None
    """The median time until one of those was taken; None when there are none."""
    advice: Mapping[DeliveryState, int]
    silenced: int
    """How many messages were silenced by what is quiet, since it is."""
