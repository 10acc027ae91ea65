"""What moderators must know before they judge whoever a case names, wherever they meet it."""

from __future__ import annotations

import pytest

from bot.sandbox import Message
from tests.e2e.test_measures import POWERS
from tests.e2e.test_private_chats import COMMAND
from tests.e2e.town import OTHER_THREAT, THREAT, Town

_CAVEAT = "Who wrote them is not known: it may be a call for help."


@pytest.fixture
async def town(quiet_town: Town) -> Town:
    """A town whose bot and moderators may do everything, and which is reminded."""
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.bot_role.position, town.moderators.position = 20, 19
    town.server.set_permissions(town.server.bot_role, POWERS)
    town.server.set_permissions(town.moderators, POWERS)
    await town.start(reminder_hours=2)
    return town


async def _forwarded(town: Town) -> Message:
    """Ava passes on what leo wrote to her elsewhere."""
    threat = await town.leo.writes(THREAT, channel=town.elsewhere(town.ava))
    return await town.ava.writes("", channel=town.general, forwards=threat)


async def test_whoever_forwarded_the_words_stands_nowhere_as_their_author(town: Town) -> None:
    await town.settled(await _forwarded(town))
    assert _CAVEAT in town.alert.text
    for measure in (), ("Ban",), ("Time out for 24 h",):
        answer = await town.mo.presses(await town.mo.presses(town.alert, "More…"), "Act…")
        for button in measure:
            answer = await town.mo.presses(answer, button)
        assert _CAVEAT in answer.text

    line = f"forwarded by {town.ava.mention}"
    assert line in (await town.mo.runs("case list", channel=town.alerts)).text
    await town.let_pass(hours=3)
    await town.restart(reminder_hours=2)
    await town.until(lambda: len(town.alert_messages()) == 2)
    reminder = town.alert_messages()[1]
    assert town.ava.mention not in reminder.text
    assert line in (await town.mo.presses(reminder, reminder.buttons[0])).text


async def test_what_somebody_wrote_themselves_is_not_called_forwarded(town: Town) -> None:
    await town.settled(await _forwarded(town))
    await town.settled(await town.threatens(OTHER_THREAT))
    listed = await town.mo.runs("case list", channel=town.alerts)

    assert [f"forwarded by {p.mention}" in listed.text for p in (town.ava, town.leo)] == [
        True,
        False,
    ]
    await town.settled(await town.ava.writes(THREAT, channel=town.general, mentions=[town.sam]))
    listed = await town.mo.runs("case list", channel=town.alerts)
    assert "forwarded by" not in listed.text  # the newest finding counts


async def test_nothing_leads_moderators_into_a_chat_that_they_cannot_open(town: Town) -> None:
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    shown = await town.ava.runs_on(await town.leo.writes(THREAT, channel=chat), COMMAND)
    question = await town.ava.presses(shown, "Tell the moderators of …")
    asked = await town.ava.selects(question, "Choose a server", ["Harbour"])
    await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    report = await town.mo.presses(await town.mo.presses(town.alert, "More…"), "How to report")
    assert "You cannot open that chat. Only those in it can report the message." in report.text
    assert report.buttons == ["It was reported"]
    page = await town.mo.presses(await town.mo.presses(town.alert, "More…"), "Act…")
    assert "Ban" in page.buttons
    assert {"Lock the thread", "Delete a message"}.isdisjoint(page.buttons)

    await town.settled(await town.threatens())  # by the same person, here
    (alert, *_) = reversed(town.alert_messages())
    page = await town.mo.presses(await town.mo.presses(alert, "More…"), "Act…")
    assert "Delete a message" in page.buttons
