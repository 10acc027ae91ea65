"""What offenders and curious moderators try, and what they do not get."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.sandbox import Message
from bot.storage.engine import transaction
from bot.storage.schema import outbox
from tests.e2e.test_case_work import resolves
from tests.e2e.town import OTHER_THREAT, THREAT, Town

_COMMAND = "Get help with this message"
_CALL = "someone says they will post my pics unless i pay, what do i do"


async def test_neither_log_nor_channels_nor_alerts_say_who_asked_for_help(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.ava.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    capsys.readouterr()
    await town.ava.runs("help-sextortion", channel=town.general)
    shown = await town.ava.runs_on(threat, _COMMAND)
    await town.ava.presses(shown, "Keep this as evidence")
    await town.ava.writes_to_bot("he has my pics")
    await town.ava.runs("privacy", channel=town.general)
    await town.until(town.ava.direct_messages)
    await town.settled()

    logged = capsys.readouterr().out
    assert [word for word in (str(town.ava.id), "ava", "pics") if word in logged] == []
    for person in (town.mo, town.owner, town.leo, town.sam):
        for place in town.server.channels.values():
            assert [m for m in person.sees(place) if m.author is town.sandbox.bot] == []
    assert await town.cases() == []


@pytest.mark.parametrize("how", ["told", "called"])
async def test_an_offer_of_help_does_not_say_whose_message_brought_it(
    town: Town, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    """Neither the outbox, where it stays for weeks, nor the log leads to who wrote."""
    bot = town.sandbox.bot
    words, mentioned = (_CALL, []) if how == "told" else (f"{bot.mention} hi", [bot])
    message = await town.ava.writes(words, channel=town.general, mentions=mentioned)
    await town.settled(message)
    await town.until(town.public_words)

    async with transaction(town.store._engine) as connection:
        (offer,) = (await connection.execute(select(outbox))).all()
    named = (str(message.id), str(town.ava.id))
    logged = capsys.readouterr().out
    assert [number for number in named if number in repr(offer) or number in logged] == []


async def test_a_moderator_who_opens_the_evidence_learns_of_no_help_that_was_asked_for(
    town: Town,
) -> None:
    threat = await town.threatens()
    await town.settled(threat)
    before, kinds = town.alert.text, await town.kinds()
    await town.ava.runs("help-sextortion", channel=town.general)
    shown = await town.ava.runs_on(threat, _COMMAND)
    await town.ava.presses(shown, "Keep this as evidence")
    await town.settled()

    assert town.alert.text == before
    assert await town.kinds() == kinds


async def test_fifty_threats_bring_one_message(town: Town) -> None:
    sent = [await town.threatens(f"{OTHER_THREAT} ({number})") for number in range(50)]
    await town.settled(*sent)

    assert town.advised() == {"ava": 1}


async def test_a_gang_cannot_flood_a_person(town: Town) -> None:
    """Twenty accounts are twenty cases; the person's own budget is what counts."""
    gang = [town.server.join(f"gang-{number}") for number in range(20)]
    for number, one in enumerate(gang):
        text = f"{OTHER_THREAT} ({number})"
        await town.settled(await one.writes(text, channel=town.general, mentions=[town.ava]))

    assert len(await town.cases()) == 20
    assert town.advised() == {"ava": 2}


async def test_a_moderator_cannot_have_a_person_written_to_again(town: Town) -> None:
    await town.settled(await town.threatens())
    assert "Offer help" not in town.alert.buttons
    sent = await town.bot.bot.parts.casework.offer_help(
        1, [town.ava.id], guild_id=town.server.id, moderator=town.mo.id
    )
    await town.settled()

    assert (sent, town.advised()) == (0, {"ava": 1})


async def test_a_moderator_cannot_have_anybody_written_to_because_of_a_false_alarm(
    town: Town,
) -> None:
    """Not with the menu that was opened before, either."""
    people = [town.server.join(f"person-{number}") for number in range(5)]
    await town.settled(await town.leo.writes(THREAT, channel=town.general, mentions=people))
    menu = await town.mo.presses(town.alert, "Offer help")
    await resolves(town, "False alarm", why="joke")
    await town.settled()
    said = await town.mo.selects(menu, menu.messages[0].selects[0].custom_id, [str(people[0].id)])
    await town.settled()

    assert said.text.startswith("Nothing was sent")
    assert "Offer help" not in town.alert.buttons
    assert town.advised() == {}


async def test_nobody_but_whom_it_was_sent_to_can_say_that_it_was_nothing(town: Town) -> None:
    """Leo presses the button of ava's advice, as if it stood in a message that he can see."""
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    nothing = next(b for b in advice.button_details if b.label == "This was nothing")
    forged = Message(
        town.sandbox.world.snowflakes.next(),
        town.general,
        town.sandbox.bot,
        components=advice.components,
    )
    town.general.remember(forged)
    await town.leo.presses(forged, str(nothing.custom_id))
    await town.settled()

    assert (await town.case()).reached[0].answer is None
    assert "report" not in await town.kinds()


async def test_an_offender_who_tells_on_the_person_moves_nobody_to_write_to_them(
    town: Town,
) -> None:
    town.leo.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    answer = await town.ava.writes("leave me alone", channel=chat)
    shown = await town.leo.runs_on(answer, _COMMAND)
    question = await town.leo.presses(shown, "Tell the moderators of …")
    asked = await town.leo.selects(question, "Choose a server", ["Harbour"])
    await town.leo.presses(asked, "Yes, send it")
    await town.settled()

    assert town.advised() == {}
    assert len(town.alert_messages()) == 1


async def test_calls_in_many_channels_bring_one_offer_each(town: Town) -> None:
    rooms = [town.server.create_channel(f"room-{number}") for number in range(5)]
    for _ in range(4):
        for room in rooms:
            await town.leo.writes(f"{town.sandbox.bot.mention} hey", channel=room)
    await town.until(lambda: all(town.written_in(room) for room in rooms))
    await town.settled()

    assert [len(town.written_in(room)) for room in rooms] == [1] * 5
    assert town.advised() == {}
