"""Screening loses nothing: what cannot be stored at once is tried again, and marks stay behind."""

from __future__ import annotations

import asyncio

import pytest

from bot.detection import Conversations, load_detector
from bot.domain.message import Message, Person
from bot.services.choices import PolicySettings
from bot.services.policies import Policies
from bot.services.screening import Screening
from bot.storage import Store

HERE, ELSEWHERE = 100, 200
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
