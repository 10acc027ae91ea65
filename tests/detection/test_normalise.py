"""Letters that are disguised become plain, real ones stay, and places point at the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detection.normalise import fold, tokenise
from bot.detection.spelling import Joined, join_spaced, uncensored, variants


@given(st.text(max_size=300))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=300))
def test_every_token_points_at_a_place_of_the_original(text: str) -> None:
    for token in tokenise(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.word


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＰＡＹ　ｍｅ", "pay me"),
        ("𝗽𝗮𝘆 𝓶𝓮", "pay me"),
        ("p\u200ba\u00ady", "pay"),
        ("pa\u202ey", "pay"),
        ("páy mè", "pay me"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("now.Pay,me", "now pay me"),
    ],
)
def test_disguised_letters_become_plain(written: str, plain: str) -> None:
    assert fold(written).split() == plain.split()


def test_real_cyrillic_and_greek_stay_themselves() -> None:
    assert fold("ПРИВЕТ Ωρα").split() == ["привет", "ωρα"]
    assert list(variants("привет")) == []


def test_look_alikes_are_undone_only_in_words_that_mix_scripts() -> None:
    assert "pay" in list(variants("pаy"))  # the second letter is Cyrillic
    assert list(variants("рау")) == []  # all three are


def test_leetspeak_is_undone_where_digits_stand_beside_letters() -> None:
    assert "pics" in list(variants("p1cs"))
    assert "leak" in list(variants("l34k"))
    assert list(variants("2024")) == []


def test_starred_and_reversed_words_are_recognised() -> None:
    assert uncensored("n***s", {"nudes"}) == "nudes"
    assert uncensored("sedun", {"nudes"}) == "nudes"
    assert uncensored("n***s", {"photos"}) is None


def test_spelled_out_words_are_joined_and_other_letters_are_not() -> None:
    assert join_spaced(["i", "l", "e", "a", "k", "it"], {"leak"}) == [
        Joined("i", 0, 1),
        Joined("leak", 1, 5),
        Joined("it", 5, 6),
    ]


def test_spelled_out_words_leave_as_few_letters_over_as_can_be() -> None:
    joined = join_spaced(["i", "l", "e", "a", "k"], {"ile", "leak"})

    assert [each.word for each in joined] == ["i", "leak"]


def test_an_order_is_told_from_a_statement_by_where_the_clause_begins() -> None:
    begins = [token.begins for token in tokenise("ok. pay now, 1.5 please")]

    assert begins == [True, True, False, True, False, False]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("dă-mi banii", [True, False, False]),  # in Romanian, as in Maltese, hyphens join
        ("da-mi banii", [True, False, False]),
        ("ok - pay", [True, True]),
        ("ök - pay", [True, True]),
        ("ok --pay", [True, True]),
    ],
)
def test_a_hyphen_within_a_word_ends_no_clause(text: str, begins: list[bool]) -> None:
    assert [token.begins for token in tokenise(text)] == begins
