"""Quiet hours: what is not urgent waits until they end, by the moderators' own clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.assessment import Level
from bot.domain.hours import parse_hours
from bot.domain.policy import Policy, waits_until

BERLIN = "22:00-07:00 Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "now", "end"),
    [
        (BERLIN, "2026-01-10T21:00", "2026-01-11T06:00"),  # exactly when they begin
        (BERLIN, "2026-01-10T23:59", "2026-01-11T06:00"),
        (BERLIN, "2026-01-11T05:59", "2026-01-11T06:00"),
        (BERLIN, "2026-01-11T06:00", None),
        (BERLIN, "2026-01-10T20:59", None),
        (BERLIN, "2026-07-10T20:30", "2026-07-11T05:00"),  # in summer the clock is an hour ahead
        (BERLIN, "2026-03-28T22:00", "2026-03-29T05:00"),  # the night that is an hour shorter
        (BERLIN, "2026-10-24T22:00", "2026-10-25T06:00"),  # the night that is an hour longer
        ("12:00-13:30", "2026-01-10T12:00", "2026-01-10T13:30"),
        ("12:00-13:30", "2026-01-10T13:30", None),
    ],
)
def test_what_waits_waits_until_they_end(written: str, now: str, end: str | None) -> None:
    assert parse_hours(written).end_after(at(now)) == (at(end) if end else None)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("tonight", "must look like"),
        ("22-7", "must look like"),
        ("24:00-07:00", "hour above 23"),
        ("22:00-07:60", "minute above 59"),
        ("22:00-22:00", "begins and ends at the same time"),
        ("22:00-07:00 Berlin", "no time zone 'Berlin'"),
        ("22:00-07:00 ../../etc/passwd", "no time zone"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_hours(written)


def test_what_is_high_or_urgent_never_waits() -> None:
    night = at("2026-01-10T23:00")
    waiting = {level: waits_until(Policy(quiet_hours=BERLIN), level, night) for level in Level}

    end = at("2026-01-11T06:00")
    assert waiting == {
        Level.NONE: end,
        Level.LOW: end,
        Level.MEDIUM: end,
        Level.HIGH: None,
        Level.URGENT: None,
    }
    assert waits_until(Policy(), Level.LOW, night) is None
