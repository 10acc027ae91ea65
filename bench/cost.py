"""What the whole bot costs per ordinary message beside a bare one, measured in turns."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.plan import Plan
from bench.stage import Process, raised

_AUTHORS = 500
_SERVERS, _CHANNELS = 4, 25


async def cost(plan: Plan) -> dict[str, Any]:
    """Processor time per message of both bots and of the detector, and their ratios."""
    async with (
        raised(servers=_SERVERS, channels=_CHANNELS) as stage,
        stage.connected("bare", authors=_AUTHORS) as bare,
        stage.connected("whole", authors=_AUTHORS) as whole,
    ):
        await _round(bare, whole, plan.warm_up, swapped=False)
        rounds = [
            await _round(bare, whole, plan.messages, swapped=bool(number % 2))
            for number in range(plan.rounds)
        ]
        return _figures(plan, rounds)


async def _round(bare: Process, whole: Process, count: int, *, swapped: bool) -> dict[str, Any]:
    """Feed both the same messages, and the detector alone as many of the same kind."""
    first, second = (whole, bare) if swapped else (bare, whole)
    spent = {first: (await first.does("feed", count))["us"]}
    spent[second] = (await second.does("feed", count))["us"]
    detector = await whole.does("detect", count)
    return {"bare": spent[bare], "whole": spent[whole], "detector": detector}


def _figures(plan: Plan, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    bare = [each["bare"] for each in rounds]
    whole = [each["whole"] for each in rounds]
    looked = [each["detector"] for each in rounds]
    detector_us = sum(each["us"] for each in looked) / len(looked)
    return {
        "bot_over_bare": median(w / b for w, b in zip(whole, bare, strict=True)),
        "bot_over_bare_mean": sum(whole) / sum(bare),
        "bare_us": median(bare),
        "bot_us": median(whole),
        "detector_us": detector_us,
        "detector_over_discordpy": detector_us * len(bare) / sum(bare),
        "judged_percent": 100 * sum(each["judged"] for each in looked) / len(looked),
        "found_percent": 100 * sum(each["found"] for each in looked) / len(looked),
        "rounds": plan.rounds,
        "messages": plan.rounds * plan.messages,
    }
