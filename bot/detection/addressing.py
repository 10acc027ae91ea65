"""The only module that knows whom a single message names, mentions or answers, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from bot.detection.lexicon import Speech
from bot.detection.normalise import Token, fold, tokenise
from bot.detection.reading import Reading
from bot.domain.message import Message, Person

_SHORTEST_NAME = 2
_DONE = frozenset({"exposure", "exposure_to", "revealed", "spread", "relief"})
"""Concepts of what somebody does with the material."""
_ASKED = frozenset({"image_demand", "intimate_demand", "others_demand", "money_demand", "asks"})
_CONDITION = "condition"
_MATERIAL = _DONE | {"possession", "hold", "your_media", "webcam"}
"""Concepts with which somebody surely is threatened already."""
_POINTED = re.compile(r"<@!?(\d{1,20})>|@([^\s,.!?:]+)")
"""A mention, as Discord writes it and as it is read."""
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_LINE_END = re.compile(r"[.!?;\n]")
_BESIDE = 2
"""Within how many characters something stands right beside a word."""

Speaking = Callable[[Sequence[str]], Speech]
"""What is known of the languages that some words are in."""

_Span = tuple[int, int]


def unread(message: Message) -> Reading:
    """A message of which nothing is known but its words."""
    return Reading(message, (), frozenset(), frozenset(), ())


def of_no_language(_: Sequence[str]) -> Speech:
    """What is known of words whose language is not."""
    return Speech()


class Address:
    """A message as one that says whom it is for."""

    def __init__(
        self, message: Message, read: Callable[[Message], Reading], speech: Speaking
    ) -> None:
        self.message = message
        self.speech = speech
        self._places = [place for place in read(message).places if not place.foreign]

    @cached_property
    def _tokens(self) -> Sequence[Token]:
        return tokenise(self.message.wording)

    @cached_property
    def _speech(self) -> Speech:
        return self.speech([token.word for token in self._tokens])

    def words(self) -> set[str]:
        """Every word with which a name may begin here."""
        bare = {token.word.removeprefix("@") for token in self._tokens}
        bare |= {word.rstrip("!*") for word in bare}
        return bare | {word.removesuffix("s") for word in bare}

    def pointed(self, speakers: Sequence[Person]) -> tuple[Person, ...]:
        """Whom it mentions, answers, or of `speakers` names."""
        author = self.message.author.id
        mentioned = tuple(each for each in self.message.mentions if each.id != author)
        meant = tuple(each for each in mentioned if self._is_addressed(self._marks(each)))
        reply = self.message.reply_author
        if meant:
            return meant
        if reply is not None and reply.id != author:
            return (reply,)
        return self.named([person for person in speakers if person not in mentioned])

    def named(self, people: Sequence[Person]) -> tuple[Person, ...]:
        """Who of `people` is named as one who is spoken to."""
        found = ((person, self._names(person)) for person in people)
        return tuple(person for person, spans in found if spans and self._is_addressed(spans))

    def called(self, people: Sequence[Person]) -> tuple[Person, ...]:
        """Who of `people` it begins with the name of."""
        return tuple(
            person for person in people if any(start == 0 for start, _ in self._names(person))
        )

    def mentions(self, person: Person) -> bool:
        """Whether it names or mentions `person` at all."""
        return person in self.message.mentions or bool(self._names(person))

    def _marks(self, person: Person) -> list[_Span]:
        """Where a mention of `person` stands in the text."""
        return [
            found.span()
            for found in _POINTED.finditer(self.message.text)
            if str(person.id) == found[1] or fold(found[2] or "") == fold(person.name)
        ]

    def _names(self, person: Person) -> list[_Span]:
        """Where the name of `person` stands, or its longest word where that is decorated.

        Nowhere if it is too short or an ordinary word.
        """
        whole = fold(person.name)
        if len(whole.replace(" ", "")) < _SHORTEST_NAME:
            return []
        found = self._spans(whole.split())
        words = _LETTERS.findall(whole)
        if found or not words or [whole] == words:
            return found
        return self._spans([max(words, key=len)])

    def _spans(self, name: list[str]) -> list[_Span]:
        spans = []
        for place in range(len(self._tokens) - len(name) + 1):
            written = self._tokens[place : place + len(name)]
            if self._is_name(name, [token.word for token in written]):
                spans.append((written[0].start if place else 0, written[-1].end))
        return spans

    @property
    def is_of_material(self) -> bool:
        """Whether somebody surely is threatened in it already."""
        return any(place.concept in _MATERIAL for place in self._places)

    def asked(self, people: Sequence[Person]) -> tuple[Person, ...]:
        """Who of `people` something is asked of right behind their name."""
        asked = [place.start for place in self._places if place.concept in _ASKED]
        return tuple(
            person
            for person in people
            if any(0 <= at - end <= _BESIDE for _, end in self._names(person) for at in asked)
        )

    def _is_name(self, name: list[str], words: list[str]) -> bool:
        called = words[0].startswith("@")
        words = [words[0].removeprefix("@"), *words[1:]] if called else words
        words[-1] = words[-1].rstrip("!*")
        if words != name and [*words[:-1], words[-1].removesuffix("s")] != name:
            return False
        return called or len(name) > 1 or name[0] not in self._speech.ordinary

    def _is_addressed(self, spans: Sequence[_Span]) -> bool:
        """Whether who stands at one of `spans` is spoken to there; so is who stands nowhere."""
        return not spans or any(not self._is_aside(*span) for span in spans)

    def _is_aside(self, start: int, end: int) -> bool:
        """Whether who stands there would be sent it or would do it.

        They stand behind a word for that or behind "or", or amid what is done with the material.
        Who stands right before a demand is spoken to.
        """
        before = [token for token in self._tokens if token.end <= start]
        if not before:
            return False
        for place in self._places:
            if place.concept in _ASKED and 0 <= place.start - end <= _BESIDE:
                return False
        between = self.message.wording[before[-1].end : start]
        if before[-1].word in self._speech.towards and not _LINE_END.search(between):
            return not self._places or any(
                place.concept in _MATERIAL and place.start < start for place in self._places
            )
        return any(
            (place.concept in _DONE and place.start < start and end < place.end)
            or (place.concept == _CONDITION and 0 <= start - place.end <= _BESIDE)
            for place in self._places
        )


@lru_cache(maxsize=20_000)
def beginnings(name: str) -> frozenset[str]:
    """The words by one of which somebody of this name is named, if they are."""
    whole = fold(name)
    return frozenset((*whole.split()[:1], max(_LETTERS.findall(whole), key=len, default="")))


def speaks_to(message: Message, person: Person, *, speech: Speaking = of_no_language) -> bool:
    """Whether `message` mentions, answers or names `person`, who need not have spoken before."""
    return person in Address(message, unread, speech).pointed((person,))
