"""The real bot against the sandbox, over real sockets, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.sandbox import Sandbox
from tests.conftest import sqlite_url
from tests.e2e.pings import assert_nothing_could_ping
from tests.e2e.processes import Nursery, nursing
from tests.e2e.town import Town

Build = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture(autouse=True)
def _discord_stays_where_it_is() -> Iterator[None]:
    """discord.py keeps both addresses for the whole process: put them back."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    yield
    discord.http.Route.BASE = base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway


@pytest.fixture(scope="session")
def _nursery() -> Iterator[Nursery]:
    with nursing() as made:
        yield made


@pytest.fixture
def nursery(_nursery: Nursery) -> Iterator[Nursery]:
    """What the bot is started by as a process of its own."""
    yield _nursery
    _nursery.clear()


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes a town without a bot; keyword arguments are the sandbox's.

    Whatever a test is about: once it is over, nothing that the bot sent could have pinged anybody.
    """

    @asynccontextmanager
    async def make(
        *, database_url: str | None = None, folder: str = "", **settings: Any
    ) -> AsyncIterator[Town]:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        url = database_url or sqlite_url(place / "notalone.db")
        async with Sandbox(**settings) as sandbox:
            town = Town(sandbox, folder=place, database_url=url)
            try:
                yield town
            finally:
                await town.close()
            assert_nothing_could_ping(sandbox.requests, but=town.moderators)

    return make


@pytest.fixture
async def quiet_town(build: Build) -> AsyncIterator[Town]:
    """A town whose bot is not started yet."""
    async with build() as town:
        yield town


@pytest.fixture
async def town(quiet_town: Town) -> Town:
    """A town whose bot watches."""
    await quiet_town.start()
    return quiet_town


@pytest.fixture
async def quiet_town_on_each(build: Build, empty_database_url: str) -> AsyncIterator[Town]:
    """As `quiet_town`, on SQLite and, where there is one, on PostgreSQL."""
    async with build(database_url=empty_database_url) as town:
        yield town


@pytest.fixture
async def town_on_each(quiet_town_on_each: Town) -> Town:
    """As `town`, on SQLite and, where there is one, on PostgreSQL."""
    await quiet_town_on_each.start()
    return quiet_town_on_each
