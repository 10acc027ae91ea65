"""Somebody else's words, made harmless before the bot shows them."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*)://")
_HOST = re.compile(r"(?i)(?<=[a-z0-9])\.(?=[a-z]{2,}(?:/|\b))")
_BACKTICK = "\u02cb"  # a look-alike, so that quoted words cannot end the quotation


def in_line(words: str, *, limit: int = 60) -> str:
    """Words as inline code: one line, bounded, without markdown, mentions, links or direction."""
    flat = " ".join(_visible(words).split())
    return f"`{_cut(_defanged(flat), limit).replace('`', _BACKTICK) or ' '}`"


def as_block(words: str) -> str:
    """Words as a code block: line breaks kept, everything else as in `in_line`, unbounded."""
    lines = _defanged(_visible(words, keep="\n")).replace("`", _BACKTICK)
    return f"```text\n{lines or ' '}\n```"


def name(words: str, *, limit: int = 80) -> str:
    """A name within a sentence: as `in_line`, with markdown escaped instead of quoted."""
    flat = _cut(" ".join(_visible(words).split()), limit)
    return re.sub(r"([\\`*_~|>\[\]()<#@:-])", r"\\\1", _defanged(flat)) or "?"


def _visible(words: str, *, keep: str = "") -> str:
    """Without control, invisible and direction characters, and with few marks per letter."""
    kept: list[str] = []
    marks = 0
    for char in words:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category == "Cc" and char not in keep:
            kept.append(" ")
        elif category not in ("Cf", "Cs", "Co", "Cn") and marks <= 2:  # noqa: PLR2004 - as in Zalgo text
            kept.append(char)
    return "".join(kept)


def _defanged(words: str) -> str:
    """Links that nobody can follow by accident."""
    return _HOST.sub("[.]", _LINK.sub(r"\1[:]//", words))


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"
