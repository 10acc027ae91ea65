"""How stubbornly the bot tries to deliver."""

from __future__ import annotations

import random
from dataclasses import dataclass

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 900.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a lease lasts, in seconds, and after how many attempts a delivery is given up."""

    lease: float = 60.0
    attempts: int = 12


def backoff(attempts: int) -> float:
    """Seconds to wait after so many attempts: doubling, bounded, with full jitter."""
    longest = min(_FIRST_WAIT * 2**attempts, _LONGEST_WAIT)
    return random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret
