"""The only module that knows how words lead to concepts, in whatever languages they are."""

from __future__ import annotations

import itertools
from collections import ChainMap, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from bot.detection.catalogue import SHARED
from bot.detection.closely import Closely, Sighting
from bot.detection.index import Index, Language, Sorts, Wording
from bot.detection.matching import Budget, Phrase, clauses_of, occurrences
from bot.detection.memory import LONE_LETTERS, SPACED, Met
from bot.detection.normalise import Token
from bot.detection.segments import Segments
from bot.detection.spelling import Joined, is_spelled, join_spaced
from bot.detection.tongues import Tongues

_HITS_PER_CONCEPT = 4


_Sifted = tuple[Sequence[Index], Sequence[str]]


class Hit(NamedTuple):
    """A concept found at the words `first` to `last` (inclusive)."""

    concept: str
    first: int
    last: int


class Speech(NamedTuple):
    """Words of the languages that a text is in."""

    ordinary: Container[str] = ()
    """Those that some phrase names."""
    towards: Container[str] = ()
    """Those before somebody whom something goes to."""
    mine: Container[str] = ()
    """Those by which something is the author's own."""


class _Said(NamedTuple):
    """Words of one language."""

    towards: Sequence[str]
    mine: Sequence[str]


class Vocabulary:
    """Every word that some phrase names. Not a set: that would hold all of them once more."""

    def __init__(self, indexes: Sequence[Index], tongues: Tongues) -> None:
        self._indexes, self._tongues = indexes, tongues

    def __contains__(self, word: object) -> bool:
        # most that is asked about is no word of any language
        indexes = self._indexes if word in self._tongues.words else ()
        return any(word in index.vocabulary for index in indexes)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(word for index in self._indexes for word in index.vocabulary))


