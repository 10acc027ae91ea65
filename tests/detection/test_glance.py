"""How grave a text looks by its pieces, before anything reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detection.glance import Glance
from bot.detection.pieces import Pieces

NAMES = ("", "▁", "▁send", "▁pics", "▁tea", "s")
WEIGHTS = (-1.0, -2.0, 3.0, 5.0, -4.0, 1.0)
BIAS = -0.5
EDGES = (0, 0)


@pytest.fixture(scope="module")
def glance() -> Glance:
    pieces = Pieces(NAMES, [-1.0] * len(NAMES), unknown=0)
    return Glance(pieces, (*WEIGHTS, BIAS), EDGES)


def test_it_is_the_mean_of_what_the_pieces_and_the_edges_weigh(glance: Glance) -> None:
    assert glance.log_odds("send pics") == pytest.approx((-1 - 1 + 3 + 5) / 4 + BIAS)
    assert glance.log_odds("Sends  tea") == pytest.approx((-1 - 1 + 3 + 1 - 4) / 5 + BIAS)


def test_a_word_alone_is_less_sure_than_many_like_it(glance: Glance) -> None:
    assert glance.log_odds("pics") < glance.log_odds("pics pics") < glance.log_odds("pics " * 9)


def test_in_a_long_text_a_grave_part_is_not_lost(glance: Glance) -> None:
    harmless = "tea " * 400

    assert glance.log_odds(f"{harmless} {'send pics ' * 30} {harmless}") > 1
    assert glance.log_odds(harmless) < -3


@given(st.text())
def test_any_text_has_a_weight(text: str) -> None:
    pieces = Pieces(NAMES, [-1.0] * len(NAMES), unknown=0)

    assert -9 < Glance(pieces, (*WEIGHTS, BIAS), EDGES).log_odds(text) < 9
