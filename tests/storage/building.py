"""Builders for the tests of storage: each names only what the test is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.assessment import Assessment, Category, Finding, Kind, Level
from bot.domain.delivery import Delivery, DeliveryKind
from bot.domain.evidence import GENESIS, Draft, ItemKind, first_fault
from bot.domain.message import Message, Person, snowflake_time
from bot.services.custody import GATEWAY, assessment_draft, message_draft
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
        return await tx.sending.claim(limit=limit, lease=lease, until=until, **others)


def said(message_id: int, *, by: int = OFFENDER, text: str = "pay or I post it") -> Message:
    return Message(
        id=message_id,
        channel_id=5,
        author=Person(by, "lex"),
        text=text,
        at=snowflake_time(message_id),
        guild_id=GUILD,
    )


async def threatened(
    store: Store, message_id: int, *, offender: int = OFFENDER, level: Level = Level.HIGH
) -> int:
    """A threat as it is recorded, with its alert and advice to Ava; the case's number."""
    assessment, message = threat(AVA, level=level), said(message_id, by=offender)
    async with store.transaction() as tx:
        case = await open_case(tx, offender)
        drafts = [
            message_draft(message, kind=ItemKind.MESSAGE, source=GATEWAY),
            assessment_draft(message, assessment),
        ]
        await tx.evidence.append(case.id, drafts)
        await tx.cases.join(case, assessment)
        for kind, person in ((DeliveryKind.ADVICE, AVA), (DeliveryKind.ALERT, None)):
            await tx.outbox.enqueue(
                kind,
                about=f"{kind}:{case.id}",
                token=store.token(),
                guild_id=GUILD,
                case_id=case.id,
                recipient_id=person,
            )
    return case.id
