"""What is read straight from the gateway's payload is what discord.py would have handed out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord.ext import commands
from yarl import URL

from bot.domain.message import Message
from bot.sandbox import Sandbox, Webhook
from bot.transport.inbound import to_message
from bot.transport.inspection import intents
from bot.transport.payload import Payload, hear_first, read_message


class Listener(commands.Bot):
    """Reads every message twice: from the payload, and as discord.py hands it out."""

    def __init__(self, *, leave: bool = True) -> None:
        super().__init__("!", intents=intents(), guild_ready_timeout=0)
        self.read: list[Message] = []
        self.given: list[Message] = []
        self._leave = leave
        hear_first(self, self._hear)

    def _hear(self, data: Payload) -> bool:
        guild = self.get_guild(int(data["guild_id"]))
        assert guild is not None
        self.read.append(read_message(data, guild))
        return not self._leave

    async def on_message(self, message: discord.Message, /) -> None:
        self.given.append(to_message(message, titled=True))


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with Sandbox() as started:
        discord.http.Route.BASE = started.api_url
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(started.gateway_url)
        yield started
    discord.http.Route.BASE = base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway


async def _talk(sandbox: Sandbox) -> int:
    """Write one message of every kind; how many."""
    server = sandbox.create_server("Harbour")
    general, ava, leo = server.create_channel("general"), server.join("ava"), server.join("leo")
    rich: list[Any] = [
        {"type": "rich", "title": "t", "fields": [{"name": "n", "value": "v"}]},
        {"type": "link", "title": "a site's words"},
    ]
    first = await ava.writes("plain ünïcödé", channel=general)
    await leo.writes("hello", channel=general, mentions=[ava, sandbox.bot])
    await leo.writes("an answer", channel=general, reply_to=first)
    await leo.writes("look", channel=general, forwards=first)
    await leo.writes("a file", channel=general, attachments=["cat.png", "notes.txt"])
    await leo.writes("choose", channel=general, poll=["a question", "yes", "no"])
    await Webhook(general, "news").posts("from a program", embeds=rich)
    post = server.create_channel("questions", kind="forum").create_thread("a title", owner=leo)
    await leo.writes("begins", channel=post)
    await ava.writes("goes on", channel=post)
    return 9


async def test_both_ways_of_reading_agree(sandbox: Sandbox) -> None:
    async with Listener() as listener:
        await listener.login(sandbox.token)
        running = listener.loop.create_task(listener.connect())
        await listener.wait_until_ready()
        count = await _talk(sandbox)
        await sandbox.wait_for(lambda: len(listener.given) == count)
        await listener.close()
        await running

    assert listener.read == listener.given
    assert [message.reply_author is not None for message in listener.read].count(True) == 1
    assert [message.forwarded for message in listener.read if message.forwarded] == [
        ("plain ünïcödé",)
    ]
    assert [len(message.attachments) for message in listener.read].count(2) == 1
    assert [message.text for message in listener.read].count("choose\na question\nyes\nno") == 1
    assert [message.text for message in listener.read][-2:] == ["a title\nbegins", "goes on"]


async def test_what_is_taken_becomes_no_event(sandbox: Sandbox) -> None:
    async with Listener(leave=False) as listener:
        await listener.login(sandbox.token)
        running = listener.loop.create_task(listener.connect())
        await listener.wait_until_ready()
        count = await _talk(sandbox)
        await sandbox.wait_for(lambda: len(listener.read) == count)
        await listener.close()
        await running

    assert listener.given == []
