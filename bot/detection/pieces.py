"""The only module that knows how a text is cut into the pieces that the learned judge reads."""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.detection.spelling import as_read

BEGIN = "▁"
"""Stands at the head of a piece that begins a word."""

_WORD = re.compile(r"[^\s`|~_*]+")
"""What stands between spaces or Discord's marks: code and spoilers are read like other words."""
_LINK = re.compile(r"[<(\[]*(?:https?://|^www\.)\S*")
_WORDLESS = re.compile(r"-?#{1,3}$")
"""What makes a heading or small print of a line."""
_UNKNOWN_COSTS = 10.0
"""How much less likely than the rarest piece a letter is that no piece has."""
_REMEMBERED_WORDS = 5_000
_LONGEST_REMEMBERED = 40

_Cut = tuple[tuple[int, int, int], ...]
"""Number, start and end of each piece; the places count characters of the word as written."""


class Piece(NamedTuple):
    """A piece's number in the vocabulary, and the place in the text that it stands for."""

    number: int
    start: int
    end: int


class Pieces:
    """A vocabulary of word pieces with their log probabilities (Kudo 2018, unigram model).

    The best cut of a word is the one whose pieces are most likely together. `unknown` is the number
    of the piece that stands for letters which no piece has.
    """

    def __init__(self, names: Sequence[str], scores: Sequence[float], *, unknown: int) -> None:
        self._known = {name: number for number, name in enumerate(names) if name}
        self._scores = array("f", scores)
        self._longest = max(map(len, self._known), default=1)
        self._unknown = unknown
        self._unlikely = min(scores, default=0.0) - _UNKNOWN_COSTS
        self._words: dict[str, _Cut] = {}

    def cut(self, text: str) -> Iterator[Piece]:
        """The pieces of `text` in their order, as far as they are asked for. Total on any text."""
        for found in _WORD.finditer(text):
            first = found.start()
            for number, start, end in self._remembered(found.group()):
                yield Piece(number, first + start, first + end)

    def _remembered(self, written: str) -> _Cut:
        """The pieces of a word; each stands for all of it where its letters were undisguised."""
        known = self._words.get(written)
        if known is None:
            word = normalise(written)
            known = self._best(BEGIN + word) if word else ()
            if len(word) != len(written):
                known = tuple((number, 0, len(written)) for number, _, _ in known)
            if len(written) <= _LONGEST_REMEMBERED:
                if len(self._words) >= _REMEMBERED_WORDS:
                    self._words.clear()
                self._words[written] = known
        return known

    def _best(self, word: str) -> _Cut:
        """The likeliest cut of `word` (Viterbi); the leading mark has no place in the text."""
        reached = [(0.0, 0, 0)] + [(-math.inf, 0, 0)] * len(word)
        for start in range(len(word)):
            so_far = reached[start][0]
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                number = self._known.get(word[start:end])
                if number is not None:
                    score = so_far + self._scores[number]
                elif end == start + 1:
                    number, score = self._unknown, so_far + self._unlikely
                else:
                    continue
                if score > reached[end][0]:
                    reached[end] = score, start, number
        cut, end = [], len(word)
        while end:
            _, start, number = reached[end]
            cut.append((number, max(0, start - len(BEGIN)), end - len(BEGIN)))
            end = start
        return tuple(reversed(cut))


def normalise(word: str) -> str:
    """A word in the letters that pieces are made of: small, nothing hidden, nothing disguised.

    Nothing is left of links and pictures, which anybody can put beside anything; who laughs is
    heard.
    """
    plain = _LINK.sub("", unicodedata.normalize("NFKC", word).lower())
    if not plain.isascii():
        shown = (letter for letter in plain if letter in _LAUGHTER or _is_letter(letter))
        plain = unicodedata.normalize("NFKC", "".join(shown))
    return "" if _WORDLESS.match(plain) else as_read(plain)


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSPOKEN and letter not in _VARIANTS


_UNSPOKEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Zs", "So", "Sk", "Me"})
"""Kinds of characters that are nothing of a word: hidden ones, pictures, and what frames them."""
_VARIANTS = frozenset({"\ufe0e", "\ufe0f"})
_LAUGHTER = frozenset("😂🤣😹😆😅")
