"""What every table holds about a person: where it stands, and how it is shown and erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.case import CaseState, Verdict
from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.evidence import FROM_MODERATOR, FROM_PERSON, ItemKind
from bot.storage.engine import leave_no_trace
from bot.storage.evidence import AS_WRITTEN, read_facts
from bot.storage.keeping import is_held
from bot.storage.schema import cases, evidence, outbox, setting_changes

PATHS = MappingProxyType(
    {
        "records": {
            "user_id": "shown, exported and erased by their owner",
            "about": "exported and erased with the record",
            "sealed": "exported and erased with the record",
            "data_key": "erased with the record",
            "shared": "exported without the case's number, and erased with the record",
        },
        "opt_outs": {"user_id": "shown; taken back by Allow these messages"},
        "evidence": {
            "facts": "own words and acts exported; numbers stay until the case ends",
            "sealed": "own words exported and erased, once nobody can be betrayed by it",
            "about": "numbers stay until the case ends",
            "message_id": "the number of a message, not of a person",
        },
        "cases": {
            "offender_id": "never shown or erased by that person: somebody may need it to be safe",
            "targets": "counted where advice reached the person; stays until the case ends",
            "holder_id": "a moderator's work, exported as acts; stays until the case ends",
            "resolver_id": "a moderator's work, exported as acts; stays until the case ends",
        },
        "outbox": {
            "recipient_id": "exported once delivered; stays, so that nobody is told twice",
            "about": "numbers as in recipient_id; of an offer of help, nobody's who asked for it",
            "answer": "exported",
        },
        "setting_changes": {
            "changed_by": "counted and exported; goes with the change, of which a hundred stay",
        },
        "quiets": {
            "by_id": "a moderator's work, seen in /rules; goes when the rule alerts again",
            "sealed": "somebody's words, nobody's name; goes when the rule alerts again",
            "data_key": "goes with the words",
            "last_message_id": "the number of a message, not of a person",
        },
        "holds": {
            "asked_by": "a moderator's work, exported as acts; stays until the case ends",
            "confirmed_by": "a moderator's work, exported as acts; stays until the case ends",
        },
    }
)
"""Every column that says something about a person, and by which way they get at it."""

IMPERSONAL = MappingProxyType(
    {
        "records": {"id", "kept_at"},
        "opt_outs": {"created_at"},
        "evidence": {
            *("case_id", "seq", "kind", "recorded_at", "source"),
            *("content_digest", "previous", "digest"),
        },
        "cases": {
            *("id", "guild_id", "state", "level", "categories", "data_key", "items", "head"),
            *("findings", "edits", "deletions", "opened_at", "updated_at", "claimed_at"),
            *("verdict", "resolved_at", "answered_at", "waiting_at"),
        },
        "outbox": {
            *("id", "kind", "token", "guild_id", "case_id", "channel_id", "state", "subject"),
            *("reason", "code", "message_id", "revision", "attempts"),
            *("uncertain", "due_at", "leased_until", "lease", "created_at", "settled_at"),
        },
        "breakers": {"name", "open_until", "reason"},
        "marks": {"guild_id", "screened_until"},
        "settings": {"guild_id", "version", "choices", "changed_at"},
        "setting_changes": {"guild_id", "version", "changed_at", "keys"},
        "quiets": {"id", "guild_id", "about", "rules", "why", "case_id", "created_at", "counted"},
        "holds": {"id", "case_id", "asked_at", "ends_at", "confirmed_at", "lifted_at"},
        "departures": {"guild_id", "left_at"},
    }
)
"""Every other column: it says nothing about anybody once those of `PATHS` are gone."""

_WORDS = (ItemKind.MESSAGE.value, ItemKind.CONTEXT.value, ItemKind.EDIT.value)
_FROM_HISTORY = "history"
"""The source of what was read from a channel's history, as when a moderator looked around."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A direct message that the bot sent to a person unasked."""

    guild_id: int
    state: DeliveryState
    at: datetime
    answer: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """An item of evidence that a person has to do with."""

    case_id: int
    seq: int
    guild_id: int


