"""The only module that knows how words lead to concepts: the index of gate and judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.detection.matching import Budget, Phrase, Spot, clauses_of, occurrences
from bot.detection.memory import LONE_LETTERS, SPACED, Entries, remember
from bot.detection.normalise import Token
from bot.detection.phrases import BUILT_IN, Element, Step
from bot.detection.segments import Segments
from bot.detection.spelling import join_spaced, uncensored, variants
from bot.detection.tongues import SHARED, Tongues

_SPELLED_OUT = 3
"""So many single letters in a row may spell a word."""

_COMMONEST = 20_000
_RANK_OFFSET = 4
"""The commonest word counts as five thousand rare ones, the hundredth as two hundred."""

_HITS_PER_CONCEPT = 4
_SHORTEST_STEM = 3


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
    language: str = SHARED


@dataclass
class Lexicon:
    """Every wording of every language, indexed by word. Build it once with `Lexicon.of`."""

    concepts: tuple[str, ...]
    disguised: frozenset[str]
    _ids: dict[Element, int] = field(default_factory=dict)
    _words: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _stems: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _stem_lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """For the first letters of a word how long the stems are that begin so."""
    by_anchor: dict[int, list[Phrase]] = field(default_factory=dict)
    rarity: dict[int, float] = field(default_factory=dict)
    _elements: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)
    _sets: dict[str, frozenset[int]] = field(default_factory=dict)
    _gate: Entries = field(init=False)
    _look: Entries = field(init=False)
    _rest: Entries = field(init=False)
    _segments: Segments = field(init=False)
    _tongues: Tongues = field(default_factory=Tongues)

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
        for stem in sorted(lexicon._stems):
            lengths = lexicon._stem_lengths.get(stem[:_SHORTEST_STEM], ())
            lexicon._stem_lengths[stem[:_SHORTEST_STEM]] = tuple({*lengths, len(stem)})
        places = {numbers[concept]: bit for bit, concept in enumerate((*gated, *looked))}
        first = {number: bit for number, bit in places.items() if bit < len(gated)}
        rest = {number: bit for number, bit in places.items() if bit >= len(gated)}
        silent = (number for number in numbers.values() if number not in places)
        last = {number: bit for bit, number in enumerate(silent)}
        lexicon._gate, lexicon._look, lexicon._rest = (
            Entries(lexicon, sort) for sort in (first, rest, last)
        )
        lexicon._segments = Segments(lexicon._words)
        lexicon._places = {number: 1 << bit for number, bit in places.items()}
        return lexicon

    def bits(self, words: Sequence[str]) -> int:
        """The gated concepts that may occur in `words`, one bit each (places of `gated`).

        A bit is set if all words of some phrase of the concept occur, in any order.
        """
        found = self._gate.bits(words)
        return self._joined_bits(words, found, self._gate) if found & SPACED else found

    def all_bits(self, words: Sequence[str]) -> int:
        """Like `bits`, with the concepts that the gate does not look for (behind those it does)."""
        rest = self._look.bits(words)
        if rest & SPACED:
            rest = self._joined_bits(words, rest, self._look)
        return self.bits(words) | rest

    def closely(self, words: Sequence[str]) -> Closely:
        """Which concepts stand in `words`, order and nearness minded: found out as it is asked."""
        if _is_spelled(words):
            words = [each.word for each in join_spaced(words, self._words)]
        phrases = [*self._gate.phrases(words), *self._look.phrases(words)]
        return Closely(words, phrases, self._places, self._element_set)

    def _joined_bits(self, words: Sequence[str], found: int, known: Entries) -> int:
        """The bits `found` in `words`, and those of spelled-out words if there can be any."""
        if not _is_spelled(words):
            return found & ~SPACED
        joined = [each.word for each in join_spaced(words, self._words)]
        found |= known.bits([word for word in joined if word not in LONE_LETTERS])
        return found & ~SPACED

    def match(
        self, words: Sequence[str], budget: Budget, begins: frozenset[int] | None = None
    ) -> list[Hit]:
        """Where each concept occurs in `words`, in order of place; bounded by `budget`.

        `begins` are the places at which a clause begins; None means that they are not known.
        """
        phrases = [
            phrase
            for known in (self._gate, self._look, self._rest)
            for phrase in known.phrases(words)
        ]
        positions = self._positions(words, phrases)
        clauses = clauses_of(len(words), begins or frozenset())
        spots = [
            Spot(phrase, first, last)
            for phrase in phrases
            for first, last in occurrences(phrase, positions, clauses, budget)
            if not phrase.begins or begins is None or first in begins
        ]
        spoken = self._tongues.spoken(words, spots)
        hits: list[Hit] = []
        counts: dict[int, int] = {}
        for (concept, *_, language), first, last in spots:
            if language not in spoken:
                continue
            counts[concept] = counts.get(concept, 0) + 1
            if counts[concept] <= _HITS_PER_CONCEPT * 2:
                hits.append(Hit(self.concepts[concept], first, last))
        return sorted(set(hits), key=lambda hit: (hit.first, hit.last))

    def knows(self, word: str) -> bool:
        """Whether `word` stands in some phrase as it is written."""
        return word in self._words

    def words(self, text: str) -> list[str]:
        """The words of `text`, folded."""
        return self._segments.words(text)

    def tokens(self, text: str) -> list[Token]:
        """The words of `text`, each with the place of its original."""
        return self._segments.tokens(text)

    @property
    def vocabulary(self) -> Mapping[str, tuple[int, ...]]:
        """Every word that some phrase names."""
        return self._words

    def _add(self, wording: Wording, places: Mapping[str, int]) -> None:
        steps = tuple((self._id(step.element), step.gap, step.optional) for step in wording.steps)
        required = frozenset(element for element, _, optional in steps if not optional)
        language = self._tongues.number(wording.language, wording.common)
        begins = wording.steps[0].begins
        phrase = Phrase(places[wording.concept], steps, required, begins, language)
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
        for length in self._stem_lengths.get(word[:_SHORTEST_STEM], ()):
            found += self._stems.get(word[:length], ())
        if not word.isalpha():
            for shape, pattern in BUILT_IN.items():
                if pattern.fullmatch(word):
                    found += self._shapes.get(shape, ())
        return found

    def _positions(self, words: Sequence[str], phrases: Iterable[Phrase]) -> dict[int, list[int]]:
        """Where the elements of `phrases` stand in `words`."""
        wanted = {element for phrase in phrases for element, _, _ in phrase.steps}
        positions: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            for element in wanted.intersection(self._element_set(word)):
                positions.setdefault(element, []).append(place)
        return positions

    def _element_set(self, word: str) -> frozenset[int]:
        known = self._sets.get(word)
        if known is None:
            known = frozenset(self.elements(word))
            remember(self._sets, word, known)
        return known


def _is_spelled(words: Iterable[str]) -> bool:
    """Whether single letters in a row may spell a word."""
    run = 0
    for word in words:
        run = run + 1 if len(word) == 1 else 0
        if run == _SPELLED_OUT:
            return True
    return False


class Closely:
    """The concepts that do stand in a text: dearer to know than those that may, so asked singly."""

    __slots__ = ("_budget", "_clauses", "_elements", "_phrases", "_positions", "_sure", "bits")

    def __init__(
        self,
        words: Sequence[str],
        phrases: Iterable[Phrase],
        places: Mapping[int, int],
        elements: Callable[[str], frozenset[int]],
    ) -> None:
        self._elements = [elements(word) for word in words]
        self._clauses, self._budget = clauses_of(len(words), frozenset()), Budget()
        self._positions: dict[int, list[int]] = {}
        self._phrases: dict[int, list[Phrase]] = {}
        for phrase in phrases:
            self._phrases.setdefault(places[phrase.concept], []).append(phrase)
        self._sure = 0
        self.bits = sum(self._phrases)
        """The concepts that may stand there, one bit each: fewer the more was asked."""

    def holds(self, mask: int) -> bool:
        """Whether one of the concepts `mask` stands in the text."""
        if mask & self._sure:
            return True
        left = mask & self.bits
        while left:
            bit = left & -left
            left ^= bit
            if any(map(self._occurs, self._phrases[bit])):
                self._sure |= bit
                return True
            self.bits ^= bit
        return False

    def all(self) -> int:
        """All concepts that stand in the text, one bit each."""
        for bit in self._phrases:
            self.holds(bit)
        return self.bits

    def _occurs(self, phrase: Phrase) -> bool:
        positions = self._positions
        for element, _, _ in phrase.steps:
            if element not in positions:
                positions[element] = [
                    place for place, each in enumerate(self._elements) if element in each
                ]
        return bool(occurrences(phrase, positions, self._clauses, self._budget))


def _frequency(element: Element, ranks: Mapping[str, int]) -> float:
    """How often `element` may be met, judged by the ranks of its words (Zipf's law)."""
    known = sum(
        _COMMONEST / (ranks[word] + _RANK_OFFSET) for word in element.words if word in ranks
    )
    rare = len(element.words) + 3 * len(element.stems) + 200 * len(element.shapes)
    return known + rare
