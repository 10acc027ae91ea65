"""What moderators work on: one offender in one server, with its targets and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Level
from bot.domain.delivery import DeliveryState
from bot.domain.message import Person


class CaseState(StrEnum):
    """Where the moderators' work on a case stands."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far advice to one target has come."""

    person: Person
    state: DeliveryState
    reason: str | None
    code: int | None
    answer: str | None
    """What the person pressed, such as `nothing`; None as long as nothing was pressed."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as an alert shows it. It holds no quotation, only the words that fired the rule."""

    id: int
    guild_id: int
    level: Level
    categories: tuple[str, ...]
    offender: Person
    targets: tuple[Person, ...]
    """Everyone whom a finding of this case named or made possible, first seen first."""
    aimed: bool
    reached: tuple[Reached, ...]
    rules: tuple[str, ...]
    words: tuple[str, ...]
    """Why: the rules of the newest finding, and the words that fired them."""
    channel_id: int
    message_id: int
    """The newest message that a finding of this case rests on."""
    happened_at: datetime
    opened_at: datetime
    findings: int
    items: int
    fault: str | None
    """What is wrong with the chain of evidence; None when it is intact."""
    is_forwarded: bool
    """Whether the newest finding's message passes on words that somebody wrote elsewhere."""
    edits: int
    deletions: int
    breaker_until: datetime | None
    is_elsewhere: bool = False
    """Whether that message was written outside of the server, where moderators cannot look."""
