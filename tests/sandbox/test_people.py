"""What people do reaches the bot, and what the bot does reaches people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.sandbox import Sandbox, SandboxError

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab, MakeLab


async def test_a_message_reaches_the_bot_with_its_mentions(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    general = server.create_channel("general")
    ava, leo = server.join("ava"), server.join("leo")
    bot = await lab.connect()
    await ava.writes("hello @leo", channel=general, mentions=[leo])
    heard = await sandbox.wait_for(lambda: bot.heard and bot.heard[0])
    assert (heard.author.name, heard.content, heard.channel.name) == (
        "ava",
        f"hello <@{leo.id}>",
        "general",
    )
    assert [user.id for user in heard.mentions] == [leo.id]
    assert isinstance(heard.author, discord.Member)


async def test_ids_carry_the_time_of_the_clock(lab: Lab, sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    before = discord.utils.utcnow()
    bot = await lab.connect()
    await sandbox.person("owner").writes("hi", channel=general)
    heard = await sandbox.wait_for(lambda: bot.heard and bot.heard[0])
    assert abs((heard.created_at - before).total_seconds()) < 10


async def test_replies_forwards_and_attachments_arrive_as_such(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, other = server.create_channel("general"), server.create_channel("other")
    ava, leo = server.join("ava"), server.join("leo")
    bot = await lab.connect()
    first = await leo.writes("pay me", channel=other, attachments=["shot.png"])
    await ava.writes("no", channel=general, forwards=first)
    await ava.writes("stop", channel=other, reply_to=first)
    await sandbox.wait_for(lambda: len(bot.heard) == 3)
    attached, forwarded, replied = bot.heard
    assert (attached.attachments[0].filename, attached.attachments[0].content_type) == (
        "shot.png",
        "image/png",
    )
    assert forwarded.message_snapshots[0].content == "pay me"
    assert forwarded.reference.type is discord.MessageReferenceType.forward
    assert replied.reference.resolved.content == "pay me"
    assert [user.id for user in replied.mentions] == [leo.id]


async def test_a_reply_can_leave_out_the_ping(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava, leo = server.create_channel("general"), server.join("ava"), server.join("leo")
    first = await leo.writes("hello", channel=general)
    silent = await ava.writes("hm", channel=general, reply_to=first, ping=False)
    loud = await ava.writes("hm", channel=general, reply_to=first)
    assert (silent.pings, loud.pings) == (frozenset(), {leo})


async def test_edits_and_deletions_reach_the_bot(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    mo = server.join("mo", roles=[server.create_role("Moderators")])
    bot = await lab.connect()
    messages = [await ava.writes(f"{n}", channel=general) for n in range(4)]
    await ava.edits(messages[0], "changed")
    await ava.deletes(messages[0])
    await mo.deletes(messages[1])
    await mo.bulk_deletes(messages[2:])
    await sandbox.wait_for(lambda: "MESSAGE_DELETE_BULK" in bot.names)
    told = [name for name in bot.names if name.startswith("MESSAGE_")]
    assert told == [
        *["MESSAGE_CREATE"] * 4,
        "MESSAGE_UPDATE",
        "MESSAGE_DELETE",
        "MESSAGE_DELETE",
        "MESSAGE_DELETE_BULK",
    ]
    assert ava.sees(general) == []
    assert messages[0].deleted


async def test_people_can_only_do_what_discord_lets_them(sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    moderators = server.create_role("Moderators")
    alerts = server.create_channel("alerts", visible_to=[moderators])
    general = server.create_channel("general")
    ava, leo = server.join("ava"), server.join("leo")
    message = await leo.writes("mine", channel=general)
    with pytest.raises(SandboxError, match="ava cannot write in #alerts"):
        await ava.writes("hi", channel=alerts)
    with pytest.raises(SandboxError, match="ava cannot delete messages in #general"):
        await ava.deletes(message)
    with pytest.raises(SandboxError, match="ava did not write"):
        await ava.edits(message, "yours")
    with pytest.raises(SandboxError, match="ava cannot ban in Harbour"):
        await ava.bans(leo)


async def test_the_bot_sends_a_direct_message(lab: Lab, sandbox: Sandbox) -> None:
    ava = sandbox.create_server("Harbour").join("ava")
    bot = await lab.connect()
    user = await bot.fetch_user(ava.id)
    await user.send("you are not alone")
    assert [message.text for message in ava.direct_messages()] == ["you are not alone"]


async def test_a_person_writes_to_the_bot(lab: Lab, sandbox: Sandbox) -> None:
    ava = sandbox.create_server("Harbour").join("ava")
    bot = await lab.connect(intents=discord.Intents(guilds=True, dm_messages=True))
    await ava.writes_to_bot("help")
    heard = await sandbox.wait_for(lambda: bot.heard and bot.heard[0])
    assert (heard.guild, heard.content) == (None, "help")
    await heard.channel.send("here")
    assert [message.text for message in ava.direct_messages()] == ["here"]


async def test_nobody_is_pinged_when_mentions_are_not_allowed(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    moderators = server.create_role("Moderators", mentionable=True)
    mo = server.join("mo", roles=[moderators])
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    text = f"{ava.mention} {moderators.mention} @everyone"
    await channel.send(text)
    await channel.send(text, allowed_mentions=discord.AllowedMentions(users=True))
    await channel.send(text, allowed_mentions=discord.AllowedMentions(roles=True))
    await channel.send(text, allowed_mentions=discord.AllowedMentions(everyone=True))
    silent, users, roles, everyone = ava.sees(general)
    assert (silent.pings, users.pings, roles.pings) == (frozenset(), {ava}, {mo})
    assert everyone.pings == frozenset()
    assert ava.pinged_by(general) == [users]


async def test_everyone_is_pinged_only_with_the_permission(sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour", owner="olga")
    general, ava = server.create_channel("general"), server.join("ava")
    by_owner = await sandbox.person("olga").writes("@everyone", channel=general)
    by_member = await ava.writes("@everyone", channel=general)
    assert (by_owner.pings, by_member.pings) == ({ava, sandbox.bot}, frozenset())


async def test_joins_leaves_and_bans_reach_a_bot_that_asked(lab_with: MakeLab) -> None:
    async with lab_with(server_members=True) as lab:
        server = lab.sandbox.create_server("Harbour", owner="olga")
        intents = discord.Intents(guilds=True, members=True, moderation=True)
        bot = await lab.connect(intents=intents)
        ava, leo = server.join("ava"), server.join("leo")
        ava.leaves(server)
        await lab.sandbox.person("olga").bans(leo)
        await lab.sandbox.wait_for(lambda: "GUILD_BAN_ADD" in bot.names)
        told = [name for name in bot.names if name.startswith(("GUILD_MEMBER_", "GUILD_BAN"))]
        assert told == [
            "GUILD_MEMBER_ADD",
            "GUILD_MEMBER_ADD",
            "GUILD_MEMBER_REMOVE",
            "GUILD_MEMBER_REMOVE",
            "GUILD_BAN_ADD",
        ]
        with pytest.raises(SandboxError, match="leo is banned"):
            server.join(leo)


async def test_fetching_media_is_noticed_and_refused(sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    message = await sandbox.person("owner").writes(channel=general, attachments=["a.png"])
    assert sandbox.media_requests == []
    url = f"{sandbox.world.media_url}/{message.attachments[0].id}/a.png"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 403
    assert sandbox.media_requests == [f"/media/{message.attachments[0].id}/a.png"]


async def test_history_is_bounded_on_demand(lab_with: MakeLab) -> None:
    async with lab_with(history=10) as lab:
        general = lab.sandbox.create_server("Harbour").create_channel("general")
        owner = lab.sandbox.person("owner")
        for number in range(15):
            await owner.writes(f"{number}", channel=general)
        assert [m.text for m in owner.sees(general)] == [str(n) for n in range(5, 15)]
