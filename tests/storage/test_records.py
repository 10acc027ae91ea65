"""What people keep for themselves: encrypted, theirs alone, bounded, erased at once."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage import Store
from bot.storage.schema import records

CONTENT = {"facts": {"message_id": 7}, "content": {"text": "a sentence"}}


async def test_a_record_is_kept_once_and_is_its_owners_alone(store: Store) -> None:
    async with store.transaction() as tx:
        kept = [await tx.records.keep(1, "7:0", CONTENT) for _ in range(2)]
        await tx.records.keep(2, "7:0", CONTENT)
        mine, theirs = await tx.records.of(1), await tx.records.of(2)

    assert kept == [True, False]
    assert [(r.about, r.content, r.shared) for r in mine] == [("7:0", CONTENT, ())]
    assert len(theirs) == 1


async def test_the_words_of_a_record_are_encrypted_under_a_key_of_its_own(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.records.keep(1, "7:0", CONTENT)
        await tx.records.keep(1, "8:0", CONTENT)
    async with store._engine.connect() as connection:
        rows = (await connection.execute(select(records))).all()

    assert all(b"sentence" not in row.sealed for row in rows)
    assert len({row.data_key for row in rows}) == 2


async def test_a_record_moved_to_another_person_does_not_open(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.records.keep(1, "7:0", CONTENT)
        await tx.records.keep(1, "8:0", {"other": "words"})
    async with store._engine.begin() as connection:
        first, second = (await connection.execute(select(records).order_by(records.c.id))).all()
        moved = records.update().where(records.c.id == second.id).values(sealed=first.sealed)
        await connection.execute(moved)
    async with store.transaction() as tx:
        assert [r.content for r in await tx.records.of(1)] == [CONTENT, {}]


async def test_what_was_shared_is_noted_with_its_time(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.records.keep(1, "7:0", CONTENT)
        await tx.records.share(1, "7:0", guild_id=10, case_id=3)
        await tx.records.share(1, "7:0", guild_id=11, case_id=4)
        (record,) = await tx.records.of(1)

    assert [(s.guild_id, s.case_id) for s in record.shared] == [(10, 3), (11, 4)]


async def test_erasing_leaves_what_others_kept(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.records.keep(1, "7:0", CONTENT)
        await tx.records.keep(1, "8:0", CONTENT)
        await tx.records.keep(2, "7:0", CONTENT)
        erased = await tx.records.erase(1)
        counts = (await tx.records.count(1), await tx.records.count(2))

    assert (erased, counts) == (2, (0, 1))
