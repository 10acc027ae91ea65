"""A hold keeps a case beyond its time: two people of its server agree, each step on record."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.case import HinderedError, Hindrance, Verdict
from bot.services.holding import Holding
from bot.services.keeping import Keeper
from bot.storage import Store
from tests.conftest import Clock
from tests.services.test_keeping import GUILD, OTHER, case_of, keeper_of, resolve, state
from tests.storage.building import fault_of


@pytest.fixture
def keeper(store: Store) -> Keeper:
    return keeper_of(store)


async def test_a_held_case_outlives_its_time_until_the_hold_ends(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id, holding = await case_of(store, 1), Holding(store)
    await resolve(store, case_id, Verdict.FALSE_ALARM)
    await holding.ask(case_id, guild_id=GUILD, moderator=1, reason="a judge asked", days=100)
    await holding.confirm(case_id, guild_id=GUILD, moderator=2)
    clock.advance(days=99)
    await keeper.round()
    assert await state(store, case_id) == ["kept"]
    (held,) = await holding.listed(GUILD)
    assert (held.hold.asked_by, held.hold.confirmed_by, held.reason) == (1, 2, "a judge asked")

    clock.advance(days=2)
    await keeper.round()
    assert await state(store, case_id) == ["gone"]
    assert await holding.listed(GUILD) == []


async def test_a_hold_that_nobody_confirms_ends_after_three_days(
    store: Store, clock: Clock, keeper: Keeper
) -> None:
    case_id, holding = await case_of(store, 1), Holding(store)
    await resolve(store, case_id, Verdict.FALSE_ALARM)
    await holding.ask(case_id, guild_id=GUILD, moderator=1, reason="a judge asked", days=100)

    clock.advance(days=2.9)
    await keeper.round()
    assert await state(store, case_id) == ["kept"]

    clock.advance(days=0.2)
    await keeper.round()
    assert await state(store, case_id) == ["erased"]


async def test_a_hold_needs_two_people_and_each_step_is_on_record(store: Store) -> None:
    case_id, holding = await case_of(store, 1), Holding(store)
    theirs = {"guild_id": GUILD, "moderator": 1}

    async def hindrance(work: Any) -> Hindrance:
        with pytest.raises(HinderedError) as caught:
            await work
        return caught.value.hindrance

    assert await hindrance(holding.confirm(case_id, **theirs)) is Hindrance.NOT_HELD
    await holding.ask(case_id, reason="why", days=9, **theirs)
    twice = holding.ask(case_id, reason="why", days=9, **theirs)
    assert await hindrance(twice) is Hindrance.ALREADY_HELD
    assert await hindrance(holding.confirm(case_id, **theirs)) is Hindrance.SAME_PERSON
    await holding.confirm(case_id, guild_id=GUILD, moderator=2)
    third = holding.confirm(case_id, guild_id=GUILD, moderator=3)
    assert await hindrance(third) is Hindrance.HOLD_CONFIRMED
    await holding.lift(case_id, guild_id=GUILD, moderator=3)

    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    done = [(i.facts["what"], i.facts["by"]) for i in items if "what" in i.facts]
    assert done == [("hold asked for", 1), ("hold confirmed", 2), ("hold lifted", 3)]
    assert await fault_of(store, case_id) is None


async def test_no_other_server_asks_for_confirms_lifts_or_lists_a_hold(store: Store) -> None:
    case_id, holding = await case_of(store, 1), Holding(store)
    theirs = {"guild_id": OTHER, "moderator": 2}
    with pytest.raises(LookupError):
        await holding.ask(case_id, reason="why", days=9, **theirs)
    await holding.ask(case_id, guild_id=GUILD, moderator=1, reason="why", days=9)
    for act in (holding.confirm, holding.lift):
        with pytest.raises(LookupError):
            await act(case_id, **theirs)

    assert await holding.listed(OTHER) == []
    (held,) = await holding.listed(GUILD)
    assert held.hold.confirmed_by is None
