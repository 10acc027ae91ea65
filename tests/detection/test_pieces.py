"""How a text is cut into pieces, and that each piece still knows where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detection.pieces import Pieces, normalise

NAMES = ("", "▁", "▁s", "▁send", "end", "▁me", "m", "e", "n", "d", "▁фото", "私", "の", "写真")
SCORES = (0.0, -5.0, -6.0, -3.0, -3.5, -3.0, -7.0, -7.0, -7.0, -7.0, -4.0, -4.0, -4.0, -4.0)
UNKNOWN = 0


@pytest.fixture
def pieces() -> Pieces:
    return Pieces(NAMES, SCORES, unknown=UNKNOWN)


def _names(pieces: Pieces, text: str) -> list[str]:
    return [NAMES[piece.number] or "?" for piece in pieces.cut(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Send ME", ["▁send", "▁me"]),
        ("  send\n\tme ", ["▁send", "▁me"]),
        ("ｓｅｎｄ m\u200be", ["▁send", "▁me"]),
        ("ФОТО", ["▁фото"]),
        ("||send||`me`", ["▁send", "▁me"]),
        ("s3nd ||m~e", ["▁send", "▁", "m", "▁", "e"]),
        ("s.e.n.d meeee", ["▁send", "▁me"]),
        ("sеnd ᴍᴇ", ["▁send", "▁me"]),
        ("b4 1st", ["▁", "?", "?", "▁", "?", "?", "?"]),
        ("私の写真", ["▁", "私", "の", "写真"]),
        ("sendx", ["▁send", "?"]),
        ("", []),
    ],
)
def test_a_word_is_cut_where_its_pieces_are_likeliest(
    pieces: Pieces, text: str, expected: list[str]
) -> None:
    assert _names(pieces, text) == expected


def test_a_piece_says_where_it_stood(pieces: Pieces) -> None:
    text = "x SENDme 私の写真"

    cut = [(NAMES[each.number], text[each.start : each.end]) for each in pieces.cut(text)]

    assert cut[1:] == [
        ("", "x"), ("▁send", "SEND"), ("m", "m"), ("e", "e"),
        ("▁", ""), ("私", "私"), ("の", "の"), ("写真", "写真"),
    ]  # fmt: skip


def test_where_letters_are_not_one_for_one_a_piece_stands_for_its_word(pieces: Pieces) -> None:
    text = "m s\u200bend m"

    places = {NAMES[each.number]: (each.start, each.end) for each in pieces.cut(text)}

    assert places["▁send"] == (2, 7)


@given(st.text(max_size=200))
def test_every_text_is_cut_and_no_place_lies_outside(text: str) -> None:
    cut = list(Pieces(NAMES, SCORES, unknown=UNKNOWN).cut(text))

    assert all(0 <= each.start <= each.end <= len(text) for each in cut)
    assert [each.start for each in cut] == sorted(each.start for each in cut)


@given(st.text(max_size=40))
def test_a_normalised_word_stays_as_it_is(word: str) -> None:
    assert normalise(normalise(word)) == normalise(word)
