"""The figures as a table for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

_Row = tuple[str, str, str]
_CUTS = (("p50", "median"), ("p99", "99th percentile"))


def show(figures: dict[str, Any], console: Console) -> None:
    """Print the table, and below it what explains it."""
    table = Table(title="What the bot costs", title_justify="left")
    table.add_column("measured")
    table.add_column("figure", justify="right")
    table.add_column("goal", justify="right")
    rows = (
        *_cost(figures),
        *_delay(figures),
        *_help(figures),
        *_memory(figures),
        *_desk(figures),
    )
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        f"{figures['rounds']} rounds in turns, {figures['messages']:,} messages to each bot; "
        f"{figures['judged_percent']:.2f} % of ordinary messages were judged, "
        f"{figures['found_percent']:.3f} % taken for something. {figures['threats']} threats at "
        f"100 ordinary messages a second. Python {figures['python']}, discord.py "
        f"{figures['discordpy']}, {figures['cpus']} cores, {figures['seconds']:.0f} s."
    )


def _cost(figures: dict[str, Any]) -> list[_Row]:
    return [
        ("bare bot, per message", f"{figures['bare_us']:.1f} µs", ""),
        ("whole bot, per message", f"{figures['bot_us']:.1f} µs", ""),
        ("whole bot over bare bot", f"{figures['bot_over_bare']:.2f}", "≤ 1.15"),
        ("detector, per message", f"{figures['detector_us']:.1f} µs", ""),
        ("detector over discord.py", f"{figures['detector_over_discordpy']:.2f}", "≤ 0.10"),
    ]


def _delay(figures: dict[str, Any]) -> list[_Row]:
    return [
        (f"threat to {what}, {label}", f"{figures[f'{what}_ms_{cut}']:.0f} ms", "")
        for what in ("advice", "alert")
        for cut, label in _CUTS
    ]


def _help(figures: dict[str, Any]) -> list[_Row]:
    """Discord gives a bot three seconds for its answer."""
    commands = (("help", "help command"), ("help_with_message", "help with a message"))
    return [
        (f"{name} to answer, {label}", f"{figures[f'{what}_ms_{cut}']:.0f} ms", "< 3,000 ms")
        for what, name in commands
        for cut, label in _CUTS
    ]


def _memory(figures: dict[str, Any]) -> list[_Row]:
    channels = f"in {figures['memory_channels']:,} channels"
    after = [
        (f"memory after {int(count):,} messages {channels}", f"{mb:.0f} MB", "")
        for count, mb in figures["memory_curve_mb"].items()
    ]
    return [("memory at the start", f"{figures['memory_start_mb']:.0f} MB", ""), *after]


def _desk(figures: dict[str, Any]) -> list[_Row]:
    return [
        row
        for before, name in (("", "SQLite"), ("postgresql_", "PostgreSQL"))
        if f"{before}cases" in figures
        for row in (
            (
                f"list of {figures[f'{before}cases']:,} cases, {name}",
                f"{figures[f'{before}case_list_ms']:.0f} ms",
                "≤ 300 ms",
            ),
            (
                f"Show evidence beside them, {name}",
                f"{figures[f'{before}evidence_ms']:.0f} ms",
                "≤ 300 ms",
            ),
            (
                f"opening a case over one of the first, {name}",
                f"{figures[f'{before}case_open_over_first']:.2f}",
                "≤ 1.25",
            ),
        )
    ]
