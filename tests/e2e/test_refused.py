"""A person who cannot be written to: stored, shown to moderators, and never told in public."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.delivery import DeliveryState
from tests.e2e.town import OTHER_THREAT, Town

_REACH_OUT = (
    "If you can, let them know in private that /help-sextortion is there. "
    "Do not write about it in public."
)
_CLOSED = (
    "not delivered. Their direct messages are closed, so they could not be reached in private."
)
_WAYS: dict[str, tuple[Callable[[Town], None], int, str]] = {
    "closed": (lambda town: town.ava.closes_direct_messages(), 50007, _CLOSED),
    "blocked": (lambda town: town.ava.blocks_bot(), 50007, _CLOSED),
    "left": (
        lambda town: town.ava.leaves(town.server),
        50278,
        "not delivered. They share no server with the bot.",
    ),
}


@pytest.mark.parametrize("way", _WAYS)
async def test_a_refusal_is_stored_and_shown_and_nothing_is_said_in_public(
    town: Town, way: str
) -> None:
    close, code, words = _WAYS[way]
    close(town)
    await town.settled(await town.threatens())

    (reached,) = (await town.case()).reached
    assert (reached.state, reached.code) == (DeliveryState.REFUSED, code)
    advice = f"- Advice to {town.ava.mention} (`ava`): {words} {_REACH_OUT}"
    assert advice in town.alert.text.splitlines()
    assert town.public_words() == []
    facts = [i.facts for i in await town.evidence() if i.facts.get("what") == "advice"]
    assert [(f["outcome"], f["code"]) for f in facts] == [("refused", code)]


async def test_a_refusal_is_not_tried_again(town: Town) -> None:
    town.ava.closes_direct_messages()
    await town.settled(await town.threatens())
    town.ava.opens_direct_messages()
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.restart()
    await town.settled()

    assert town.advised() == {}


async def test_the_fallback_offers_help_in_the_channel_and_names_nobody(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(fallback="button")
    town.ava.closes_direct_messages()
    await town.settled(await town.threatens())
    await town.settled()

    (offer,) = town.public_words()
    assert offer.channel is town.general
    assert offer.pings == frozenset()
    for person in (town.ava, town.leo):
        assert str(person.id) not in offer.text
        assert person.name not in offer.text
    lines = town.alert.text.splitlines()
    assert f"- Advice to {town.ava.mention} (`ava`): {_CLOSED} {_REACH_OUT}" in lines
    assert "- A neutral offer of help was put in the channel. It names nobody." in lines
    answer = await town.ava.presses(offer, "Private help")
    assert answer.ephemeral
    assert "Europol" in answer.text


async def test_the_fallback_is_not_repeated_for_the_next_threat(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(fallback="button")
    for person in (town.ava, town.sam):
        person.closes_direct_messages()
    await town.settled(await town.threatens())
    await town.settled(await town.threatens(OTHER_THREAT, target=town.sam))
    await town.settled()

    assert len(town.public_words()) == 1


async def test_a_call_of_the_bot_does_not_switch_the_fallback_off(quiet_town: Town) -> None:
    """An offender could call it before each threat, and whom it cannot reach would get nothing."""
    town = quiet_town
    await town.start(fallback="button")
    town.ava.closes_direct_messages()
    await town.settled(
        await town.leo.writes(f"{town.sandbox.bot.mention} hey", channel=town.general)
    )
    await town.until(town.public_words)
    await town.settled(await town.threatens())
    await town.settled()

    assert [offer.buttons for offer in town.public_words()] == [["Private help"]] * 2


@pytest.mark.parametrize(("code", "hours"), [(40003, 0.2), (20026, 6.1)])
async def test_while_discord_wants_no_more_direct_messages_none_is_opened(
    town: Town, code: int, hours: float
) -> None:
    if code == 20026:
        town.sandbox.quarantined = True
    else:
        town.sandbox.conversations_left = 0
    await town.threatens()
    await town.until(lambda: town.alert_messages() and "Discord stopped" in town.alert.text)
    await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.kim])
    await town.until(lambda: len(town.alert_messages()) == 2)

    opened = [r for r in town.sandbox.requests if r.path == "/users/@me/channels"]
    assert [request.code for request in opened] == [code]
    assert ["Discord stopped" in alert.text for alert in town.alert_messages()] == [True, True]

    town.sandbox.quarantined, town.sandbox.conversations_left = False, None
    await town.restart()
    assert town.advised() == {}

    await town.let_pass(hours=hours)
    await town.until(lambda: all(": delivered." in a.text for a in town.alert_messages()))
    assert town.advised() == {"ava": 1, "kim": 1}
