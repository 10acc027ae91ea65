"""The only module that knows which languages a text is in: whose wordings may count in it.

All languages are looked for at once, because people mix them. But a word of one is often a harmless
word of another ("pack", "cam", "die"), so that a wording counts only where its language is spoken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bot.detection.matching import Spot

SHARED = "und"
"""The language of what all languages share: emoji, names of payment services (ISO 639)."""

_SHARE = 0.3
"""A language is spoken if it has this part of the words that the one spoken most has: in "send 50
or tes photos partent" both are, and in an English sentence about a "pack" German is not."""


class Tongues:
    """The commonest words of each language, and what they say of a text."""

    def __init__(self) -> None:
        self._numbers = {SHARED: 0}
        self._of_word: dict[str, tuple[int, ...]] = {}

    def number(self, language: str, common: Mapping[str, int]) -> int:
        """The number of `language`, whose commonest words are the keys of `common`."""
        known = self._numbers.get(language)
        if known is None:
            known = self._numbers[language] = len(self._numbers)
            for word in common:
                self._of_word[word] = (*self._of_word.get(word, ()), known)
        return known

    def spoken(self, words: Sequence[str], spots: Iterable[Spot]) -> frozenset[int]:
        """The numbers of the languages that `words` are in, 0 among them.

        What speaks for a language are its commonest words, and wordings of more than one word.
        """
        telling = {
            (place, n) for place, word in enumerate(words) for n in self._of_word.get(word, ())
        }
        single: set[int] = set()
        for phrase, first, last in spots:
            single.add(phrase.language)
            if last > first:
                telling.update((place, phrase.language) for place in (first, last))
        counts = Counter(number for _, number in telling)
        most = max(counts.values(), default=0)
        if not most:
            return frozenset({0, *single})
        return frozenset({0, *(n for n, count in counts.items() if count >= _SHARE * most)})
