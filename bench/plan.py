"""How long a run measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The sizes of one run; more rounds and threats make steadier figures, and take longer."""

    rounds: int
    """How often each bot is fed, in turns."""
    messages: int
    """Messages per round and bot."""
    warm_up: int
    """Messages before the first round, so that the bot's memory of conversations is full."""
    threats: int
    per_second: float
    """Threats a second, among a hundred ordinary messages a second."""
    asked: int
    """How many people ask for help, among a thousand ordinary messages a second."""
    remembered: int
    """Messages after which memory is measured for the last time."""
    cases: int
    """Cases of fifty items each, beside which moderators look and new ones are opened."""
    openings: int
    """Cases that are opened at first, and again beside those."""
    looks: int
    """How often the list and the evidence are looked at."""


FULL = Plan(
    rounds=60,
    messages=1_000,
    warm_up=6_000,
    threats=100,
    per_second=3,
    asked=200,
    remembered=1_000_000,
    cases=10_000,
    openings=200,
    looks=150,
)
QUICK = Plan(
    rounds=10,
    messages=300,
    warm_up=1_000,
    threats=12,
    per_second=4,
    asked=10,
    remembered=20_000,
    cases=500,
    openings=40,
    looks=30,
)
