"""How what was done in a case reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.advice import load_texts
from bot.domain.case import Deed, Verdict
from bot.domain.evidence import Act
from bot.transport.case_lines import deed_line

ENGLISH = load_texts().get("en")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("act", Act)
def test_every_act_reads_as_a_sentence_of_its_own(act: Act) -> None:
    detail = Verdict.UNCLEAR.value if act is Act.RESOLVED else None

    line = deed_line(ENGLISH, Deed(act.value, 7, NOW, detail=detail))

    assert line.startswith(f"<t:{int(NOW.timestamp())}:R>: ")
    assert not line.endswith(f": {act}.")


def test_an_act_of_a_newer_version_is_shown_as_it_is() -> None:
    line = deed_line(ENGLISH, Deed("moved elsewhere", 7, NOW))

    assert line == f"<t:{int(NOW.timestamp())}:R>: <@7>: moved elsewhere."