class Personal:
    """What is known of one person, over all tables, within one transaction."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def sent(self, user_id: int) -> list[Sent]:
        """Every direct message that reached them, oldest first.

        Not what is held or was refused: they would learn from it of a case that nobody told them.
        """
        query = select(outbox).where(_reached(user_id)).order_by(outbox.c.id)
        rows = await self._connection.execute(query)
        return [
            Sent(r.guild_id, DeliveryState(r.state), r.settled_at or r.created_at, r.answer)
            for r in rows
        ]

    async def named(self, user_id: int) -> int:
        """In how many cases advice reached them, as one who may have been threatened.

        Whoever is merely named in a threat learns nothing: it may be the offender's own doing.
        """
        query = select(func.count(outbox.c.case_id.distinct())).where(_reached(user_id))
        return await self._connection.scalar(query) or 0

    async def words(self, user_id: int) -> list[Place]:
        """Where messages that they wrote are preserved and not erased.

        Not those in a case that is open or was confirmed, whoever wrote them: an offender's second
        account would learn from a word of its own that a threat was noticed. Only whom advice
        reached knows of the case. Nor those that a legal hold keeps; and never those that are there
        because somebody told moderators in private, since nobody may find out that they did.
        """
        is_over = and_(
            cases.c.state == CaseState.RESOLVED.value,
            cases.c.verdict.is_distinct_from(Verdict.CONFIRMED.value),
        )
        knows = (
            select(outbox.c.id).where(_reached(user_id), outbox.c.case_id == cases.c.id).exists()
        )
        query = (
            self._with_facts(user_id)
            .where(evidence.c.kind.in_(_WORDS), evidence.c.sealed.is_not(None))
            .where(cases.c.data_key.is_not(None), ~is_held(self._now), ~_told_in_private())
            .where(or_(is_over, and_(knows, cases.c.offender_id != user_id)))
        )
        return [
            _place(row)
            for row in await self._connection.execute(query)
            if _facts(row).get("author_id") == user_id
        ]

    async def acts(self, user_id: int) -> list[dict[str, Any]]:
        """What they did in cases: a moderator's looks and offers, a person's own reports."""
        return [
            {"server": row.guild_id, "what": _facts(row).get("what"), "at": row.recorded_at}
            for row in await self._acts(user_id)
        ]

    async def work(self, user_id: int) -> int:
        """How many of these acts were a moderator's: not what they told or erased for themselves.

        Counted, that would tell whoever looks over their shoulder that they asked for help.
        """
        return sum(row.source == FROM_MODERATOR for row in await self._acts(user_id))

    async def settings_changed(self, user_id: int) -> list[dict[str, Any]]:
        """Which settings of which servers they changed, oldest first, as far as that is kept."""
        query = select(setting_changes).where(setting_changes.c.changed_by == user_id)
        rows = await self._connection.execute(query.order_by(setting_changes.c.changed_at))
        return [
            {
                "server": str(row.guild_id),
                "settings": list(row.keys),
                "at": row.changed_at.isoformat(),
            }
            for row in rows
        ]

    async def blank(self, places: Sequence[Place]) -> None:
        """Destroy the content of these items. The chain must hold an act that says so."""
        leave_no_trace(self._connection)
        for place in places:
            this = and_(evidence.c.case_id == place.case_id, evidence.c.seq == place.seq)
            await self._connection.execute(update(evidence).where(this).values(sealed=None))

    async def _acts(self, user_id: int) -> list[Row[Any]]:
        query = self._with_facts(user_id).where(
            evidence.c.kind.in_((ItemKind.ACTION.value, ItemKind.REPORT.value))
        )
        rows = await self._connection.execute(query)
        return [row for row in rows if _facts(row).get("by") == user_id]

    def _with_facts(self, user_id: int) -> Any:
        """Items whose facts may hold the number; whoever asks looks closer."""
        return (
            AS_WRITTEN.add_columns(cases.c.guild_id)
            .join(cases, cases.c.id == evidence.c.case_id)
            .where(cast(evidence.c.facts, String).like(f"%{user_id}%"))
            .order_by(evidence.c.case_id, evidence.c.seq)
        )


def _reached(user_id: int) -> ColumnElement[bool]:
    """For a query over the outbox: whether it is advice that this person got."""
    return and_(
        outbox.c.recipient_id == user_id,
        outbox.c.kind == DeliveryKind.ADVICE.value,
        outbox.c.state == DeliveryState.DELIVERED.value,
    )


def _told_in_private() -> ColumnElement[bool]:
    """For a query over evidence: whether a message is there because somebody told moderators.

    They told of it, or of one around which a moderator looked. Its later versions count as well.
    """
    same, told = evidence.alias(), evidence.alias()
    versions = select(same.c.seq).where(
        same.c.case_id == evidence.c.case_id,
        same.c.message_id == evidence.c.message_id,
        same.c.kind.in_(_WORDS),
    )
    is_looked_for = and_(same.c.kind == ItemKind.CONTEXT.value, same.c.source == _FROM_HISTORY)
    is_told_case = (
        select(told.c.seq)
        .where(
            told.c.case_id == evidence.c.case_id,
            told.c.kind.in_(_WORDS),
            told.c.source == FROM_PERSON,
        )
        .exists()
    )
    return or_(
        versions.where(same.c.source == FROM_PERSON).exists(),
        and_(is_told_case, versions.where(is_looked_for).exists()),
    )


def _place(row: Row[Any]) -> Place:
    return Place(row.case_id, row.seq, row.guild_id)


def _facts(row: Row[Any]) -> Mapping[str, Any]:
    return read_facts(row.facts) or {}
