"""The only module that knows what a single text says: its concepts, and whose words they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.detection.lexicon import Hit, Lexicon
from bot.detection.matching import Budget
from bot.detection.normalise import Token
from bot.detection.spelling import is_spelled
from bot.domain.assessment import Signal
from bot.domain.message import Message

_QUOTED = re.compile(
    r"\"[^\"\n]{3,600}+\"|“[^“”\n]{3,600}+”|„[^„“”\n]{3,600}+[“”]|«[^«»\n]{3,600}+»"
    r"|(?<!\w)'(?!(?:til|till|cause|cuz|em|bout|round|n|tis|twas)\b)(?:[^\n']|(?<=\w)'(?=\w)){3,600}+'(?!\w)"
    r"|(?<!\w)‘(?:[^\n‘’]|(?<=\w)’(?=\w)){3,600}+’(?!\w)"
    r"|^>>> (?s:.){1,4000}+|^> [^\n]{1,4000}+$",
    re.MULTILINE,
)
_QUOTES = re.compile("[\"“„«‘>']")
"""What every quotation begins with: most texts hold none, which is cheaper to see."""
_NEGATION_REACH = 3
_REMEMBERED_READINGS = 512

_HEAD = 1_400
_TAIL = 600
"""How many characters at the beginning and end of a longer text are read closely: nobody writes a
threat in the midst of a wall of text and is understood."""


class Place(NamedTuple):
    """One concept in a text: word places, original places, and whether the words are another's."""

    concept: str
    first: int
    last: int
    start: int
    end: int
    foreign: bool


class Reading(NamedTuple):
    """What one message says. `own` are concepts in the author's words, `foreign` in another's."""

    message: Message
    places: tuple[Place, ...]
    own: frozenset[str]
    foreign: frozenset[str]
    words: tuple[str, ...]

    def signal(self, concept: str) -> Signal | None:
        """The first place of `concept`, with the words as they were written; own words first."""
        found = (place for place in self.places if place.concept == concept)
        place = next(found, None)
        if place is not None and place.foreign:
            place = next((other for other in found if not other.foreign), place)
        if place is None:
            return None
        words = self.message.wording[place.start : place.end]
        return Signal(concept, words, self.message.id, place.start, place.end)

    def bits(self, places: Mapping[str, int]) -> int:
        """Its concepts as bits, each at its place; what has none is left out."""
        heard = self.own | self.foreign
        return sum(1 << places[concept] for concept in heard if concept in places)


class Stances(NamedTuple):
    """How concepts bear on one another; see `concepts.yaml`."""

    negatable: frozenset[str]
    """Concepts that a negation shortly before them takes back."""
    attributing: frozenset[str]
    """Concepts after which the text holds somebody else's words ("he said …")."""
    negators: frozenset[str]
    subjects: frozenset[str]
    """Words behind which a new statement begins, out of reach of an earlier negation."""
    conditionals: frozenset[str]
    """Words that make a negation a condition: "if you do not pay" asks for money."""


class Reader:
    """Reads messages, each once: an author's earlier ones are asked for again and again."""

    def __init__(self, lexicon: Lexicon, stances: Stances) -> None:
        self._lexicon, self._stances = lexicon, stances
        self._readings: dict[Message, Reading] = {}

    def read(self, message: Message) -> Reading:
        """The reading of `message`, remembered within bounds."""
        known = self._readings.get(message)
        if known is None:
            known = read(message, lexicon=self._lexicon, stances=self._stances)
            if len(self._readings) >= _REMEMBERED_READINGS:
                self._readings.clear()
            self._readings[message] = known
        return known

    def forget(self) -> None:
        """Forget every message that was read."""
        self._readings.clear()


def read(message: Message, *, lexicon: Lexicon, stances: Stances) -> Reading:
    """The concepts of `message`; linear in its length and bounded in work."""
    text = message.wording
    tokens = _joined(_tokens(text, lexicon), lexicon)
    words = tuple(token.word for token in tokens)
    begins = frozenset(place for place, token in enumerate(tokens) if token.begins)
    hits = lexicon.match(words, Budget(), begins)
    hits = [hit for hit in hits if not _negated(hit, words, stances)]
    quoted = _quotations(message)
    attributed = min((hit.last for hit in hits if hit.concept in stances.attributing), default=None)
    places = tuple(
        _place(hit, tokens, foreign=_is_foreign(hit, tokens, quoted, attributed)) for hit in hits
    )
    own = frozenset(place.concept for place in places if not place.foreign)
    foreign = frozenset(place.concept for place in places if place.foreign)
    return Reading(message, places, own, foreign, words)


