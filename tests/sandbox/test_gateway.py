"""The gateway: sessions, resumes, shards, and every way of misbehaving."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.ext import commands

from bot.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab, MakeLab, Recorder


def heard(bot: Recorder) -> list[str]:
    return [message.content for message in bot.heard]


async def test_ready_names_unavailable_servers_and_their_creation_follows(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour", owner="olga", locale="de")
    general = server.create_channel("general", topic="talk")
    post = await sandbox.person("olga").writes("hi", channel=general)
    thread = general.create_thread("plans")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    assert bot.names[:2] == ["READY", "GUILD_CREATE"]
    assert (guild.name, guild.preferred_locale, guild.member_count) == (
        "Harbour",
        discord.Locale.german,
        2,
    )
    assert guild.owner_id == sandbox.person("olga").id
    assert guild.me.guild_permissions.send_messages
    assert (guild.get_channel(general.id).topic, guild.get_channel(general.id).last_message_id) == (
        "talk",
        post.id,
    )
    assert guild.get_thread(thread.id).name == "plans"


async def test_a_dropped_connection_is_resumed_with_what_was_missed(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    await ava.writes("before", channel=general)
    await sandbox.wait_for(lambda: bot.heard)
    await sandbox.gateway.drop()
    await ava.writes("while away", channel=general)
    await sandbox.wait_for(lambda: len(bot.heard) == 2)
    await ava.writes("after", channel=general)
    await sandbox.wait_for(lambda: len(bot.heard) == 3)
    assert heard(bot) == ["before", "while away", "after"]
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)


async def test_a_requested_reconnect_is_resumed(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    await sandbox.gateway.reconnect()
    await ava.writes("while away", channel=general)
    await sandbox.wait_for(lambda: bot.heard)
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)


async def test_an_invalid_session_is_identified_anew_and_misses_events(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    await sandbox.gateway.invalidate()
    await ava.writes("missed", channel=general)
    await sandbox.wait_for(lambda: sandbox.gateway.identifies == 2)
    await ava.writes("told", channel=general)
    await sandbox.wait_for(lambda: bot.heard)
    assert heard(bot) == ["told"]


async def test_a_lost_session_cannot_be_resumed(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create_server("Harbour")
    await lab.connect()
    await sandbox.gateway.drop()
    sandbox.gateway.forget_sessions()
    await sandbox.wait_for(lambda: sandbox.gateway.identifies == 2)
    assert sandbox.gateway.resumes == 0


async def test_events_can_be_held_duplicated_and_late(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect()
    sandbox.gateway.pause()
    await ava.writes("held", channel=general)
    await ava.writes("too", channel=general)
    await asyncio.sleep(0.02)
    assert heard(bot) == []
    sandbox.gateway.resume()
    sandbox.gateway.duplicate_next()
    await ava.writes("twice", channel=general)
    sandbox.gateway.delay_next(0.03, event="MESSAGE_CREATE")
    await ava.writes("late", channel=general)
    await ava.writes("early", channel=general)
    await sandbox.wait_for(lambda: len(bot.heard) == 6)
    assert heard(bot) == ["held", "too", "twice", "twice", "early", "late"]


async def test_a_client_that_stops_heartbeating_is_closed(lab_with: MakeLab) -> None:
    async with (
        lab_with(heartbeat_interval=0.05) as lab,
        aiohttp.ClientSession() as session,
        session.ws_connect(lab.sandbox.gateway_url) as socket,
    ):
        hello = (await socket.receive()).json()
        assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 50)
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive()).json()["op"] == 11
        await socket.receive()
        assert socket.close_code == 4009


async def test_members_are_asked_for_in_chunks(lab_with: MakeLab) -> None:
    async with lab_with(server_members=True) as lab:
        server = lab.sandbox.create_server("Harbour")
        for number in range(1200):
            server.join(f"m{number}")
        intents = discord.Intents(guilds=True, members=True)
        bot = await lab.connect(intents=intents)
        guild = bot.get_guild(server.id)
        assert len(guild.members) == 1
        await guild.chunk()
        assert len(guild.members) == 1202
        assert bot.names.count("GUILD_MEMBERS_CHUNK") == 2


async def test_members_are_queried_by_name_and_id_without_the_intent(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    ava = server.join("ava")
    server.join("leo")
    bot = await lab.connect()
    guild = bot.get_guild(server.id)
    by_name = await guild.query_members("av")
    by_id = await guild.query_members(user_ids=[ava.id])
    assert [m.id for m in by_name] == [m.id for m in by_id] == [ava.id]


async def test_shards_are_told_of_their_own_servers(lab: Lab, sandbox: Sandbox) -> None:
    names = [f"s{number}" for number in range(6)]
    servers = []
    for name in names:
        servers.append(sandbox.create_server(name))
        await asyncio.sleep(0.002)
    sandbox.gateway.recommended_shards = 2
    told: list[tuple[int, int]] = []

    class Sharded(commands.AutoShardedBot):
        async def before_identify_hook(self, shard_id: int, *, initial: bool = False) -> None:
            """Start the second shard at once."""

        async def on_message(self, message: discord.Message, /) -> None:
            assert message.guild is not None
            told.append((message.guild.id, message.guild.shard_id))

    bot = Sharded(
        "!",
        intents=discord.Intents(guilds=True, messages=True),
        guild_ready_timeout=0,
        chunk_guilds_at_startup=False,
    )
    await lab.connect(bot)
    await sandbox.wait_for(lambda: len(sandbox.gateway.connected) == 2, timeout=10)
    owner = sandbox.person("owner")
    for server in servers:
        await owner.writes("hi", channel=server.create_channel("general"))
    await sandbox.wait_for(lambda: len(told) == 6)
    assert sorted(told) == sorted((s.id, (s.id >> 22) % 2) for s in servers)
    assert {s.shard for s in sandbox.gateway.connected} == {(0, 2), (1, 2)}


async def test_gateway_bot_tells_how_many_sessions_may_start(lab: Lab, sandbox: Sandbox) -> None:
    bot = await lab.connect()
    shards, url, limit = await bot.http.get_bot_gateway()
    assert (shards, url) == (1, sandbox.gateway_url)
    assert (limit["total"], limit["remaining"]) == (1000, 999)


async def test_the_bot_is_invited_removed_and_cut_off_by_an_outage(
    lab: Lab, sandbox: Sandbox
) -> None:
    bot = await lab.connect()
    server = sandbox.create_server("Harbour")
    await sandbox.wait_for(lambda: bot.get_guild(server.id))
    sandbox.set_available(server, available=False)
    await sandbox.wait_for(lambda: bot.get_guild(server.id).unavailable)
    sandbox.set_available(server, available=True)
    await sandbox.wait_for(lambda: not bot.get_guild(server.id).unavailable)
    sandbox.remove_bot(server)
    await sandbox.wait_for(lambda: bot.get_guild(server.id) is None)

    assert not bot.guilds


async def test_ready_waits_for_the_bot_and_its_commands(lab: Lab, sandbox: Sandbox) -> None:
    waiting = asyncio.create_task(sandbox.ready(commands=True))
    await lab.connect()
    await waiting
    assert [c["name"] for c in sandbox.commands.offered(None, kind=3)] == ["Get help"]


async def test_five_thousand_messages_a_second_can_be_told(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(sandbox.gateway_url, max_msg_size=0)
        await socket.receive()
        identify = {"token": sandbox.token, "intents": 1 | 1 << 9 | 1 << 15}
        await socket.send_json({"op": 2, "d": identify})
        await sandbox.wait_for(lambda: sandbox.gateway.connected)
        loop = asyncio.get_running_loop()

        async def drain() -> None:
            for _ in range(5002):
                await socket.receive()

        began = loop.time()
        draining = asyncio.create_task(drain())
        for _ in range(5000):
            await ava.writes("hello there, how are you all today?", channel=general)
        await draining
        spent = loop.time() - began
        await socket.close()
    assert spent < 3, f"{5000 / spent:.0f} messages a second"


async def test_a_closed_connection_is_resumed(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create_server("Harbour")
    await lab.connect()
    await sandbox.gateway.close(4000)
    await sandbox.wait_for(lambda: sandbox.gateway.resumes == 1)
    await sandbox.gateway.invalidate(resumable=True)
    await sandbox.wait_for(lambda: sandbox.gateway.resumes == 2)
    assert (sandbox.gateway.identifies, sandbox.gateway.closed_with) == (1, [4000])


async def test_what_is_told_late_is_told_as_it_was(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect(max_messages=None)
    sandbox.gateway.pause()
    message = await ava.writes("first", channel=general)
    await ava.edits(message, "second")
    sandbox.gateway.resume()
    await sandbox.wait_for(lambda: bot.heard)
    assert heard(bot) == ["first"]


async def close_code(sandbox: Sandbox, *frames: dict[str, object]) -> int | None:
    """Return the code with which a connection ends that says these things after HELLO."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(sandbox.gateway_url) as connection,
    ):
        for frame in frames:
            await connection.send_json(frame)
        async for _ in connection:
            pass
        return connection.close_code


