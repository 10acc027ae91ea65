"""Rows of cases: one open case per offender and server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.assessment import Assessment, Level
from bot.domain.case import CaseState, Progress, Verdict
from bot.storage.cipher import Box, Keyring
from bot.storage.dialect import insert_or_nothing
from bot.storage.engine import leave_no_trace
from bot.storage.schema import cases


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as it is stored. `targets` maps a target's identifier to whether they were aimed at.

    `data_key` is wrapped; None once the case's content was erased.
    """

    id: int
    guild_id: int
    offender_id: int
    state: CaseState
    level: Level
    categories: tuple[str, ...]
    targets: dict[int, bool]
    data_key: bytes | None
    items: int
    head: str
    findings: int
    edits: int
    deletions: int
    opened_at: datetime
    progress: Progress


class Cases:
    """Cases within one transaction."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
        self._connection = connection
        self._keyring = keyring
        self._now = now

    async def open_or_join(self, *, guild_id: int, offender_id: int, head: str) -> CaseRecord:
        """The offender's open case in this server, opened if need be, locked until the commit."""
        statement = insert_or_nothing(self._connection, cases).values(
            guild_id=guild_id,
            offender_id=offender_id,
            state=CaseState.OPEN.value,
            level=Level.NONE.value,
            categories=[],
            targets=[],
            items=0,
            head=head,
            findings=0,
            edits=0,
            deletions=0,
            opened_at=self._now,
            updated_at=self._now,
        )
        query = select(cases).where(
            cases.c.guild_id == guild_id,
            cases.c.offender_id == offender_id,
            cases.c.state != CaseState.RESOLVED.value,
        )
        while True:  # PostgreSQL: whoever resolves the open one meanwhile leaves neither
            new_id = await self._connection.scalar(statement.returning(cases.c.id))
            if new_id is not None:
                key = self._keyring.new_data_key(place=key_place(new_id))
                await self._set(new_id, data_key=key)
                return await self.get(new_id)
            found = (await self._connection.execute(query.with_for_update())).one_or_none()
            if found is not None:
                return record_of(found)

    async def get(self, case_id: int) -> CaseRecord:
        """The case, locked until the commit. Raises LookupError when there is none."""
        return await self._one(select(cases).where(cases.c.id == case_id).with_for_update())

    async def join(self, case: CaseRecord, assessment: Assessment) -> None:
        """Let a finding raise the case's level and add its categories and targets."""
        targets = dict(case.targets)
        for person in assessment.targets:
            targets[person.id] = targets.get(person.id, False) or assessment.aimed
        categories = dict.fromkeys((*case.categories, *(c.value for c in assessment.categories)))
        await self._set(
            case.id,
            level=max(case.level, assessment.level).value,
            categories=list(categories),
            targets=[[person, aimed] for person, aimed in targets.items()],
            findings=case.findings + 1,
        )

    async def chained(self, case_id: int, *, items: int, head: str) -> None:
        """Record how long the chain is and what its last digest is."""
        await self._set(case_id, items=items, head=head)

    async def counted(self, case: CaseRecord, *, edits: int = 0, deletions: int = 0) -> None:
        """Count what became of preserved messages later."""
        await self._set(case.id, edits=case.edits + edits, deletions=case.deletions + deletions)

    async def claimed(self, case: CaseRecord, *, by: int) -> None:
        """Record who has the case now."""
        await self._handled(
            case.id, state=CaseState.CLAIMED.value, holder_id=by, claimed_at=self._now
        )

    async def released(self, case: CaseRecord) -> None:
        """Record that nobody has the case."""
        state = CaseState.OPEN if case.progress.verdict is None else CaseState.REOPENED
        await self._handled(case.id, state=state.value, holder_id=None, claimed_at=None)

    async def resolved(self, case: CaseRecord, *, verdict: Verdict, by: int) -> None:
        """Record how the case was resolved; a further threat will open another one."""
        await self._handled(
            case.id,
            state=CaseState.RESOLVED.value,
            holder_id=None,
            claimed_at=None,
            verdict=verdict.value,
            resolver_id=by,
            resolved_at=self._now,
        )

    async def reopened(self, case: CaseRecord) -> None:
        """Record that the case is to be worked on again; its old verdict stays on record."""
        await self._handled(case.id, state=CaseState.REOPENED.value)

    async def touched(self, case_id: int) -> None:
        """Record that somebody did something about it: it is not brought up again for a while."""
        await self._set(case_id, waiting_at=self._now)

    async def erase_content(self, case_id: int) -> None:
        """Destroy the case's data key: every word of it is lost for good, the chain still fits."""
        leave_no_trace(self._connection)
        await self._set(case_id, data_key=None)

    async def of_offender(self, offender_id: int, *, guild_id: int) -> list[int]:
        """The cases of a server about this offender that still have words, oldest first."""
        query = select(cases.c.id).where(
            cases.c.offender_id == offender_id,
            cases.c.guild_id == guild_id,
            cases.c.data_key.is_not(None),
        )
        return list(await self._connection.scalars(query.order_by(cases.c.id)))

    async def ids(self) -> list[int]:
        """Every case's number, oldest first."""
        return list(await self._connection.scalars(select(cases.c.id).order_by(cases.c.id)))

    async def open_any_key(self) -> None:
        """Open one case's data key, if there is one. Raises KeyFileError when it does not open."""
        query = select(cases).where(cases.c.data_key.is_not(None)).order_by(cases.c.id.desc())
        row = (await self._connection.execute(query.limit(1))).one_or_none()
        if row is not None:
            self.box(record_of(row))

    def box(self, case: CaseRecord) -> Box | None:
        """The case's encryption, or None once its key was destroyed."""
        if case.data_key is None:
            return None
        return self._keyring.box(case.data_key, place=key_place(case.id))

    async def _handled(self, case_id: int, **values: Any) -> None:
        answered = func.coalesce(cases.c.answered_at, self._now)
        await self._set(case_id, answered_at=answered, waiting_at=self._now, **values)

    async def _set(self, case_id: int, **values: Any) -> None:
        statement = update(cases).where(cases.c.id == case_id)
        await self._connection.execute(statement.values(updated_at=self._now, **values))

    async def _one(self, query: Select[Any]) -> CaseRecord:
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            raise LookupError("there is no such case")
        return record_of(row)


def key_place(case_id: int) -> str:
    """What binds a wrapped data key to its case."""
    return f"case:{case_id}:key"


def record_of(row: Row[Any]) -> CaseRecord:
    """A row of the table as what it means."""
    return CaseRecord(
        id=row.id,
        guild_id=row.guild_id,
        offender_id=row.offender_id,
        state=CaseState(row.state),
        level=Level(row.level),
        categories=tuple(row.categories),
        targets=dict(row.targets),
        data_key=row.data_key,
        items=row.items,
        head=row.head,
        findings=row.findings,
        edits=row.edits,
        deletions=row.deletions,
        opened_at=row.opened_at,
        progress=progress_of(row),
    )


def progress_of(row: Row[Any]) -> Progress:
    """Who works on the case of a row, or how it was resolved."""
    state = CaseState(row.state)
    return Progress(
        state=state,
        holder=row.holder_id,
        verdict=Verdict(row.verdict) if row.verdict else None,
        by=row.resolver_id,
        since=row.resolved_at if state is CaseState.RESOLVED else row.claimed_at,
    )
