"""The database is locked, full or gone for a while: nothing is lost, and help is there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.e2e.town import Town


@asynccontextmanager
async def _locked(town: Town) -> AsyncIterator[None]:
    """Somebody else writes to the database, and takes their time."""
    other = sqlite3.connect(
        town.folder / "notalone.db", isolation_level=None, check_same_thread=False
    )
    try:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


@contextmanager
def _full(town: Town) -> Iterator[None]:
    """The database may not grow."""
    engine = town.bot.store._engine.sync_engine

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count=1")  # SQLite takes the present size instead
        cursor.close()

    def lift(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count=1000000")
        cursor.close()

    event.listen(engine, "checkout", limit)
    yield
    event.remove(engine, "checkout", limit)
    event.listen(engine, "checkout", lift)


async def _assert_told_once(town: Town) -> None:
    assert town.advised() == {"ava": 1}
    assert ": delivered." in town.alert.text
    assert (await town.kinds()).count("assessment") == 1


async def test_a_locked_database_delays_and_loses_nothing(town: Town) -> None:
    async with _locked(town):
        message = await town.threatens()
        await town.until(lambda: town.bot.screening.newest(town.server.id) >= message.id)
        answer = await town.ava.runs("help-sextortion", channel=town.general)
        assert answer.ephemeral
        assert town.advised() == {}

    await town.settled(message)
    await _assert_told_once(town)


@pytest.mark.slow
async def test_a_database_that_is_locked_for_longer_than_anyone_waits_loses_nothing(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    async with _locked(town):
        message = await town.threatens()
        while "database_unavailable" not in said:
            said += capfd.readouterr().out
            await town.sandbox.world.next_change(0.1)

    await town.settled(message)
    await _assert_told_once(town)


async def test_a_full_disk_delays_and_loses_nothing(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    with _full(town):
        long = "i have your pics. pay me 100 dollars tonight or i post them " + "to everyone " * 150
        message = await town.threatens(long)
        while "full" not in said:
            said += capfd.readouterr().out
            await town.sandbox.world.next_change(0.1)
        assert (town.advised(), town.alert_messages()) == ({}, [])

    await town.settled(message)
    await _assert_told_once(town)


async def test_without_a_database_help_is_given_and_the_bot_begins_when_there_is_one(
    quiet_town: Town,
) -> None:
    town = quiet_town
    in_the_way = town.folder / "notalone.db"
    in_the_way.mkdir()
    await town.start(armed=False)
    answer = await town.ava.runs("help-sextortion")
    assert answer.text.startswith("**If you are not safe")

    in_the_way.rmdir()
    await town.armed()
    await town.settled(await town.threatens())
    await _assert_told_once(town)


async def test_the_buttons_of_an_alert_ask_for_patience_while_the_database_is_locked(
    town: Town,
) -> None:
    people = [town.server.join(f"person-{n}") for n in range(4)]
    message = await town.leo.writes(
        "i have all your pics. pay me 100 dollars tonight or i post them to all your followers",
        channel=town.general,
        mentions=people,
    )
    await town.settled(message)

    async with _locked(town):
        claim = await town.mo.presses(town.alert, "Claim", patience=8)
        evidence = await town.mo.presses(town.alert, "Show evidence", patience=8)
        offer = await town.mo.presses(town.alert, "Offer help", patience=8)
    assert [claim.text, evidence.text, offer.text] == [
        "This did not work just now. Please try again in a minute."
    ] * 3


async def test_pressing_nothing_while_the_database_is_locked_is_answered(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()

    async with _locked(town):
        answer = await town.ava.presses(advice, "This was nothing", patience=8)
    assert answer.messages[-1].text == "This did not work just now. Please try again in a minute."

    answer = await town.ava.presses(advice, "This was nothing")
    assert answer.messages[-1].text.startswith("Thank you, that is good to know.")


async def test_a_form_comes_while_the_database_is_locked_and_its_answer_asks_for_patience(
    town: Town,
) -> None:
    """Discord waits three seconds for a form; so it comes without what would have to be read."""
    await town.settled(await town.threatens())
    page = await town.mo.presses(town.alert, "Resolve")
    async with _locked(town):
        form = await town.mo.presses(page, "False alarm")
        assert form.modal is not None
        assert [field.custom_id for field in form.modal.fields] == ["why"]
        answer = await town.mo.submits(form, {"why": "joke"}, patience=12)
    assert answer.text == "This did not work just now. Please try again in a minute."
    assert (await town.case()).progress.verdict is None
