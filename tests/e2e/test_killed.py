"""The process is killed at every step between event and delivery, and started again."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.delivery import DeliveryState
from bot.sandbox import Message
from bot.sandbox.rest.server import Request
from tests.conftest import POSTGRES
from tests.e2e.conftest import Build
from tests.e2e.processes import Nursery, Process
from tests.e2e.town import Town

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux' process descriptors"),
]

_AT_ONCE = 4  # they wait for leases to end more than they work
_SHARES = 4  # parts of the longest test, so that all cores have their share of it


async def _begun(town: Town, process: Process) -> None:
    """Wait until the bot watches the town."""
    await town.until(lambda: process.says("armed") or process.ended)
    assert not process.ended, process.log.read_text()


async def _until_done(town: Town, process: Process, threat: Message) -> bool:
    """Wait until everything about the threat is sent and stored; False if the process ended."""

    async def done_or_ended() -> bool:
        return process.ended or await _is_done(town, threat)

    await town.until_true(done_or_ended)
    return not process.ended


async def _is_done(town: Town, threat: Message) -> bool:
    told = [alert for alert in town.alert_messages() if ": delivered." in alert.text]
    return bool(told) and await town.is_sent() and bool(await town.cases())


async def _assert_told_once(town: Town, threat: Message) -> None:
    """One advice, one alert, everything stored: whatever happened in between."""
    assert town.advised() == {"ava": 1}
    assert len(town.alert_messages()) == 1
    assert ": delivered." in town.alert.text
    assert town.public_words() == []
    case = await town.case()
    assert [(r.person.id, r.state) for r in case.reached] == [
        (town.ava.id, DeliveryState.DELIVERED)
    ]
    items = await town.evidence(case.id)
    counts = Counter((i.kind.value, i.message_id, i.facts.get("what")) for i in items)
    assert counts == {
        ("message", threat.id, None): 1,
        ("assessment", threat.id, None): 1,
        ("delivery", None, "advice"): 1,
        ("delivery", None, "alert"): 1,
        ("member", None, "seen"): 2,
    }


async def _crash_and_recover(
    town: Town, nursery: Nursery, *, kill_at: int | None, prepare: Callable[[Process], object]
) -> bool:
    """Let a threat be made, and the bot be killed and restarted; whether it was killed."""
    process = nursery.start(town, kill_at=kill_at)
    await _begun(town, process)
    prepare(process)
    threat = await town.threatens()
    survived = await _until_done(town, process, threat)
    if not survived:
        process = nursery.start(town)
        assert await _until_done(town, process, threat), process.log.read_text()
    await process.terminate()
    await _assert_told_once(town, threat)
    return not survived


async def _until_survived(
    trial: Callable[[int], Awaitable[bool]], *, start: int = 1, step: int = 1
) -> int:
    """Try n = 1, 2, … (or each `step`-th) some at a time, until one is survived; returns that n."""
    for first in itertools.count(start, step * _AT_ONCE):
        numbers = range(first, first + step * _AT_ONCE, step)
        async with asyncio.TaskGroup() as tasks:
            trials = {n: tasks.create_task(trial(n)) for n in numbers}
        survived = [n for n, task in trials.items() if not task.result()]
        if survived:
            return survived[0]
    raise AssertionError("unreachable: the numbers have no end")


@pytest.mark.parametrize("start", range(1, 1 + _SHARES))
async def test_killed_at_every_step_in_the_database_everyone_is_told_once(
    build: Build, nursery: Nursery, start: int
) -> None:
    async def trial(n: int) -> bool:
        async with build(folder=f"step-{n}") as town:
            return await _crash_and_recover(town, nursery, kill_at=n, prepare=lambda _: None)

    assert await _until_survived(trial, start=start, step=_SHARES) > 40


def _killing(town: Town, process: Process, *, at: int, carried_out: bool) -> None:
    """Kill the bot at its n-th request from now on, before or after Discord carried it out."""
    count = itertools.count(1)

    def kill(request: Request) -> None:
        if next(count) != at:
            return
        process.kill()
        if not carried_out:
            town.sandbox.faults.fail(method=request.method, path=re.escape(request.path) + "$")

    (town.sandbox.after_request if carried_out else town.sandbox.on_request)(kill)


@pytest.mark.parametrize("nonce_window", [180.0, 0.0], ids=["nonces", "no-nonces"])
@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
async def test_killed_at_every_request_everyone_is_told_once(
    build: Build, nursery: Nursery, nonce_window: float, *, carried_out: bool
) -> None:
    async def trial(n: int) -> bool:
        async with build(folder=f"request-{n}", nonce_window=nonce_window) as town:
            return await _crash_and_recover(
                town,
                nursery,
                kill_at=None,
                prepare=lambda process: _killing(town, process, at=n, carried_out=carried_out),
            )

    assert await _until_survived(trial) > 4


@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
async def test_killed_at_every_request_a_case_has_one_thread(
    build: Build, nursery: Nursery, *, carried_out: bool
) -> None:
    async def trial(n: int) -> bool:
        async with build(folder=f"request-{n}", nonce_window=0.0) as town:
            process = nursery.start(town, case_threads="thread")
            await _begun(town, process)
            _killing(town, process, at=n, carried_out=carried_out)
            await town.threatens()
            killed = not await _until_linked(town, process)
            if killed:
                process = nursery.start(town, case_threads="thread")
                assert await _until_linked(town, process), process.log.read_text()
            await process.terminate()
            (thread,) = town.server.threads.values()
            assert len(town.written_in(thread)) == 1
            assert f"Talk about it in {thread.mention}." in town.alert.text
            assert town.advised() == {"ava": 1}
            return killed

    assert await _until_survived(trial) > 4


async def _until_linked(town: Town, process: Process) -> bool:
    """Wait until the alert links to the thread, which says what the alert does, and all is sent.

    False if the process ended.
    """

    async def linked_or_ended() -> bool:
        linked = [a for a in town.alert_messages() if "Talk about it in" in a.text]
        told = linked and all(map(town.written_in, town.server.threads.values()))
        return process.ended or (bool(told) and await town.is_sent())

    await town.until_true(linked_or_ended)
    return not process.ended


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL names no server")
@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", range(4, 80, 15))
async def test_killed_on_postgresql_everyone_is_told_once(
    build: Build, nursery: Nursery, empty_database_url: str, step: int
) -> None:
    async with build(database_url=empty_database_url) as town:
        assert await _crash_and_recover(town, nursery, kill_at=step, prepare=lambda _: None)
