"""What is erased and deleted by itself: in time, not before, not while held; the rest verifies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.case import CaseState, Verdict
from bot.domain.delivery import Delivered, DeliveryKind
from bot.domain.evidence import GENESIS
from bot.services.choices import PolicySettings
from bot.services.holding import Holding
from bot.services.keeping import Keeper
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.storage import Store
from bot.storage.schema import (
    cases,
    departures,
    evidence,
    holds,
    marks,
    opt_outs,
    outbox,
    setting_changes,
)
from bot.storage.schema import settings as chosen
from tests.conftest import Clock
from tests.storage.building import claim, draft, enqueue, fault_of

GUILD, OTHER = 100, 200
KEPT = PolicySettings(
    keep_resolved_days=30, keep_false_alarm_days=7, keep_record_days=365, keep_after_leaving_days=7
)


def keeper_of(store: Store, policy: PolicySettings = KEPT) -> Keeper:
    return Keeper(store, Policies(policy, {}), wake=lambda: None)


@pytest.fixture
def keeper(store: Store) -> Keeper:
    return keeper_of(store)


async def case_of(store: Store, offender: int, *, guild: int = GUILD) -> int:
    """An open case with two messages, an alert and an advice."""
    async with store.transaction() as tx:
        case = await tx.cases.open_or_join(guild_id=guild, offender_id=offender, head=GENESIS)
        await tx.evidence.append(case.id, [draft("message:1:0"), draft("message:2:0")])
    await enqueue(store, DeliveryKind.ALERT, about=f"alert:{case.id}", case_id=case.id)
    return case.id


async def resolve(store: Store, case_id: int, verdict: Verdict = Verdict.CONFIRMED) -> None:
    async with store._engine.begin() as connection:
        await connection.execute(
            update(cases)
            .where(cases.c.id == case_id)
            .values(
                state=CaseState.RESOLVED.value, verdict=verdict.value, resolved_at=store.clock()
            )
        )


async def state(store: Store, *case_ids: int) -> list[str]:
    """Of each case: whether it has its words, is erased, or is gone."""
    found: list[str] = []
    for case_id in case_ids:
        async with store.transaction() as tx:
            try:
                case = await tx.cases.get(case_id)
            except LookupError:
                found.append("gone")
                continue
            found.append("erased" if case.data_key is None else "kept")
    return found


async def rows(store: Store, *tables: Any) -> list[int]:
    async with store._engine.begin() as connection:
        counted = [await connection.scalar(select(func.count()).select_from(t)) for t in tables]
    return [count or 0 for count in counted]


async def test_each_state_is_kept_as_long_as_it_should_be(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    still_open, resolved, false_alarm = [await case_of(store, n) for n in (1, 2, 3)]
    every = (still_open, resolved, false_alarm)
    await resolve(store, resolved)
    await resolve(store, false_alarm, Verdict.FALSE_ALARM)

    after: dict[float, list[str]] = {}
    for days in (0, 6.9, 0.2, 22.8, 0.2, 334.8, 0.2):
        clock.advance(days=days)
        await keeper.round()
        after[round((clock.now - Clock().now) / timedelta(days=1), 1)] = await state(store, *every)

    assert after == {
        0: ["kept", "kept", "erased"],
        6.9: ["kept", "kept", "erased"],
        7.1: ["kept", "kept", "gone"],
        29.9: ["kept", "kept", "gone"],
        30.1: ["kept", "erased", "gone"],
        364.9: ["kept", "erased", "gone"],
        365.1: ["kept", "gone", "gone"],
    }
    assert keeper.failures == 0


async def test_what_is_erased_is_on_record_and_everything_else_verifies(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    erased, other = await case_of(store, 1), await case_of(store, 2)
    await resolve(store, erased)
    clock.advance(days=31)

    await keeper.round()

    async with store.transaction() as tx:
        items = await tx.evidence.items(erased)
        due = await tx.sending.claim(limit=9, lease="x", until=tx.now)
    (alert,) = [delivery for delivery in due if delivery.case_id == erased]
    assert [item.content for item in items] == [None] * 3
    assert items[-1].facts == {"what": "words erased", "by": 0, "reason": "retention"}
    assert [await fault_of(store, case_id) for case_id in (erased, other)] == [None, None]
    assert alert.revision == 2


async def test_a_deleted_case_leaves_no_row_in_any_table(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id = await case_of(store, 1)
    await Holding(store).ask(case_id, guild_id=GUILD, moderator=1, reason="why", days=1)
    await resolve(store, case_id)
    clock.advance(days=400)

    await keeper.round()

    belonging = [cases, evidence, outbox, holds]
    assert await rows(store, *belonging) == [0] * len(belonging)


async def test_what_was_posted_of_a_deleted_case_is_taken_back_and_names_nothing_of_it(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id = await case_of(store, 1)
    (delivery,) = await claim(store)
    async with store.transaction() as tx:
        await tx.sending.delivered(delivery, Delivered(5, 6))
    await resolve(store, case_id, Verdict.FALSE_ALARM)
    clock.advance(days=8)
    await keeper.round()

    assert await state(store, case_id) == ["gone"]
    (left,) = await claim(store)
    assert (left.case_id, left.channel_id, left.message_id) == (None, 5, 6)
    async with store._engine.connect() as connection:
        assert await connection.scalar(select(outbox.c.about)) == delivery.token
    clock.advance(days=31)
    await keeper.round()
    assert await rows(store, outbox) == [0]


async def test_deliveries_of_no_case_do_not_stay_for_ever(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    await enqueue(store, DeliveryKind.OFFER, about="offer:1:1", channel_id=1)
    clock.advance(days=29)
    await enqueue(store, DeliveryKind.OFFER, about="offer:1:2", channel_id=1)
    clock.advance(days=2)

    await keeper.round()

    assert await rows(store, outbox) == [1]


async def test_a_reopened_case_keeps_its_words(store: Store, clock: Clock, keeper: Keeper) -> None:
    case_id = await case_of(store, 1)
    await resolve(store, case_id)
    async with store.transaction() as tx:
        await tx.cases.reopened(await tx.cases.get(case_id))
    clock.advance(days=400)

    await keeper.round()

    assert await state(store, case_id) == ["kept"]


async def test_a_server_that_was_left_is_purged_after_the_grace_time(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id, held, other = [
        await case_of(store, 1),
        await case_of(store, 2),
        await case_of(store, 1, guild=OTHER),
    ]
    async with store._engine.begin() as connection:
        for guild in (GUILD, OTHER):
            await connection.execute(insert(marks).values(guild_id=guild, screened_until=1))
        await connection.execute(insert(opt_outs).values(user_id=1, created_at=clock.now))
    holding = Holding(store)
    await holding.ask(held, guild_id=GUILD, moderator=1, reason="why", days=20)
    await holding.confirm(held, guild_id=GUILD, moderator=2)
    await keeper.here([OTHER])

    clock.advance(days=6.9)
    await keeper.round()
    assert await state(store, case_id, held, other) == ["kept", "kept", "kept"]

    clock.advance(days=0.2)
    await keeper_of(store).round()  # another process, after a restart
    assert await state(store, case_id, held, other) == ["gone", "kept", "kept"]

    clock.advance(days=14)
    await keeper.round()
    assert await state(store, case_id, held, other) == ["gone", "gone", "kept"]
    assert await rows(store, marks, opt_outs, holds) == [1, 1, 0]
    async with store.transaction() as tx:
        assert await tx.keeping.departed() == {}


async def test_a_server_without_a_case_that_was_left_unnoticed_is_purged_as_well(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    settings = Settings(store, Policies(KEPT, {}), changed=lambda _: None)
    for guild in (GUILD, OTHER):
        await settings.change(guild, {"dry_run": True}, by=1)
        async with store._engine.begin() as connection:
            await connection.execute(insert(marks).values(guild_id=guild, screened_until=1))
    await keeper.here([OTHER])
    clock.advance(days=8)

    await keeper.round()

    assert await rows(store, chosen, setting_changes, marks, departures) == [1, 1, 1, 0]


async def test_nothing_that_was_chosen_holds_once_a_server_was_purged(
    store: Store, clock: Clock
) -> None:
    policies = Policies(KEPT, {})
    settings = Settings(store, policies, changed=lambda _: None)
    keeper = Keeper(store, policies, wake=lambda: None)
    await settings.change(GUILD, {"many_targets": 4}, by=1)
    await keeper.left(GUILD)
    clock.advance(days=8)
    await keeper.round()
    await keeper.returned(GUILD)
    assert (policies.stored(GUILD), policies.of(GUILD)) == ({}, KEPT.policy())

    await settings.change(GUILD, {"many_targets": 5}, by=1)
    assert policies.of(GUILD).many_targets == 5


async def test_a_server_to_which_the_bot_returns_in_time_keeps_everything(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id = await case_of(store, 1)
    await keeper.left(GUILD)
    clock.advance(days=5)
    await keeper.returned(GUILD)
    clock.advance(days=50)

    await keeper.round()

    assert await state(store, case_id) == ["kept"]


async def test_leaving_is_noted_though_being_here_is_still_being_written(
    store: Store, keeper: Keeper
) -> None:
    await case_of(store, 1)
    for _ in range(20):
        await asyncio.gather(keeper.here([GUILD]), keeper.returned(GUILD), keeper.left(GUILD))
        async with store.transaction() as tx:
            assert GUILD in await tx.keeping.departed()


async def test_many_cases_are_erased_in_one_round(store: Store, keeper: Keeper) -> None:
    case_ids = [await case_of(store, n) for n in range(1, 121)]
    for case_id in case_ids:
        await resolve(store, case_id, Verdict.FALSE_ALARM)

    await keeper.round()

    assert await state(store, *case_ids) == ["erased"] * 120


async def test_a_round_that_fails_is_counted_and_the_next_one_works(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id = await case_of(store, 1)
    await resolve(store, case_id, Verdict.FALSE_ALARM)
    async with store._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE evidence RENAME TO elsewhere")
    await keeper.round()
    async with store._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO evidence")
    assert (keeper.failures, await state(store, case_id)) == (1, ["kept"])

    await keeper.round()

    assert (keeper.failures, await state(store, case_id)) == (1, ["erased"])
    assert await rows(store, evidence) == [3]
