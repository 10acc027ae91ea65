"""Timeouts, kicks, bans, roles and the audit log through the bot's client."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import discord
import pytest

from bot.sandbox import (
    BOT_BY_DEFAULT,
    MODERATOR_BY_DEFAULT,
    Permission,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.sandbox.conftest import Lab

POWERS = BOT_BY_DEFAULT | MODERATOR_BY_DEFAULT | Permission.MANAGE_ROLES


async def code_of(request: Awaitable[object]) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await request
    return caught.value.code


async def test_a_timeout_is_set_with_its_reason(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS)
    leo = server.join("leo")
    bot = await lab.connect()
    member = await bot.get_guild(server.id).fetch_member(leo.id)
    await member.timeout(dt.timedelta(hours=1), reason="threats — Drohung")
    assert server.members[leo.id].timeout_until is not None
    (entry,) = server.audit_log
    assert (entry.action.name, entry.target_id, entry.reason) == (
        "MEMBER_UPDATE",
        leo.id,
        "threats — Drohung",
    )
    await member.timeout(None)
    assert server.members[leo.id].timeout_until is None
    assert await code_of(member.timeout(dt.timedelta(days=29))) == 50035


async def test_members_above_the_bot_are_out_of_reach(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga", bot_permissions=POWERS)
    mo = server.join("mo", roles=[server.create_role("Moderators")])
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    hour = dt.timedelta(hours=1)
    for person in (mo, sandbox.person("olga")):
        member = await guild.fetch_member(person.id)
        assert await code_of(member.timeout(hour)) == 50013
        assert await code_of(member.ban()) == 50013
        assert await code_of(member.kick()) == 50013


async def test_moderation_without_permission_answers_50013(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    leo = server.join("leo")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    member = await guild.fetch_member(leo.id)
    assert await code_of(member.ban()) == 50013
    assert await code_of(member.kick()) == 50013
    assert await code_of(member.timeout(dt.timedelta(hours=1))) == 50013
    with pytest.raises(discord.Forbidden):
        _ = [entry async for entry in guild.audit_logs()]


async def test_a_ban_removes_the_member_and_recent_messages(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS)
    general, leo, ava = server.create_channel("general"), server.join("leo"), server.join("ava")
    await leo.writes("pay", channel=general)
    await ava.writes("no", channel=general)
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    await guild.ban(discord.Object(leo.id), delete_message_seconds=3600, reason="extortion")
    assert [m.text for m in ava.sees(general)] == ["no"]
    assert leo.id not in server.members
    assert (await guild.fetch_ban(discord.Object(leo.id))).reason == "extortion"
    assert [entry.user.id async for entry in guild.bans()] == [leo.id]
    await guild.unban(discord.Object(leo.id))
    assert await code_of(guild.fetch_ban(discord.Object(leo.id))) == 10026


async def test_roles_below_the_bots_own_are_given_and_taken(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS)
    high = server.create_role("High")
    leo = server.join("leo")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    member = await guild.fetch_member(leo.id)
    assert await code_of(member.add_roles(discord.Object(high.id))) == 50013
    low = server.create_role("Low", permissions=0)
    low.position = 0
    await member.add_roles(discord.Object(low.id))
    assert server.members[leo.id].roles == [low]
    await member.remove_roles(discord.Object(low.id))
    assert server.members[leo.id].roles == []


async def test_the_audit_log_is_read_and_told(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga", bot_permissions=POWERS)
    general, leo = server.create_channel("general"), server.join("leo")
    message = await leo.writes("pay", channel=general)
    bot = await lab.connect(intents=discord.Intents(guilds=True, moderation=True))
    await sandbox.person("olga").deletes(message)
    await sandbox.wait_for(lambda: "GUILD_AUDIT_LOG_ENTRY_CREATE" in bot.names)
    (entry,) = [e async for e in bot.get_guild(server.id).audit_logs()]
    assert (entry.action, entry.user.name, entry.target.id, entry.extra.channel.id) == (
        discord.AuditLogAction.message_delete,
        "olga",
        leo.id,
        general.id,
    )


async def test_direct_messages_between_members_are_paused_for_a_day_at_most(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS | Permission.MANAGE_GUILD)
    guild = (await lab.connect()).get_guild(server.id)
    until = discord.utils.utcnow() + dt.timedelta(hours=23)
    await guild.edit(dms_disabled_until=until)
    assert server.messages_paused_until == until.isoformat()
    late = discord.utils.utcnow() + dt.timedelta(hours=25)
    assert await code_of(guild.edit(dms_disabled_until=late)) == 50035
    assert server.bot_role is not None
    server.set_permissions(server.bot_role, POWERS)
    assert await code_of(guild.edit(dms_disabled_until=until)) == 50013


async def test_invites_are_listed_and_removed_by_who_may(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS | Permission.MANAGE_GUILD)
    leo, general = server.join("leo"), server.create_channel("general")
    made = leo.invites(general)
    guild = (await lab.connect()).get_guild(server.id)
    (invite,) = await guild.invites()
    assert (invite.code, invite.inviter.id) == (made.code, leo.id)
    await invite.delete(reason="case 1")
    assert server.invites == {}
    assert [(e.action.name, e.reason) for e in server.audit_log] == [("INVITE_DELETE", "case 1")]
    assert await code_of(invite.delete()) == 10006

    leo.invites(general)
    (invite,) = await guild.invites()
    assert server.bot_role is not None
    server.set_permissions(server.bot_role, POWERS)
    assert await code_of(guild.invites()) == 50013
    assert await code_of(invite.delete()) == 50013


async def test_posts_of_a_forum_carry_its_tags(lab: Lab, sandbox: Sandbox) -> None:
    powers = POWERS | Permission.MANAGE_CHANNELS
    server = sandbox.create_server("Harbour", bot_permissions=powers)
    forum = server.create_channel("cases", kind="forum")
    bot = await lab.connect()
    tags = []
    for name in ("open", "resolved"):
        seen = await bot.fetch_channel(forum.id)
        tags.append(await seen.create_tag(name=name))
    made = await seen.create_thread(name="Case 1", content="…", applied_tags=[tags[0]])
    post = server.threads[made.thread.id]
    assert post.tags == ["open"]
    await made.thread.edit(applied_tags=[tags[1]])
    assert post.tags == ["resolved"]
    assert [tag.name for tag in forum.available_tags] == ["open", "resolved"]

    forum.requires_tag = True
    assert await code_of(seen.create_thread(name="Case 2", content="…")) == 40067
    assert await code_of(made.thread.edit(applied_tags=tags * 3)) == 50035
    assert await code_of(seen.create_tag(name="n" * 21)) == 50035
    assert await code_of(seen.edit(available_tags=tags * 11)) == 50035


async def test_a_locked_thread_is_closed_to_all_but_those_who_manage_threads(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour", bot_permissions=POWERS)
    leo, general = server.join("leo"), server.create_channel("general")
    mo = server.join("mo", roles=[server.create_role("Moderators")])
    thread = general.create_thread("talk", owner=leo)
    bot = await lab.connect()
    await bot.get_guild(server.id).get_thread(thread.id).edit(locked=True)
    with pytest.raises(SandboxError, match="it is locked"):
        await leo.writes("hello?", channel=thread)
    await mo.writes("closed", channel=thread)
