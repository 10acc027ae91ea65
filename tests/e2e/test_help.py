"""`/help-sextortion`: at once, in private, whatever else is the matter."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from bot.advice import load_texts
from bot.sandbox import Answer, Person
from tests.e2e.town import THREAT, Town


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
    texts = load_texts().get(locale)
    await town.start()
    first = await person.runs("help-sextortion", channel=town.general)
    more = await person.presses(first, texts.text("button.more_help"))

    assert more.ephemeral
    assert _fits(more)
    assert more.text.startswith(texts.text("more_help.crisis"))
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
    await town.ava.writes("help", channel=town.general, mentions=[town.sandbox.bot])
    await town.until(town.public_words)
    assert [offer.buttons for offer in town.public_words()] == [["Private help"]]
    await town.until(lambda: list(town.advised()) == [town.owner.name])


async def test_help_leaves_no_trace(town: Town) -> None:
    await town.ava.runs("help-sextortion", channel=town.general)
    await town.settled()

    assert await town.cases() == []
    assert town.public_words() == []


async def test_help_is_there_as_soon_as_the_gateway_has_resumed(town: Town) -> None:
    await town.sandbox.gateway.drop()
    await town.until(lambda: town.sandbox.gateway.resumes == 1)
    answer = await town.ava.runs("help-sextortion", channel=town.general)

    assert _steps_stand_in(answer.text)


async def test_every_page_of_help_is_there_without_a_database(town: Town) -> None:
    town.ava.installs_app()
    await town.store.close()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    shown = await town.ava.runs_on(threat, "Get help with this message")
    for label in ("More help", "I am not safe", "How to report", "The five steps"):
        assert (await town.ava.presses(shown, label)).ephemeral
    await town.ava.writes_to_bot("hello?")
    await town.until(town.ava.direct_messages)

    assert _steps_stand_in(town.ava.direct_messages()[0].text)


async def test_whatever_goes_wrong_the_person_gets_the_steps(town: Town) -> None:
    """The detector fails on the message; the answer says so, and helps all the same."""
    town.ava.installs_app()
    guidance = town.bot.bot.parts.guidance
    detector, guidance._detector = guidance._detector, None  # type: ignore[assignment]
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    shown = await town.ava.runs_on(threat, "Get help with this message")
    guidance._detector = detector

    assert shown.text.startswith("Something went wrong on our side.")
    assert _steps_stand_in(shown.text)


async def test_who_asks_all_the_time_still_gets_the_steps(town: Town) -> None:
    """Looking at messages has a limit for each person; help has none."""
    town.ava.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    looked_at = [await town.ava.runs_on(threat, "Get help with this message") for _ in range(11)]
    helped = [await town.ava.runs("help-sextortion") for _ in range(15)]

    assert all("Keep this as evidence" in answer.buttons for answer in looked_at[:10])
    assert looked_at[10].text.startswith("This did not work just now.")
    assert _steps_stand_in(looked_at[10].text)
    assert all(answer.text.startswith(helped[0].text) for answer in helped)
    assert _steps_stand_in(helped[0].text)


async def test_long_lists_of_services_are_pages_of_one_message(town: Town) -> None:
    first = await town.ava.runs("help-sextortion", channel=town.general)
    page = await town.ava.presses(first, "More help")
    while "Next page" in page.buttons:
        page = await town.ava.presses(page, "Next page")
    assert _fits(page)
    assert len(town.ava.sees(town.general)) == 1


async def test_who_is_not_safe_sees_who_listens_in_the_country_they_choose(town: Town) -> None:
    first = await town.ava.runs("help-sextortion", channel=town.general)
    page = await town.ava.presses(first, "I am not safe")
    assert "call 988" in page.text
    menu = next(m for m in page.messages[0].selects if "DE" in m.options)
    german = await town.ava.selects(page, menu.custom_id, ["DE"])

    assert german.text.startswith("**Are you in danger right now?")
    assert "call 116 111" in german.text
