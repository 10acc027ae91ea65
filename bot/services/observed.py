"""What the watch hands on to be recorded, and which evidence a finding becomes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.domain.assessment import Assessment
from bot.domain.evidence import Draft, ItemKind
from bot.domain.message import Circumstances, Message, Window
from bot.services.custody import (
    GATEWAY,
    assessment_draft,
    deletion_draft,
    member_draft,
    message_draft,
    version,
)

_CONTEXT = 15
"""How many earlier messages are preserved with one that a finding rests on."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A new version of a message."""

    message: Message
    source: str = GATEWAY


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages of one channel that are gone."""

    guild_id: int
    channel_id: int
    message_ids: tuple[int, ...]
    bulk: bool
    source: str = GATEWAY


@dataclass(frozen=True, slots=True)
class Found:
    """What the detector said of a message in its window, and where the message came from."""

    window: Window
    assessment: Assessment
    source: str
    circumstances: Circumstances = field(default_factory=Circumstances)
    gone: tuple[tuple[int, Deleted], ...] = ()
    """Messages of its channel that were deleted before it was found, and how."""

    @property
    def surrounding(self) -> frozenset[int]:
        """The identifiers of all messages that may be preserved with it."""
        answered = self.circumstances.answered
        known = {earlier.id for earlier in self.window.before}
        return frozenset(known if answered is None else known | {answered.id})


@dataclass(frozen=True, slots=True)
class Banned:
    """Somebody was banned from a server."""

    guild_id: int
    person_id: int


def drafts_of(found: Found, *, erased: Collection[int] = ()) -> list[Draft]:
    """Context and message as they were written, the assessment, the people, and what is gone.

    Of the `erased` messages only those that the finding rests on: no others come back with it.
    """
    message = found.window.message
    quoted = {s.message_id for f in found.assessment.findings for s in f.signals}
    recent = {version(m) for m in found.window.before[-_CONTEXT:]}
    drafts = [
        message_draft(
            earlier,
            kind=ItemKind.MESSAGE if earlier.id in quoted else ItemKind.CONTEXT,
            source=found.source,
        )
        for earlier in found.window.before
        if earlier.id in quoted or (version(earlier) in recent and earlier.id not in erased)
    ]
    drafts.append(message_draft(message, kind=ItemKind.MESSAGE, source=found.source))
    drafts.append(assessment_draft(message, found.assessment))
    besides = {draft.message_id for draft in drafts}.union(erased)
    return [*_answered(found, besides), *drafts, *_people(found), *_gone(found, drafts)]


def _answered(found: Found, besides: Collection[int | None]) -> list[Draft]:
    """The message that the threat replies to, unless it is one of those."""
    answered = found.circumstances.answered
    if answered is None or answered.id in besides:
        return []
    return [message_draft(answered, kind=ItemKind.CONTEXT, source=found.source)]


def _people(found: Found) -> list[Draft]:
    """What Discord said of the offender and the targets along with the message."""
    assessment, message = found.assessment, found.window.message
    concerned = {message.author.id, *(person.id for person in assessment.targets)}
    return [
        member_draft(profile, at=message.at, source=found.source)
        for profile in found.circumstances.profiles
        if profile.id in concerned
    ]


def _gone(found: Found, preserved: list[Draft]) -> list[Draft]:
    """The deletions of what is preserved only now, because the threat was not complete before."""
    ids = {draft.message_id for draft in preserved}
    return [
        deletion_draft(
            message_id,
            channel_id=how.channel_id,
            bulk=how.bulk,
            source=how.source,
            before_finding=True,
        )
        for message_id, how in found.gone
        if message_id in ids
    ]
