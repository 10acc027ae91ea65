"""What every test may ask for: a database of its own, a key, and a clock that it can turn.

`store` is a real database, migrated, and empty: a SQLite file, and where TEST_POSTGRES_URL names a
server a PostgreSQL database as well, so that such a test runs twice. `open_store` opens further
stores on that same database, as another process would.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from bot.storage import Keyring, Store
from bot.storage.schema import metadata

settings.register_profile("everywhere", deadline=None)  # a slow machine is no failure
settings.load_profile("everywhere")

POSTGRES = os.environ.get("TEST_POSTGRES_URL")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]

Opener = Callable[..., Store]
"""Opens one more store on the test's database."""


class Clock:
    """The time, which stands still until a test lets some pass."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> datetime:
        """Let time pass: `clock.advance(minutes=5)`; the time it is then."""
        self.now += timedelta(**amount)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring(bytes(range(32)))


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, gone after the test."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "notalone.db")
        return
    with _postgres_database() as name:
        yield _postgres_url(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database, emptied after the test.

    Whoever changes its tables, and not only what is in them, asks for `empty_database_url`.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "notalone.db")
        yield sqlite_url(tmp_path / "notalone.db")
        return
    url = request.getfixturevalue("_postgresql_url")
    yield url
    _apart(_on_server(url, _CUT_OFF, *_EMPTY))


@pytest.fixture
async def open_store(database_url: str, keyring: Keyring, clock: Clock) -> AsyncIterator[Opener]:
    """Opens one more store on the test's database; `keyring` and `clock` can be others."""
    stores: list[Store] = []

    def open_one(**others: Any) -> Store:
        arguments = {"keyring": keyring, "clock": clock, **others}
        stores.append(Store(database_url, **arguments))
        return stores[-1]

    yield open_one
    for store in stores:
        await store.close()


@pytest.fixture
def store(open_store: Opener) -> Store:
    return open_store()


@pytest.fixture
async def sqlite_store(
    _sqlite_template: Path, tmp_path: Path, keyring: Keyring, clock: Clock
) -> AsyncIterator[Store]:
    """For what does not depend on the database: `store`, once, on SQLite."""
    shutil.copy(_sqlite_template, tmp_path / "sqlite.db")
    store = Store(sqlite_url(tmp_path / "sqlite.db"), keyring, clock=clock)
    yield store
    await store.close()


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    _apart(_migrate(sqlite_url(path)))
    return path


@pytest.fixture(scope="session")
def _postgresql_url() -> Iterator[str]:
    """One database for all tests: making one, or dropping it, has the server write out its disk."""
    with _postgres_database() as name:
        _apart(_migrate(_postgres_url(name)))
        yield _postgres_url(name)


async def _migrate(url: str) -> None:
    store = Store(url, Keyring(bytes(32)))
    await store.migrate()
    await store.close()


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a thread and a loop of its own, whatever runs here."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def _postgres_url(name: str) -> str:
    return make_url(POSTGRES or "").set(database=name).render_as_string(hide_password=False)


_CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = [
    statement
    for table in reversed(metadata.sorted_tables)
    for statement in (
        f"DELETE FROM {table.name}",  # noqa: S608 - the tables' names are the project's own
        f"ALTER SEQUENCE IF EXISTS {table.name}_id_seq RESTART",
    )
]


@contextmanager
def _postgres_database() -> Iterator[str]:
    """An empty database under a name of its own, dropped in the end."""
    name = f"test_{secrets.token_hex(8)}"
    server = _postgres_url("postgres")
    _apart(_on_server(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    yield name
    _apart(_on_server(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _on_server(address: str, *statements: str) -> None:
    """Have the server do what the bot never does."""
    url = make_url(address)
    connection = await asyncpg.connect(
        user=url.username,
        password=url.password,
        database=url.database,
        host=url.query.get("host", url.host),
        port=url.port,
    )
    await connection.execute("; ".join(statements))
    await connection.close()
