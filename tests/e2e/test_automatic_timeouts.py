"""Whom the bot times out by itself at level urgent, and whom never, where a server chose so."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from bot.domain.measure import LONGEST_TIMEOUT_HOURS
from bot.sandbox import Permission, Person
from tests.e2e.conftest import Build
from tests.e2e.test_measures import POWERS, URGENT, audited
from tests.e2e.town import Town


@pytest.fixture
async def town(quiet_town: Town) -> Town:
    """A town whose bot may time out everybody below it, and is not started yet."""
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.bot_role.position, town.moderators.position = 20, 19
    town.server.set_permissions(town.server.bot_role, POWERS)
    return town


async def threatens(town: Town, person: Person) -> None:
    await town.settled(await person.writes(URGENT, channel=town.general, mentions=[town.ava]))
    await town.settled()


def until(town: Town, person: Person) -> float | None:
    """When the person's timeout ends."""
    return town.server.members[person.id].timeout_until


async def test_a_moderator_is_never_timed_out_unasked(town: Town) -> None:
    await town.start(auto_timeout_hours=2)
    await threatens(town, town.mo)

    assert (await town.case()).level.label == "urgent"
    assert until(town, town.mo) is None


async def test_in_a_dry_run_nobody_is_timed_out(town: Town) -> None:
    await town.start(auto_timeout_hours=2, dry_run=True)
    await threatens(town, town.leo)

    assert (await town.case()).level.label == "urgent"
    assert until(town, town.leo) is None


async def test_whose_timeout_was_taken_back_is_not_timed_out_again_in_that_case(
    town: Town,
) -> None:
    await town.start(auto_timeout_hours=2)
    await threatens(town, town.leo)
    assert until(town, town.leo) is not None
    town.server.members[town.leo.id].timeout_until = None
    await threatens(town, town.leo)

    assert (await town.case()).findings == 2
    assert until(town, town.leo) is None


async def test_at_level_urgent_the_bot_times_out_only_where_the_server_chose_so(
    town: Town,
) -> None:
    await town.start()
    await town.settled(await town.threatens(URGENT))
    assert (await town.case()).level.label == "urgent"
    assert town.server.members[town.leo.id].timeout_until is None

    await town.restart(auto_timeout_hours=2)
    await town.settled(await town.sam.writes(URGENT, channel=town.general, mentions=[town.ava]))
    until = town.server.members[town.sam.id].timeout_until
    assert until is not None
    assert 1.9 < (until - datetime.now(UTC).timestamp()) / 3600 < 2.1
    assert audited(town) == [("MEMBER_UPDATE", "NotAlone case 2, automatic")]
    await town.settled()
    assert "timed out by the bot, as this server chose" in town.alert_messages()[1].text


async def test_the_longest_timeout_holds_where_the_clocks_differ(build: Build) -> None:
    async with build(clock=lambda: time.time() - 2) as town:
        assert town.server.bot_role is not None
        town.server.set_permissions(town.server.bot_role, POWERS)
        await town.start(auto_timeout_hours=LONGEST_TIMEOUT_HOURS)
        await town.threatens(URGENT)
        await town.until(town.alert_messages)
        await town.settled()
        until = town.server.members[town.leo.id].timeout_until

    assert until is not None
    assert until - time.time() > (LONGEST_TIMEOUT_HOURS - 1) * 3600


async def test_a_timeout_that_discord_refuses_is_told_in_the_alert(town: Town) -> None:
    assert town.server.bot_role is not None
    town.server.set_permissions(town.server.bot_role, POWERS & ~Permission.MODERATE_MEMBERS)
    await town.start(auto_timeout_hours=2)
    await town.settled(await town.threatens(URGENT))
    await town.settled()
    assert "could not time the member out" in town.alert.text
    assert "(Discord's code 50013)" in town.alert.text


async def test_a_timeout_that_is_still_to_come_is_not_carried_out_once_nothing_was_to_be_done(
    town: Town,
) -> None:
    await town.start(auto_timeout_hours=2)
    path = r"^/guilds/\d+/members/\d+$"
    failing = town.sandbox.faults.fail(method="PATCH", path=path, status=503, times=2)
    await town.threatens(URGENT)
    await town.until(lambda: failing.struck and town.alert_messages())
    form = await town.mo.presses(await town.mo.presses(town.alert, "Resolve"), "No action")
    await town.mo.submits(form, {"reason": "a joke between friends"})
    await town.settled()

    assert town.server.members[town.leo.id].timeout_until is None
    assert audited(town) == []
