"""In a dry run everything happens as always, and moderators see what people would be sent."""

from __future__ import annotations

from bot.domain.delivery import DeliveryState
from bot.sandbox import Message, Permission
from tests.e2e.town import OTHER_THREAT, Town

_TOLD = "i am being blackmailed, someone wants to leak my pics. what do i do"


def _rehearsals(town: Town) -> list[Message]:
    return [m for m in town.alert_messages() if m.text.startswith("**Dry run.**")]


def _alert(town: Town) -> Message:
    (alert,) = [m for m in town.alert_messages() if m not in _rehearsals(town)]
    return alert


async def _set_dry_run(town: Town, *, on: bool) -> None:
    await town.bot.settings.change(town.server.id, {"dry_run": on}, by=town.owner.id)


async def test_advice_is_shown_to_moderators_and_sent_to_nobody(town: Town) -> None:
    await _set_dry_run(town, on=True)
    await town.settled(await town.threatens())

    (shown,) = _rehearsals(town)
    first, *advice = shown.text.split("\n", 1)
    assert first == (
        "**Dry run.** Case 1: this would have been sent to someone as a private message. "
        "The alert says to whom."
    )
    assert "1. **Don't share more, don't pay anything.**" in advice[0]
    assert shown.buttons == [
        *("More help", "I am not safe", "This was nothing"),
        *("Stop these messages", "Hide this"),
    ]
    assert all(button.disabled for button in shown.button_details)
    assert shown.pings == frozenset()
    line = "not sent, because this is a dry run. It was shown here instead."
    assert f"- Advice to {town.ava.mention} (`ava`): {line}" in _alert(town).text.splitlines()
    assert (town.advised(), town.public_words()) == ({}, [])
    assert not [r for r in town.sandbox.requests if r.path == "/users/@me/channels"]
    facts = [i.facts for i in await town.evidence() if i.facts.get("what") == "advice"]
    assert [fact["outcome"] for fact in facts] == ["rehearsed"]


async def test_an_offer_in_a_channel_is_shown_to_moderators_only(town: Town) -> None:
    await _set_dry_run(town, on=True)
    await town.settled(await town.ava.writes(_TOLD, channel=town.general))

    (shown,) = _rehearsals(town)
    assert shown.text.splitlines()[0] == (
        f"**Dry run.** This would have been written in {town.general.mention}:"
    )
    assert (shown.buttons, town.public_words()) == (["Private help"], [])


async def test_the_same_person_is_rehearsed_once_and_offering_help_sends_nothing(
    town: Town,
) -> None:
    await _set_dry_run(town, on=True)
    await town.settled(await town.threatens())
    await town.settled(await town.threatens(OTHER_THREAT))
    assert len(_rehearsals(town)) == 1

    menu = await town.mo.presses(_alert(town), "Offer help")
    assert menu.message is not None
    said = await town.mo.selects(menu, menu.message.selects[0].custom_id, [str(town.ava.id)])
    await town.settled()
    assert said.text == (
        "This is a dry run: nobody is sent anything. Only moderators see what would be sent."
    )
    assert town.advised() == {}
    (reached,) = (await town.case()).reached
    assert reached.state is DeliveryState.REHEARSED


async def test_once_it_is_over_a_further_threat_is_answered_in_earnest(town: Town) -> None:
    await _set_dry_run(town, on=True)
    await town.settled(await town.threatens())
    await _set_dry_run(town, on=False)
    await town.restart()
    await town.settled()
    assert town.advised() == {}
    await town.settled(await town.threatens(OTHER_THREAT))

    assert town.advised() == {"ava": 1}
    assert ": delivered." in _alert(town).text
    facts = [i.facts for i in await town.evidence() if i.facts.get("what") == "advice"]
    assert [fact["outcome"] for fact in facts] == ["rehearsed", "delivered"]


async def test_a_rehearsal_that_cannot_be_shown_waits_and_accuses_nobody(town: Town) -> None:
    await _set_dry_run(town, on=True)
    own, see, write = town.sandbox.bot, Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES
    town.alerts.allow(own, allow=see, deny=write)
    await town.threatens()
    await town.until(lambda: len([r for r in town.sandbox.requests if r.status == 403]) > 1)
    town.alerts.allow(own, allow=see)
    await town.until_case(lambda case: case.reached[0].state is DeliveryState.REHEARSED)
    await town.settled()

    assert (len(_rehearsals(town)), town.advised()) == (1, {"olga": 1})
    (fact,) = [i.facts for i in await town.evidence() if i.facts.get("what") == "advice"]
    assert (fact["outcome"], fact["attempts"] > 1) == ("rehearsed", True)
    assert "not delivered" not in _alert(town).text


async def test_the_configuration_can_ask_for_it_too(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(dry_run=True)
    await town.settled(await town.threatens())
    status = await town.mo.runs("status", channel=town.general)

    assert (len(_rehearsals(town)), town.advised()) == (1, {})
    assert "⚠️ This is a dry run: people are sent nothing." in status.text
