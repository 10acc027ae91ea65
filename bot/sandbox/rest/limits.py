"""The only module that knows rate limit buckets and the headers that describe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable

ROOMY = (10_000, 1.0)
MESSAGES = (5, 5.0)
OTHERS = (50, 1.0)


@dataclass
class Bucket:
    """How many requests are left until `resets_at`."""

    remaining: int
    resets_at: float


class RateLimits:
    """Counts requests per route and major parameter.

    With `real`, buckets are as small as Discord's (5 messages in 5 seconds per channel) and
    refuse; otherwise they are roomy, and only the headers are sent.
    """

    def __init__(self, clock: Callable[[], float], *, real: bool) -> None:
        self._clock = clock
        self.real = real
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take(self, template: str, major: str) -> tuple[dict[str, str], float | None]:
        """Count one request; returns its headers, and seconds to wait when refused."""
        limit, period = self._size(template)
        now = self._clock()
        bucket = self._buckets.get((template, major))
        if bucket is None or bucket.resets_at <= now:
            bucket = self._buckets[template, major] = Bucket(limit, now + period)
        refused = bucket.remaining <= 0
        bucket.remaining = max(0, bucket.remaining - 1)
        wait = max(0.0, bucket.resets_at - now)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{bucket.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"{crc32(template.encode()):08x}",
        }
        return headers, wait if refused else None

    def _size(self, template: str) -> tuple[int, float]:
        if not self.real:
            return ROOMY
        return MESSAGES if template == "POST /channels/{channel}/messages" else OTHERS
