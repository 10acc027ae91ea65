"""Others' words, shown as they were written and unable to mislead whoever reads the report.

HTML is escaped by the template. What is left are characters that nobody sees: they turn the
direction of a line, hide in a word, or stand for nothing at all.
"""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20})://")
_BLANK = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001d159\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point of Unicode 16, and the two blanks that are not among them: Braille's
empty cell and the music note without a head."""
_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MONGOLIAN = re.compile("[\u180b-\u180d\u180f]")
_VIRAMA = 9
"""The combining class of the mark that ties two letters of Hindi and its kin together."""


def visible(words: str) -> str:
    """The words with every invisible character named and every link unclickable."""
    around = f"\n{words}\n"
    shown = (_shown(*around[at - 1 : at + 2]) for at in range(1, len(around) - 1))
    return _LINK.sub(r"\1[:]//", "".join(shown))


def _shown(before: str, char: str, after: str) -> str:
    if char in "\n\t" or not _is_unseen(char) or _is_needed(before, char, after):
        return char
    return f"[U+{ord(char):04X}]"


def _is_unseen(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp") or bool(_BLANK.match(char))


def _is_needed(before: str, char: str, after: str) -> bool:
    """Whether what is seen of the neighbours depends on it, as people write them."""
    if char in _JOINERS:
        return _joins(before, after)
    if _MONGOLIAN.match(char):
        return _is_of(before, "MONGOLIAN")
    if _SELECTORS.match(char):
        return _is_picture(before) or _is_of(before, "CJK") or after == "\u20e3"
    return False


def _joins(before: str, after: str) -> bool:
    """Whether a joiner stands in an emoji, in or behind an Arabic word, or beside a virama."""
    if _is_picture(before) or _SELECTORS.match(before):
        return _is_picture(after)
    is_tied = _VIRAMA in (unicodedata.combining(before), unicodedata.combining(after))
    return is_tied or _is_of(before, "ARABIC")


def _is_picture(char: str) -> bool:
    """Whether it is an emoji, or any other symbol that is seen."""
    is_symbol = unicodedata.category(char) in ("So", "Sk", "Sm") or char in "‼⁉〰"
    return is_symbol and not char.isascii() and not _is_unseen(char)


def _is_of(char: str, script: str) -> bool:
    return unicodedata.name(char, "").startswith(script)
