"""How long somebody who asks for help waits, while a thousand others talk every second."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.latency import figures, talk
from bench.plan import Plan
from bench.stage import Stage, raised
from bot.sandbox import Channel, Person

_SERVERS, _CHANNELS = 4, 25
_TALK_PER_SECOND = 1_000
_BETWEEN = 0.05
_THREAT = "pay me {n} by tonight or i send your nudes to everyone you know"


async def asking(plan: Plan) -> dict[str, Any]:
    """Milliseconds from the command until its answer has arrived, of both commands."""
    async with (
        raised(servers=_SERVERS, channels=_CHANNELS) as stage,
        stage.connected("whole", authors=1),
    ):
        crowd = asyncio.create_task(talk(stage, per_second=_TALK_PER_SECOND))
        await asyncio.sleep(1)
        began, before = time.perf_counter(), _written(stage)
        try:
            slash, shown = await _ask(stage, plan.asked)
            rate = (_written(stage) - before) / (time.perf_counter() - began)
        finally:
            crowd.cancel()
            await asyncio.gather(crowd, return_exceptions=True)
    return {
        "asked": plan.asked,
        "asked_among_per_second": rate,
        **figures("help", slash),
        "help_ms_slowest": max(slash) * 1000,
        **figures("help_with_message", shown),
    }


def _written(stage: Stage) -> int:
    return sum(channel.message_count for channel in stage.channels)


async def _ask(stage: Stage, count: int) -> tuple[list[float], list[float]]:
    """Seconds that each of so many people waited for the command, and for the message command."""
    slash, shown = [], []
    for number in range(count):
        channel = stage.channels[number % len(stage.channels)]
        assert channel.server is not None
        person, other = (channel.server.join(f"{who}{number}") for who in ("ask", "nag"))
        chat = stage.sandbox.private_chat(person, other)
        person.installs_app()
        began = time.perf_counter()
        await person.runs("help-sextortion", channel=channel)
        slash.append(time.perf_counter() - began)
        shown.append(await _shown(person, other, chat, number))
        await asyncio.sleep(_BETWEEN)
    return slash, shown


async def _shown(person: Person, other: Person, chat: Channel, number: int) -> float:
    threat = await other.writes(_THREAT.format(n=100 + number), channel=chat)
    began = time.perf_counter()
    await person.runs_on(threat, "Get help with this message")
    return time.perf_counter() - began
