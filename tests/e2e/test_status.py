"""/status tells moderators whether their server is watched, and what needs their care."""

from __future__ import annotations

import re

import pytest

from bot import __version__
from bot.domain.delivery import DeliveryKind
from bot.sandbox import Permission
from bot.services.names import DIRECT_MESSAGES
from tests.e2e.town import Town


async def _status(town: Town) -> list[str]:
    answer = await town.mo.runs("status", channel=town.general)
    assert answer.ephemeral
    return [re.sub(r"<t:\d+:R>", "(when)", line) for line in answer.text.splitlines()]


async def test_a_server_that_is_well_says_so(town: Town) -> None:
    assert await _status(town) == [
        "### How it stands in Harbour",
        "✅ This server is watched.",
        "The last message that was looked at: (when).",
        "Nothing waits to be sent.",
        "Private messages left: 20 this hour and 60 today in this server, 100 this hour in all.",
        (
            "⚠️ The list of helplines needs care. Tell whoever runs the bot: "
            + (town.bot.bot.parts.resources.unverified() or "")
        ),
        ("No settings were chosen in this server: all are as whoever runs the bot set them."),
        f"Version {__version__}.",
    ]


async def test_what_was_sent_lately_is_taken_off_the_budgets(town: Town) -> None:
    await town.settled(await town.threatens())

    left = "Private messages left: 19 this hour and 59 today in this server, 99 this hour in all."
    assert left in await _status(town)


async def test_what_waits_and_why_is_told(town: Town) -> None:
    async with town.store.transaction() as tx:
        until = tx.now.replace(year=tx.now.year + 1)
        await tx.memory.break_until(DIRECT_MESSAGES, until, reason="test")
        await tx.outbox.enqueue(
            DeliveryKind.ADVICE,
            about="advice:9:9",
            token="0" * 16,
            guild_id=town.server.id,
            recipient_id=town.ava.id,
        )
    lines = await _status(town)

    assert "Waits to be sent: 1, the oldest since (when)." in lines
    assert (
        "⚠️ Discord wants no new private messages from the bot until (when). "
        "Advice waits until then."
    ) in lines


async def test_why_a_server_is_not_watched_is_told_with_its_remedy(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.allow(town.server.everyone, allow=Permission.VIEW_CHANNEL)
    await town.start(armed=False)

    assert (await _status(town))[1] == (
        "❌ This server is **not** watched. Why: everyone can read the channel notalone\\-alerts. "
        "To mend it: take View Channel away from @everyone there, and give it to the moderators "
        "and me."
    )


async def test_lost_permissions_are_told_with_the_click_that_mends_them(town: Town) -> None:
    town.alerts.allow(
        town.sandbox.bot, allow=Permission.VIEW_CHANNEL, deny=Permission.SEND_MESSAGES
    )
    await town.until(town.owner.direct_messages)

    assert (await _status(town))[1] == (
        "❌ This server is watched, but alerts cannot be delivered. Why: I lack permissions in the "
        "channel notalone\\-alerts: Send Messages. To mend it: click the gear beside that channel, "
        "then Permissions, then Advanced permissions, choose my role, and give each of them a "
        "green tick."
    )


async def test_what_was_chosen_here_is_listed_and_what_does_not_hold_is_named(town: Town) -> None:
    change = town.bot.settings.change
    await change(town.server.id, {"ping_role": "42", "many_targets": 4}, by=town.owner.id)
    lines = await _status(town)

    chosen = lines[lines.index("Chosen in this server: ") :]
    assert chosen[1:4] == [
        "- Urgent ping: `42` (does not exist)",
        "- Most people at once: 4",
        (
            "⚠️ Urgent ping: `42` does not exist any more, is not for this, is closed to "
            "me, or several are called so. To mend it: /setup settings."
        ),
    ]


@pytest.mark.parametrize("name", ["ava", "leo", "sam"])
async def test_others_are_told_nothing(town: Town, name: str) -> None:
    answer = await town.sandbox.person(name).runs("status", channel=town.general)

    assert (answer.text, answer.ephemeral) == ("This is only for this server's moderators.", True)
