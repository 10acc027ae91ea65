"""What was written while the bot was away is read as it was written, in order and whole."""

from __future__ import annotations

import pytest

from bot.sandbox import Request
from bot.services.screening import Screening
from tests.e2e.conftest import Build
from tests.e2e.town import OTHER_THREAT, Town

_AT_LEISURE = {"guild_ready_seconds": 0.5}
"""discord.py waits for servers as it does by default, if not as long."""


def _histories(town: Town) -> list[str]:
    """The channels whose history is asked for, from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("/messages"):
            asked.append(request.path)

    town.sandbox.on_request(note)
    return asked


async def _unfinished(town: Town) -> None:
    """Two messages that are no threat, since too much was said between them."""
    await town.leo.writes("pay me 100 dollars by tonight", channel=town.general)
    for number in range(60):
        await town.sam.writes(f"nice weather {number}", channel=town.general)
    await town.settled(await town.leo.writes("i have your pics", channel=town.general))


async def test_nobody_is_accused_by_what_they_wrote_later_after_a_restart(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(discord=_AT_LEISURE)
    await _unfinished(town)
    assert await town.cases() == []
    asked = _histories(town)
    await town.restart(discord=_AT_LEISURE)
    await town.until(town.bot.bot.is_ready)
    await town.settled(await town.sam.writes("hello", channel=town.general))
    await town.armed()

    assert await town.cases() == []
    assert sorted(set(asked)) == sorted(asked)


@pytest.mark.slow
async def test_nobody_is_accused_by_what_they_wrote_later_after_a_lost_session(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(discord=_AT_LEISURE)
    await _unfinished(town)
    asked = _histories(town)
    await town.sandbox.gateway.drop()
    town.sandbox.gateway.forget_sessions()
    await town.until(lambda: asked)
    await town.settled(await town.sam.writes("hello", channel=town.general))
    await town.armed()

    assert await town.cases() == []


async def test_a_threat_that_was_edited_before_history_could_be_read_is_found(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.catching_up._TRY_AGAIN", 0.5)
    async with build() as town:
        await town.start()
        await town.stop()
        await town.sam.writes("hello", channel=town.general)
        faults, path = town.sandbox.faults, rf"/channels/{town.general.id}/messages$"
        failing = faults.fail(method="GET", path=path, status=400)
        await town.start(armed=False)
        await town.until(lambda: failing.struck)
        threat = await town.threatens()
        await town.leo.edits(threat, "never mind, sorry")
        await town.armed()
        await town.settled(threat)

        case = await town.until_case(lambda case: case.edits)
        assert (case.findings, case.edits) == (1, 1)
        assert town.advised() == {"ava": 1}


async def test_a_message_that_cannot_be_read_does_not_blind_the_server(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """discord.py cannot build one whose embed has a time that is none."""
    monkeypatch.setattr("bot.transport.catching_up._TRY_AGAIN", 0.01)
    async with build() as town:
        await town.start()
        await town.stop()
        before = await town.threatens()
        odd = {"type": "rich", "title": "odd", "timestamp": "no time"}
        await town.sam.writes("look", channel=town.general, embeds=[odd])
        await town.start()
        await town.settled(before)
        assert town.advised() == {"ava": 1}

        now = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.kim])
        await town.settled(now)
        assert town.advised() == {"ava": 1, "kim": 1}


async def test_what_happens_now_is_screened_though_catching_up_broke_off(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such fault is known; it is put in by hand."""

    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    async with build() as town:
        await town.start()
        await town.stop()
        missed = await town.threatens()
        with monkeypatch.context() as broken:
            broken.setattr(Screening, "reread", fails)
            await town.start()
            now = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.kim])
            await town.settled(now)
            assert town.advised() == {"kim": 1}
            await town.stop()

        await town.start()
        await town.settled(missed)
        assert town.advised() == {"kim": 1, "ava": 1}


async def test_a_server_that_is_left_while_catching_up_is_not_watched_after(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.catching_up._TRY_AGAIN", 0.5)
    async with build() as town:
        await town.start()
        await town.stop()
        await town.sam.writes("hello", channel=town.general)
        failing = town.sandbox.faults.fail(method="GET", path=r"/messages$", status=400, times=2)
        await town.start(armed=False)
        await town.until(lambda: failing.struck)
        watch = town.bot.bot.parts.watch
        town.sandbox.remove_bot(town.server)
        await town.until(lambda: not watch.armed)
        async with watch._locks[town.server.id]:
            assert watch.armed == frozenset()