def read_part(text: str) -> str:
    """What of `text` is read closely: all of it, or of a longer one its beginning and end."""
    if len(text) <= _HEAD + _TAIL:
        return text
    return f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _tokens(text: str, lexicon: Lexicon) -> list[Token]:
    """The words of `text`; of a long one those of its beginning and end."""
    if len(text) <= _HEAD + _TAIL:
        return lexicon.tokens(text)
    cut = text.rfind(" ", 0, _HEAD) + 1 or _HEAD
    rest = text.find(" ", len(text) - _TAIL) + 1 or len(text) - _TAIL
    end = [
        token._replace(start=token.start + rest, end=token.end + rest)
        for token in lexicon.tokens(text[rest:])
    ]
    return [*lexicon.tokens(text[:cut]), *end]


def _joined(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    words = [token.word for token in tokens]
    if not is_spelled(words):
        return tokens
    return [
        Token(
            each.word,
            tokens[each.first].start,
            tokens[each.last - 1].end,
            tokens[each.first].begins,
        )
        for each in lexicon.joined(words)
    ]


def _negated(hit: Hit, words: Sequence[str], stances: Stances) -> bool:
    """Whether a negation takes the hit back: "i will not post", but not "if you do not pay".

    One with which the wording itself begins does not: "no answer, and it is posted".
    """
    if hit.concept not in stances.negatable:
        return False
    place = hit.last
    while place >= max(0, hit.first - _NEGATION_REACH):
        if words[place] in stances.subjects:
            return False
        if words[place] in stances.negators and place != hit.first:
            before = words[max(0, place - _NEGATION_REACH) : place]
            return stances.conditionals.isdisjoint(before)
        place -= 1
    return False


def _quotations(message: Message) -> list[tuple[int, int]]:
    """Places of words that are another's: quoted ones, and those that own words introduce.

    What is forwarded without a word is read as if it were said: a script is passed on like that.
    """
    spans = [] if is_quotation(message) else _quoted(message.wording)
    if message.text.strip():
        spans.append((len(message.text) + 1, len(message.text) + 1 + _length(message.forwarded)))
    return spans


def unquoted(message: Message) -> str:
    """What can be read in `message`, with blanks in place of words that are another's."""
    text = message.wording
    for start, end in _quotations(message):
        text = text[:start] + " " * len(text[start:end]) + text[end:]
    return text


def is_quotation(message: Message) -> bool:
    """Whether the author's text is nothing but words in quotation marks.

    Such words are read as if they were said: a pair of marks costs an offender nothing. Lines that
    begin with `>` stay somebody else's.
    """
    text = message.text
    spans = [(start, end) for start, end in _quoted(text) if text[start] != ">"]
    between = pairwise((0, *(place for span in spans for place in span), len(text)))
    outside = [text[end:start] for end, start in between if (end, start) not in spans]
    return bool(spans) and not any(letter.isalnum() for letter in "".join(outside))


def _quoted(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _QUOTED.finditer(text)] if _QUOTES.search(text) else []


def _length(parts: Sequence[str]) -> int:
    """How long the parts are with a line break after each."""
    return sum(len(part) + 1 for part in parts if part)


def _is_foreign(
    hit: Hit, tokens: Sequence[Token], quoted: Sequence[tuple[int, int]], attributed: int | None
) -> bool:
    if attributed is not None and hit.first > attributed:
        return True
    start = tokens[hit.first].start
    return any(low <= start < high for low, high in quoted)


def _place(hit: Hit, tokens: Sequence[Token], *, foreign: bool) -> Place:
    start, end = tokens[hit.first].start, tokens[hit.last].end
    return Place(hit.concept, hit.first, hit.last, start, end, foreign)
