"""What a moderator reads instead of what they asked for."""

from __future__ import annotations

import pytest

from bot.advice import load_texts
from bot.domain.case import HinderedError, Hindrance
from bot.transport.desk_views import hindered

ENGLISH = load_texts().get("en")


@pytest.mark.parametrize("hindrance", Hindrance)
def test_every_hindrance_has_words(hindrance: Hindrance) -> None:
    assert hindered(ENGLISH, HinderedError(hindrance, who=7, case=3))
