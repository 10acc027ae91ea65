"""Work on the database that is not given up when the database is away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import stamina
import structlog

from bot.storage import Store, StoreUnavailableError, Transaction

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_LAST_WORDS = 10.0


async def insist(store: Store, work: Callable[[Transaction], Awaitable[_T]]) -> _T:
    """Do `work` in one transaction, trying until the database takes it; what it returned.

    Not before an expected migration has ended: the bot connects, and hears, meanwhile. Only being
    cancelled ends the trying, so the caller keeps what it must not lose.
    """

    async def once() -> _T:
        async with store.transaction() as tx:
            return await work(tx)

    await store.migrated()
    return await insist_on(once)


async def insist_on(work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Call `work` until it raises no StoreUnavailableError; what it returned."""
    async for attempt in stamina.retry_context(
        on=StoreUnavailableError,
        attempts=None,
        timeout=None,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
    ):
        with attempt:
            try:
                return await whole(work())
            except StoreUnavailableError as error:
                _log.error("database_unavailable", error=str(error), attempt=attempt.num)
                raise
    raise AssertionError("unreachable: the trying has no end")


async def whole(work: Coroutine[Any, Any, _T]) -> _T:
    """Do `work`; being cancelled meanwhile takes effect once it has come to its end.

    A transaction that is cut off leaves its connection behind, with SQLite's lock, and the driver's
    complaint about that hides that anything was cancelled.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=_LAST_WORDS)
        if not task.cancel() and not task.cancelled():
            task.exception()  # it is known now, and of no consequence
        raise
