"""The bot as its own process: what it logs, and how it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from tests.e2e.conftest import Build
from tests.e2e.processes import Nursery
from tests.e2e.town import OTHER_THREAT, Town

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="needs Linux' process descriptors"
)

_TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4OQ", "GabcDE", "a1B2" * 8))


@pytest.fixture
async def named_town(build: Build) -> AsyncIterator[Town]:
    """A town whose people have names that stand nowhere else."""
    async with build(token=_TOKEN) as town:
        for person, name in ((town.ava, "Avalanche"), (town.leo, "Leopoldine")):
            town.server.members[person.id].nick = name
        yield town


@pytest.mark.parametrize("form", ["text", "json"])
async def test_no_log_holds_words_names_or_the_token(
    named_town: Town, nursery: Nursery, form: str
) -> None:
    town = named_town
    bot = nursery.start(town, level="debug", form=form)
    await town.until(lambda: bot.says("armed"))
    town.sandbox.faults.fail(method="PATCH", path=r"/messages/\d+$", status=400, code=50035)
    town.sandbox.faults.reset(method="POST", path=r"/messages$")
    town.sandbox.faults.fail(method="GET", path=r"/messages$", status=503)
    threat = await town.threatens()
    await town.until(lambda: town.alert_messages() and town.ava.direct_messages())
    await town.leo.edits(threat, "xylophone concert")
    await town.threatens(OTHER_THREAT)
    await town.mo.presses(town.alert_messages()[0], "Show evidence")
    await town.ava.presses(town.ava.direct_messages()[0], "This was nothing")
    await town.ava.runs("help-sextortion")
    await town.leo.deletes(threat)
    await town.sandbox.gateway.drop()
    await town.until_case(lambda case: case.deletions)
    bot.kill()
    await bot.until_ended()
    bot = nursery.start(town, level="debug", form=form)
    await town.until(lambda: bot.says("armed"))
    await bot.terminate()

    logs = [path.read_text("utf-8") for path in town.folder.glob("*.log")]
    assert len(logs) == 2
    for words in (
        *threat.content.split(),
        *OTHER_THREAT.split(),
        "xylophone",
        "Avalanche",
        "Leopoldine",
        town.ava.name,
        town.leo.name,
        town.mo.name,
        "Harbour",
        _TOKEN,
        *_TOKEN.split("."),
    ):
        quoted = [f" {words} ", f"'{words}'", f'"{words}"']
        if len(words) > 4:
            quoted.append(words)
        assert [q for q in quoted for log in logs if q in log and not _own_word(q)] == []


def _own_word(words: str) -> bool:
    """Whether the program itself says so, in names of rules and parts."""
    return words.strip() in {"pay", "or", "i", "post", "your", "people", "everyone", "photos"}


async def test_a_request_to_end_is_followed_at_once_whatever_is_going_on(
    build: Build, nursery: Nursery
) -> None:
    async def trial(number: int) -> None:
        async with build(folder=f"end-{number}") as town:
            bot = nursery.start(town)
            await town.until(lambda: bot.says("armed"))
            await town.threatens()
            await asyncio.sleep(number * 0.02)  # an arbitrary moment of its work is the point
            await bot.terminate()
            assert not bot.says("Traceback")

            bot = nursery.start(town)
            await town.until(lambda: town.alert_messages() and ": delivered." in town.alert.text)
            await town.until_true(town.is_sent)
            await bot.terminate()
            assert town.advised() == {"ava": 1}
            assert len(town.alert_messages()) == 1

    for first in range(0, 12, 2):
        await asyncio.gather(trial(first), trial(first + 1))
