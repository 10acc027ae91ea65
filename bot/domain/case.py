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
    CLAIMED = "claimed"
    """One moderator has it."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    """It was resolved before, and nobody has it."""


class Verdict(StrEnum):
    """How a case was resolved."""

    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"
    """There was no threat: the quoted words are erased, the counts are kept."""
    UNCLEAR = "unclear"
    NO_ACTION = "no_action"


class Mistake(StrEnum):
    """Why an alarm was false: a choice and no text, because it outlives the words it is about."""

    JOKE = "joke"
    QUOTATION = "quotation"
    FICTION = "fiction"
    TRADE = "trade"
    OTHER = "other"


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
class Progress:
    """Who works on a case, or how it was resolved."""

    state: CaseState = CaseState.OPEN
    holder: int | None = None
    """The moderator who has it."""
    verdict: Verdict | None = None
    by: int | None = None
    """The moderator who resolved it."""
    since: datetime | None = None
    """When it was claimed or resolved; None before that."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier case of the same offender in the same server."""

    id: int
    progress: Progress
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done in a case, as its history tells it."""

    what: str
    by: int | None
    """The moderator or the person; None for the bot."""
    at: datetime
    outcome: str | None = None
    """Of a measure: `begun`, `done` or `refused`."""
    detail: str | None = None
    """What the facts add: a verdict, a code of Discord's."""
    words: str | None = None
    """A note or a reason; None where there is none or it was erased."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The case's thread or forum post: where it is, or why there is none."""

    state: DeliveryState
    channel_id: int | None
    code: int | None


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
    aimed_at: frozenset[int]
    """The identifiers of those whom some finding of it was surely aimed at."""
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
    newest_alert: tuple[int, int] | None
    """Channel and message of the newest alert that was posted; older ones point to it."""
    is_offered: bool
    """Whether a neutral offer of help stands in the channel where it happened."""
    progress: Progress = Progress()
    earlier: tuple[Earlier, ...] = ()
    """Earlier cases of the same offender in this server, newest first; a few at most."""
    deeds: tuple[Deed, ...] = ()
    """Everything that people did in the case, oldest first."""
    thread: Thread | None = None
    is_erased: bool = False
    """Whether what was said in it was erased."""
    is_elsewhere: bool = False
    """Whether that message was written outside of the server, where moderators cannot look."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a list shows it."""

    id: int
    level: Level
    categories: tuple[str, ...]
    offender_id: int
    progress: Progress
    opened_at: datetime
    findings: int
    is_forwarded: bool
    """Whether who is named passed on words that somebody wrote elsewhere."""


class Hindrance(StrEnum):
    """Why a case cannot be changed as it was asked for."""

    TAKEN = "taken"
    """Another moderator has it."""
    RESOLVED = "resolved"
    NOT_RESOLVED = "not_resolved"
    NOT_CLAIMED = "not_claimed"
    ERASED = "erased"
    HELD = "held"
    """A legal hold keeps its words."""
    ALREADY_HELD = "already_held"
    NOT_HELD = "not_held"
    SAME_PERSON = "same_person"
    """Who asked for a hold cannot be the one to confirm it."""
    HOLD_CONFIRMED = "hold_confirmed"
    OTHER_OPEN = "other_open"
    """The same offender has another unresolved case."""


class HinderedError(Exception):
    """A case stands otherwise than the moderator saw it; `who` and `case` say how, where known."""

    def __init__(
        self, hindrance: Hindrance, *, who: int | None = None, case: int | None = None
    ) -> None:
        self.hindrance = hindrance
        self.who = who
        self.case = case
        super().__init__(hindrance.value)
