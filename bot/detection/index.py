"""The only module that knows how the words of one language lead to its phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from bot.detection.matching import NumberedStep, Phrase
from bot.detection.memory import Entries, remember
from bot.detection.phrases import BUILT_IN, SHORTEST_STEM, Element, Step
from bot.detection.spelling import swapped, uncensored, variants, without_edges

_COMMONEST = 20_000
_RANK_OFFSET = 4
"""The commonest word counts as five thousand rare ones, the hundredth as two hundred."""

_FEW_LETTERS = 3
_SHORT = 200
"""So rare at most is a word of few letters, if not in its language then in another."""


Numbers = tuple[int, ...]
"""Elements by number."""


class Wording(NamedTuple):
    """A phrase as data: what it means, and the steps to find it."""

    concept: str
    steps: tuple[Step, ...]

    @property
    def is_shared(self) -> bool:
        """Whether it is in figures alone, which belong to all languages."""
        return not any(step.element.words or step.element.stems for step in self.steps)


class Language(NamedTuple):
    """What a lexicon needs to know of one language."""

    code: str
    wordings: Sequence[Wording]
    common: Mapping[str, int] = {}
    """The commonest words with their ranks, which the gate avoids to look for."""
    disguised: Sequence[str] = ()
    """Words that are also sought reversed and starred out: see `uncensored`."""
    towards: Sequence[str] = ()
    """Words before somebody whom something goes to ("to kim")."""
    mine: Sequence[str] = ()
    """Words by which something is the author's own ("my", "me")."""


class Sorts(NamedTuple):
    """The bits of the concepts by number, parted by who looks for them."""

    gate: Mapping[int, int]
    look: Mapping[int, int]
    """Those that the closer look adds."""
    rest: Mapping[int, int]
    """All others, which only the judge minds."""


class Elements(dict[Element, int]):
    """The numbers of the elements of some phrases: needed only while an index is made."""

    def __init__(self, numbers: Iterator[int]) -> None:
        super().__init__()
        self._numbers = numbers
        self._steps: dict[NumberedStep, NumberedStep] = {}

    def step(self, step: Step) -> NumberedStep:
        """`step` by number; steps that are alike share a tuple."""
        numbered = (self[step.element], step.gap, step.optional)
        return self._steps.setdefault(numbered, numbered)

    def __missing__(self, element: Element) -> int:
        self[element] = next(self._numbers)
        return self[element]

    def by(self, entries: Callable[[Element], Iterable[str]]) -> dict[str, Numbers]:
        """The elements of each word, stem or shape; words of the same classes share a tuple."""
        found: dict[str, list[int]] = {}
        for element, number in self.items():
            for entry in entries(element):
                found.setdefault(entry, []).append(number)
        shared: dict[Numbers, Numbers] = {}
        alike = {entry: tuple(numbers) for entry, numbers in found.items()}
        return {entry: shared.setdefault(each, each) for entry, each in alike.items()}


class _Standing(dict[str, frozenset[int]]):
    """The elements of each word, sought when it is first seen."""

    def __init__(self, sought: Callable[[str], Iterable[int]]) -> None:
        super().__init__()
        self._sought = sought

    def __missing__(self, word: str) -> frozenset[int]:
        found = frozenset(self._sought(word))
        remember(self, word, found)
        return found


class Index:
    """Every wording of one language, by word."""

    def __init__(
        self, concepts: Mapping[str, int], elements: Iterator[int], disguised: Iterable[str] = ()
    ) -> None:
        """`concepts` are numbered; `elements` yields a number for each element."""
        self.by_anchor: dict[int, list[Phrase]] = {}
        self.rarity: dict[int, float] = {}
        self._concepts, self._numbers = concepts, elements
        self._disguised = frozenset(disguised)
        self._words: dict[str, Numbers] = {}
        self._stems: dict[str, Numbers] = {}
        self._shapes: dict[str, Numbers] = {}
        self.elements: Mapping[str, frozenset[int]] = _Standing(self._sought)
        """The elements that each word can stand in; deliberate misspelling is undone if need be."""

    def add(self, wordings: Iterable[Wording], common: Mapping[str, int]) -> None:
        """Take in `wordings` of a language whose commonest words are `common`."""
        elements = Elements(self._numbers)
        for wording in wordings:
            self._add(wording, common, elements)
        for index, found in (
            (self._words, elements.by(lambda element: element.words)),
            (self._stems, elements.by(lambda element: element.stems)),
            (self._shapes, elements.by(lambda element: element.shapes)),
        ):
            for entry, numbers in found.items():
                index[entry] = index[entry] + numbers if entry in index else numbers

    def settle(self, sorts: Sorts) -> None:
        """Make ready for looking things up, once everything is added."""
        self._stem_lengths = stem_lengths(self._stems)
        self.gate, self.look, self.rest = (Entries(self, places) for places in sorts)
        self.rarity.clear()  # was needed to choose anchors and to number companions

    @property
    def vocabulary(self) -> dict[str, Numbers]:
        """Every word that some phrase names."""
        return self._words

    @property
    def stems(self) -> Mapping[str, object]:
        """Every stem that some phrase names."""
        return self._stems

    def is_backwards(self, word: str) -> bool:
        """Whether `word` is one that is sought reversed as well, reversed."""
        return word[::-1] in self._disguised

    def _add(self, wording: Wording, common: Mapping[str, int], elements: Elements) -> None:
        steps = tuple(map(elements.step, wording.steps))
        for step, (element, _, _) in zip(wording.steps, steps, strict=True):
            if element not in self.rarity:
                self.rarity[element] = _frequency(step.element, common)
        anchor = min(
            (element for element, _, optional in steps if not optional), key=self.rarity.__getitem__
        )
        place = next(place for place, (element, _, _) in enumerate(steps) if element == anchor)
        phrase = Phrase(
            self._concepts[wording.concept],
            steps,
            wording.steps[0].begins,
            anchor,
            reach=sum(1 + gap for _, gap, _ in steps[1 : place + 1]),
        )
        self.by_anchor.setdefault(anchor, []).append(phrase)

    def _sought(self, word: str) -> list[int]:
        exact = self._exact(word)
        bare = without_edges(word)
        if bare != word:  # "leak!" begins like `leak*`, and is still the word "leak"
            exact += self._exact(bare)
        if exact:
            return exact
        for variant in variants(word):
            exact = self._exact(variant)
            if exact:
                return exact
        plain = uncensored(word, self._disguised) or next(
            filter(self._words.__contains__, swapped(word)), None
        )
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
        lengths.setdefault(stem[:SHORTEST_STEM], set()).add(len(stem))
    return {head: tuple(sorted(found)) for head, found in lengths.items()}


def stems_of(word: str, lengths: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """The beginnings of `word` that may be stems, by `stem_lengths`."""
    return (word[:length] for length in lengths.get(word[:SHORTEST_STEM], ()))


def _frequency(element: Element, ranks: Mapping[str, int]) -> float:
    """How often `element` may be met, judged by the ranks of its words (Zipf's law).

    The sum is exact, so that it is the same in whatever order the words come.
    """
    shares: list[float] = [len(element.words) + 3 * len(element.stems) + 200 * len(element.shapes)]
    for word in element.words:
        rank = ranks.get(word, _SHORT if len(word) <= _FEW_LETTERS else None)
        if rank is not None:
            shares.append(_COMMONEST / (rank + _RANK_OFFSET))
    return fsum(shares)
