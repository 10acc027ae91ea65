"""Words are found where a script puts no spaces between them, each in its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.detection.normalise import Token, fold
from bot.detection.segments import Segments

SEGMENTS = Segments(["照片", "发给", "你", "妈妈", "你妈妈", "ส่ง", "รูป", "送る", "pics"])


def test_the_longest_known_word_is_taken_and_the_rest_stays_together() -> None:
    assert SEGMENTS.words("我把照片发给你妈妈哦") == ["我把", "照片", "发给", "你妈妈", "哦"]


def test_thai_and_mixed_scripts_are_parted() -> None:
    assert SEGMENTS.words("ส่งรูป50บาท") == ["ส่ง", "รูป", "50", "บาท"]
    assert SEGMENTS.words("send照片 now") == ["send", "照片", "now"]


def test_spaced_scripts_are_left_alone() -> None:
    assert SEGMENTS.words("Send the pics, пожалуйста") == ["send", "the", "pics", "пожалуиста"]


def test_every_part_keeps_its_place() -> None:
    text = "ok 发给妈妈"

    assert SEGMENTS.tokens(text) == [
        Token("ok", 0, 2, begins=True),
        Token("发给", 3, 5),
        Token("妈妈", 5, 7),
    ]


@given(st.text(alphabet="照片发给你妈妈ส่งรูป ok!", max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    assert "".join(SEGMENTS.words(text)) == "".join(fold(text).split())
