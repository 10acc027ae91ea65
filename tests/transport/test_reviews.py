"""What moderators are told about many cases at once fits into one message, in every language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.advice import load_texts
from bot.domain.assessment import Category, Level
from bot.domain.case import CaseLine, CaseState, Progress
from bot.domain.review import Reminder
from bot.transport.reviews import reminder

_LONGEST = 2000
_ID = 1575837811582435331


@pytest.mark.parametrize("locale", sorted(load_texts().languages))
def test_cases_that_a_reminder_has_no_room_for_are_counted(locale: str) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    case = CaseLine(
        id=12345,
        level=Level.URGENT,
        categories=tuple(category.value for category in Category),
        offender_id=_ID,
        progress=Progress(CaseState.CLAIMED, holder=_ID, since=now),
        opened_at=now,
        findings=1,
        is_forwarded=True,
    )
    text, _ = reminder(load_texts().get(locale), Reminder((case,) * 10, 12), "a" * 16)

    lines = [line for line in text.splitlines() if line.startswith("**12345**")]
    assert len(lines) > 1
    assert text.splitlines()[-1] == f"And {12 - len(lines)} more: `/case list`"
    assert len(text) <= _LONGEST
