"""Others' words, shown as they were written and unable to mislead whoever reads the report.

HTML is escaped by the template. What is left are characters that nobody sees: they turn the
direction of a line, hide in a word, or stand for nothing at all.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Persian and Hindi words and many emoji need these."""
_LINK = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20})://")


def visible(words: str) -> str:
    """The words with every invisible character named and every link unclickable."""
    return _LINK.sub(r"\1[:]//", "".join(_shown(char) for char in words))


def _shown(char: str) -> str:
    if char in "\n\t" or char in _JOINERS or unicodedata.category(char)[0] != "C":
        return char
    return f"[U+{ord(char):04X}]"
