"""`/help-sextortion`: at once, in private, whatever else is the matter."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from bot.sandbox import Answer, Person
from tests.e2e.town import Town


def _steps_stand_in(text: str) -> bool:
    words = ("Don't share more", "Look for help", "Preserve evidence", "Stop the", "Report it to")
    places = [text.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def _fits(answer: Answer) -> bool:
    return all(len(message.content) <= 2000 for message in answer.messages)


@pytest.mark.parametrize("where", ["server", "directly"])
async def test_the_five_steps_are_shown_to_the_person_alone(town: Town, where: str) -> None:
    channel = town.general if where == "server" else None
    answer = await town.ava.runs("help-sextortion", channel=channel)

    assert answer.kind == "message"
    assert answer.ephemeral
    assert _steps_stand_in(answer.text)
    assert _fits(answer)
    assert answer.buttons == ["More help", "I am not safe", "How to report", "Hide this"]
    assert [menu.placeholder for menu in answer.messages[0].selects] == ["What is going on?"]
    assert not town.sam.can_see(answer.messages[0])


@pytest.mark.parametrize("locale", ["en-US", "de", "fr", "ja", "pt-BR", "tr"])
async def test_more_help_shows_services_crisis_line_first(quiet_town: Town, locale: str) -> None:
    town = quiet_town
    person: Person = town.sandbox.person("nia", locale=locale)
    person.joins(town.server)
    await town.start()
    first = await person.runs("help-sextortion", channel=town.general)
    more = await person.presses(first, "More help")

    assert more.ephemeral
    assert _fits(more)
    assert more.text.startswith("**In danger, or thinking of hurting yourself?**")
    assert town.sandbox.media_requests == []


async def test_every_country_can_be_chosen(town: Town) -> None:
    first = await town.ava.runs("help-sextortion")
    more = await town.ava.presses(first, "More help")
    menus = more.messages[0].selects
    chosen = [(menu.custom_id, code) for menu in menus for code in menu.options]
    assert len(chosen) > 20
    for menu, code in chosen:
        answer = await town.ava.selects(more, menu, [code])
        assert answer.ephemeral
        assert _fits(answer)
        assert answer.messages[0].text.startswith("**In danger")


async def test_help_is_there_while_the_database_is_locked_and_the_outbox_stuck(
    town: Town,
) -> None:
    town.sandbox.faults.delay(30.0, method="POST", path=r"^/users/@me/channels$", times=None)
    other = sqlite3.connect(
        town.folder / "notalone.db", isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    await town.threatens()
    first = await town.ava.runs("help-sextortion", channel=town.general)
    said = first.text
    more = await town.ava.presses(first, "More help")
    other.close()
    town.sandbox.faults.clear()

    assert _steps_stand_in(said)
    assert more.ephemeral


async def test_help_is_there_where_the_server_is_not_armed(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.delete()
    await town.start(armed=False)
    answer = await town.ava.runs("help-sextortion", channel=town.general)
    assert _steps_stand_in(answer.text)


async def test_help_leaves_no_trace(town: Town) -> None:
    await town.ava.runs("help-sextortion", channel=town.general)
    await town.settled()

    assert await town.cases() == []
    assert town.public_words() == []
