"""The bot watches a server only where its moderators can be alerted."""

from __future__ import annotations

from collections.abc import Callable

import discord
import pytest

from bot.sandbox import Channel, Permission
from tests.e2e.town import OTHER_THREAT, Town

_SEE = Permission.VIEW_CHANNEL


def _make_public(town: Town) -> None:
    town.alerts.allow(town.server.everyone, allow=_SEE)


def _take_permission(town: Town) -> None:
    town.alerts.allow(town.sandbox.bot, allow=_SEE, deny=Permission.SEND_MESSAGES)


def _give_permission(town: Town) -> None:
    town.alerts.allow(town.sandbox.bot, allow=_SEE)


def _hide_again(town: Town) -> None:
    town.alerts.deny(town.server.everyone)


def _others_of_the_name(town: Town) -> list[Channel]:
    named = [c for c in town.server.channels.values() if c.name == town.alerts.name]
    return [channel for channel in named if channel is not town.alerts]


_OBSTACLES: dict[str, tuple[Callable[[Town], None], Callable[[Town], object], str]] = {
    "missing": (
        lambda town: town.alerts.delete(),
        lambda town: town.create_alert_channel(),
        "there is no text channel notalone\\-alerts.",
    ),
    "not the only one": (
        lambda town: town.create_alert_channel(),
        lambda town: _others_of_the_name(town)[0].delete(),
        "several text channels are called notalone\\-alerts, and I do not guess which is meant.",
    ),
    "public": (_make_public, _hide_again, "everyone can read the channel notalone\\-alerts."),
    "forbidden": (
        _take_permission,
        _give_permission,
        "I lack permissions in the channel notalone\\-alerts: Send Messages.",
    ),
}


def _alerts(town: Town) -> list[str]:
    named = [c for c in town.server.channels.values() if c.name == town.alerts.name]
    return [m.text for channel in named for m in town.written_in(channel)]


@pytest.mark.parametrize("obstacle", _OBSTACLES)
async def test_a_server_that_cannot_be_alerted_is_not_screened_and_its_owner_is_told(
    quiet_town: Town, obstacle: str
) -> None:
    town = quiet_town
    spoil, mend, reason = _OBSTACLES[obstacle]
    spoil(town)
    await town.start(armed=False)
    await town.until(town.owner.direct_messages)
    await town.threatens()
    await town.sam.writes("hello", channel=town.general)
    await town.until_true(town.is_sent)

    (notice,) = town.owner.direct_messages()
    assert reason in notice.text
    assert town.bot.bot.parts.watch.armed == frozenset()
    assert await town.cases() == []
    assert town.advised() == {"olga": 1}

    mend(town)
    await town.armed()
    await town.settled(await town.threatens(OTHER_THREAT))
    assert len(_alerts(town)) == 1
    assert town.advised() == {"olga": 1, "ava": 1}


@pytest.mark.parametrize("obstacle", _OBSTACLES)
async def test_a_server_that_was_watched_stays_so_over_a_restart_and_its_alerts_wait(
    town: Town, obstacle: str
) -> None:
    spoil, mend, _ = _OBSTACLES[obstacle]
    await town.stop()
    spoil(town)
    missed = await town.threatens()
    await town.start(armed=False)
    await town.until(town.owner.direct_messages)
    await town.settled(missed)
    assert town.bot.bot.parts.watch.armed == {town.server.id}
    assert town.advised() == {"olga": 1, "ava": 1}
    assert _alerts(town) == []

    mend(town)
    await town.until(lambda: _alerts(town))
    await town.settled()
    assert town.advised() == {"olga": 1, "ava": 1}
    assert len(_alerts(town)) == 1


