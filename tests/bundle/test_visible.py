"""No character in the report is unseen, and none that people need is named."""

from __future__ import annotations

import unicodedata

import pytest

from bot.bundle.visible import visible

UNSEEN = [
    *("\u00ad", "\u034f", "\u061c", "\u115f", "\u1160", "\u17b4", "\u180e", "\u200b", "\u200e"),
    *("\u2028", "\u2029", "\u202e", "\u2060", "\u2064", "\u2069", "\u2800", "\u3164", "\ufeff"),
    *("\uffa0", "\ufff9", "\x00", "\x1b", "\ud83d", "\ue000", "\U0001d159", "\U0001d173"),
    *("\U000e0001", "\U000e0041", "\U000e01f0", "\u200c", "\u200d", "\ufe0f", "\U000e0100"),
]


@pytest.mark.parametrize("char", UNSEEN, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_cannot_be_seen_is_named(char: str) -> None:
    named = f"[U+{ord(char):04X}]"

    assert visible(f"p{char}ay") == f"p{named}ay"
    assert visible(char) == named


@pytest.mark.parametrize(
    "words",
    [
        "می\u200cخواهم",
        "پنجرهٔ\u200cما",
        "क्\u200dष, र\u094d\u200dय",
        "র\u200d\u09cdযাব",
        "ශ්\u200dරී",
        "സോഫ്റ്റ്\u200cവെയർ",
        "👨\u200d👩\u200d👧 👩🏽\u200d⚕\ufe0f ❤\ufe0f\u200d🔥 🙂\u200d↔\ufe0f",
        "🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 #\ufe0f\u20e3 ‼\ufe0f ©\ufe0f ☎\ufe0e",
        "葛\U000e0100城",
        "ᠠ\u180b",
        "é 한국어 ภาษาไทย\u00a0\u3000\ttab\nline",
    ],
)
def test_what_scripts_and_emoji_need_is_left_alone(words: str) -> None:
    assert visible(words) == words


@pytest.mark.parametrize("char", ["\u200d", "\ufe0f", "\ufe00", "\U000e0101"])
def test_nothing_hides_behind_what_is_needed(char: str) -> None:
    """Letters can be written in selectors, one after another, behind a single emoji."""
    assert visible(f"🖤{char * 3}p").count(f"[U+{ord(char):04X}]") >= 2


def test_of_all_characters_only_those_without_a_shape_are_named() -> None:
    """Whatever a later Unicode adds of this kind, `unicodedata` calls unassigned or a format."""
    named = {chr(code) for code in range(0x110000) if visible(chr(code)) != chr(code)}

    plain = {c for c in named if unicodedata.category(c)[0] != "C"}
    assert {unicodedata.category(c) for c in plain} == {"Lo", "Mn", "So", "Zl", "Zp"}
    assert len(plain) < 300
