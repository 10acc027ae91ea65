"""What moderators are told about many cases at once."""

from __future__ import annotations

import pytest

from bot.advice import load_texts
from bot.domain.assessment import Level
from bot.domain.review import Reminder
from bot.transport.reviews import reminder


@pytest.mark.parametrize(
    ("levels", "lines"),
    [
        (
            {Level.URGENT: 1, Level.HIGH: 12},
            ["### Waiting for a moderator: 13", "urgent 1 · high 12"],
        ),
        ({}, ["### Waiting for a moderator: 0"]),
    ],
)
def test_a_reminder_counts_the_cases_of_each_level(
    levels: dict[Level, int], lines: list[str]
) -> None:
    text, _ = reminder(load_texts().get("en"), Reminder(levels), "a" * 16)

    assert text.splitlines() == lines
