"""The only module that knows how words lead to concepts: the index of gate and judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.detection.matching import Budget, Phrase, clauses_of, occurrences
from bot.detection.memory import LONE_LETTERS, SPACED, Entries, Needs, remember
from bot.detection.phrases import BUILT_IN, Element, Step
from bot.detection.spelling import join_spaced, uncensored, variants

_MANY_WORDS = 40
_SPELLED_OUT = 3
"""So many single letters may spell a word."""

_COMMONEST = 20_000
_RANK_OFFSET = 4
"""The commonest word counts as five thousand rare ones, the hundredth as two hundred."""

_HITS_PER_CONCEPT = 4


class Hit(NamedTuple):
    """A concept found at the words `first` to `last` (inclusive)."""

    concept: str
    first: int
    last: int


class Wording(NamedTuple):
    """A phrase of one language as data: what it means and the steps to find it."""

    concept: str
    steps: tuple[Step, ...]
    common: Mapping[str, int]
    """The commonest words of that language with their ranks, which the gate avoids to look for."""


@dataclass
class Lexicon:
    """Every wording of every language, indexed by word. Build it once with `Lexicon.of`."""

    concepts: tuple[str, ...]
    disguised: frozenset[str]
    _ids: dict[Element, int] = field(default_factory=dict)
    _words: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _stems: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_anchor: dict[int, list[Phrase]] = field(default_factory=dict)
    rarity: dict[int, float] = field(default_factory=dict)
    _elements: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)
    _sets: dict[str, frozenset[int]] = field(default_factory=dict)
    _gate: Entries = field(init=False)
    _look: Entries = field(init=False)

    @classmethod
    def of(
        cls,
        wordings: Iterable[Wording],
        *,
        concepts: Sequence[str],
        gated: Sequence[str],
        looked: Sequence[str] = (),
        disguised: Iterable[str] = (),
    ) -> Lexicon:
        """The index over `wordings`.

        The gate looks for the `gated` concepts, the closer look for the `looked` ones as well: each
        has its place among them as its bit.
        `disguised` words are also sought reversed and starred out.
        """
        lexicon = cls(tuple(concepts), frozenset(disguised))
        numbers = {concept: number for number, concept in enumerate(lexicon.concepts)}
        for wording in wordings:
            lexicon._add(wording, numbers)
        places = {numbers[concept]: bit for bit, concept in enumerate((*gated, *looked))}
        first = {number: bit for number, bit in places.items() if bit < len(gated)}
        rest = {number: bit for number, bit in places.items() if bit >= len(gated)}
        lexicon._gate, lexicon._look = Entries(lexicon, first), Entries(lexicon, rest)
        lexicon._places = {number: 1 << bit for number, bit in places.items()}
        return lexicon

    def bits(self, words: Sequence[str]) -> int:
        """The gated concepts that may occur in `words`, one bit each (places of `gated`).

        A bit is set if all words of some phrase of the concept occur, in any order.
        """
        return self._seen(words, self._gate)

    def all_bits(self, words: Sequence[str]) -> int:
        """Like `bits`, with the concepts that the gate does not look for (behind those it does)."""
        return self._seen(words, self._gate) | self._seen(words, self._look)

    def exact_bits(self, words: Sequence[str]) -> int:
        """Like `all_bits`, with the order and nearness of words minded: dearest, never more."""
        joined = words
        if sum(len(word) == 1 for word in words) >= _SPELLED_OUT:
            joined = [each.word for each in join_spaced(words, self._words)]
        elements = [self._element_set(word) for word in joined]
        positions: dict[int, list[int]] = {}
        clauses, budget = clauses_of(len(joined), frozenset()), Budget()
        found = 0
        for known in (self._gate, self._look):
            sure, phrases = self._satisfied(joined, known)
            found |= sure
            for phrase in phrases:
                bit = self._places[phrase.concept]
                if found & bit:
                    continue
                for element, _, _ in phrase.steps:
                    if element not in positions:
                        positions[element] = [
                            place for place, each in enumerate(elements) if element in each
                        ]
                if occurrences(phrase, positions, clauses, budget):
                    found |= bit
        return found

    def _element_set(self, word: str) -> frozenset[int]:
        known = self._sets.get(word)
        if known is None:
            known = frozenset(self.elements(word))
            remember(self._sets, word, known)
        return known

    def _satisfied(self, words: Sequence[str], known: Entries) -> tuple[int, list[Phrase]]:
        """The concepts that one word is enough for, and the phrases all words of which occur."""
        entries = [entry for entry in map(known.__getitem__, set(words)) if entry]
        present = sure = 0
        for elements, enough, _, _ in entries:
            present |= elements
            sure |= enough
        found = [
            phrase
            for _, _, seconds, needs in entries
            if seconds & present
            for rarest, alike in needs.items()
            if rarest & present
            for required, _, phrases in alike
            if required & present == required
            for phrase in phrases
        ]
        return sure & ~SPACED, found

    def _seen(self, words: Sequence[str], known: Entries) -> int:
        present = found = 0
        candidates: list[tuple[int, Needs]] = []
        distinct = words if len(words) < _MANY_WORDS else set(words)
        for entry in map(known.__getitem__, distinct):
            if entry:
                elements, sure, seconds, phrases = entry
                present |= elements
                found |= sure
                if seconds:
                    candidates.append((seconds, phrases))
        if found & SPACED:
            return self._seen_joined(words, known, found & ~SPACED)
        for seconds, phrases in candidates:
            left = seconds & present
            while left:
                rarest = left & -left
                left ^= rarest
                for required, concepts, _ in phrases[rarest]:
                    if required & present == required:
                        found |= concepts
        return found

    def _seen_joined(self, words: Sequence[str], known: Entries, found: int) -> int:
        """The bits of `words` with spelled-out ones joined."""
        joined = [each.word for each in join_spaced(words, self._words)]
        return found | self._seen([word for word in joined if word not in LONE_LETTERS], known)

    def match(
        self, words: Sequence[str], budget: Budget, begins: frozenset[int] | None = None
    ) -> list[Hit]:
        """Where each concept occurs in `words`, in order of place; bounded by `budget`.

        `begins` are the places at which a clause begins; None means that they are not known.
        """
        positions = self._positions(words)
        present = frozenset(positions)
        clauses = clauses_of(len(words), begins or frozenset())
        hits: list[Hit] = []
        counts: dict[int, int] = {}
        for anchor in positions:
            for phrase in self.by_anchor.get(anchor, ()):
                if not phrase.required <= present:
                    continue
                for first, last in occurrences(phrase, positions, clauses, budget):
                    if phrase.begins and begins is not None and first not in begins:
                        continue
                    counts[phrase.concept] = counts.get(phrase.concept, 0) + 1
                    if counts[phrase.concept] <= _HITS_PER_CONCEPT * 2:
                        hits.append(Hit(self.concepts[phrase.concept], first, last))
        return sorted(set(hits), key=lambda hit: (hit.first, hit.last))

    def knows(self, word: str) -> bool:
        """Whether `word` stands in some phrase as it is written."""
        return word in self._words

    @property
    def vocabulary(self) -> Mapping[str, tuple[int, ...]]:
        """Every word that some phrase names."""
        return self._words

    def _add(self, wording: Wording, places: Mapping[str, int]) -> None:
        steps = tuple((self._id(step.element), step.gap, step.optional) for step in wording.steps)
        required = frozenset(element for element, _, optional in steps if not optional)
        phrase = Phrase(places[wording.concept], steps, required, wording.steps[0].begins)
        elements = [step.element for step in wording.steps if not step.optional]
        for element in elements:
            number = self._ids[element]
            often = _frequency(element, wording.common)
            self.rarity[number] = max(often, self.rarity.get(number, 0))
        rarest = min(elements, key=lambda element: _frequency(element, wording.common))
        anchor = self._ids[rarest]
        self.by_anchor.setdefault(anchor, []).append(phrase)

    def _id(self, element: Element) -> int:
        known = self._ids.get(element)
        if known is not None:
            return known
        number = self._ids[element] = len(self._ids)
        for index, entries in (
            (self._words, element.words),
            (self._stems, element.stems),
            (self._shapes, element.shapes),
        ):
            for entry in entries:
                index[entry] = (*index.get(entry, ()), number)
        return number

    def elements(self, word: str) -> tuple[int, ...]:
        """The elements that `word` can stand in, undoing deliberate misspelling if need be."""
        known = self._elements.get(word)
        if known is None:
            known = self._sought(word)
            remember(self._elements, word, known)
        return known

    def _sought(self, word: str) -> tuple[int, ...]:
        exact = self._exact(word)
        if exact:
            return exact
        for variant in variants(word):
            exact = self._exact(variant)
            if exact:
                return exact
        plain = uncensored(word, self.disguised)
        return self._exact(plain) if plain else ()

    def _exact(self, word: str) -> tuple[int, ...]:
        found = self._words.get(word, ())
        for length in range(3, min(len(word), 12) + 1):
            found += self._stems.get(word[:length], ())
        if not word.isalpha():
            for shape, pattern in BUILT_IN.items():
                if pattern.fullmatch(word):
                    found += self._shapes.get(shape, ())
        return found

    def _positions(self, words: Sequence[str]) -> dict[int, list[int]]:
        positions: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            for element in self.elements(word):
                positions.setdefault(element, []).append(place)
        return positions


def _frequency(element: Element, ranks: Mapping[str, int]) -> float:
    """How often `element` may be met, judged by the ranks of its words (Zipf's law)."""
    known = sum(
        _COMMONEST / (ranks[word] + _RANK_OFFSET) for word in element.words if word in ranks
    )
    rare = len(element.words) + 3 * len(element.stems) + 200 * len(element.shapes)
    return known + rare
