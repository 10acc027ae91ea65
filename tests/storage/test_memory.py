"""What outlives a process: opt-outs, breakers, marks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.storage import Store
from tests.conftest import Clock


async def test_an_opt_out_lasts_until_it_is_taken_back(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.memory.opt_out(1)
        await tx.memory.opt_out(1)
        await tx.memory.opt_out(3)
        assert await tx.memory.opted_out([1, 2, 3]) == {1, 3}
        assert await tx.memory.opted_out([]) == frozenset()
        await tx.memory.opt_in(1)
        await tx.memory.opt_in(2)
        assert await tx.memory.opted_out([1, 2, 3]) == {3}


async def test_a_breaker_closes_by_itself(store: Store, clock: Clock) -> None:
    until = clock.now + timedelta(minutes=10)
    async with store.transaction() as tx:
        assert await tx.memory.broken_until("direct_messages") is None
        await tx.memory.break_until("direct_messages", until, reason="opening_stopped")

    clock.advance(minutes=9)
    async with store.transaction() as tx:
        assert await tx.memory.broken_until("direct_messages") == until
        assert await tx.memory.broken_until("other") is None
    clock.advance(minutes=1)
    async with store.transaction() as tx:
        assert await tx.memory.broken_until("direct_messages") is None


async def test_a_breaker_can_be_held_open_longer_but_not_be_cut_short(
    store: Store, clock: Clock
) -> None:
    hour, day = clock.now + timedelta(hours=1), clock.now + timedelta(days=1)
    async with store.transaction() as tx:
        await tx.memory.break_until("direct_messages", hour, reason="x" * 500)
        await tx.memory.break_until("direct_messages", day, reason="spam")
        await tx.memory.break_until("direct_messages", hour, reason="limit")

        assert await tx.memory.broken_until("direct_messages") == day


async def test_a_mark_never_goes_back(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.memory.mark(100) is None
        await tx.memory.begin(100, 50)
        await tx.memory.begin(200, 2**63 - 1)
        await tx.memory.begin(100, 40)
        await tx.memory.set_marks({100: 40})
        assert [await tx.memory.mark(g) for g in (100, 200)] == [50, 2**63 - 1]
        await tx.memory.set_marks({100: 60})
        assert await tx.memory.mark(100) == 60


async def test_marks_set_at_once_keep_the_highest(store: Store) -> None:
    async def set_mark(snowflake: int) -> None:
        async with store.transaction() as tx:
            await tx.memory.set_marks({100: snowflake})

    async with store.transaction() as tx:
        await tx.memory.begin(100, 0)
    await asyncio.gather(*(set_mark(snowflake) for snowflake in (3, 8, 1, 7, 2)))

    async with store.transaction() as tx:
        assert await tx.memory.mark(100) == 8
