"""Quiet hours: when moderators sleep, and until when what is not urgent waits for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when, by the clock of a time zone; they may go over midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def end_after(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold now will be over; None outside of them."""
        here = now.astimezone(self.zone)
        over_night = self.begin > self.end
        inside = (
            here.time() >= self.begin or here.time() < self.end
            if over_night
            else self.begin <= here.time() < self.end
        )
        if not inside:
            return None
        tomorrow = over_night and here.time() >= self.begin
        day = here.date() + timedelta(days=1) if tomorrow else here.date()
        return datetime.combine(day, self.end, self.zone).astimezone(UTC)


def parse_hours(written: str) -> QuietHours:
    """Read "22:00-07:00 Europe/Berlin"; without a zone, UTC. Raises ValueError saying what to do.

    Zones are named as in the IANA time zone database.
    """
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        raise ValueError('must look like "22:00-07:00 Europe/Berlin"')
    try:
        begin, end = (time(int(match[n]), int(match[n + 1])) for n in (1, 3))
    except ValueError:
        raise ValueError("has an hour above 23 or a minute above 59") from None
    if begin == end:
        raise ValueError("begins and ends at the same time; use null for no quiet hours")
    try:
        zone = ZoneInfo(match[5] or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {match[5]!r}; it is named like Europe/Berlin"
        ) from None
    return QuietHours(begin, end, zone)
