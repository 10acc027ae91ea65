"""What became of preserved messages: which were deleted, and which of those together with a ban."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.evidence import EvidenceItem, ItemKind

BANNED = "banned"
"""The `what` of a member's item that records a ban."""
_WITH_IT = timedelta(minutes=1)
"""Discord deletes a banned person's messages at once, but tells of it in no fixed order."""


def is_ban(item: EvidenceItem) -> bool:
    """Whether it records that a person was banned."""
    return item.kind is ItemKind.MEMBER and item.facts.get("what") == BANNED


def deletions(items: Iterable[EvidenceItem]) -> dict[int, EvidenceItem]:
    """The record of its deletion, by message."""
    return {
        item.message_id: item
        for item in items
        if item.kind is ItemKind.DELETION and item.message_id is not None
    }


def deleted_with_ban(items: Iterable[EvidenceItem]) -> frozenset[int]:
    """The messages that were deleted within a minute of their author's ban."""
    known = list(items)
    authors = {i.message_id: i.facts["author_id"] for i in known if "author_id" in i.facts}
    bans = [
        (item.facts.get("person_id"), _at(item)) for item in known if is_ban(item) and _at(item)
    ]
    return frozenset(
        message
        for message, deletion in deletions(known).items()
        for person, at in bans
        if authors.get(message) == person
        and "before_finding" not in deletion.facts  # recorded later than it happened
        and _is_near(_at(deletion), at)
    )


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= _WITH_IT


def _at(item: EvidenceItem) -> datetime | None:
    """When it was recorded; None for an item that somebody altered."""
    try:
        at = datetime.fromisoformat(item.recorded_at)
    except ValueError:
        return None
    return at if at.tzinfo else None
