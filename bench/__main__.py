"""The door to the measurements: `python -m bench`, for programs with `--json`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime
from typing import Any

import discord
from rich.console import Console

from bench.asking import asking
from bench.caseload import caseload
from bench.cost import cost
from bench.growth import growth
from bench.latency import latency
from bench.plan import FULL, QUICK, Plan
from bench.report import show
from bench.stage import BenchError
from bot.config import LogSettings
from bot.logs import configure_logs

_MEASURES = (
    ("cost", cost),
    ("delay", latency),
    ("help", asking),
    ("memory", growth),
    ("desk", caseload),
)


def main() -> int:
    """Measure and print; 1 when a measurement could not be made."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the bot.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a short run, with rough figures")
    asked = parser.parse_args()
    configure_logs(LogSettings(level="error"))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it tidies up then too
    try:
        figures = asyncio.run(_measured(QUICK if asked.quick else FULL))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if asked.json:
        print(json.dumps(figures))
    else:
        show(figures, Console())
    return 0


async def _measured(plan: Plan) -> dict[str, Any]:
    began = time.monotonic()
    figures: dict[str, Any] = {}
    for name, measure in _MEASURES:
        print(f"measuring {name} …", file=sys.stderr)
        figures |= await measure(plan)
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
    return rounded | _circumstances() | {"seconds": round(time.monotonic() - began, 1)}


def _circumstances() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "discordpy": discord.__version__,
        "system": platform.system(),
        "machine": platform.machine(),
        "cpus": _cores(),
    }


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
