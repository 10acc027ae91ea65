"""Which items the report can tell of: what somebody altered in the database may be anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bot.bundle import done, story
from bot.domain.evidence import EvidenceItem, ItemKind
from bot.services.custody import SOURCES

_END = 1 << 64
"""Discord's identifiers have 64 bits."""
_IMPOSSIBLE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What is raised where something else stands than was recorded: also times that are in no year, and
lists in lists without end."""


def is_legible(item: EvidenceItem) -> bool:
    """Whether the report can tell of an item; what somebody altered in the database may not be."""
    try:
        _TELLERS.get(item.kind, _done)(item)
        story.moment(item.recorded_at)
        return item.source in SOURCES and all(
            type(each) is int and 0 <= each < _END for each in _identifiers(item)
        )
    except _IMPOSSIBLE:
        return False


def _identifiers(item: EvidenceItem) -> Iterator[object]:
    """What the report takes for identifiers, each of which holds a time."""
    yield from (person for person, _ in story.names_in([item]))
    if item.kind in story.WRITTEN:
        yield from (item.facts["channel_id"], item.facts["message_id"])
        perhaps = (item.facts["guild_id"], item.facts["reply_to"], *_origin(item))
        yield from (0 if each is None else each for each in perhaps)


def _origin(item: EvidenceItem) -> Iterable[object]:
    return (item.facts["forwarded_from"] or {}).values()


def _done(item: EvidenceItem) -> object:
    return done.deed(item, {})


def _seen(item: EvidenceItem) -> object:
    return list(story.sightings([item], item.facts["person_id"]))


_TELLERS: dict[ItemKind, Callable[[EvidenceItem], object]] = {
    **dict.fromkeys(story.WRITTEN, lambda i: story.said(i, gone=None, is_with_ban=False)),
    ItemKind.ASSESSMENT: lambda i: done.finding(i, {}),
    ItemKind.MEMBER: _seen,
}
