"""The only module that knows what of a text the learned judge looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

WORDS = 160
"""How many words are looked at: threats are short, and the work is bounded."""

_REACH = 5
_CONCEPTS = 24
_PRONOUNS = frozenset(
    {"i", "you", "your", "me", "my", "we", "our", "it", "that", "this"}
    | {"not", "no", "never", "if", "and", "will", "dont", "wont", "cant", "what", "or"}
)
_EDGES = "!*@$£€"
_MARKS = '?"“'
_LONGEST = 6
_NUMBER = "0"

Span = tuple[int, int]
"""The first and last word (inclusive) in which a feature was seen."""

NOWHERE: Span = (-1, -1)
"""The span of a feature that no words show, such as a concept."""


class Vocabulary(NamedTuple):
    """What is known of words before anything is learned."""

    spellings: Mapping[str, str]
    """A word as it is chatted, and as it is counted: "ur" as "your"."""
    classes: Mapping[str, str]
    """Words that do the same in a sentence, by the name of their class."""


class Told(NamedTuple):
    """The concepts of a text in its author's words and in words of others."""

    own: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()


def plain_words(words: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """The first of `words` (folded) in one spelling, with every number alike."""
    return [_plain(word, vocabulary) for word in words[:WORDS]]


def features(
    text: str, words: Sequence[str], told: Told, vocabulary: Vocabulary
) -> dict[str, Span]:
    """What the model sees of `text` and where: `words` are its plain words, `told` its concepts."""
    classes = [_class(word, vocabulary) for word in words]
    found: dict[str, Span] = {}
    for name, first, last in (*_runs(words), *_mixed(words, classes), *_pairs(classes)):
        found.setdefault(name, (first, last))
    for name in (*_shape(text, words), *_concepts(told)):
        found[name] = NOWHERE
    return found


def _plain(word: str, vocabulary: Vocabulary) -> str:
    bare = word.strip(_EDGES) or word
    if any(letter.isdigit() for letter in bare):
        return vocabulary.spellings.get(bare, _NUMBER)
    return vocabulary.spellings.get(bare, bare)


def _class(word: str, vocabulary: Vocabulary) -> str:
    """The class of `word`; itself if it is a pronoun or the like; else nothing."""
    if word == _NUMBER:
        return "NUMBER"
    return vocabulary.classes.get(word) or (word if word in _PRONOUNS else "")


def _runs(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Single words and neighbours."""
    last = len(words) - 1
    before = "^"
    for place, word in enumerate(words):
        yield f"w {word}", place, place
        yield f"b {before} {word}", max(0, place - 1), place
        before = word
    if words:
        yield f"b {before} $", last, last


def _mixed(words: Sequence[str], classes: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Two and three neighbours, each by its class if it has one."""
    mixed = [known or word for known, word in zip(classes, words, strict=True)]
    for place in range(len(mixed) - 1):
        pair = f"m {mixed[place]} {mixed[place + 1]}"
        yield pair, place, place + 1
        if place + 2 < len(mixed):
            yield f"{pair} {mixed[place + 2]}", place, place + 2


def _pairs(classes: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Classes, and two of them a few words apart."""
    for place, known in enumerate(classes):
        if known:
            yield f"k {known}", place, place
            for further in range(place + 1, min(len(classes), place + 1 + _REACH)):
                if classes[further]:
                    yield f"s {known} {classes[further]}", place, further


def _shape(text: str, words: Sequence[str]) -> Iterator[str]:
    """Marks, and how long the text is."""
    for mark in _MARKS:
        if mark in text:
            yield f"p {mark}"
    yield f"l {min(_LONGEST, len(words).bit_length())}"


def _concepts(told: Told) -> Iterator[str]:
    """Concepts, and two of them together."""
    names = [*sorted(told.own), *(f"foreign {name}" for name in sorted(told.foreign))][:_CONCEPTS]
    for name in names:
        yield f"o {name}"
    for one, other in combinations(names, 2):
        yield f"q {one} {other}"


def known_share(words: Sequence[str], known: Collection[str]) -> float:
    """Which share of `words` stands among the `known` ones."""
    return sum(word in known for word in words) / len(words) if words else 0.0
