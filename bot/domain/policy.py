"""One server's choices, and what follows from an assessment under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.assessment import Assessment, Category, Kind, Level
from bot.domain.delivery import DeliveryState, HeldReason
from bot.domain.hours import parse_hours
from bot.domain.message import Person


class AdviceMode(StrEnum):
    """How a target is reached."""

    DIRECT = "dm"
    BUTTON = "button"
    MODERATOR = "moderator"


class Fallback(StrEnum):
    """What is done when a direct message is refused."""

    NONE = "none"
    BUTTON = "button"


class Disclosures(StrEnum):
    """What is done when someone tells of being threatened."""

    OFFER = "offer"
    NOTHING = "nothing"


class CaseThreads(StrEnum):
    """Where moderators talk about a case."""

    NONE = "none"
    THREAD = "thread"
    """A private thread of the alert channel."""
    FORUM = "forum"
    """A post in a private forum, tagged with the case's state."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One server's choices. Identifiers and names of channels and roles are strings as written."""

    alert_channel: str = "notalone-alerts"
    moderator_roles: tuple[str, ...] = ()
    ping_role: str | None = None
    ping_from: Level = Level.HIGH
    alert_from: Level = Level.MEDIUM
    advise_from: Level = Level.HIGH
    advice: AdviceMode = AdviceMode.DIRECT
    fallback: Fallback = Fallback.NONE
    disclosures: Disclosures = Disclosures.OFFER
    many_targets: int = 3
    webhooks: bool = False
    ignored_channels: frozenset[str] = frozenset()
    language: str | None = None
    """The locale that the bot writes in; None for the one that the server is set to."""
    dry_run: bool = False
    """Whether what would be sent to people is shown to the moderators instead."""
    keep_resolved_days: int = 30
    """After how many days the words of a resolved case are erased."""
    keep_false_alarm_days: int = 7
    """After how many days nothing at all is left of a false alarm; its words go at once."""
    keep_record_days: int = 365
    """After how many days nothing at all is left of a resolved case."""
    keep_after_leaving_days: int = 7
    """For how long everything is kept when the bot is removed from the server."""
    case_threads: CaseThreads = CaseThreads.NONE
    case_forum: str | None = None
    reminder_hours: int = 24
    """After how many hours without a moderator's doing a case is brought up again; 0: never."""
    quiet_hours: str | None = None
    """As `parse_hours` reads them."""
    digest_day: str | None = "monday"
    quarantine_role: str | None = None
    auto_timeout_hours: int = 0
    """For how long an offender is timed out unasked at level urgent; 0: not at all."""


@dataclass(frozen=True, slots=True)
class History:
    """What is already known when a decision is made: nobody is told twice."""

    advised: frozenset[int] = frozenset()
    """People for whom this case already has an advice delivery, in whatever state."""
    opted_out: frozenset[int] = frozenset()
    offered_lately: bool = False
    """Whether the channel has had a *Private help* offer within the cooldown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about an assessment."""

    alert: bool = False
    advise: tuple[Person, ...] = ()
    hold: tuple[tuple[Person, HeldReason], ...] = ()
    offer: bool = False


def decide(assessment: Assessment, policy: Policy, history: History) -> Plan:
    """Say who is advised, whether moderators are alerted, and what waits for them. Pure."""
    if assessment.kind is Kind.DISCLOSURE:
        wanted = policy.disclosures is Disclosures.OFFER and assessment.level >= Level.MEDIUM
        return Plan(offer=wanted and not history.offered_lately)
    if assessment.kind is not Kind.THREAT or assessment.level < policy.alert_from:
        return Plan()
    fresh = [p for p in assessment.targets if p.id not in history.advised]
    reasons = [(p, _reason_to_hold(p, assessment, policy, history)) for p in fresh]
    by_button = policy.advice is AdviceMode.BUTTON and _sure(assessment, policy)
    return Plan(
        alert=True,
        advise=tuple(person for person, reason in reasons if reason is None),
        hold=tuple((person, reason) for person, reason in reasons if reason is not None),
        offer=by_button and not history.offered_lately,
    )


def counts_as_given(state: DeliveryState, policy: Policy) -> bool:
    """Whether advice in this state is not given again. A rehearsal counts while it lasts."""
    if state is DeliveryState.REHEARSED:
        return policy.dry_run
    return state is not DeliveryState.HELD


def _reason_to_hold(
    person: Person, assessment: Assessment, policy: Policy, history: History
) -> HeldReason | None:
    """The first reason that applies, or None: then the person is written to."""
    asked = len({target.id for target in assessment.targets} | history.advised)
    reasons = (
        (person.id in history.opted_out, HeldReason.OPTED_OUT),
        (not _fits_the_advice(assessment), HeldReason.OTHER_THREAT),
        (assessment.level < policy.advise_from, HeldReason.UNSURE),
        (not assessment.aimed, HeldReason.NOT_AIMED),
        (asked > policy.many_targets, HeldReason.TOO_MANY),
        (policy.advice is not AdviceMode.DIRECT, HeldReason.SERVER_CHOICE),
    )
    return next((reason for applies, reason in reasons if applies), None)


def _fits_the_advice(assessment: Assessment) -> bool:
    """Whether it is sextortion, or somebody may be hurt: of level urgent is nothing else."""
    is_sextortion = any(category is not Category.OTHER for category in assessment.categories)
    return is_sextortion or assessment.level >= Level.URGENT


def _sure(assessment: Assessment, policy: Policy) -> bool:
    return _fits_the_advice(assessment) and assessment.level >= policy.advise_from


def waits_until(policy: Policy, level: Level, now: datetime) -> datetime | None:
    """Until when an alert of this level waits for the quiet hours to end; None: it goes out now.

    What is high or urgent never waits.
    """
    if level >= Level.HIGH or policy.quiet_hours is None:
        return None
    return parse_hours(policy.quiet_hours).end_after(now)
