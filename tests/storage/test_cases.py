"""Cases: one per offender and server, however many threats come at once."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.assessment import Level
from bot.domain.case import Verdict
from bot.domain.evidence import GENESIS
from bot.storage import KeyFileError, Keyring, Store
from tests.conftest import Opener
from tests.storage.building import (
    AVA,
    BEN,
    GUILD,
    OFFENDER,
    case_with,
    draft,
    fault_of,
    open_case,
    threat,
)


async def test_eight_threats_at_once_make_one_case_and_lose_nothing(store: Store) -> None:
    async def one_threat(number: int) -> int:
        async with store.transaction() as tx:
            case = await open_case(tx)
            await tx.evidence.append(case.id, [draft(f"message:{number}:0")])
            await tx.cases.join(case, threat(number))
            return case.id

    opened = await asyncio.gather(*(one_threat(number) for number in range(1, 9)))

    async with store.transaction() as tx:
        assert await tx.cases.ids() == [opened[0]]
        case = await tx.cases.get(opened[0])
        items = await tx.evidence.items(case.id)
    assert set(opened) == {case.id}
    assert (case.items, case.findings) == (8, 8)
    assert sorted(item.about for item in items) == [f"message:{n}:0" for n in range(1, 9)]
    assert sorted(case.targets) == list(range(1, 9))
    assert await fault_of(store, case.id) is None


async def test_two_processes_make_one_case(open_store: Opener, store: Store) -> None:
    async def one_threat(where: Store, number: int) -> int:
        async with where.transaction() as tx:
            case = await open_case(tx)
            await tx.evidence.append(case.id, [draft(f"message:{number}:0")])
            return case.id

    other = open_store()
    opened = await asyncio.gather(
        *(one_threat((store, other)[number % 2], number) for number in range(6))
    )

    assert len(set(opened)) == 1
    async with store.transaction() as tx:
        assert (await tx.cases.get(opened[0])).items == 6
    assert await fault_of(store, opened[0]) is None


async def test_another_offender_and_another_server_have_cases_of_their_own(store: Store) -> None:
    async with store.transaction() as tx:
        first = await open_case(tx)
        offender = await open_case(tx, OFFENDER + 1)
        server = await tx.cases.open_or_join(guild_id=GUILD + 1, offender_id=OFFENDER, head=GENESIS)
        again = await open_case(tx)

    assert len({first.id, offender.id, server.id}) == 3
    assert again == first


async def test_a_finding_raises_the_level_and_never_lowers_it(store: Store) -> None:
    async with store.transaction() as tx:
        for level in (Level.MEDIUM, Level.URGENT, Level.LOW):
            await tx.cases.join(await open_case(tx), threat(AVA, level=level))
        case = await open_case(tx)

    assert (case.level, case.categories, case.findings) == (Level.URGENT, ("exposure",), 3)


async def test_a_target_once_aimed_at_stays_so(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.cases.join(await open_case(tx), threat(AVA, BEN, aimed=False))
        await tx.cases.join(await open_case(tx), threat(AVA, aimed=True))
        await tx.cases.join(await open_case(tx), threat(AVA, aimed=False))
        case = await open_case(tx)

    assert case.targets == {AVA: True, BEN: False}


async def test_edits_and_deletions_are_counted(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.cases.counted(await open_case(tx), edits=2)
        await tx.cases.counted(await open_case(tx), edits=1, deletions=4)
        case = await open_case(tx)

    assert (case.edits, case.deletions) == (3, 4)


async def test_an_error_leaves_nothing_behind(store: Store) -> None:
    async def break_off() -> None:
        async with store.transaction() as tx:
            case = await open_case(tx)
            await tx.evidence.append(case.id, [draft()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()

    async with store.transaction() as tx:
        assert await tx.cases.ids() == []


async def test_a_case_that_does_not_exist_is_said_to_be_missing(store: Store) -> None:
    async with store.transaction() as tx:
        with pytest.raises(LookupError, match="there is no such case"):
            await tx.cases.get(1)


async def test_a_wrong_master_key_is_named_as_such(open_store: Opener, store: Store) -> None:
    case_id = await case_with(store, draft())
    stranger = open_store(keyring=Keyring(b"another master key of 32 bytes.."))

    async with stranger.transaction() as tx:
        with pytest.raises(KeyFileError, match=f"case:{case_id}:key does not open with this"):
            await tx.evidence.items(case_id)


async def test_a_key_is_checked_against_the_database_before_it_is_used(
    open_store: Opener, store: Store
) -> None:
    stranger = open_store(keyring=Keyring(b"another master key of 32 bytes.."))
    await stranger.check_key()
    await case_with(store, draft())

    await store.check_key()
    with pytest.raises(KeyFileError, match="put back the key file that belongs to this database"):
        await stranger.check_key()


async def test_a_threat_while_the_open_case_is_being_resolved_makes_a_new_one(
    store: Store, open_store: Opener
) -> None:
    first = await case_with(store, draft())
    other = open_store()

    async def another_threat() -> int:
        async with other.transaction() as tx:
            return (await open_case(tx)).id

    async with store.transaction() as tx:
        case = await tx.cases.get(first)
        meanwhile = asyncio.create_task(another_threat())
        await asyncio.sleep(0.3)  # until it waits for the case, which is locked
        await tx.cases.resolved(case, verdict=Verdict.CONFIRMED, by=71)

    assert await meanwhile != first
