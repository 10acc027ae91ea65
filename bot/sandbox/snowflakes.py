"""The only module that knows how Discord's ids carry time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Makes unique, rising ids whose time is the clock's (seconds since 1970)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return a new id, later than every one before it."""
        wanted = (int(self._clock() * 1000) - EPOCH_MS) << 22
        self._last = max(wanted, self._last + 1)
        return self._last


def seconds_of(snowflake: int) -> float:
    """Return the time of creation in seconds since 1970."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """Return Discord's ISO 8601 form with microseconds and offset."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
