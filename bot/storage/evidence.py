"""Rows of evidence: append-only, chained, their content encrypted under the case's key."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, cast, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.evidence import (
    Act,
    Draft,
    EvidenceItem,
    ItemKind,
    content_digest,
    item_digest,
)
from bot.storage.cases import CaseRecord, Cases
from bot.storage.cipher import Box
from bot.storage.schema import cases, evidence

_SALT_BYTES = 16
FACTS = cast(evidence.c.facts, Text).label("facts")
"""Facts as the text that they are: somebody may have altered it so that it is no JSON."""

_COLUMNS: list[ColumnElement[Any]] = [
    FACTS if column is evidence.c.facts else column for column in evidence.c
]
AS_WRITTEN: Select[Any] = select(*_COLUMNS)


class Evidence:
    """Evidence within one transaction."""

    def __init__(self, connection: AsyncConnection, cases: Cases, now: datetime) -> None:
        self._connection = connection
        self._cases = cases
        self._now = now

    async def append(self, case_id: int, drafts: Sequence[Draft]) -> list[Draft]:
        """Chain the drafts that the case does not hold yet, in order, and return those.

        Raises LookupError for a case that does not exist, and for content when that of the case was
        erased: facts alone, such as a delivery's outcome, are still recorded.
        """
        case = await self._cases.get(case_id)
        box = None
        if any(draft.content is not None for draft in drafts):
            box = self._cases.box(case)
            if box is None:
                raise LookupError("the content of this case was erased")
        held = await self._held(case_id, [draft.about for draft in drafts])
        fresh = list({d.about: d for d in drafts if d.about not in held}.values())
        if not fresh:
            return []
        rows = self._chain(case, fresh, box)
        await self._connection.execute(insert(evidence), rows)
        await self._cases.chained(case_id, items=rows[-1]["seq"], head=rows[-1]["digest"])
        return fresh

    async def items(self, case_id: int) -> list[EvidenceItem]:
        """The case's items in order, their content decrypted unless the key was destroyed."""
        case = await self._cases.get(case_id)
        query = AS_WRITTEN.where(evidence.c.case_id == case_id).order_by(evidence.c.seq)
        box = self._cases.box(case)
        rows = (await self._connection.execute(query)).all()
        erased = {seq for row in rows for seq in _erased_by(row)}
        return [_item(row, None if row.seq in erased else box) for row in rows]

    async def cases_holding(self, message_id: int, *, guild_id: int | None = None) -> list[int]:
        """The cases in which this message is preserved, oldest first; not those erased.

        With `guild_id`, only those of that server.
        """
        query = (
            select(evidence.c.case_id)
            .join(cases, cases.c.id == evidence.c.case_id)
            .where(
                cases.c.data_key.is_not(None),
                evidence.c.message_id == message_id,
                evidence.c.kind.in_((ItemKind.MESSAGE.value, ItemKind.CONTEXT.value)),
            )
            .distinct()
            .order_by(evidence.c.case_id)
        )
        if guild_id is not None:
            query = query.where(cases.c.guild_id == guild_id)
        return list(await self._connection.scalars(query))

    async def erased(self, message_ids: Collection[int], *, guild_id: int) -> set[int]:
        """Those of the messages whose words were erased in a case of this server."""
        # two queries: in one, SQLite reads every item of every case of the server
        kept = select(evidence.c.message_id, evidence.c.case_id, evidence.c.sealed.is_(None))
        kept = kept.where(
            evidence.c.message_id.in_(message_ids), evidence.c.content_digest.is_not(None)
        )
        items = (await self._connection.execute(kept)).all()
        of_server = select(cases.c.id, cases.c.data_key.is_(None)).where(
            cases.c.id.in_({case_id for _, case_id, _ in items}), cases.c.guild_id == guild_id
        )
        keyless = {row.id: row[1] for row in await self._connection.execute(of_server)}
        return {
            message_id
            for message_id, case_id, is_blank in items
            if case_id in keyless and (is_blank or keyless[case_id])
        }

    async def preserved(self, channel_id: int, *, since: int) -> list[tuple[int, int]]:
        """Server and identifier of every preserved message of a channel, from a snowflake on."""
        query = select(evidence.c.message_id, FACTS).where(
            evidence.c.message_id >= since,
            evidence.c.kind.in_((ItemKind.MESSAGE.value, ItemKind.CONTEXT.value)),
        )
        rows = (await self._connection.execute(query)).all()
        read = [(read_facts(row.facts) or {}, row.message_id) for row in rows]
        return [
            (facts["guild_id"], message_id)
            for facts, message_id in read
            if facts.get("channel_id") == channel_id and isinstance(facts.get("guild_id"), int)
        ]

    async def forwarding(self, case_ids: Sequence[int]) -> set[int]:
        """Those of the cases whose newest finding rests on a forwarded message. Locks nothing."""
        query = select(evidence.c.case_id, evidence.c.kind, FACTS).where(
            evidence.c.case_id.in_(case_ids),
            evidence.c.kind.in_((ItemKind.MESSAGE.value, ItemKind.ASSESSMENT.value)),
        )
        newest: dict[int, object] = {}
        forwarded: set[tuple[int, object]] = set()
        for row in await self._connection.execute(query.order_by(evidence.c.seq)):
            facts = read_facts(row.facts) or {}
            if row.kind == ItemKind.ASSESSMENT.value:
                newest[row.case_id] = facts.get("message_id")
            elif facts.get("forwarded_from"):
                forwarded.add((row.case_id, facts.get("message_id")))
        return {case_id for case_id, of in newest.items() if (case_id, of) in forwarded}

    async def assessed(self, message_id: int, about: str) -> bool:
        """Whether any case already holds this assessment of this message."""
        query = select(evidence.c.case_id).where(
            evidence.c.message_id == message_id, evidence.c.about == about
        )
        return await self._connection.scalar(query.limit(1)) is not None

    async def _held(self, case_id: int, abouts: list[str]) -> set[str]:
        query = select(evidence.c.about).where(
            evidence.c.case_id == case_id, evidence.c.about.in_(abouts)
        )
        return set(await self._connection.scalars(query))

    def _chain(
        self, case: CaseRecord, drafts: list[Draft], box: Box | None
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        previous, seq = case.head, case.items
        for draft in drafts:
            seq += 1
            row = _row(draft, case_id=case.id, seq=seq, previous=previous, now=self._now, box=box)
            previous = row["digest"]
            rows.append(row)
        return rows


def _row(
    draft: Draft, *, case_id: int, seq: int, previous: str, now: datetime, box: Box | None
) -> dict[str, Any]:
    salt = secrets.token_hex(_SALT_BYTES)
    sealed = digest = None
    if draft.content is not None and box is not None:
        digest = content_digest(draft.content, salt)
        sealed = box.seal({"salt": salt, "content": draft.content}, place=_place(case_id, seq))
    recorded_at = now.isoformat(timespec="microseconds")
    chained = item_digest(
        case_id=case_id,
        seq=seq,
        kind=draft.kind,
        about=draft.about,
        message_id=draft.message_id,
        recorded_at=recorded_at,
        source=draft.source,
        facts=draft.facts,
        content_digest=digest,
        previous=previous,
    )
    return {
        "case_id": case_id,
        "seq": seq,
        "kind": draft.kind.value,
        "about": draft.about,
        "message_id": draft.message_id,
        "recorded_at": recorded_at,
        "source": draft.source,
        "facts": draft.facts,
        "sealed": sealed,
        "content_digest": digest,
        "previous": previous,
        "digest": chained,
    }


def _item(row: Row[Any], box: Box | None) -> EvidenceItem:
    """The item in a row. What cannot be read as one was altered: no digest fits that."""
    opened, facts = _opened(row, box), read_facts(row.facts)
    kind = next((kind for kind in ItemKind if kind.value == row.kind), None)
    message_id = row.message_id if isinstance(row.message_id, int) else None
    is_read = kind is not None and facts is not None and message_id == row.message_id
    return EvidenceItem(
        case_id=row.case_id,
        seq=row.seq,
        kind=kind or ItemKind.ACTION,
        about=str(row.about),
        message_id=message_id,
        recorded_at=str(row.recorded_at),
        source=str(row.source),
        facts=facts or {},
        content=opened["content"] if opened else None,
        content_digest=None if row.content_digest is None else str(row.content_digest),
        salt=opened["salt"] if opened else None,
        previous=str(row.previous),
        digest=str(row.digest) if is_read else "",
    )


def read_facts(written: str) -> dict[str, Any] | None:
    """An item's facts; None where somebody altered them so that they are none any more."""
    try:
        facts = json.loads(written)
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def _erased_by(row: Row[Any]) -> Sequence[int]:
    """The numbers of the items whose content this one says was erased."""
    facts = read_facts(row.facts) or {}
    is_erasure = row.kind == ItemKind.ACTION.value and facts.get("what") == Act.WORDS_ERASED
    numbers = facts.get("items") if is_erasure else ()
    return [n for n in numbers if type(n) is int] if isinstance(numbers, list) else ()


def _opened(row: Row[Any], box: Box | None) -> dict[str, Any] | None:
    """Content and salt; None where there is none or the case's key was destroyed.

    What cannot be decrypted was altered: an empty content stands for it, whose digest cannot fit.
    """
    nothing = {"salt": "", "content": {}}
    if row.content_digest is None:
        return None if row.sealed is None else nothing
    if box is None:
        return None
    opened = isinstance(row.sealed, bytes) and box.open(
        row.sealed, place=_place(row.case_id, row.seq)
    )
    return opened or nothing


def _place(case_id: int, seq: int) -> str:
    return f"case:{case_id}:item:{seq}"