async def test_what_is_written_in_a_server_not_watched_yet_is_its_channels_last_message(
    quiet_town: Town,
) -> None:
    """By that catching up finds the channel; discord.py notes it only of what it is handed on."""
    town = quiet_town
    town.alerts.delete()
    await town.start(armed=False)
    await town.until(town.owner.direct_messages)
    written = await town.sam.writes("hello", channel=town.general)

    def noted() -> bool:
        seen = town.bot.bot.get_channel(town.general.id)
        return isinstance(seen, discord.TextChannel) and seen.last_message_id == written.id

    await town.until(noted)
    assert noted()


@pytest.mark.parametrize("obstacle", _OBSTACLES)
async def test_alerts_wait_until_they_can_be_posted_and_the_owner_is_told_once(
    town: Town, obstacle: str
) -> None:
    spoil, mend, _ = _OBSTACLES[obstacle]
    spoil(town)
    await town.until(town.owner.direct_messages)
    first = await town.threatens()
    second = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.kim])
    await town.settled(first, second)

    assert _alerts(town) == []
    assert len(town.owner.direct_messages()) == 1
    assert town.advised() == {"olga": 1, "ava": 1, "kim": 1}

    mend(town)
    await town.until(lambda: len(_alerts(town)) == 2)
    await town.settled()
    assert [": delivered." in text for text in _alerts(town)] == [True, True]
    assert len(town.owner.direct_messages()) == 1
    assert [len(await town.evidence(case.id)) > 0 for case in await town.cases()] == [True, True]


async def test_an_alert_whose_channel_was_deleted_is_posted_in_the_new_one(town: Town) -> None:
    await town.settled(await town.threatens())
    town.alerts.delete()
    await town.settled(await town.threatens(OTHER_THREAT))
    fresh = town.create_alert_channel()
    await town.until(lambda: town.alert_messages(fresh))
    await town.settled()

    (alert,) = town.alert_messages(fresh)
    assert ": delivered." in alert.text
    assert (await town.case()).findings == 2


async def test_a_role_given_to_the_bot_later_arms_the_server(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.delete()
    reader = town.server.create_role("Alert readers")
    town.alerts = town.server.create_channel(
        "notalone-alerts", visible_to=[town.moderators, reader]
    )
    await town.start(armed=False)
    await town.until(town.owner.direct_messages)
    town.server.give_role(town.sandbox.bot, reader)
    await town.armed()
    await town.settled(await town.threatens())

    assert len(town.alert_messages()) == 1


async def test_a_server_that_the_bot_joins_later_is_watched(quiet_town: Town) -> None:
    town = quiet_town
    town.sandbox.remove_bot(town.server)
    await town.start(armed=False)
    town.sandbox.add_bot(town.server)
    town.alerts.allow(town.sandbox.bot, allow=_SEE)
    await town.armed()
    await town.settled(await town.threatens())

    assert town.advised() == {"ava": 1}


async def test_a_server_that_the_bot_comes_back_to_begins_at_the_present(town: Town) -> None:
    async def has_mark() -> bool:
        async with town.store.transaction() as tx:
            return await tx.memory.mark(town.server.id) is not None

    async def has_none() -> bool:
        return not await has_mark()

    await town.settled(await town.sam.writes("hello", channel=town.general))
    town.sandbox.remove_bot(town.server)
    await town.until_true(has_none)
    assert town.bot.bot.parts.watch.armed == frozenset()
    await town.bot.screening.set_marks()
    assert await has_none()

    await town.threatens()
    town.sandbox.add_bot(town.server)
    town.alerts.allow(town.sandbox.bot, allow=_SEE)
    await town.armed()
    await town.settled(await town.threatens(OTHER_THREAT))
    assert (await town.case()).findings == 1
    assert await has_mark()


async def test_after_an_outage_of_the_server_what_was_missed_is_screened(town: Town) -> None:
    town.sandbox.set_available(town.server, available=False)
    town.sandbox.gateway.pause()
    missed = await town.threatens()
    town.sandbox.gateway._held.clear()
    town.sandbox.gateway.resume()
    town.sandbox.set_available(town.server, available=True)
    await town.settled(missed)

    assert town.advised() == {"ava": 1}
