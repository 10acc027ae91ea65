"""How much memory the whole bot takes at its start, and after many messages in many channels."""

from __future__ import annotations

from typing import Any

from bench.plan import Plan
from bench.stage import raised

_SERVERS, _CHANNELS = 20, 50
_AUTHORS = 50_000
_LOOKS = 4


async def growth(plan: Plan) -> dict[str, Any]:
    """Megabytes at the start and in the end, and on the way there."""
    async with (
        raised(servers=_SERVERS, channels=_CHANNELS) as stage,
        stage.connected("whole", authors=_AUTHORS) as whole,
    ):
        start = (await whole.does("memory"))["mb"]
        curve: dict[str, float] = {}
        for look in range(1, _LOOKS + 1):
            await whole.does("feed", plan.remembered // _LOOKS)
            curve[str(plan.remembered * look // _LOOKS)] = (await whole.does("memory"))["mb"]
    return {
        "memory_start_mb": start,
        "memory_million_mb": list(curve.values())[-1],
        "memory_curve_mb": curve,
        "memory_messages": plan.remembered,
        "memory_channels": _SERVERS * _CHANNELS,
    }
