"""The only module that knows which languages a text is in: whose wordings may count in it.

People mix languages, so that more than one may be spoken in a sentence. But a word of one is often
a harmless word of another ("pack", "cam", "die"): a wording counts only where its language is
spoken, and only there it is looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import compress
from math import ceil

from bot.detection.index import stem_lengths, stems_of
from bot.detection.memory import remember
from bot.detection.spelling import swapped, variants

_SHARE = 0.6
"""A language is spoken if it knows this part of the words that the one that knows most does: both
are in "send 50 or tes photos partent", and German is not in an English sentence about a "pack"."""

_FEWEST = 3
"""So many words a second language must know: one or two are a coincidence."""

_TOGETHER = 24
"""Words of a longer text that are counted together, so that none can be drowned in another one."""

_AMID, _CLEARLY = 12, 0.8
"""In a text half as long again, a language is spoken too that knows this share of the words of some
part so many words long, next to the one that knows most there: a sentence amid others."""

_LANE = 8
"""Bits in which the words of one language are counted; the highest stays free for comparing."""
_LANE_HIGH = 1 << _LANE - 1


class Known(dict[str, int]):
    """For each word the languages that know it, a byte each: to be added up over a text.

    Words that all languages know, like emoji and names of shops, say nothing: they count above, and
    so do numbers and signs. A word that no language knows counts nothing at all.
    """

    def __init__(self, languages: Sequence[Tongue], *, shared: Tongue) -> None:
        super().__init__()
        above = 1 << _LANE * len(languages)
        self._sign = above
        self._words = dict.fromkeys(shared[0], above)
        self._stems = dict.fromkeys(shared[1], above)
        alike: dict[int, int] = {}  # most words are those of one language: one number for them all
        for number, (words, stems) in enumerate(languages):
            for index, entries in ((self._words, words), (self._stems, stems)):
                for entry in frozenset(entries):
                    if index.get(entry) != above:
                        known = index.get(entry, 0) | 1 << _LANE * number
                        index[entry] = alike.setdefault(known, known)
        everywhere = sum(1 << _LANE * number for number in range(len(languages)))
        if len(languages) > 1:
            self._words = {w: above if by == everywhere else by for w, by in self._words.items()}
        self._lengths = stem_lengths(self._stems)

    @property
    def words(self) -> Collection[str]:
        """Every word that was named, stems apart."""
        return self._words.keys()

    def __missing__(self, word: str) -> int:
        found = self._exact(word)
        if not found:
            unknown = self._sign if self._is_mistyped(word) or not word.isalpha() else 0
            found = next(filter(None, map(self._exact, variants(word))), unknown)
        remember(self, word, found)
        return found

    def _is_mistyped(self, word: str) -> bool:
        """Whether some language knows `word` with two letters swapped; which, say other words."""
        return any(each in self._words for each in swapped(word))

    def _exact(self, word: str) -> int:
        found = self._words.get(word, 0)
        for stem in stems_of(word, self._lengths):
            found |= self._stems.get(stem, 0)
        return found


def _enough(most: int) -> int:
    """How many of the words a language must know to count beside one that knows `most`."""
    return min(most, max(_FEWEST, ceil(_SHARE * most)))


Tongue = tuple[Iterable[str], Iterable[str]]
"""The words of a language, its commonest ones included, and the stems of words."""


class Tongues:
    """Says by number which of `languages` are spoken in a text."""

    def __init__(self, languages: Sequence[Tongue], *, shared: Tongue = ((), ())) -> None:
        self._count = len(languages)
        self._counts = (1 << _LANE * self._count) - 1
        self._known = Known(languages, shared=shared)
        every_lane = self._counts // ((1 << _LANE) - 1)
        self._high = _LANE_HIGH * every_lane
        self._up_to_high = [(_LANE_HIGH - count) * every_lane for count in range(_LANE_HIGH + 1)]
        """By a count what lifts a lane's highest bit if the lane has come to it: a sum and a mask
        compare all languages at once."""
        self._enough = [self._up_to_high[_enough(most)] for most in range(_LANE_HIGH)]
        """The same by the count of the language that knows most, for those that count beside it."""
        self._clearly = [
            self._up_to_high[max(_FEWEST + 1, ceil(_CLEARLY * most))] for most in range(_AMID + 1)
        ]
        """The same for those that are clearly spoken in a part."""
        self._chosen: dict[int, tuple[int, ...]] = {}
        self._latest = 0
        """The language that the latest text was in: a likely one for the next."""

    @property
    def words(self) -> Collection[str]:
        """Every word that some language names, its commonest ones included."""
        return self._known.words

    def spoken(self, words: Sequence[str]) -> tuple[int, ...]:
        """The numbers of the languages that `words` are in; none if no word says it."""
        return self.sifted(words)[0]

    def sifted(self, words: Sequence[str]) -> tuple[tuple[int, ...], Sequence[str]]:
        """The same, and `words` without those that no language knows."""
        if len(words) >= 2 * _TOGETHER:
            return self._spoken_in_parts(words), words
        codes = list(map(self._known.__getitem__, words))
        known = words if all(codes) else list(compress(words, codes))
        spoken = self._of(sum(codes) & self._counts)
        amid = 2 * len(words) > 3 * _AMID
        return (self._with_amid(spoken, words) if amid else spoken), known

    def _spoken_in_parts(self, words: Sequence[str]) -> tuple[int, ...]:
        """The languages of a longer text: those that know enough different words of some part."""
        found: set[int] = set()
        for part, counts in self._parts(words, _TOGETHER, _TOGETHER):
            found.update(number for number in self._of(part) if counts[number] > _FEWEST)
        return tuple(sorted(found)) or self.spoken(words[:_TOGETHER])

    def _with_amid(self, spoken: tuple[int, ...], words: Sequence[str]) -> tuple[int, ...]:
        """`spoken`, and the languages that clearly are in some part of a text."""
        marks = sum(_LANE_HIGH << _LANE * number for number in spoken)
        for total, counts in self._parts(words, _AMID, _AMID // 2):
            marks |= total + self._clearly[max(counts)]
        return self._marked(marks & self._high)

    def _parts(self, words: Sequence[str], size: int, step: int) -> Iterator[tuple[int, bytes]]:
        """How many different words of each part every language knows: together, and one by one."""
        for first in range(0, len(words), step):
            part = set(words[first : first + size])
            total = sum(map(self._known.__getitem__, part)) & self._counts
            yield total, total.to_bytes(self._count, "little")

    def _of(self, total: int) -> tuple[int, ...]:
        """The languages that are spoken where each knows so many words, a lane each."""
        if not total:
            return ()
        most = total >> _LANE * self._latest & _LANE_HIGH - 1
        if (total + self._up_to_high[most + 1]) & self._high:
            counts = total.to_bytes(self._count, "little")
            most = max(counts)
            self._latest = counts.index(most)
        return self._marked((total + self._enough[most]) & self._high)

    def _marked(self, marks: int) -> tuple[int, ...]:
        """The numbers of the lanes whose highest bit is set."""
        chosen = self._chosen.get(marks)
        if chosen is None:
            chosen = tuple(n for n in range(self._count) if marks >> _LANE * n & _LANE_HIGH)
            self._chosen[marks] = chosen
        return chosen
