"""What Discord's clients fill in themselves: points in time, and people."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime, style: str = "R") -> str:
    """A point in time as each reader's own client writes it."""
    return f"<t:{int(at.timestamp())}:{style}>"


def mention(person: int | None) -> str:
    """Somebody, by identifier; messages never ping them."""
    return "?" if person is None else f"<@{person}>"
