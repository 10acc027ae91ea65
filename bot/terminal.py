"""The only module that knows what a terminal must not be given of words that others wrote."""

from __future__ import annotations

import unicodedata


def visible(text: str, *, keep: str = "") -> str:
    """`text` without what steers a terminal or turns its direction, nor line breaks unless kept."""
    return "".join(
        letter if letter in keep or unicodedata.category(letter)[0] != "C" else "·"
        for letter in text
    )