async def test_a_client_that_breaks_the_protocol_is_closed(sandbox: Sandbox) -> None:
    identify = {"op": 2, "d": {"token": sandbox.token, "intents": 1}}
    assert await close_code(sandbox, {"op": 8, "d": {}}) == 4003
    assert await close_code(sandbox, identify, identify) == 4005
    assert await close_code(sandbox, identify, {"op": 77, "d": {}}) == 4001
    assert await close_code(sandbox, {"op": 6, "d": {"token": "wrong"}}) == 4004


async def test_a_resume_takes_over_from_a_connection_that_hangs(sandbox: Sandbox) -> None:
    sandbox.create_server("Harbour")
    identify = {"op": 2, "d": {"token": sandbox.token, "intents": 1}}
    async with aiohttp.ClientSession() as session:
        hanging = await session.ws_connect(sandbox.gateway_url)
        await hanging.receive()
        await hanging.send_json(identify)
        ready = (await hanging.receive()).json()
        resume = {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": 1}
        second = await session.ws_connect(sandbox.gateway_url)
        await second.receive()
        await second.send_json({"op": 6, "d": resume})
        told = [(await second.receive()).json()["t"] for _ in range(2)]
        assert told == ["GUILD_CREATE", "RESUMED"]
        late = await session.ws_connect(sandbox.gateway_url)
        await late.receive()
        await late.send_json({"op": 6, "d": resume | {"seq": 99}})
        assert (await late.receive()).json()["op"] == 9
