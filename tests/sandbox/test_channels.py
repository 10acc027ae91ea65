"""Channels, threads, forums, history, reactions and pins through the bot's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.sandbox import BOT_BY_DEFAULT, Permission, Sandbox

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab


async def test_history_is_read_in_pages_from_any_side(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    written = [await ava.writes(str(n), channel=general) for n in range(130)]
    bot = await lab.connect()
    channel = bot.get_channel(general.id)

    async def read(**where: Any) -> list[str]:
        return [m.content async for m in channel.history(**where)]

    middle = discord.Object(written[60].id)
    assert await read(limit=None) == [str(n) for n in range(129, -1, -1)]
    assert await read(limit=3, before=middle) == ["59", "58", "57"]
    assert await read(limit=3, after=middle) == ["61", "62", "63"]
    assert await read(limit=5, around=middle) == ["62", "61", "60", "59", "58"]


async def test_a_public_thread_on_a_message_is_made_once(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    message = await ava.writes("hi", channel=general)
    bot = await lab.connect()
    seen = await bot.get_channel(general.id).fetch_message(message.id)
    thread = await seen.create_thread(name="about it")
    await thread.send("inside")
    assert (thread.id, thread.parent_id) == (message.id, general.id)
    assert [m.text for m in ava.sees(server.channel("about it"))] == ["inside"]
    with pytest.raises(discord.HTTPException) as caught:
        await seen.create_thread(name="again")
    assert caught.value.code == 160004


async def test_a_private_thread_holds_only_those_who_were_added(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    moderators = server.create_role("Moderators", permissions=0)
    alerts = server.create_channel("alerts", visible_to=[moderators, sandbox.bot])
    mo, nia = server.join("mo", roles=[moderators]), server.join("nia", roles=[moderators])
    outsider = server.join("ava")
    bot = await lab.connect()
    thread = await bot.get_channel(alerts.id).create_thread(name="case", invitable=False)
    await thread.add_user(discord.Object(mo.id))
    await thread.send("for mo")
    inside = server.channel("case")
    assert [m.text for m in mo.sees(inside)] == ["for mo"]
    assert nia.sees(inside) == []
    with pytest.raises(discord.Forbidden) as caught:
        await thread.add_user(discord.Object(outsider.id))
    assert caught.value.code == 50001
    assert {m.id for m in await thread.fetch_members()} == {mo.id, bot.user.id}


async def test_a_thread_is_archived_and_wakes_by_a_message(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    bot = await lab.connect()
    thread = await bot.get_channel(general.id).create_thread(
        name="case", type=discord.ChannelType.public_thread
    )
    await thread.edit(archived=True)
    assert server.channel("case").archived
    assert [t.id async for t in bot.get_channel(general.id).archived_threads()] == [thread.id]
    assert await bot.get_guild(server.id).active_threads() == []
    await thread.send("again")
    assert not server.channel("case").archived
    assert [t.id for t in await bot.get_guild(server.id).active_threads()] == [thread.id]


async def test_a_forum_post_has_its_first_message(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    forum, ava = server.create_channel("cases", kind="forum"), server.join("ava")
    bot = await lab.connect()
    made = await bot.get_channel(forum.id).create_thread(name="Case 1", content="what we know")
    assert made.message.content == "what we know"
    assert [m.text for m in ava.sees(server.channel("Case 1"))] == ["what we know"]


async def test_voice_channels_have_text(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    voice, ava = server.create_channel("Lounge", kind="voice"), server.join("ava")
    bot = await lab.connect()
    await ava.writes("hi", channel=voice)
    heard = await sandbox.wait_for(lambda: bot.heard and bot.heard[0])
    await heard.channel.send("hello")
    assert [m.text for m in ava.sees(voice)] == ["hi", "hello"]


async def test_channels_are_created_edited_and_deleted(lab: Lab, sandbox: Sandbox) -> None:
    permissions = BOT_BY_DEFAULT | Permission.MANAGE_CHANNELS
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    moderators = server.create_role("Moderators", permissions=0)
    mo, ava = server.join("mo", roles=[moderators]), server.join("ava")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    made = await guild.create_text_channel(
        "alerts",
        overwrites={
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            guild.get_role(moderators.id): discord.PermissionOverwrite(view_channel=True),
            guild.me: discord.PermissionOverwrite(view_channel=True),
        },
        reason="setup",
    )
    alerts = server.channel("alerts")
    assert [alerts.visible_to(p) for p in (mo, ava, sandbox.bot)] == [True, False, True]
    await made.edit(topic="cases")
    assert alerts.topic == "cases"
    await made.delete()
    assert alerts.deleted
    assert [str(entry.action.name) for entry in server.audit_log] == [
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_DELETE",
    ]


async def test_the_bot_cannot_give_what_it_does_not_have(lab: Lab, sandbox: Sandbox) -> None:
    permissions = BOT_BY_DEFAULT | Permission.MANAGE_CHANNELS
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    with pytest.raises(discord.Forbidden) as caught:
        await guild.create_text_channel(
            "x", overwrites={guild.me: discord.PermissionOverwrite(ban_members=True)}
        )
    assert caught.value.code == 50013


async def test_only_administrators_set_manage_roles_in_a_channel(
    lab: Lab, sandbox: Sandbox
) -> None:
    permissions = BOT_BY_DEFAULT | Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    wanted = {guild.me: discord.PermissionOverwrite(manage_roles=True)}
    with pytest.raises(discord.Forbidden):
        await guild.create_text_channel("x", overwrites=wanted)
    assert server.bot_role is not None
    server.set_permissions(server.bot_role, Permission.ADMINISTRATOR)
    await guild.create_text_channel("x", overwrites=wanted)
    assert [c.name for c in server.channels.values()] == ["x"]


async def test_messages_are_edited_deleted_and_purged(lab: Lab, sandbox: Sandbox) -> None:
    permissions = BOT_BY_DEFAULT | Permission.MANAGE_MESSAGES
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    message = await channel.send("one")
    await message.edit(content="two")
    assert [m.text for m in ava.sees(general)] == ["two"]
    await message.delete()
    assert ava.sees(general) == []
    for number in range(3):
        await ava.writes(str(number), channel=general)
    assert len(await channel.purge()) == 3
    assert ava.sees(general) == []


async def test_reactions_and_pins_are_kept(lab: Lab, sandbox: Sandbox) -> None:
    permissions = BOT_BY_DEFAULT | Permission.PIN_MESSAGES | Permission.ADD_REACTIONS
    server = sandbox.create_server("Harbour", bot_permissions=permissions)
    general, ava = server.create_channel("general"), server.join("ava")
    written = await ava.writes("hi", channel=general)
    bot = await lab.connect()
    message = await bot.get_channel(general.id).fetch_message(written.id)
    await message.add_reaction("👍")
    await ava.reacts(written, "👍")
    await message.pin()
    assert [u.name for u in written.reactions["👍"]] == ["notalone", "ava"]
    assert [m.id async for m in message.channel.pins()] == [written.id]
    await message.remove_reaction("👍", bot.user)
    await message.unpin()
    fetched = await message.channel.fetch_message(written.id)
    assert ([(r.emoji, r.count) for r in fetched.reactions], fetched.pinned) == ([("👍", 1)], False)
