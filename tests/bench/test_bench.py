"""The measurements run, and say what they are asked for; how fast it is depends on the machine."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIGURES = (
    "bot_over_bare",
    "bare_us",
    "bot_us",
    "detector_us",
    "detector_over_discordpy",
    "advice_ms_p50",
    "advice_ms_p99",
    "alert_ms_p50",
    "alert_ms_p99",
    "help_ms_p50",
    "help_ms_p99",
    "help_ms_slowest",
    "help_with_message_ms_p99",
    "memory_start_mb",
    "memory_million_mb",
    "cases",
    "case_open_ms",
    "case_open_over_first",
    "case_list_ms",
    "evidence_ms",
    "rounds",
    "messages",
    "cpus",
)


@pytest.mark.slow
def test_a_quick_run_prints_one_object_with_every_figure() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert {name for name in FIGURES if not is_measured(figures.get(name))} == set()


def is_measured(figure: object) -> bool:
    return isinstance(figure, int | float) and math.isfinite(figure) and figure > 0
