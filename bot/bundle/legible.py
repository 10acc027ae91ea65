"""Which items the report can tell of: what somebody altered in the database may be anything."""

from __future__ import annotations

from collections.abc import Callable

from bot.bundle import done, story
from bot.domain.evidence import EvidenceItem, ItemKind


def is_legible(item: EvidenceItem) -> bool:
    """Whether the report can tell of an item; what somebody altered in the database may not be."""
    try:
        _TELLERS.get(item.kind, done.deed)(item)
        list(story.names_in([item]))
        story.moment(item.recorded_at)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


def _seen(item: EvidenceItem) -> object:
    return list(story.sightings([item], item.facts["person_id"]))


_TELLERS: dict[ItemKind, Callable[[EvidenceItem], object]] = {
    **dict.fromkeys(story.WRITTEN, lambda i: story.said(i, gone=None, is_with_ban=False)),
    ItemKind.ASSESSMENT: done.finding,
    ItemKind.MEMBER: _seen,
}
