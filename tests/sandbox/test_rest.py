"""The remaining routes, and what each refuses."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.sandbox import BOT_BY_DEFAULT, Attachment, Permission, Sandbox, SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.sandbox.conftest import Lab, MakeLab


async def code_of(request: Awaitable[object]) -> int:
    with pytest.raises(discord.HTTPException) as caught:
        await request
    return caught.value.code


async def test_servers_roles_channels_and_commands_are_fetched(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    bot = await lab.connect()
    guild = await bot.fetch_guild(server.id)
    assert (guild.name, guild.approximate_member_count) == ("Harbour", 2)
    assert [role.name for role in await guild.fetch_roles()] == ["@everyone", "NotAlone"]
    assert [channel.id for channel in await guild.fetch_channels()] == [general.id]
    assert [g.id async for g in bot.fetch_guilds()] == [server.id]
    fetched = await bot.tree.fetch_commands()
    assert [command.name for command in fetched][:2] == ["ping", "slow"]
    assert (await bot.tree.fetch_command(fetched[0].id)).name == "ping"
    assert await code_of(bot.tree.fetch_command(1)) == 10063
    assert await bot.http.request(discord.http.Route("GET", "/gateway")) == {
        "url": sandbox.gateway_url
    }


async def test_members_are_listed_with_the_intent_only(lab: Lab, lab_with: MakeLab) -> None:
    server = lab.sandbox.create_server("Harbour")
    bot = await lab.connect()
    route = discord.http.Route("GET", "/guilds/{guild_id}/members", guild_id=server.id)
    assert await code_of(bot.http.request(route, params={"limit": 5})) == 50001
    async with lab_with(server_members=True) as other:
        server = other.sandbox.create_server("Harbour")
        ava = server.join("ava")
        intents = discord.Intents(guilds=True, members=True)
        bot = await other.connect(intents=intents)
        members = [m.id async for m in bot.get_guild(server.id).fetch_members()]
        everyone = [bot.user.id, other.sandbox.person("owner").id, ava.id]
        assert sorted(members) == sorted(everyone)


async def test_guild_commands_belong_to_one_server(lab: Lab, sandbox: Sandbox) -> None:
    here, there = sandbox.create_server("Here"), sandbox.create_server("There")
    ava = here.join("ava")
    there.join(ava)
    channels = [server.create_channel("general") for server in (here, there)]
    bot = await lab.connect()

    @bot.tree.command(name="local", description="d", guild=discord.Object(here.id))
    async def local(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    await bot.tree.sync(guild=discord.Object(here.id))
    assert (await ava.runs("local", channel=channels[0])).text == "here"
    with pytest.raises(SandboxError, match="not offered 'local'"):
        await ava.runs("local", channel=channels[1])


async def test_commands_for_servers_are_not_offered_in_direct_messages(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    command = {"name": "x", "description": "d"}
    sandbox.commands.replace(
        None, [command | {"contexts": [0]}, command | {"name": "y", "contexts": [1]}]
    )
    with pytest.raises(SandboxError, match="in direct messages; offered: y"):
        await ava.runs("x")
    with pytest.raises(SandboxError, match="in #general; offered: x"):
        await ava.runs("y", channel=general)
    general.deny(server.everyone, Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(SandboxError, match="offered: none"):
        await ava.runs("x", channel=general)


async def test_the_bot_changes_nicks_roles_and_its_own_name(lab: Lab, sandbox: Sandbox) -> None:
    powers = BOT_BY_DEFAULT | Permission.MANAGE_NICKNAMES | Permission.MANAGE_ROLES
    server = sandbox.create_server("Harbour", bot_permissions=powers)
    leo = server.join("leo")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    member = await guild.fetch_member(leo.id)
    made = await guild.create_role(name="Watched")
    server.roles[made.id].position = 0
    await member.edit(nick="Leo!", roles=[made])
    await guild.me.edit(nick="Helper")
    assert server.members[leo.id].display == "Leo!"
    assert [role.name for role in server.members[leo.id].roles] == ["Watched"]
    assert server.members[sandbox.bot.id].display == "Helper"
    forbidden = discord.Permissions(ban_members=True)
    assert await code_of(guild.create_role(name="x", permissions=forbidden)) == 50013


async def test_overwrites_are_set_and_removed(lab: Lab, sandbox: Sandbox) -> None:
    powers = BOT_BY_DEFAULT | Permission.MANAGE_ROLES
    server = sandbox.create_server("Harbour", bot_permissions=powers)
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    everyone = channel.guild.default_role
    await channel.set_permissions(channel.guild.me, view_channel=True)
    await channel.set_permissions(everyone, view_channel=False)
    assert not general.visible_to(ava)
    await channel.set_permissions(everyone, overwrite=None)
    assert general.visible_to(ava)


async def test_a_file_needs_the_permission_to_attach_it(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general = server.create_channel("general")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    sent = await channel.send(file=discord.File(io.BytesIO(b"{}"), filename="bundle.json"))
    assert [attachment.filename for attachment in sent.attachments] == ["bundle.json"]
    general.allow(sandbox.bot, deny=Permission.ATTACH_FILES)
    again = discord.File(io.BytesIO(b"{}"), filename="bundle.json")
    assert await code_of(channel.send(file=again)) == 50013


async def test_messages_are_not_bulk_deleted_when_old_or_single(lab_with: MakeLab) -> None:
    now = [time.time()]
    async with lab_with(clock=lambda: now[0]) as lab:
        powers = BOT_BY_DEFAULT | Permission.MANAGE_MESSAGES
        server = lab.sandbox.create_server("Harbour", bot_permissions=powers)
        general, ava = server.create_channel("general"), server.join("ava")
        written = [await ava.writes(str(n), channel=general) for n in range(2)]
        bot = await lab.connect()
        ids = [message.id for message in written]
        assert await code_of(bot.http.delete_messages(general.id, ids[:1])) == 50016
        now[0] += 15 * 24 * 3600
        assert await code_of(bot.http.delete_messages(general.id, ids)) == 50034


async def test_a_persons_direct_message_cannot_be_deleted_by_the_bot(
    lab: Lab, sandbox: Sandbox
) -> None:
    ava = sandbox.create_server("Harbour").join("ava")
    bot = await lab.connect()
    message = await ava.writes_to_bot("hi")
    assert await code_of(bot.http.delete_message(message.channel.id, message.id)) == 50003


async def test_a_forum_itself_takes_no_messages(lab: Lab, sandbox: Sandbox) -> None:
    forum = sandbox.create_server("Harbour").create_channel("cases", kind="forum")
    bot = await lab.connect()
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=forum.id)
    assert await code_of(bot.http.request(route, json={"content": "x"})) == 50008


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/channels/abc", None, 50035),
        ("POST", "/users/@me/channels", b"{", 50109),
        ("POST", "/users/@me/channels", b'{"recipient_id": "1"}', 50033),
    ],
)
async def test_nonsense_is_refused(
    sandbox: Sandbox, method: str, path: str, body: bytes | None, code: int
) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, sandbox.api_url + path, data=body) as response,
    ):
        assert (await response.json())["code"] == code


async def test_threads_are_joined_left_locked_and_managed(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    made = general.create_thread("plans", owner=ava)
    bot = await lab.connect()
    thread = bot.get_channel(made.id)
    await thread.join()
    assert sandbox.bot.id in made.thread_members
    await thread.leave()
    assert sandbox.bot.id not in made.thread_members
    assert await code_of(thread.edit(name="mine")) == 50013
    assert await code_of(thread.remove_user(discord.Object(ava.id))) == 50013
    assert await code_of(thread.delete()) == 50013
    made.archive(locked=True)
    assert await code_of(thread.edit(archived=False)) == 50013
    assert await code_of(thread.send("x")) == 50083
    made.archive(archived=True, locked=False)
    assert await code_of(thread.add_user(discord.Object(ava.id))) == 50083
    await thread.edit(archived=False)
    assert not made.archived


async def test_in_an_archived_thread_nothing_is_changed(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    made = server.create_channel("general").create_thread("plans")
    server.set_permissions(server.everyone, BOT_BY_DEFAULT | Permission.ADD_REACTIONS)
    bot = await lab.connect()
    thread = bot.get_channel(made.id)
    message = await thread.send("hello")
    made.archive()
    for change in (message.edit(content="bye"), message.add_reaction("x"), thread.join()):
        assert await code_of(change) == 50083


async def test_an_own_private_thread_is_closed_to_those_removed(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    thread = await bot.get_channel(general.id).create_thread(name="case")
    await thread.add_user(discord.Object(ava.id))
    await thread.remove_user(discord.Object(ava.id))
    assert not server.channel("case").visible_to(ava)
    general.delete()
    assert server.threads == {}


async def test_embeds_are_readable(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    embed = discord.Embed(title="Case", description="what").set_footer(text="end")
    embed.add_field(name="Level", value="high").set_author(name="NotAlone")
    await bot.get_channel(general.id).send("look", embed=embed)
    (message,) = ava.sees(general)
    assert message.text == "look\nNotAlone\nCase\nwhat\nLevel\nhigh\nend"
    assert message.url == f"https://discord.com/channels/{server.id}/{general.id}/{message.id}"


async def test_the_bot_leaves_a_server(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    bot = await lab.connect()
    await bot.get_guild(server.id).leave()
    await sandbox.wait_for(lambda: not bot.guilds)
    assert sandbox.bot.id not in server.members


async def test_people_kick_ban_and_meet_in_several_servers(sandbox: Sandbox) -> None:
    here = sandbox.create_server("Here", owner="olga")
    there = sandbox.create_server("There", owner="olga")
    olga, leo = sandbox.person("olga"), here.join("leo")
    leo.joins(there)
    general = here.create_channel("general")
    own = Attachment(1, "a.pdf", 10, "application/pdf")
    await leo.writes("pay", channel=general, attachments=[own])
    with pytest.raises(SandboxError, match="olga and leo share 2 servers; name one"):
        await olga.kicks(leo)
    await olga.kicks(leo, server=there)
    await olga.bans(leo, delete_messages=True)
    assert (leo.id in there.members, leo.id in here.members) == (False, False)
    assert olga.sees(general) == []
    with pytest.raises(SandboxError, match="Here has no channel #nowhere"):
        here.channel("nowhere")
    with pytest.raises(SandboxError, match="olga is already in Here"):
        here.join("olga")


async def test_a_blocked_bot_is_not_written_to(sandbox: Sandbox) -> None:
    ava = sandbox.create_server("Harbour").join("ava")
    ava.blocks_bot()
    with pytest.raises(SandboxError, match="ava has blocked the bot"):
        await ava.writes_to_bot("hi")
    ava.unblocks_bot()
    assert (await ava.writes_to_bot("hi")).text == "hi"


async def test_waiting_in_vain_says_for_what(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match=r"still \[\] after 0\.01 s"):
        await sandbox.wait_for(list, timeout=0.01)
