"""The only module that knows how words are found in scripts that put no spaces between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from bot.detection.normalise import Token, fold, tokenise

_LETTERS = "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f"
"""Thai, Japanese and Chinese letters (Unicode blocks). Korean and Vietnamese space their words."""

_UNSPACED = re.compile(f"[{_LETTERS}]")
_RUN = re.compile(f"[{_LETTERS}]+|[^{_LETTERS}]+")
_LONGEST_WORD = 12
_LONGEST_RUN = 2_000
"""Letters of one run that are looked at: as many as a message is read closely."""


def joins(letter: str) -> bool:
    """Whether a letter belongs to the word beside it: not where no spaces part words."""
    return unicodedata.category(letter)[0] in "LMN" and not _UNSPACED.match(letter)


class Segments:
    """Finds the known words in text without spaces: the longest that begins at each place.

    What lies between two known words is one word, whatever it is.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(word for word in vocabulary if _UNSPACED.search(word))
        self._longest = min(_LONGEST_WORD, max(map(len, self._known), default=0))

    def words(self, text: str) -> list[str]:
        """The words of `text`, folded."""
        folded = fold(text)
        if folded.isascii() or not self._known or not _UNSPACED.search(folded):
            return folded.split()
        return [part for word in folded.split() for part in self._parts(word)]

    def tokens(self, text: str) -> list[Token]:
        """The words of `text`, each with the place of its original."""
        tokens = tokenise(text)
        if text.isascii() or not self._known or not _UNSPACED.search(text):
            return tokens
        return [part for token in tokens for part in self._cut(token)]

    def _cut(self, token: Token) -> Iterator[Token]:
        parts = list(self._parts(token.word))
        in_place = len(token.word) == token.end - token.start
        start = token.start
        for number, part in enumerate(parts):
            place = (start, start + len(part)) if in_place else (token.start, token.end)
            yield Token(part, *place, begins=token.begins and not number)
            start += len(part)

    def _parts(self, word: str) -> Sequence[str]:
        if word.isascii() or not _UNSPACED.search(word):
            return (word,)
        parts: list[str] = []
        for run in _RUN.findall(word):
            parts.extend(self._split(run[:_LONGEST_RUN]) if _UNSPACED.match(run) else (run,))
        return parts

    def _split(self, run: str) -> Iterator[str]:
        place = unknown = 0
        while place < len(run):
            for end in range(min(len(run), place + self._longest), place, -1):
                if run[place:end] in self._known:
                    if unknown < place:
                        yield run[unknown:place]
                    yield run[place:end]
                    place = unknown = end
                    break
            else:
                place += 1
        if unknown < len(run):
            yield run[unknown:]
