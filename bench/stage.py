"""A sandbox with servers and channels in it, and bots in processes of their own that connect."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from bench.chat import Place
from bench.clients import ALERTS
from bot.sandbox import Channel, Sandbox, Server

_PATIENCE = 10.0
_LAST_WORDS_SHOWN = 4_000
_ROOT = Path(__file__).parent.parent

Bot = Literal["bare", "whole"]


class BenchError(Exception):
    """A measurement could not be made; the message says why."""


class Process:
    """A bot's process, as seen from outside."""

    def __init__(self, process: asyncio.subprocess.Process, errors: Path) -> None:
        self._process = process
        self._errors = errors

    async def does(self, what: str, count: int = 0) -> dict[str, Any]:
        """Give an order and wait for the answer. Raises BenchError when the process has died."""
        await self.hears({"do": what, "count": count})
        return await self.answers()

    async def hears(self, order: dict[str, Any]) -> None:
        """Write one order to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()

    async def answers(self) -> dict[str, Any]:
        """Read one answer from its standard output. Raises BenchError when there is none."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            last_words = self._errors.read_text("utf-8")[-_LAST_WORDS_SHOWN:]
            raise BenchError(f"a bot's process has died:\n{last_words}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ends(self) -> None:
        """Let it end by itself, or else end it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@dataclass
class Stage:
    """The running sandbox, its servers and the places in which people talk."""

    sandbox: Sandbox
    folder: Path
    servers: list[Server]
    channels: list[Channel]
    alerts: list[Channel]

    @property
    def places(self) -> list[Place]:
        """Server and identifier of every channel in which people talk."""
        return [Place(c.server.id, c.id) for c in self.channels if c.server is not None]

    @asynccontextmanager
    async def connected(self, bot: Bot, *, authors: int) -> AsyncIterator[Process]:
        """Start a bot in a process of its own; ready when it watches every server."""
        folder = self.folder / bot
        folder.mkdir()
        errors = folder / "errors.log"
        with errors.open("wb") as log:
            started = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=_ROOT,
            )
        process = Process(started, errors)
        try:
            await process.hears(self._introduction(bot, folder, authors))
            await process.answers()
            yield process
        finally:
            await process.ends()

    def _introduction(self, bot: Bot, folder: Path, authors: int) -> dict[str, Any]:
        return {
            "bot": bot,
            "api_url": self.sandbox.api_url,
            "gateway_url": self.sandbox.gateway_url,
            "token": self.sandbox.token,
            "folder": str(folder),
            "authors": authors,
            "places": self.places,
        }


@asynccontextmanager
async def raised(*, servers: int, channels: int) -> AsyncIterator[Stage]:
    """Start a sandbox with so many servers, and so many channels in each; gone in the end."""
    with TemporaryDirectory(prefix="notalone-bench-") as folder:
        async with Sandbox(history=100) as sandbox:
            stage = Stage(sandbox, Path(folder), [], [], [])
            for number in range(servers):
                server = sandbox.create_server(f"server {number}")
                moderators = server.create_role("Moderators")
                stage.servers.append(server)
                stage.alerts.append(
                    server.create_channel(ALERTS, visible_to=[moderators, sandbox.bot])
                )
                for place in range(channels):
                    stage.channels.append(server.create_channel(f"room-{place}"))
            yield stage