class Lexicon:
    """Every wording of every language."""

    def __init__(
        self,
        languages: Iterable[Language],
        *,
        concepts: Sequence[str],
        gated: Sequence[str],
        looked: Sequence[str] = (),
    ) -> None:
        """Sort the wordings of `languages` by word; they are taken one at a time.

        The gate looks for the `gated` concepts, the closer look for the `looked` ones as well: each
        has its place among them as its bit.
        """
        self.concepts = tuple(concepts)
        numbers = {concept: number for number, concept in enumerate(self.concepts)}
        sorts = _sorts(numbers, gated, looked)
        self._places = {n: 1 << bit for n, bit in (*sorts.gate.items(), *sorts.look.items())}
        self._looked = sum(1 << bit for bit in sorts.look.values())
        elements = itertools.count()
        self._shared = Index(numbers, elements)
        self._indexes: list[Index] = []
        self._said: dict[int, _Said] = {}
        """What is known of each language's words, by the identity of its index."""
        commonest: list[Iterable[str]] = []
        shared: list[Wording] = []
        for language in languages:
            everybodys = language.code == SHARED
            shared += (each for each in language.wordings if everybodys or each.is_shared)
            if not everybodys:
                index = Index(numbers, elements, language.disguised)
                own = (each for each in language.wordings if not each.is_shared)
                index.add(own, language.common)
                self._indexes.append(index)
                self._said[id(index)] = _Said(language.towards, language.mine)
                commonest.append(language.common)
        for index in (self._shared, *self._indexes):
            index.add(shared, {})
            index.settle(sorts)
        self._tongues = Tongues(
            [
                ([*index.vocabulary, *common], index.stems)
                for index, common in zip(self._indexes, commonest, strict=True)
            ],
            shared=(self._shared.vocabulary, self._shared.stems),
        )
        self.vocabulary = Vocabulary((self._shared, *self._indexes), self._tongues)
        self._segments = Segments(self.vocabulary)
        self._sifting: Sequence[str] = ()
        self._gating: Sequence[str] = ()
        """The words that were looked at last: the same ones are often asked about again."""
        self._gated = 0
        self._met: list[list[Met]] = []
        """What the gate met in them, for each of their languages."""
        self._sifted: _Sifted = ((self._shared,), ())
        self._speaking: dict[tuple[int, ...], tuple[Index, ...]] = {(): (self._shared,)}
        """The indexes of the languages by number."""

    def words(self, text: str) -> list[str]:
        """The words of `text`, folded."""
        return self._segments.words(text)

    def speech(self, words: Sequence[str]) -> Speech:
        """What the words of the languages are that `words` are in."""
        indexes = self._sift(words)[0]
        said = [self._said[id(index)] for index in indexes if id(index) in self._said]
        return Speech(
            ChainMap(*(index.vocabulary for index in indexes)),
            frozenset().union(*(language.towards for language in said)),
            frozenset().union(*(language.mine for language in said)),
        )

    def tokens(self, text: str) -> list[Token]:
        """The words of `text`, each with the place of its original."""
        return self._segments.tokens(text)

    def joined(self, words: Sequence[str]) -> list[Joined]:
        """`words` with those put together that are spelled out, in the languages that are spoken.

        What is spelled could be a word of any language at first: "i l e a k" is one in Filipino.
        """
        found = join_spaced(words, self._tongues.words)
        spoken = self._tongues.spoken([each.word for each in found])
        if len(found) == len(words) or not spoken:
            return found
        return join_spaced(words, ChainMap(*(self._indexes[n].vocabulary for n in spoken)))

    def bits(self, words: Sequence[str]) -> int:
        """The gated concepts that may occur in `words`, one bit each (places of `gated`).

        A bit is set if all words of some phrase of the concept occur, in any order.
        """
        if words is self._gating:
            return self._gated
        indexes, known = self._sift(words)
        found, self._met = 0, []
        for index in indexes:
            met: list[Met] = []
            found |= index.gate.bits(known, met)
            self._met.append(met)
        if found & SPACED:
            found = self._without_spaces(words, found)
        self._gating, self._gated = words, found
        return found

    def all_bits(self, words: Sequence[str]) -> int:
        """Like `bits`, with the concepts that the gate does not look for (behind those it does)."""
        return self._look(self.bits(words), self._sighted(words))

    def closely(self, words: Sequence[str]) -> Closely:
        """Which concepts stand in `words`, order and nearness minded: found out as it is asked."""
        if is_spelled(words):
            words = [each.word for each in self.joined(words)]
        bits = self.bits(words)
        return Closely(
            self._sighted(words),
            self._places,
            bits,
            look=partial(self._look, bits),
            unasked=self._looked,
        )

    def match(
        self, words: Sequence[str], budget: Budget, begins: frozenset[int] | None = None
    ) -> list[Hit]:
        """Where each concept occurs in `words`, in order of place; bounded by `budget`.

        `begins` are the places at which a clause begins; None means that they are not known.
        """
        clauses = clauses_of(len(words), begins or frozenset())
        distinct = list(dict.fromkeys(words))
        hits: list[Hit] = []
        counts: dict[int, int] = {}
        for index in self._sift(words)[0]:
            phrases = [
                p for sort in (index.gate, index.look, index.rest) for p in sort.phrases(distinct)
            ]
            positions = _positions(words, index, phrases)
            for phrase in phrases:
                for first, last in occurrences(phrase, positions, clauses, budget):
                    if phrase.begins and begins is not None and first not in begins:
                        continue
                    counts[phrase.concept] = counts.get(phrase.concept, 0) + 1
                    if counts[phrase.concept] <= _HITS_PER_CONCEPT * 2:
                        hits.append(Hit(self.concepts[phrase.concept], first, last))
        return sorted(set(hits), key=lambda hit: (hit.first, hit.last, hit.concept))

    def _sighted(self, words: Sequence[str]) -> Sighting:
        """What the gate met in `words`, which it was asked about last."""
        indexes, known = self._sift(words)
        return Sighting(words, known, indexes, [met.copy() for met in self._met])

    def _look(self, found: int, sighted: Sighting) -> int:
        """The concepts `found` by the gate, and all others that may occur; adds to what was met."""
        for index, met in zip(sighted.indexes, sighted.met, strict=True):
            found |= index.look.bits(sighted.known, met)
        return self._without_spaces(sighted.words, found, closely=True) if found & SPACED else found

    def _sift(self, words: Sequence[str]) -> _Sifted:
        """The languages that `words` are in, and those of the words that any language knows.

        Only what all languages share if no word says which it is.
        """
        if words is not self._sifting:
            spoken, known = self._tongues.sifted(words)
            indexes = self._speaking.get(spoken)
            if indexes is None:
                indexes = self._speaking[spoken] = tuple(self._indexes[n] for n in spoken)
            self._sifting, self._sifted = words, (indexes, known)
        return self._sifted

    def _without_spaces(self, words: Sequence[str], found: int, *, closely: bool = False) -> int:
        """The bits `found` in `words`, and those of spelled-out words if there can be any."""
        if is_spelled(words):
            whole = [each.word for each in self.joined(words) if each.word not in LONE_LETTERS]
            for index in self._sift(whole)[0]:
                found |= index.gate.bits(whole, []) | (index.look.bits(whole, []) if closely else 0)
        return found & ~SPACED


def _sorts(numbers: Mapping[str, int], gated: Sequence[str], looked: Sequence[str]) -> Sorts:
    gate = {numbers[concept]: bit for bit, concept in enumerate(gated)}
    look = {numbers[concept]: bit for bit, concept in enumerate(looked, len(gated))}
    silent = (number for number in numbers.values() if number not in gate and number not in look)
    return Sorts(gate, look, {number: bit for bit, number in enumerate(silent)})


def _positions(
    words: Sequence[str], index: Index, phrases: Iterable[Phrase]
) -> Mapping[int, list[int]]:
    """Where the elements of `phrases` stand in `words`."""
    wanted = {element for phrase in phrases for element, _, _ in phrase.steps}
    positions: defaultdict[int, list[int]] = defaultdict(list)
    met = {word: wanted & index.elements[word] for word in set(words)}
    for place, word in enumerate(words):
        for element in met[word]:
            positions[element].append(place)
    return positions
