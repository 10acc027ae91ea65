"""Builders for the tests of storage: each names only what the test is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.assessment import Assessment, Category, Finding, Kind, Level
from bot.domain.delivery import Delivery, DeliveryKind
from bot.domain.evidence import GENESIS, Draft, ItemKind, first_fault
from bot.domain.message import Person
from bot.storage import Store, Transaction
from bot.storage.cases import CaseRecord

GUILD, OFFENDER, AVA, BEN = 100, 666, 1, 2
LEASE = "worker-a"


def threat(*targets: int, level: Level = Level.HIGH, aimed: bool = True) -> Assessment:
    finding = Finding("exposure", 1, level, Category.EXPOSURE, ())
    return Assessment(
        kind=Kind.THREAT,
        level=level,
        categories=(Category.EXPOSURE,),
        offender=Person(OFFENDER, "lex"),
        targets=tuple(Person(target, f"person {target}") for target in targets),
        aimed=aimed,
        findings=(finding,),
    )


def draft(about: str = "message:1:0", *, text: str | None = "hello", **facts: Any) -> Draft:
    return Draft(
        kind=ItemKind.MESSAGE,
        about=about,
        source="gateway",
        facts={"channel_id": 5, **facts},
        content=None if text is None else {"text": text},
        message_id=int(about.split(":")[1]),
    )


async def open_case(tx: Transaction, offender: int = OFFENDER) -> CaseRecord:
    return await tx.cases.open_or_join(guild_id=GUILD, offender_id=offender, head=GENESIS)


async def case_with(store: Store, *drafts: Draft) -> int:
    """A case that holds these items; its number."""
    async with store.transaction() as tx:
        case = await open_case(tx)
        await tx.evidence.append(case.id, drafts)
    return case.id


async def fault_of(store: Store, case_id: int) -> str | None:
    """What is wrong with a case's chain."""
    async with store.transaction() as tx:
        case = await tx.cases.get(case_id)
        items = await tx.evidence.items(case_id)
    return first_fault(items, count=case.items, head=case.head)


async def enqueue(store: Store, kind: DeliveryKind = DeliveryKind.ADVICE, **values: Any) -> bool:
    """Put a delivery in the outbox; `about` names it."""
    values.setdefault("about", f"{kind}:{values.get('recipient_id', AVA)}")
    if kind is DeliveryKind.ADVICE:
        values.setdefault("recipient_id", AVA)
    async with store.transaction() as tx:
        return await tx.outbox.enqueue(kind, token=store.token(), guild_id=GUILD, **values)


async def claim(
    store: Store, *, lease: str = LEASE, seconds: float = 60, limit: int = 10, **others: Any
) -> list[Delivery]:
    """What one worker gets when it asks for something to send."""
    async with store.transaction() as tx:
        until = tx.now + timedelta(seconds=seconds)
        return await tx.outbox.claim(limit=limit, lease=lease, until=until, **others)
