"""Evidence in the database: kept once, in order, unreadable without its key, never altered unseen.

Whoever alters it here has the database in hand, and rewrites rows behind the bot's back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from bot.domain.evidence import ItemKind
from bot.storage import Keyring, Store
from bot.storage.schema import cases, evidence
from tests.conftest import Clock
from tests.storage.building import GUILD, case_with, draft, fault_of

THREE = tuple(draft(f"message:{n}:0", text=f"line {n}", place=f"#{n}") for n in (1, 2, 3))


async def behind_the_back(store: Store, *statements: Any) -> None:
    async with store._engine.begin() as connection:
        for statement in statements:
            await connection.execute(statement)


def change(seq: int, /, **values: Any) -> Any:
    return update(evidence).where(evidence.c.seq == seq).values(**values)


async def test_what_was_preserved_comes_back_as_it_was(store: Store, clock: Clock) -> None:
    text = "héllo \x00 \ud83d 🖤 \u202e"
    kept = draft("message:7:0", text=text, author_id=2**63 - 1, reply_to=None)

    case_id = await case_with(store, kept)

    async with store.transaction() as tx:
        (item,) = await tx.evidence.items(case_id)
    assert (item.case_id, item.seq, item.kind) == (case_id, 1, ItemKind.MESSAGE)
    assert (item.about, item.message_id, item.source) == ("message:7:0", 7, "gateway")
    assert item.facts == {"channel_id": 5, "author_id": 2**63 - 1, "reply_to": None}
    assert item.content == {"text": text}
    assert item.recorded_at == "2026-03-01T12:00:00.000000+00:00"
    assert await fault_of(store, case_id) is None


async def test_the_same_item_is_kept_once(store: Store) -> None:
    case_id = await case_with(store, *THREE)

    async with store.transaction() as tx:
        again = await tx.evidence.append(case_id, [*THREE, draft("message:4:0")])
        items = await tx.evidence.items(case_id)

    assert [d.about for d in again] == ["message:4:0"]
    assert [(i.seq, i.about) for i in items] == [(n, f"message:{n}:0") for n in (1, 2, 3, 4)]
    assert await fault_of(store, case_id) is None


async def test_the_same_item_twice_in_one_batch_is_kept_once(store: Store) -> None:
    case_id = await case_with(store, THREE[0], THREE[1], THREE[0])

    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    assert [i.about for i in items] == ["message:1:0", "message:2:0"]


async def test_a_preserved_message_is_found_in_every_case_that_holds_it(store: Store) -> None:
    first = await case_with(store, THREE[0], THREE[1])
    async with store.transaction() as tx:
        case = await tx.cases.open_or_join(guild_id=1, offender_id=1, head="0" * 64)
        await tx.evidence.append(case.id, [THREE[1]])
        assert await tx.evidence.cases_holding(1) == [first]
        assert await tx.evidence.cases_holding(2) == [first, case.id]
        assert await tx.evidence.cases_holding(3) == []
        assert await tx.evidence.cases_holding(2, guild_id=GUILD) == [first]
        assert await tx.evidence.assessed(2, "message:2:0") is True
        assert await tx.evidence.assessed(2, "message:1:0") is False


async def test_what_is_preserved_of_a_channel_is_found_from_a_snowflake_on(store: Store) -> None:
    await case_with(
        store,
        draft("message:1:0", guild_id=100),
        draft("message:2:0", guild_id=100),
        draft("message:2:5", guild_id=100),
        draft("message:3:0", guild_id=100, channel_id=6),
        replace(draft("deletion:4:0", guild_id=100), kind=ItemKind.DELETION),
    )

    async with store.transaction() as tx:
        assert set(await tx.evidence.preserved(5, since=1)) == {(100, 1), (100, 2)}
        assert set(await tx.evidence.preserved(5, since=2)) == {(100, 2)}
        assert set(await tx.evidence.preserved(6, since=0)) == {(100, 3)}
        assert set(await tx.evidence.preserved(7, since=0)) == set()


async def test_words_lie_in_the_database_encrypted(store: Store) -> None:
    await case_with(store, draft(text="a sentence to look for"))

    async with store._engine.begin() as connection:
        row = (await connection.execute(select(evidence))).one()
    assert b"sentence" not in row.sealed
    assert "sentence" not in str(row._asdict() | {"sealed": None})


@pytest.mark.parametrize("seq", [1, 2, 3])
@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"facts": {"channel_id": 6}}, "altered, its hash does not fit"),
        ({"facts": {"channel_id": 5.5}}, "altered, its hash does not fit"),
        ({"source": "history"}, "altered, its hash does not fit"),
        ({"recorded_at": "2020-01-01T00:00:00.000000+00:00"}, "altered, its hash does not fit"),
        ({"kind": "context"}, "altered, its hash does not fit"),
        ({"about": "message:9:0"}, "altered, its hash does not fit"),
        ({"message_id": 9}, "altered, its hash does not fit"),
        ({"message_id": None}, "altered, its hash does not fit"),
        ({"content_digest": None}, "altered, its hash does not fit"),
        ({"content_digest": None, "sealed": None}, "altered, its hash does not fit"),
        ({"content_digest": "0" * 64}, "altered, its hash does not fit"),
        ({"digest": "0" * 64}, "altered, its hash does not fit"),
        ({"previous": "f" * 64}, "does not follow the item before it"),
        ({"sealed": None}, "its content was altered"),
        ({"sealed": b""}, "its content was altered"),
        ({"sealed": b"short"}, "its content was altered"),
        ({"sealed": b"x" * 100}, "its content was altered"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
async def test_a_changed_item_is_found(
    sqlite_store: Store, seq: int, values: dict[str, Any], fault: str
) -> None:
    case_id = await case_with(sqlite_store, *THREE)

    await behind_the_back(sqlite_store, change(seq, **values))

    assert await fault_of(sqlite_store, case_id) == f"item {seq}: {fault}"


async def test_one_flipped_bit_of_the_sealed_bytes_is_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)
    async with store._engine.begin() as connection:
        sealed = bytearray(await connection.scalar(select(evidence.c.sealed).limit(1)))
    sealed[len(sealed) // 2] ^= 1

    await behind_the_back(store, change(1, sealed=bytes(sealed)))

    assert await fault_of(store, case_id) == "item 1: its content was altered"


async def test_contents_that_changed_places_are_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)
    async with store._engine.begin() as connection:
        sealed = list(await connection.scalars(select(evidence.c.sealed).order_by("seq")))

    await behind_the_back(store, change(1, sealed=sealed[1]), change(2, sealed=sealed[0]))

    assert await fault_of(store, case_id) == "item 1: its content was altered"


@pytest.mark.parametrize(
    ("seq", "fault"),
    [
        (1, "item 1: missing or out of order, number 2 stands in its place"),
        (2, "item 2: missing or out of order, number 3 stands in its place"),
        (3, "item 3: missing, the case recorded 3 items"),
    ],
)
async def test_a_removed_item_is_found(store: Store, seq: int, fault: str) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, delete(evidence).where(evidence.c.seq == seq))

    assert await fault_of(store, case_id) == fault


async def test_all_items_removed_is_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, delete(evidence))

    assert await fault_of(store, case_id) == "item 1: missing, the case recorded 3 items"


async def test_a_removed_item_whose_followers_moved_up_is_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, delete(evidence).where(evidence.c.seq == 2), change(3, seq=2))

    assert await fault_of(store, case_id) == "item 2: does not follow the item before it"


async def test_reordered_items_are_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, change(1, seq=9), change(2, seq=1), change(9, seq=2))

    assert await fault_of(store, case_id) == "item 1: does not follow the item before it"


async def test_an_item_added_by_somebody_else_is_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)
    async with store._engine.begin() as connection:
        row = (await connection.execute(select(evidence).where(evidence.c.seq == 3))).one()
    forged = {**row._asdict(), "seq": 4, "about": "message:4:0"}

    await behind_the_back(store, evidence.insert().values(**forged))

    assert await fault_of(store, case_id) == "item 4: does not follow the item before it"


async def test_a_well_chained_item_that_the_case_does_not_know_is_found(store: Store) -> None:
    case_id = await case_with(store, *THREE)
    async with store._engine.begin() as connection:
        before = (await connection.execute(select(cases.c["items", "head"]))).one()
    await case_with(store, draft("message:4:0"))

    await behind_the_back(store, update(cases).values(items=before.items, head=before.head))

    assert await fault_of(store, case_id) == "item 4: added, the case recorded 3 items"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"head": "0" * 64}, "item 3: is not the last item that the case recorded"),
        ({"items": 2}, "item 3: added, the case recorded 2 items"),
        ({"items": 4}, "item 4: missing, the case recorded 4 items"),
    ],
    ids=["head", "fewer", "more"],
)
async def test_a_changed_count_or_head_is_found(
    store: Store, values: dict[str, Any], fault: str
) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, update(cases).values(**values))

    assert await fault_of(store, case_id) == fault


async def test_destroying_the_key_leaves_the_chain_but_no_word(store: Store) -> None:
    case_id = await case_with(store, *THREE)

    await behind_the_back(store, update(cases).values(data_key=None))

    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    assert [(i.content, i.salt) for i in items] == [(None, None)] * 3
    assert [i.facts["place"] for i in items] == ["#1", "#2", "#3"]
    assert await fault_of(store, case_id) is None


async def test_an_erased_case_still_records_what_happens_but_keeps_no_words(store: Store) -> None:
    case_id = await case_with(store, *THREE)
    await behind_the_back(store, update(cases).values(data_key=None))

    async with store.transaction() as tx:
        with pytest.raises(LookupError, match="was erased"):
            await tx.evidence.append(case_id, [draft("message:4:0")])
        await tx.evidence.append(case_id, [draft("message:4:0", text=None)])

    async with store.transaction() as tx:
        assert (await tx.cases.get(case_id)).items == 4
    assert await fault_of(store, case_id) is None


async def test_the_data_key_of_one_case_opens_no_other(store: Store, keyring: Keyring) -> None:
    mine, theirs = (keyring.new_data_key(place=f"case:{n}:key") for n in (1, 2))

    box, other = keyring.box(mine, place="case:1:key"), keyring.box(theirs, place="case:2:key")

    sealed = box.seal({"text": "hello"}, place="case:1:item:1")
    assert box.open(sealed, place="case:1:item:1") == {"text": "hello"}
    assert box.open(sealed, place="case:1:item:2") is None
    assert other.open(sealed, place="case:1:item:1") is None


async def test_an_item_without_its_case_is_refused_by_the_database(store: Store) -> None:
    await case_with(store, draft())

    async with store._engine.begin() as connection:
        assert await connection.scalar(select(func.count()).select_from(cases)) == 1
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await behind_the_back(store, delete(cases))
