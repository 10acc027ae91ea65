"""Screening loses nothing: what cannot be stored at once is tried again, and marks stay behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.detection import Conversations, load_detector
from bot.domain.evidence import ItemKind
from bot.domain.message import Circumstances, Message, Person
from bot.services.choices import PolicySettings
from bot.services.policies import Policies
from bot.services.screening import Screening
from bot.storage import Store
from bot.storage.engine import transaction
from bot.storage.schema import outbox

HERE, ELSEWHERE = 100, 200
_CALLS = ((10, 1.0), (20, 4 * 3600.0))
THREAT = "pay me 80 dollars or your photos go to everyone you know"


def screening_of(store: Store) -> Screening:
    detector = load_detector(learned=False)
    conversations = Conversations(detector)
    return Screening(
        store, detector, conversations, Policies(PolicySettings(), {}), wake=lambda: None
    )


def said(message_id: int, text: str, *, guild: int) -> Message:
    return Message(message_id, guild + 1, Person(7, "leo"), text, 1.0, guild)


async def marks(store: Store) -> tuple[int | None, int | None]:
    async with store.transaction() as tx:
        return await tx.memory.mark(HERE), await tx.memory.mark(ELSEWHERE)


async def test_what_waits_to_be_stored_holds_back_its_own_server_alone(store: Store) -> None:
    screening = screening_of(store)
    await screening.begin(HERE, 1)
    await screening.begin(ELSEWHERE, 1)
    screening.screen(said(10, THREAT, guild=HERE))
    screening.screen(said(20, "hello", guild=HERE))
    screening.screen(said(30, "hello", guild=ELSEWHERE))
    await screening.set_marks()
    assert await marks(store) == (9, 30)

    work = asyncio.create_task(screening.run())
    await screening.settled()
    work.cancel()
    await screening.set_marks()
    assert await marks(store) == (20, 30)


async def test_a_server_without_a_mark_gets_none_by_what_was_screened(store: Store) -> None:
    screening = screening_of(store)
    screening.screen(said(10, "hello", guild=HERE))
    await screening.set_marks()
    assert await marks(store) == (None, None)


async def test_a_mark_stays_where_catching_up_broke_off(store: Store) -> None:
    screening = screening_of(store)
    await screening.begin(HERE, 1)
    with suppress(ZeroDivisionError), screening.catching_up(HERE):
        raise ZeroDivisionError
    screening.screen(said(10, "hello", guild=HERE))
    await screening.set_marks()
    assert await marks(store) == (1, None)


async def test_what_fails_for_another_reason_than_the_database_is_tried_again(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    screening = screening_of(store)
    right = store.clock
    failures = iter([LookupError("a race"), LookupError("another")])

    def failing() -> object:
        for error in failures:
            raise error
        return right()

    store.clock = failing  # type: ignore[assignment]  # whatever a transaction meets
    screening.screen(said(10, THREAT, guild=HERE))
    work = asyncio.create_task(screening.run())
    await screening.settled()
    work.cancel()

    async with store.transaction() as tx:
        assert len(await tx.cases.ids()) == 1
    assert "not_stored" not in "".join(capsys.readouterr())


async def test_of_deletions_in_a_channel_only_those_of_remembered_messages_are_kept(
    store: Store,
) -> None:
    screening = screening_of(store)
    screening.screen(said(10, "hello", guild=HERE))
    for channel, message in ((HERE + 1, 10), (HERE + 2, 20)):
        screening.deleted([message], guild_id=HERE, channel_id=channel, bulk=False)
    assert list(screening._gone) == [HERE + 1]


async def test_who_tells_is_offered_help_once_also_when_it_is_screened_again_much_later(
    store: Store,
) -> None:
    """As after a restart: no case says that the message is known, and no row names it."""
    call, right = "someone says they will post my pics unless i pay, what do i do", store.clock
    first, later = (said(number, call, guild=HERE)._replace(at=at) for number, at in _CALLS)
    for hours, told in enumerate((first, first, later)):
        store.clock = lambda hours=hours: right() + timedelta(hours=2 * hours)  # type: ignore[misc]
        screening = screening_of(store)
        screening.screen(told)
        work = asyncio.create_task(screening.run())
        await screening.settled()
        work.cancel()

    async with transaction(store._engine) as connection:
        abouts = list(await connection.scalars(select(outbox.c.about).order_by(outbox.c.id)))
    assert abouts == ["offer:101:1970-01-01T00:00", "offer:101:1970-01-01T04:00"]


# -- history ---------------------------------------------------------------------------------------

PIECE, DEMAND = "i have your pics", "pay me 100 dollars by tonight"


def spoken(second: int, text: str, *, by: int = 7, edited: int | None = None) -> Message:
    """A message of HERE by somebody, at this second."""
    author = Person(by, f"person {by}")
    return Message(second, HERE + 1, author, text, float(second), HERE, edited_at=edited)


def small_talk(first: int, last: int) -> list[Message]:
    return [spoken(second, f"nice weather {second}", by=8) for second in range(first, last)]


async def found(store: Store, heard: list[Message], *passes: list[Message]) -> list[int]:
    """Which messages are findings after these were heard, and then history was read."""
    screening = screening_of(store)
    for message in heard:
        screening.screen(message)
    for past in passes:
        await screening.reread(HERE + 1, dict.fromkeys(past, Circumstances))
    work = asyncio.create_task(screening.run())
    await screening.settled()
    work.cancel()
    async with store.transaction() as tx:
        items = [item for case in await tx.cases.ids() for item in await tx.evidence.items(case)]
    return [item.message_id or 0 for item in items if item.kind is ItemKind.ASSESSMENT]


@pytest.mark.parametrize("heard", [True, False], ids=["lost session", "restart"])
async def test_nobody_is_judged_by_what_they_wrote_later_however_often_history_is_read(
    store: Store, *, heard: bool
) -> None:
    written = [spoken(100, DEMAND), *small_talk(101, 161), spoken(161, PIECE)]
    assert await found(store, written if heard else [], written, written) == []


async def test_what_was_missed_stands_before_what_was_heard_since(store: Store) -> None:
    before, missed, since = spoken(100, PIECE), spoken(101, DEMAND), spoken(102, "hello", by=8)
    assert await found(store, [before, since], [before, missed, since]) == [101]


async def test_what_was_heard_is_judged_anew_after_what_was_missed(store: Store) -> None:
    missed, since = spoken(101, PIECE), spoken(102, DEMAND)
    assert await found(store, [since], [missed, since]) == [102]


async def test_what_was_heard_and_is_gone_from_history_still_counts(store: Store) -> None:
    gone, missed = spoken(100, PIECE), spoken(102, DEMAND)
    assert await found(store, [gone], [missed]) == [102]


async def test_a_version_from_history_stands_where_it_was_written(store: Store) -> None:
    edited, between = spoken(100, PIECE, edited=102), spoken(101, DEMAND)
    assert await found(store, [], [edited, between]) == [100]


async def test_nothing_that_is_needed_is_forgotten_while_history_is_read(store: Store) -> None:
    """What is written meanwhile is held back, and judged with what was said before it."""
    detector, now = load_detector(learned=False), [0.0]
    conversations = Conversations(detector, minutes=30)
    screening = Screening(
        store,
        detector,
        conversations,
        Policies(PolicySettings(), {}),
        wake=lambda: None,
        clock=lambda: now[0],
    )
    with screening.catching_up(HERE):
        screening.screen(said(1, "i have your photos, ava", guild=HERE))
        for minute in range(1, 40):
            now[0] = minute * 60.0
            screening.forget_old()
        assert len(conversations) == 1
        screening.deleted([1], guild_id=HERE, channel_id=HERE + 1, bulk=False)
    assert screening._gone
    screening.forget_old()
    assert len(conversations) == 0
    assert not screening._gone
