"""How fast the moderators' desk answers when there are very many cases, and what opening one costs.

On SQLite; with TEST_POSTGRES_URL in the environment on a database of that server as well.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.plan import Plan
from bot.advice import load_texts
from bot.domain.assessment import Assessment, Category, Finding, Kind, Level, Signal
from bot.domain.case import CaseState
from bot.domain.message import Message, Person, Window, snowflake_time
from bot.services.casework import Casework
from bot.services.choices import PolicySettings
from bot.services.custody import GATEWAY
from bot.services.desk import Desk, Presser
from bot.services.observed import Found
from bot.services.policies import Policies
from bot.services.recording import Recorder
from bot.storage import Keyring, Store
from bot.storage.caseload import Wanted
from bot.storage.engine import make_engine
from bot.transport import desk_views, exhibits

_GUILD, _ITEMS = 1, 50
_TARGET = Person(2, "ava")
_MO = Presser(3, _GUILD)
_WORDS = "i have your pics. pay me 100 dollars tonight or i post them"


async def caseload(plan: Plan) -> dict[str, Any]:
    """Medians in milliseconds at so many cases, and the cost of opening one over that at first."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite+aiosqlite:///{Path(folder) / name}.db" for name in ("first", "full")]
        figures = await _measured(plan, *urls)
    server = os.environ.get("TEST_POSTGRES_URL")
    if server:
        async with _database(server) as first, _database(server) as full:
            found = await _measured(plan, first, full)
        figures |= {f"postgresql_{name}": value for name, value in found.items()}
    return figures


async def _measured(plan: Plan, *urls: str) -> dict[str, Any]:
    """One database stays nearly empty, the other is filled; both are used in turns."""
    first, full = stores = [Store(url, Keyring(bytes(32))) for url in urls]
    try:
        for store in stores:
            await store.migrate()
            await _open(store, 1)
        await _fill(full, plan.cases)
        at_first, later = await _openings(first, full, plan)
        return {
            "cases": plan.cases,
            "case_open_ms": later,
            "case_open_over_first": later / at_first,
            "case_list_ms": await _list(full, plan),
            "evidence_ms": await _evidence(full, plan),
        }
    finally:
        for store in stores:
            await store.close()


async def _openings(first: Store, full: Store, plan: Plan) -> list[float]:
    spent: dict[Store, list[float]] = {first: [], full: []}
    for number in range(2, plan.openings + 2):
        for store in (first, full) if number % 2 else (full, first):
            spent[store].append(await _timed(1, partial(_open, store, number)))
    warm = plan.openings // 10
    return [median(spent[store][warm:]) for store in (first, full)]


async def _timed(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """The median in milliseconds; the first tenth is for warming up."""
    spent: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        await work()
        spent.append((time.perf_counter() - began) * 1000)
    return median(spent[count // 10 :])


async def _open(store: Store, number: int) -> None:
    """Record a threat of a new offender with what was said before it."""
    offender = Person(1000 + number, "leo")
    before = tuple(_message(number, part, offender) for part in range(15))
    message = _message(number, 15, offender)
    signal = Signal("demand", "pay me", message.id, 0, 6)
    finding = Finding("rule", 1, Level.HIGH, Category.FINANCIAL, (signal,))
    assessment = Assessment(
        Kind.THREAT,
        Level.HIGH,
        (Category.FINANCIAL,),
        offender,
        (_TARGET,),
        aimed=True,
        findings=(finding,),
    )
    recorder = Recorder(store, Policies(PolicySettings(), {}))
    async with store.transaction() as tx:
        await recorder.record(tx, Found(Window(message, before), assessment, GATEWAY))


def _message(number: int, part: int, author: Person) -> Message:
    snowflake = number * 100 + part + (1 << 60)
    return Message(snowflake, 4, author, _WORDS, snowflake_time(snowflake), guild_id=_GUILD)


async def _fill(store: Store, count: int) -> None:
    """Make the first case's rows into very many cases of fifty items; only its own can be read."""
    # every piece of the statements is this file's own
    async with store._connection() as connection:  # noqa: SLF001 - no bot makes cases like this
        first = "SELECT min(id) FROM cases"
        columns = "state, level, categories, targets, data_key, head, findings, edits, deletions"
        items = "kind, message_id, recorded_at, source, facts, sealed, content_digest, previous"
        numbers = (
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        )
        await connection.execute(
            text(
                f"{numbers} INSERT INTO cases (id, guild_id, offender_id, items, opened_at,"
                f" updated_at, {columns}) SELECT 1000000 + i, {_GUILD}, 5000000 + i, {_ITEMS},"
                f" opened_at, updated_at, {columns} FROM n, cases WHERE cases.id = ({first})"
            )
        )
        await connection.execute(
            text(
                f"{numbers}, m(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM m WHERE j < {_ITEMS})"
                f" INSERT INTO evidence (case_id, seq, about, digest, {items})"
                f" SELECT 1000000 + i, j, 'a' || j, digest, {items} FROM n, m, evidence"
                f" WHERE evidence.case_id = ({first}) AND evidence.seq = 1"
            )
        )


async def _list(store: Store, plan: Plan) -> float:
    desk, language = Desk(store, wake=lambda: None), load_texts().get("en")
    every = (
        ("waiting", Wanted(), 0),
        ("all", Wanted(tuple(CaseState), Level.HIGH), plan.cases // 16),
        ("mine", Wanted((CaseState.CLAIMED,), holder=_MO.id), 0),
    )
    turns = iter(range(1_000_000))

    async def show() -> None:
        name, wanted, page = every[next(turns) % len(every)]
        found = await desk.page(wanted, page, _MO)
        desk_views.cases(language, found, filter_name=name, level=Level.NONE)

    return await _timed(plan.looks, show)


async def _evidence(store: Store, plan: Plan) -> float:
    """*Show evidence* of one case of many items, the recording of each look included."""
    casework, language = Casework(store, wake=lambda: None), load_texts().get("en")
    async with store.transaction() as tx:
        case_id = (await tx.cases.ids())[0]
    for number in range(2):
        await _open_more(store, case_id, number)

    async def show() -> None:
        exhibit = await casework.show_evidence(case_id, guild_id=_GUILD, moderator=_MO.id)
        exhibits.pages(language, exhibit)

    return await _timed(plan.looks, show)


async def _open_more(store: Store, case_id: int, number: int) -> None:
    """Let the offender of a case threaten again, until it holds some fifty items."""
    async with store.transaction() as tx:
        case = await tx.cases.get(case_id)
    offender = case.offender_id - 1000
    messages = [_message(offender + 500_000 * (number + 1), n, Person(1, "")) for n in range(16)]
    author = Person(case.offender_id, "leo")
    messages = [message._replace(author=author) for message in messages]
    finding = Finding("rule", 1, Level.HIGH, Category.FINANCIAL, ())
    assessment = Assessment(
        Kind.THREAT, Level.HIGH, (Category.FINANCIAL,), author, (_TARGET,), findings=(finding,)
    )
    recorder = Recorder(store, Policies(PolicySettings(), {}))
    async with store.transaction() as tx:
        window = Window(messages[-1], tuple(messages[:-1]))
        await recorder.record(tx, Found(window, assessment, GATEWAY))


@asynccontextmanager
async def _database(server: str) -> AsyncIterator[str]:
    """A database of its own on that server, dropped in the end."""
    name = f"bench_{secrets.token_hex(6)}"
    own = make_url(server).set(drivername="postgresql+asyncpg")
    engine = make_engine(
        own.set(database="postgres").render_as_string(hide_password=False)
    ).execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield own.set(database=name).render_as_string(hide_password=False)
        finally:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()
