"""How what was seen becomes evidence: the drafts of every kind of item, and nothing of media."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.domain.assessment import Assessment
from bot.domain.delivery import Delivered, Delivery, Outcome, Refused, Rehearsed
from bot.domain.evidence import FROM_MODERATOR, FROM_PERSON, Act, Draft, ItemKind
from bot.domain.fates import BANNED
from bot.domain.measure import Measure
from bot.domain.message import Attachment, Message, Profile, snowflake_time

GATEWAY = "gateway"
HISTORY = "history"
BOT = "bot"
REST = "rest"
"""Asked of Discord when a moderator wanted to know."""
OPERATOR = "operator"
"""Whoever runs the bot, on the command line."""
MODERATOR = FROM_MODERATOR
PERSON = FROM_PERSON
SOURCES = (GATEWAY, HISTORY, BOT, REST, OPERATOR, MODERATOR, PERSON)
"""Where an item can come from; each has words in a report."""


def iso(at: float) -> str:
    """A time in Unix seconds as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def message_draft(message: Message, *, kind: ItemKind, source: str) -> Draft:
    """One version of a message: identifiers and times as facts, words and names as content."""
    return Draft(
        kind=kind,
        about=f"message:{version(message)}",
        source=source,
        message_id=message.id,
        facts={
            "message_id": message.id,
            "channel_id": message.channel_id,
            "guild_id": message.guild_id,
            "author_id": message.author.id,
            "written_at": iso(message.at),
            "edited_at": iso(message.edited_at) if message.edited_at else None,
            "reply_to": message.reply_to,
            "reply_author_id": message.reply_author.id if message.reply_author else None,
            "forwarded_from": message.forwarded_from._asdict() if message.forwarded_from else None,
            "mentions": [person.id for person in message.mentions],
        },
        content={
            "author_name": message.author.name,
            "text": message.text,
            "forwarded": list(message.forwarded),
            "embedded": list(message.embedded),
            "mentions": [{"id": p.id, "name": p.name} for p in message.mentions],
            "attachments": [_attachment(a) for a in message.attachments],
        },
    )


def assessment_draft(message: Message, assessment: Assessment) -> Draft:
    """What the detector said, with the rules at their versions and the words that fired them."""
    offender = assessment.offender or message.author
    return Draft(
        kind=ItemKind.ASSESSMENT,
        about=assessment_about(message),
        source=BOT,
        message_id=message.id,
        facts={
            "message_id": message.id,
            "channel_id": message.channel_id,
            "written_at": iso(message.at),
            "kind": assessment.kind.value,
            "level": assessment.level.label,
            "categories": [category.value for category in assessment.categories],
            "score": f"{assessment.score:.3f}",
            "offender_id": offender.id,
            "targets": [person.id for person in assessment.targets],
            "aimed": assessment.aimed,
            "rules": [{"rule": f.rule, "version": f.version} for f in assessment.findings],
        },
        content={
            "offender_name": offender.name,
            "targets": [{"id": p.id, "name": p.name} for p in assessment.targets],
            "signals": [
                {"rule": f.rule, **signal._asdict()}
                for f in assessment.findings
                for signal in f.signals
            ],
        },
    )


def member_draft(profile: Profile, *, at: float, source: str) -> Draft:
    """What Discord said of a person: kept once a day and case, however much they write.

    What names it holds no digest of names: it would outlive them, and could be guessed.
    """
    day = iso(at).partition("T")[0]
    return Draft(
        kind=ItemKind.MEMBER,
        about=f"member:{profile.id}:{day}:{source}",
        source=source,
        facts={
            "what": "seen",
            "person_id": profile.id,
            "created_at": iso(snowflake_time(profile.id)),
            "joined_at": None if profile.joined_at is None else iso(profile.joined_at),
            "role_ids": [role for role, _ in profile.roles],
        },
        content={
            "account_name": profile.account_name,
            "global_name": profile.global_name,
            "shown_name": profile.shown_name,
            "roles": [name for _, name in profile.roles],
        },
    )


def ban_draft(person_id: int, *, at: str) -> Draft:
    """That Discord reported a person as banned from the server."""
    return Draft(
        kind=ItemKind.MEMBER,
        about=f"banned:{person_id}:{at}",
        source=GATEWAY,
        facts={"what": BANNED, "person_id": person_id},
    )


def deletion_draft(
    message_id: int, *, channel_id: int, bulk: bool, source: str, before_finding: bool = False
) -> Draft:
    """That Discord reported a preserved message as deleted, or that history lacks it.

    What was deleted before anything was found is recorded together with the finding.
    """
    facts: dict[str, Any] = {"message_id": message_id, "channel_id": channel_id, "bulk": bulk}
    if before_finding:
        facts["before_finding"] = True
    return Draft(
        kind=ItemKind.DELETION,
        about=f"deletion:{message_id}",
        source=source,
        message_id=message_id,
        facts=facts,
    )


def delivery_draft(delivery: Delivery, outcome: Outcome) -> Draft:
    """What became of a delivery."""
    facts: dict[str, Any] = {
        "delivery": delivery.id,
        "what": delivery.kind.value,
        "recipient_id": delivery.recipient_id,
        "attempts": delivery.attempts,
    }
    if isinstance(outcome, Delivered):
        facts |= {"outcome": "delivered", "message_id": outcome.message_id}
    elif isinstance(outcome, Refused):
        facts |= {"outcome": "refused", "code": outcome.code}
    elif isinstance(outcome, Rehearsed):
        facts |= {"outcome": "rehearsed", "message_id": outcome.message_id}
    else:
        facts |= {"outcome": "gave_up"}
    about = f"delivery:{delivery.id}:{facts['outcome']}"
    return Draft(kind=ItemKind.DELIVERY, about=about, source=BOT, facts=facts)


def action_draft(
    what: Act | Measure,
    *,
    by: int,
    about: str,
    source: str,
    words: str | None = None,
    **facts: Any,
) -> Draft:
    """That somebody did something in the case: a moderator's look, a person's answer.

    `words` are what they wrote about it, which are kept as content.
    """
    return Draft(
        kind=ItemKind.REPORT if source == PERSON else ItemKind.ACTION,
        about=about,
        source=source,
        facts={"what": what.value, "by": by, **facts},
        content=None if words is None else {"words": words},
    )


def version(message: Message) -> str:
    """Which message, and which version of it."""
    return f"{message.id}:{round((message.edited_at or 0) * 1000)}"


def assessment_about(message: Message) -> str:
    """What names the assessment of one version of a message."""
    return f"assessment:{version(message)}"


def _attachment(attachment: Attachment) -> dict[str, Any]:
    facts = attachment._asdict()
    facts["duration"] = None if attachment.duration is None else str(attachment.duration)
    return facts
