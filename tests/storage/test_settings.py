"""Settings are stored whole, each change with who made it; nothing of that outlives its owner."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.services.choices import PolicySettings
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.storage import Store
from bot.storage.settings import SettingsChange, StoredSettings
from tests.conftest import Clock, Opener
from tests.storage.building import GUILD

OLGA, MO = 1, 2


class Follower:
    """What one process knows of settings, and which servers it was told to look at again."""

    def __init__(self, store: Store, **options: Any) -> None:
        self.policies = Policies(PolicySettings(), {})
        self.told: list[int] = []
        self.was_told = asyncio.Event()
        self.settings = Settings(store, self.policies, changed=self._changed, **options)

    def _changed(self, guild_id: int) -> None:
        self.told.append(guild_id)
        self.was_told.set()


async def all_changes(store: Store, guild_id: int = GUILD) -> list[SettingsChange]:
    async with store.transaction() as tx:
        return await tx.settings.changes(guild_id)


async def test_a_change_is_stored_with_who_made_it_and_when(store: Store, clock: Clock) -> None:
    one = Follower(store)
    first = clock.now
    await one.settings.change(GUILD, {"advice": "button", "many_targets": 4}, by=OLGA)
    second = clock.advance(minutes=1)
    await one.settings.change(GUILD, {"many_targets": 5}, by=MO)
    await one.settings.change(GUILD, {"many_targets": 5}, by=OLGA)

    async with store.transaction() as tx:
        stored = await tx.settings.since(None)
    choices = {"advice": "button", "many_targets": 5}
    assert stored == [StoredSettings(GUILD, version=2, choices=choices, changed_at=second)]
    assert await all_changes(store) == [
        SettingsChange(MO, second, ("many_targets",)),
        SettingsChange(OLGA, first, ("advice", "many_targets")),
    ]
    assert one.policies.of(GUILD).many_targets == 5
    assert one.told == [GUILD, GUILD]


async def test_changes_at_the_same_time_all_count(open_store: Opener) -> None:
    followers = [Follower(open_store()) for _ in range(3)]
    changes: list[dict[str, Any]] = [{"advice": "button"}, {"many_targets": 7}, {"webhooks": True}]
    work = zip(followers, changes, strict=True)
    await asyncio.gather(*(f.settings.change(GUILD, c, by=OLGA) for f, c in work))

    fresh = Follower(open_store())
    await fresh.settings.load()
    assert fresh.policies.stored(GUILD) == changes[0] | changes[1] | changes[2]
    assert len(await all_changes(open_store())) == 3


async def test_another_process_follows(open_store: Opener) -> None:
    here, there = Follower(open_store()), Follower(open_store(), every=0.01)
    await there.settings.load()
    assert (there.policies.are_known, there.told) == (True, [])
    following = asyncio.create_task(there.settings.run())
    await here.settings.change(GUILD, {"dry_run": True}, by=OLGA)
    await asyncio.wait_for(there.was_told.wait(), 10)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)

    assert there.policies.of(GUILD).dry_run is True
    assert there.told == [GUILD]


async def test_a_change_by_a_machine_whose_clock_is_behind_is_seen(open_store: Opener) -> None:
    behind = Clock()
    behind.advance(seconds=-50)
    here, there = Follower(open_store(clock=behind)), Follower(open_store())
    await there.settings.load()
    await here.settings.change(GUILD, {"dry_run": True}, by=OLGA)
    await there.settings.load()

    assert there.told == [GUILD]


async def test_replacing_and_resetting_let_go_of_what_was_chosen(store: Store) -> None:
    one = Follower(store)
    await one.settings.change(GUILD, {"advice": "button", "many_targets": 4}, by=OLGA)
    assert await one.settings.replace(GUILD, {"many_targets": 4, "webhooks": True}, by=OLGA) == (
        "advice",
        "webhooks",
    )
    await one.settings.reset(GUILD, "webhooks", by=OLGA)

    assert one.policies.stored(GUILD) == {"many_targets": 4}


async def test_a_server_can_be_forgotten_without_the_others(store: Store) -> None:
    one = Follower(store)
    await one.settings.change(GUILD, {"advice": "button"}, by=OLGA)
    await one.settings.change(GUILD + 1, {"advice": "moderator"}, by=OLGA)
    async with store.transaction() as tx:
        await tx.settings.forget_server(GUILD)

    fresh = Follower(store)
    await fresh.settings.load()
    assert (fresh.policies.stored(GUILD), await all_changes(store)) == ({}, [])
    assert fresh.policies.stored(GUILD + 1) == {"advice": "moderator"}
    assert len(await all_changes(store, GUILD + 1)) == 1


async def test_what_is_chosen_after_a_server_was_forgotten_holds_everywhere(
    open_store: Opener, clock: Clock
) -> None:
    """Though its versions begin anew."""
    store = open_store()
    here, there = Follower(store), Follower(open_store())
    await here.settings.change(GUILD, {"many_targets": 4}, by=OLGA)
    await there.settings.load()
    async with store.transaction() as tx:
        await tx.settings.forget_server(GUILD)
    clock.advance(days=1)
    await here.settings.change(GUILD, {"many_targets": 5}, by=OLGA)
    await there.settings.load()

    assert [one.policies.of(GUILD).many_targets for one in (here, there)] == [5, 5]


async def test_only_the_latest_changes_are_kept(store: Store) -> None:
    one = Follower(store)
    for number in range(51):
        await one.settings.change(GUILD, {"many_targets": number % 2 + 1}, by=OLGA)
        await one.settings.change(GUILD, {"webhooks": not number % 2}, by=OLGA)

    assert len(await all_changes(store)) == 100
