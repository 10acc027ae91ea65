"""A process with one bot in it, which does what it is told on standard input and answers in JSON.

Each bot has a process to itself, so that none pays for what the other keeps in memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.chat import Chat, Place
from bench.clients import Running, Setting, running_bare, running_whole
from bench.memory import resident_mb

_AT_ONCE = 2_000
"""Messages that are made beforehand; few, so that they do not weigh on the memory measured."""

Answer = dict[str, Any]


class Worker:
    """Carries out the orders for one connected bot."""

    def __init__(self, running: Running, chat: Chat) -> None:
        self._running = running
        self._chat = chat
        self._detector: Callable[[int], Answer] | None = None

    async def feed(self, count: int) -> Answer:
        """Let the bot receive `count` ordinary messages; processor time per message."""
        spent = 0.0
        for first in range(0, count, _AT_ONCE):
            frames = self._chat.frames(min(_AT_ONCE, count - first))
            began = time.process_time()
            await self._running.receive(frames)
            spent += time.process_time() - began
            self._running.check(self._chat.newest)
        return {"us": spent / count * 1e6}

    async def detect(self, count: int) -> Answer:
        """Let the detector alone look at `count` messages like them; processor time per message."""
        if self._detector is None:
            from bench.detector import Watched  # noqa: PLC0415 - the bare bot has no detector

            self._detector = Watched(self._chat).look
        return self._detector(count)

    async def memory(self, _: int) -> Answer:
        """How much memory this process takes."""
        return {"mb": resident_mb()}


async def _main() -> None:
    order = json.loads(sys.stdin.readline())
    places = tuple(Place(*place) for place in order["places"])
    setting = Setting(
        order["api_url"], order["gateway_url"], order["token"], Path(order["folder"]), places
    )
    start = running_whole if order["bot"] == "whole" else running_bare
    async with start(setting) as running:
        worker = Worker(running, Chat(places, authors=order["authors"]))
        _say({"ready": True})
        await _obey({"feed": worker.feed, "detect": worker.detect, "memory": worker.memory})


async def _obey(verbs: dict[str, Callable[[int], Awaitable[Answer]]]) -> None:
    """Do what each line says, until there are no more lines."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        _say(await verbs[order["do"]](order["count"]))


def _say(answer: Answer) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
