"""The only module that knows how the words of one language lead to its phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.detection.matching import Phrase
from bot.detection.memory import Entries, remember
from bot.detection.phrases import BUILT_IN, Element, Step
from bot.detection.spelling import uncensored, variants

SHARED = "und"
"""The language of what all languages share: emoji, names of payment services (ISO 639)."""

_COMMONEST = 20_000
_RANK_OFFSET = 4
"""The commonest word counts as five thousand rare ones, the hundredth as two hundred."""

_FEW_LETTERS = 3
_SHORT = 200
"""So rare at most is a word of few letters, if not in its language then in another."""

_SHORTEST_STEM = 3


class Wording(NamedTuple):
    """A phrase of one language as data: what it means and the steps to find it."""

    concept: str
    steps: tuple[Step, ...]
    common: Mapping[str, int]
    """The commonest words of that language with their ranks, which the gate avoids to look for."""
    language: str = SHARED


class Sorts(NamedTuple):
    """The bits of the concepts by number, parted by who looks for them."""

    gate: Mapping[int, int]
    look: Mapping[int, int]
    """Those that the closer look adds."""
    rest: Mapping[int, int]
    """All others, which only the judge minds."""


class Index:
    """Every wording of one language, by word; `first` is the number of its first element."""

    def __init__(
        self,
        wordings: Iterable[Wording],
        *,
        numbers: Mapping[str, int],
        sorts: Sorts,
        disguised: Iterable[str] = (),
        first: int = 0,
    ) -> None:
        """`numbers` are those of the concepts; for `disguised` words see `uncensored`."""
        self.by_anchor: dict[int, list[Phrase]] = {}
        self.rarity: dict[int, float] = {}
        self._disguised = frozenset(disguised)
        self._first = first
        self._ids: dict[Element, int] = {}
        self._words: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        self._shapes: dict[str, list[int]] = {}
        self._elements: dict[str, frozenset[int]] = {}
        for wording in wordings:
            self._add(wording, numbers)
        self._stem_lengths = stem_lengths(self._stems)
        self.gate, self.look, self.rest = (Entries(self, places) for places in sorts)

    @property
    def size(self) -> int:
        """How many elements there are."""
        return len(self._ids)

    @property
    def vocabulary(self) -> Mapping[str, object]:
        """Every word that some phrase names."""
        return self._words

    @property
    def stems(self) -> Mapping[str, object]:
        """Every stem that some phrase names."""
        return self._stems

    def elements(self, word: str) -> frozenset[int]:
        """The elements that `word` can stand in, undoing deliberate misspelling if need be."""
        known = self._elements.get(word)
        if known is None:
            known = frozenset(self._sought(word))
            remember(self._elements, word, known)
        return known

    def _add(self, wording: Wording, numbers: Mapping[str, int]) -> None:
        steps = tuple((self._id(step.element), step.gap, step.optional) for step in wording.steps)
        required = frozenset(element for element, _, optional in steps if not optional)
        phrase = Phrase(numbers[wording.concept], steps, required, wording.steps[0].begins)
        for step in wording.steps:
            element = self._ids[step.element]
            if element not in self.rarity:
                self.rarity[element] = _frequency(step.element, wording.common)
        anchor = min(
            (element for element, _, optional in steps if not optional), key=self.rarity.__getitem__
        )
        self.by_anchor.setdefault(anchor, []).append(phrase)

    def _id(self, element: Element) -> int:
        known = self._ids.get(element)
        if known is not None:
            return known
        number = self._ids[element] = self._first + len(self._ids)
        for index, entries in (
            (self._words, element.words),
            (self._stems, element.stems),
            (self._shapes, element.shapes),
        ):
            for entry in entries:
                index.setdefault(entry, []).append(number)
        return number

    def _sought(self, word: str) -> list[int]:
        exact = self._exact(word)
        if exact:
            return exact
        for variant in variants(word):
            exact = self._exact(variant)
            if exact:
                return exact
        plain = uncensored(word, self._disguised)
        return self._exact(plain) if plain else []

    def _exact(self, word: str) -> list[int]:
        found = list(self._words.get(word, ()))
        for stem in stems_of(word, self._stem_lengths):
            found += self._stems.get(stem, ())
        if not word.isalpha():
            for shape, pattern in BUILT_IN.items():
                if pattern.fullmatch(word):
                    found += self._shapes.get(shape, ())
        return found


def stem_lengths(stems: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """For the first letters of a word how long the `stems` are that begin so."""
    lengths: dict[str, set[int]] = {}
    for stem in stems:
        lengths.setdefault(stem[:_SHORTEST_STEM], set()).add(len(stem))
    return {head: tuple(sorted(found)) for head, found in lengths.items()}


def stems_of(word: str, lengths: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """The beginnings of `word` that may be stems, by `stem_lengths`."""
    return (word[:length] for length in lengths.get(word[:_SHORTEST_STEM], ()))


def _frequency(element: Element, ranks: Mapping[str, int]) -> float:
    """How often `element` may be met, judged by the ranks of its words (Zipf's law)."""
    placed = (
        ranks.get(word, _SHORT if len(word) <= _FEW_LETTERS else None) for word in element.words
    )
    known = sum(_COMMONEST / (rank + _RANK_OFFSET) for rank in placed if rank is not None)
    rare = len(element.words) + 3 * len(element.stems) + 200 * len(element.shapes)
    return known + rare
