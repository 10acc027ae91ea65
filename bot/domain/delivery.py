"""What must reach someone, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryKind(StrEnum):
    """What is sent, and to whom."""

    ADVICE = "advice"
    """The five steps, as a direct message to one person."""
    ALERT = "alert"
    """A case, shown in the moderators' alert channel and kept up to date there."""
    OFFER = "offer"
    """A neutral *Private help* message in a channel, naming nobody."""
    NOTICE = "notice"
    """Something that a server's owner must know: the bot cannot do its work there."""
    THREAD = "thread"
    """A case's private thread or forum post, kept up to date there."""
    REMINDER = "reminder"
    """How many cases wait for a moderator, told in the alert channel."""
    DIGEST = "digest"
    """What a week brought, told in the alert channel."""
    TIMEOUT = "timeout"
    """No message: an offender is timed out because the server chose so for level urgent."""


class DeliveryState(StrEnum):
    """Where a delivery stands. All but the first two are outcomes."""

    HELD = "held"
    """Not sent unless a moderator asks for it; the reason is stored."""
    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    """Discord answered that this cannot be delivered; the code is stored."""
    GAVE_UP = "gave_up"
    """No attempt succeeded within the cap on attempts."""
    REHEARSED = "rehearsed"
    """Shown to the moderators instead of being sent, because the server tries the bot out."""


class HeldReason(StrEnum):
    """Why advice waits for a moderator instead of going out by itself."""

    UNSURE = "unsure"
    NOT_AIMED = "not_aimed"
    TOO_MANY = "too_many"
    SERVER_CHOICE = "server_choice"
    OPTED_OUT = "opted_out"
    OTHER_THREAT = "other_threat"
    FALSE_ALARM = "false_alarm"
    """Moderators said that there was no threat before the advice went out."""


class NoticeReason(StrEnum):
    """Why a server cannot be protected as it is set up."""

    NO_ALERT_CHANNEL = "no_alert_channel"
    SEVERAL_ALERT_CHANNELS = "several_alert_channels"
    """Several bear its name, so that nobody knows which is meant."""
    PUBLIC_ALERT_CHANNEL = "public_alert_channel"
    MISSING_PERMISSIONS = "missing_permissions"
    ALERTS_FAIL = "alerts_fail"
    CHOICE_GONE = "choice_gone"
    """A channel or role that the server's settings name was deleted, or is not the only one."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox as the dispatcher hands it to the transport.

    `token` is random and unique: it is the message's nonce and part of its buttons' custom ids, so
    that an attempt whose answer was lost can be recognised. `message_id` is set once the message
    exists; sending again then edits it. `subject` is a notice's `NoticeReason`. `uncertain` says
    that an earlier attempt was cut off.
    """

    id: int
    kind: DeliveryKind
    token: str
    guild_id: int
    case_id: int | None
    channel_id: int | None
    recipient_id: int | None
    subject: str | None
    message_id: int | None
    revision: int
    attempts: int
    uncertain: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was done: the message exists, where, and which one. A timeout has none."""

    channel_id: int | None
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord will not deliver this. `code` is Discord's JSON error code, 0 where there is none."""

    code: int
    explanation: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not now: try again after `seconds` at the earliest (None: by the dispatcher's backoff).

    `breaker` asks that no further direct messages be opened until then. `uncertain` says that the
    message may exist all the same, because only the answer was lost. `tried` is false where Discord
    was not asked, or took no notice: for that it is never given up. `begun` is what is there
    already where a part was done, and without a message where that is still to come.
    """

    explanation: str
    seconds: float | None = None
    breaker: bool = False
    uncertain: bool = False
    tried: bool = True
    begun: Delivered | None = None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Moderators were shown what would have been sent: where, and in which message."""

    channel_id: int
    message_id: int


ALERT_CHANNEL_PUBLIC = "alert_channel_public"
CASE_PLACE_PUBLIC = "case_place_public"
TAKEN_BACK = (ALERT_CHANNEL_PUBLIC, CASE_PLACE_PUBLIC)
"""Explanations of a refusal: what everyone could read there of the case was taken back first."""

Outcome = Delivered | Refused | Postponed | Rehearsed
