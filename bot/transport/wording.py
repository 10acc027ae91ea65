"""Somebody else's words, made harmless before the bot shows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

_LINK = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*)://")
_HOST = re.compile(r"(?i)(?<=[a-z0-9])\.(?=[a-z]{2,}(?:/|\b))")
_BACKTICK = "\u02cb"  # a look-alike, so that quoted words cannot end the quotation
_BAR = "\u01c0"  # likewise: two bars end a spoiler, even within a code block


def in_line(words: str, *, limit: int = 60) -> str:
    """Words as inline code: one line, bounded, without markdown, mentions, links or direction."""
    flat = " ".join(_visible(words).split())
    return f"`{_cut(_defanged(flat), limit).replace('`', _BACKTICK) or ' '}`"


def as_blocks(words: str, *, size: int) -> Iterator[str]:
    """Words as code blocks of at most `size` characters each, besides the fences.

    Line breaks are kept, everything else is as in `in_line`.
    """
    lines = _in_lines(words)
    for start in range(0, len(lines), size):
        yield _block(lines[start : start + size])


def as_block(words: str, *, limit: int) -> str:
    """As `as_blocks`, but one block, and what is too long for it is cut."""
    return _block(_cut(_in_lines(words), limit))


def under_spoiler(words: str, *, size: int) -> Iterator[str]:
    """As `as_blocks`, and each block shows only when it is pressed; no word can uncover itself."""
    for block in as_blocks(words.replace("|", _BAR), size=size):
        yield f"||{block}||"


def name(words: str, *, limit: int = 80) -> str:
    """A name within a sentence: as `in_line`, with markdown escaped instead of quoted."""
    flat = _cut(" ".join(_visible(words).split()), limit)
    return re.sub(r"([\\`*_~|>\[\]()<#@:-])", r"\\\1", _defanged(flat)) or "?"


def label(words: str, *, limit: int = 100) -> str:
    """A name in a menu, where Discord shows no markdown: as `in_line`, and no code."""
    flat = " ".join(_visible(words).split())
    return _cut(_defanged(flat), limit) or "?"


def fitting(lines: Iterable[str], *, within: int = 1800) -> list[str]:
    """As many of the lines, from the first, as a message has room for beside what frames them."""
    lines = list(lines)
    ends = accumulate(len(line) + 1 for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= within]


def _in_lines(words: str) -> str:
    return _defanged(_visible(words, keep="\n")).replace("`", _BACKTICK) or " "


def _block(words: str) -> str:
    return f"```text\n{words}\n```"


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
