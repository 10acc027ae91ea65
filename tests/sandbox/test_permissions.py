"""Permissions are computed and enforced as Discord does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from bot.sandbox import BOT_BY_DEFAULT, Permission, Sandbox
from bot.sandbox.permissions import can, permissions_in

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.sandbox import Channel, Person
    from tests.sandbox.conftest import Lab


async def refusal(request: Awaitable[object]) -> int:
    """Return Discord's code for a request that must be refused."""
    with pytest.raises(discord.HTTPException) as caught:
        await request
    return caught.value.code


async def test_a_hidden_channel_answers_50001(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    hidden = server.create_channel("hidden", visible_to=[])
    bot = await lab.connect()
    channel = bot.get_channel(hidden.id)
    assert await refusal(channel.send("hi")) == 50001
    assert await refusal(bot.fetch_channel(hidden.id)) == 50001
    assert await refusal(channel.fetch_message(1)) == 50001


async def test_a_missing_permission_answers_50013(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    general.allow(sandbox.bot, deny=Permission.SEND_MESSAGES)
    message = await sandbox.person("owner").writes("hi", channel=general)
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    assert await refusal(channel.send("hi")) == 50013
    assert await refusal(channel.get_partial_message(message.id).delete()) == 50013
    assert await refusal(channel.delete()) == 50013


async def test_embeds_and_files_need_their_own_permissions(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    general.allow(sandbox.bot, deny=Permission.EMBED_LINKS | Permission.ATTACH_FILES)
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    await channel.send("plain")
    assert await refusal(channel.send(embed=discord.Embed(title="t"))) == 50013


async def test_no_events_arrive_from_a_channel_that_the_bot_cannot_view(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    hidden, general = server.create_channel("h", visible_to=[]), server.create_channel("g")
    bot = await lab.connect()
    await sandbox.person("owner").writes("secret", channel=hidden)
    await sandbox.person("owner").writes("open", channel=general)
    await sandbox.wait_for(lambda: bot.heard)
    assert [message.content for message in bot.heard] == ["open"]


async def test_history_is_empty_without_the_permission_to_read_it(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    message = await sandbox.person("owner").writes("old", channel=general)
    general.allow(sandbox.bot, deny=Permission.READ_MESSAGE_HISTORY)
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    assert [m async for m in channel.history()] == []
    assert await refusal(channel.fetch_message(message.id)) == 50001
    partial = channel.get_partial_message(message.id)
    assert await refusal(channel.send("re", reference=partial)) == 160002


async def test_overwrites_apply_in_discords_order(sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    channel = server.create_channel("general")
    low, high = server.create_role("low", permissions=0), server.create_role("high", permissions=0)
    ava, leo = server.join("ava", roles=[low, high]), server.join("leo")
    channel.deny(server.everyone, Permission.SEND_MESSAGES)
    assert not _sends(channel, leo)
    channel.allow(low, deny=Permission.SEND_MESSAGES)
    channel.allow(high, allow=Permission.SEND_MESSAGES)
    assert _sends(channel, ava)
    channel.allow(ava, deny=Permission.SEND_MESSAGES)
    assert not _sends(channel, ava)
    server.set_permissions(low, Permission.ADMINISTRATOR)
    assert _sends(channel, ava)
    assert _sends(channel, sandbox.person("olga"))


def _sends(channel: Channel, person: Person) -> bool:
    return can(channel, person, Permission.SEND_MESSAGES)


async def test_discord_py_computes_the_same_permissions(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    role = server.create_role("r", permissions=Permission.MANAGE_MESSAGES)
    server.give_role(sandbox.bot, role)
    channels = [server.create_channel(name) for name in "abcd"]
    channels[1].deny(server.everyone)
    channels[2].deny(server.everyone)
    channels[2].allow(role, allow=Permission.VIEW_CHANNEL)
    channels[3].allow(sandbox.bot, deny=Permission.SEND_MESSAGES)
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    for channel in channels:
        theirs = guild.get_channel(channel.id).permissions_for(guild.me)
        if theirs.view_channel:
            ours = permissions_in(channel, sandbox.bot) & ~discord.Permissions.voice().value
            assert theirs.value == ours
        else:
            assert permissions_in(channel, sandbox.bot) == 0


async def test_a_timeout_leaves_only_sight(sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    general, ava = server.create_channel("general"), server.join("ava")
    assert _sends(general, ava)
    await sandbox.person("olga").times_out(ava, seconds=60)
    assert not _sends(general, ava)
    assert general.visible_to(ava)


async def test_a_private_thread_is_seen_by_its_members_and_thread_managers(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    general = server.create_channel("general")
    ava, leo = server.join("ava"), server.join("leo")
    mo = server.join("mo", roles=[server.create_role("Moderators")])
    thread = general.create_thread("plans", private=True, owner=ava)
    assert [thread.visible_to(p) for p in (ava, leo, mo)] == [True, False, True]
    bot = await lab.connect()
    await ava.writes("secret", channel=thread)
    thread.add_to_thread(sandbox.bot)
    await ava.writes("told", channel=thread)
    await sandbox.wait_for(lambda: bot.heard)
    assert [message.content for message in bot.heard] == ["told"]
    assert bot.heard[0].channel.name == "plans"


async def test_threads_need_the_permission_to_send_in_threads(lab: Lab, sandbox: Sandbox) -> None:
    permissions = BOT_BY_DEFAULT & ~Permission.SEND_MESSAGES_IN_THREADS
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    server.set_permissions(server.everyone, Permission.VIEW_CHANNEL)
    thread = server.create_channel("general").create_thread("plans")
    bot = await lab.connect()
    assert await refusal(bot.get_channel(thread.id).send("hi")) == 50013
    assert (await bot.get_channel(thread.parent.id).send("hi")).content == "hi"


async def test_a_server_without_the_bot_is_unknown_to_it(lab: Lab, sandbox: Sandbox) -> None:
    elsewhere = sandbox.create_server("Elsewhere", bot_permissions=None)
    channel = elsewhere.create_channel("general")
    bot = await lab.connect()
    assert await refusal(bot.fetch_guild(elsewhere.id)) == 10004
    assert await refusal(bot.fetch_channel(channel.id)) == 50001
    assert len(bot.guilds) == 0
