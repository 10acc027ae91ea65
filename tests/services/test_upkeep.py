"""What falls due by the clock comes once, and waits while moderators sleep."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.assessment import Level
from bot.domain.case import Mistake, Verdict
from bot.domain.delivery import Delivered, DeliveryKind, DeliveryState
from bot.domain.review import RuleRecord
from bot.services.choices import PolicySettings
from bot.services.desk import Desk, Presser
from bot.services.policies import Policies
from bot.services.reviews import digest, reminder
from bot.services.upkeep import Upkeep
from bot.storage import Store
from bot.storage.schema import outbox
from tests.conftest import Clock, Opener
from tests.storage.building import GUILD, claim, threatened

MO = Presser(71, GUILD)


def upkeep_of(store: Store, **policy: object) -> Upkeep:
    policies = Policies(PolicySettings(**policy), {})  # type: ignore[arg-type]
    return Upkeep(store, policies, wake=lambda: None, forget=lambda: None)


async def queued(store: Store, kind: DeliveryKind) -> list[datetime]:
    """When deliveries of this kind are due."""
    async with store._engine.connect() as connection:
        query = select(outbox.c.due_at).where(outbox.c.kind == kind.value).order_by(outbox.c.id)
        return list(await connection.scalars(query))


async def test_a_case_that_nobody_touches_is_brought_up_once_per_interval(
    store: Store, open_store: Opener, clock: Clock
) -> None:
    """Also where two processes look at once."""
    await threatened(store, 1)
    both = [upkeep_of(one, reminder_hours=4) for one in (store, open_store())]

    async def look() -> None:
        await asyncio.gather(*(upkeep.tick() for upkeep in both))

    await look()
    assert await queued(store, DeliveryKind.REMINDER) == []
    first = clock.advance(hours=4)
    await look()
    clock.advance(hours=3)
    await look()
    assert await queued(store, DeliveryKind.REMINDER) == [first]
    second = clock.advance(hours=1)
    await look()
    assert await queued(store, DeliveryKind.REMINDER) == [first, second]


async def test_whoever_does_something_is_not_reminded_for_a_while(
    store: Store, clock: Clock
) -> None:
    case_id = await threatened(store, 1)
    desk, upkeep = Desk(store, wake=lambda: None), upkeep_of(store, reminder_hours=4)
    for step in (
        desk.claim(case_id, MO),
        desk.note(case_id, "waiting for the school", MO),
        desk.release(case_id, MO),
    ):
        clock.advance(hours=3)
        await step
        await upkeep.tick()
    assert await queued(store, DeliveryKind.REMINDER) == []

    clock.advance(hours=4)
    await upkeep.tick()
    assert len(await queued(store, DeliveryKind.REMINDER)) == 1
    await desk.resolve(case_id, Verdict.UNCLEAR, "so", MO)
    clock.advance(hours=40)
    await upkeep.tick()
    assert len(await queued(store, DeliveryKind.REMINDER)) == 1
    async with store.transaction() as tx:
        assert (await reminder(tx, GUILD)).total == 0


async def test_a_reminder_counts_the_unresolved_cases_of_each_level(store: Store) -> None:
    for number, level in enumerate((Level.MEDIUM, Level.URGENT, Level.MEDIUM), start=1):
        await threatened(store, number, offender=600 + number, level=level)
    await Desk(store, wake=lambda: None).resolve(
        await threatened(store, 4, offender=604), Verdict.UNCLEAR, "so", MO
    )

    async with store.transaction() as tx:
        found = await reminder(tx, GUILD)
    assert list(found.levels.items()) == [(Level.URGENT, 1), (Level.MEDIUM, 2)]


@pytest.mark.parametrize(
    ("policy", "due"),
    [
        ({"quiet_hours": "15:00-20:00"}, timedelta(hours=8)),
        ({"quiet_hours": "01:00-03:00"}, timedelta(hours=4)),
        ({"reminder_hours": 0}, None),
    ],
)
async def test_reminders_wait_for_quiet_hours_to_end(
    sqlite_store: Store, clock: Clock, policy: dict[str, object], due: timedelta | None
) -> None:
    await threatened(sqlite_store, 1)
    begin, _ = clock.now, clock.advance(hours=4)
    await upkeep_of(sqlite_store, **{"reminder_hours": 4, **policy}).tick()

    expected = [] if due is None else [begin + due]
    assert await queued(sqlite_store, DeliveryKind.REMINDER) == expected


async def test_the_digest_comes_once_on_its_day_and_not_before_the_morning(
    store: Store, open_store: Opener, clock: Clock
) -> None:
    await threatened(store, 1)
    both = [upkeep_of(one, digest_day="monday", reminder_hours=0) for one in (store, open_store())]
    for _ in range(2 * 24):
        clock.advance(hours=1)
        await asyncio.gather(*(upkeep.tick() for upkeep in both))

    (due,) = await queued(store, DeliveryKind.DIGEST)
    assert (due.strftime("%A"), due.hour) == ("Monday", 8)


async def test_a_digest_counts_the_week_and_nothing_else(store: Store, clock: Clock) -> None:
    desk = Desk(store, wake=lambda: None)

    async def case(number: int, verdict: Verdict | None, *, after: float) -> None:
        case_id = await threatened(store, number, offender=600 + number)
        clock.advance(minutes=after)
        if verdict is Verdict.FALSE_ALARM:
            await desk.false_alarm(case_id, Mistake.QUOTATION, MO)
        elif verdict is not None:
            await desk.resolve(case_id, verdict, "so", MO)

    await case(1, Verdict.CONFIRMED, after=5)  # the week before
    clock.advance(days=8)
    since = clock.now
    for delivery in await claim(store):
        async with store.transaction() as tx:
            await tx.sending.delivered(delivery, Delivered(5, 6))
    await case(2, Verdict.CONFIRMED, after=10)
    await case(3, Verdict.FALSE_ALARM, after=20)
    await case(4, Verdict.CONFIRMED, after=90)
    await case(5, None, after=1)
    until = clock.advance(days=6)

    async with store.transaction() as tx:
        told = await digest(tx, GUILD, until)
    assert told.since <= since
    assert (told.opened, told.unresolved, told.silenced) == (4, 1, 0)
    assert told.verdicts == {Verdict.CONFIRMED: 2, Verdict.FALSE_ALARM: 1}
    assert told.rules == (RuleRecord("exposure", confirmed=2, false_alarms=1),)
    assert told.rules[0].precision == 67
    assert told.reaction == timedelta(minutes=20)
    assert told.advice == {DeliveryState.DELIVERED: 1}


async def test_what_is_remembered_of_messages_is_let_go_of_by_the_clock(store: Store) -> None:
    """Also while the database is away."""
    forgotten = asyncio.Event()
    policies = Policies(PolicySettings(), {})
    upkeep = Upkeep(store, policies, wake=lambda: None, forget=forgotten.set)
    await store.close()

    running = asyncio.create_task(upkeep.run())
    with suppress(TimeoutError):
        await asyncio.wait_for(forgotten.wait(), 5)
    running.cancel()

    assert forgotten.is_set()
