"""How long it takes from a threat's gateway event until advice and alert reach the sandbox."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from statistics import quantiles
from typing import Any

from bench.chat import Chat
from bench.plan import Plan
from bench.stage import BenchError, Stage, raised
from bot.sandbox import Channel, Person, Request, SandboxError

_SERVERS, _CHANNELS, _PEOPLE = 4, 25, 50
_TALK_PER_SECOND = 100
_WARM_UP = 3
_PATIENCE = 30.0
_POSTED = re.compile(r"/channels/(\d+)/messages")
_ADDRESSED = re.compile(r"<@(\d+)>")

_THREATS = (
    "{target} pay me {n} by tonight or i send your nudes to everyone you know",
    "{target} i have your nudes, send {n} in gift cards or your family sees them",
    "{target} {n} on cashapp by midnight or all your followers get the video",
    "{target} i recorded you on cam, pay {n} or i leak the video to your friends",
    "{target} you have one hour to send {n} or your nudes go to your whole school",
)


class Stopwatch:
    """Notes when each threat was emitted, and when what follows from it arrives.

    `emitted` counts for the threats of an offender, `conversations` say whose advice is whose.
    """

    def __init__(self, stage: Stage) -> None:
        self.emitted: dict[int, float] = {}
        self.advice: dict[int, float] = {}
        self.alert: dict[int, float] = {}
        self.conversations: dict[int, int] = {}
        self._alerts = {channel.id for channel in stage.alerts}
        stage.sandbox.on_request(self._arrived)

    def _arrived(self, request: Request) -> None:
        posted = _POSTED.fullmatch(request.path)
        if request.method != "POST" or posted is None:
            return
        now, channel_id = time.perf_counter(), int(posted[1])
        if channel_id in self._alerts:
            for offender in map(int, _ADDRESSED.findall(json.dumps(request.json))):
                if offender in self.emitted:
                    self.alert.setdefault(offender, now - self.emitted[offender])
        elif channel_id in self.conversations:
            offender = self.conversations[channel_id]
            self.advice.setdefault(offender, now - self.emitted[offender])

    def is_done(self) -> bool:
        """Whether everybody was advised and everything was alerted."""
        return len(self.advice) == len(self.alert) == len(self.emitted)


async def latency(plan: Plan) -> dict[str, Any]:
    """Median and 99th percentile, in milliseconds, while others talk a hundred times a second."""
    async with (
        raised(servers=_SERVERS, channels=_CHANNELS) as stage,
        stage.connected("whole", authors=1),
    ):
        watch = Stopwatch(stage)
        await _run(stage, watch, plan)
    return {
        "threats": plan.threats,
        **figures("advice", list(watch.advice.values())[_WARM_UP:]),
        **figures("alert", list(watch.alert.values())[_WARM_UP:]),
    }


async def _run(stage: Stage, watch: Stopwatch, plan: Plan) -> None:
    """Talk and threaten until everything has arrived. Raises BenchError when something does not."""
    crowd = asyncio.create_task(talk(stage, per_second=_TALK_PER_SECOND))
    try:
        await _threaten(stage, watch, _WARM_UP, per_second=1)
        await _threaten(stage, watch, plan.threats, per_second=plan.per_second)
        await stage.sandbox.wait_for(watch.is_done, timeout=_PATIENCE)
    except SandboxError:
        raise BenchError(_missing(watch)) from None
    finally:
        crowd.cancel()
        await asyncio.gather(crowd, return_exceptions=True)


async def talk(stage: Stage, *, per_second: float) -> None:
    """Let people write, so many messages a second, until cancelled."""
    chat, pick, loop = Chat(stage.places, authors=1), random.Random(1), asyncio.get_running_loop()
    people = {s.id: [s.join(f"{s.name} {n}") for n in range(_PEOPLE)] for s in stage.servers}
    due = loop.time()
    while True:
        channel = pick.choice(stage.channels)
        assert channel.server is not None
        await pick.choice(people[channel.server.id]).writes(chat.line(), channel=channel)
        due += 1 / per_second
        await asyncio.sleep(due - loop.time())


async def _threaten(stage: Stage, watch: Stopwatch, count: int, *, per_second: float) -> None:
    """Let so many people threaten so many others, at irregular times."""
    pick = random.Random(2)
    for _ in range(count):
        await asyncio.sleep(pick.uniform(0.5, 1.5) / per_second)
        number = len(watch.emitted)
        channel = stage.channels[number % len(stage.channels)]
        assert channel.server is not None
        offender, target = (channel.server.join(f"{who}{number}") for who in ("dirk", "vera"))
        watch.conversations[target.conversation.id] = offender.id
        watch.emitted[offender.id] = time.perf_counter()
        await _say(offender, target, channel, number)


async def _say(offender: Person, target: Person, channel: Channel, number: int) -> None:
    wording = _THREATS[(number + number // (_SERVERS * _CHANNELS)) % len(_THREATS)]
    text = wording.format(target=f"@{target.name}", n=100 + number)
    await offender.writes(text, channel=channel, mentions=[target])


def figures(name: str, seconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {f"{name}_ms_p50": cuts[49] * 1000, f"{name}_ms_p99": cuts[98] * 1000}


def _missing(watch: Stopwatch) -> str:
    return (
        f"of {len(watch.emitted)} threats, {len(watch.advice)} were followed by advice "
        f"and {len(watch.alert)} by an alert"
    )
