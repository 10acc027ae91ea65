"""The two bots that are compared: a bare discord.py bot, and the whole one with its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands
from yarl import URL

from bench.chat import Place
from bot.transport.inspection import intents

ALERTS = "notalone-alerts"
_PATIENCE = 30.0
_LOOK_AGAIN = 0.02
_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class Setting:
    """Where a client connects, where it keeps its files, and where the talk will be."""

    api_url: str
    gateway_url: str
    token: str
    folder: Path
    places: tuple[Place, ...]


class Bare(commands.AutoShardedBot):
    """What every bot pays for being told of messages: the whole bot's settings, and no more."""

    def __init__(self) -> None:
        super().__init__(
            guild_ready_timeout=0,
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )

    async def on_message(self, message: discord.Message) -> None:
        """Someone wrote; it does not matter here."""


class Running:
    """A connected client that can be fed; `newest` says which message it has screened last."""

    def __init__(
        self, client: commands.AutoShardedBot, *, newest: Callable[[], int] | None = None
    ) -> None:
        self.client = client
        self._newest = newest

    async def receive(self, frames: Iterable[str]) -> None:
        """Let the client receive frames as its socket hands them on, and run what they start."""
        shard = self.client.shards[0]._parent  # noqa: SLF001 - there is no other way to its socket
        for frame in frames:
            await shard.ws.received_message(frame)
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    def check(self, newest: int) -> None:
        """Raise RuntimeError unless everything up to the message `newest` has been worked off."""
        waiting = "discord.py: on_message" in {task.get_name() for task in asyncio.all_tasks()}
        if waiting or (self._newest is not None and self._newest() != newest):
            raise RuntimeError("messages are left over, so the figure would be too small")


@asynccontextmanager
async def running_bare(setting: Setting) -> AsyncIterator[Running]:
    """Connect a bare bot, with aiohttp and orjson as the whole one has them."""
    discord.http.Route.BASE = setting.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(setting.gateway_url)
    client = Bare()
    working = asyncio.create_task(client.start(setting.token))
    try:
        async with asyncio.timeout(_PATIENCE):
            await _first(working, client.wait_until_ready())
        yield Running(client)
    finally:
        await client.close()
        await _ended(working)


@asynccontextmanager
async def running_whole(setting: Setting) -> AsyncIterator[Running]:
    """Start the whole bot with a database of its own, and wait until it watches every server."""
    # Imported here, so that the bare bot's process stays as small as such a bot is.
    from bot.app import App, point_to  # noqa: PLC0415
    from bot.config import Config, parse_config  # noqa: PLC0415
    from bot.logs import configure_logs  # noqa: PLC0415
    from bot.storage import Keyring  # noqa: PLC0415

    config: Config = parse_config(_written(setting), path=setting.folder / "config.yaml")
    configure_logs(config.logging)
    point_to(config)
    app = App(config, keyring=Keyring.load_or_create(config.database.key_file))
    working = asyncio.create_task(app.run(setting.token))
    servers = {place.guild_id for place in setting.places}
    marks = partial(map, app.screening.newest, servers)
    try:
        async with asyncio.timeout(_PATIENCE):
            while not all(marks()):
                if working.done():
                    working.result()
                await asyncio.sleep(_LOOK_AGAIN)
        yield Running(app.bot, newest=lambda: max(marks()))
    finally:
        working.cancel()
        await _ended(working)


async def _first(working: asyncio.Task[None], wanted: Coroutine[Any, Any, None]) -> None:
    """Wait for `wanted`; raise what ends the client before that."""
    waiting = asyncio.create_task(wanted)
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        waiting.cancel()
        working.result()


async def _ended(working: asyncio.Task[None]) -> None:
    await asyncio.gather(working, return_exceptions=True)


def _written(setting: Setting) -> dict[str, object]:
    """The default configuration, but with budgets that do not end the measurement."""
    budgets = ("person_day", "server_hour", "server_day", "bot_hour")
    return {
        "discord": {
            "api_url": setting.api_url,
            "gateway_url": setting.gateway_url,
            "guild_ready_seconds": 0,
        },
        "deliveries": {"budgets": dict.fromkeys(budgets, _NO_LIMIT)},
        "defaults": {"alert_channel": ALERTS},
    }
