"""The only module that knows at whom a threat is aimed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.detection.lexicon import Speech
from bot.detection.normalise import fold, tokenise
from bot.detection.reading import Reading
from bot.domain.message import Message, Person, Window

_SHORTEST_NAME = 2
_DONE = frozenset({"exposure", "exposure_to", "revealed", "spread", "relief"})
"""Concepts of what somebody does with the material."""
_ASKED = frozenset({"image_demand", "intimate_demand", "others_demand", "money_demand", "asks"})
_CONDITION = "condition"
_MATERIAL = _DONE | {"possession", "hold", "your_media", "webcam"}
"""Concepts with which somebody surely is threatened already."""
_SHORTLY = 3
"""How many messages back somebody may have been named who is only "she" now."""
_ABSENT = "absent"
_SPOKEN_TO = frozenset({"your_media", "your_audience", "yours", "tell_yours"})
"""Concepts of what is somebody's who is spoken to."""
_POINTED = re.compile(r"<@!?(\d{1,20})>|@([^\s,.!?:]+)")
"""A mention, as Discord writes it and as it is read."""
_BESIDE = 2
"""Within how many characters something stands right beside a word."""

Speaking = Callable[[Sequence[str]], Speech]
"""What is known of the languages that some words are in."""


def _unread(message: Message) -> Reading:
    return Reading(message, (), frozenset(), frozenset(), ())


def _of_no_language(_: Sequence[str]) -> Speech:
    return Speech()


_Span = tuple[int, int]


class Aim(NamedTuple):
    """Those a message may be aimed at, and whether it is certain to be them."""

    targets: tuple[Person, ...] = ()
    aimed: bool = False


def find_targets(
    window: Window,
    own: Sequence[Message],
    *,
    read: Callable[[Message], Reading] = _unread,
    speech: Speaking = _of_no_language,
) -> Aim:
    """Whom the judged message is aimed at; `own` are the author's earlier, oldest first.

    A mention counts before a reply, a reply before a name, a name before the only other speaker.
    Whom the author was speaking to just before, with nobody else between, counts like `own`; who
    spoke to the author since then may be meant instead. Ordinary words are not taken for names
    unless written with an at sign. Whom it would go to, or who would do it ("or i send it to kim",
    "50 or kim posts it"), is meant only if nobody else can be. Somebody who did not speak is meant
    if the message begins with their name, or if nobody is spoken to; that, like whom "she has till
    six" is said to, is never sure.
    """
    author = window.message.author
    speakers = _speakers(window, author)
    addressing = [_Address(each, read, speech) for each in _addressing(window, own)]
    for address in addressing:
        pointed = address.pointed(speakers)
        if pointed:
            is_of_it = not read(address.message).own.isdisjoint(_MATERIAL)
            since = () if is_of_it else _spoke_since(window, address.message, pointed, speech)
            return Aim((*pointed, *since), aimed=not since)
    others = tuple(person for person in window.present if person.id != author.id)
    if others:
        return Aim(others, aimed=len(others) == 1)
    judged, concepts = addressing[0], read(window.message).own
    spoken_to = not _SPOKEN_TO.isdisjoint(concepts)
    of_another = _ABSENT in concepts and not spoken_to
    silent = _silent(window, author, speakers)
    called = _first(address.called(silent) for address in addressing)
    if called:
        return Aim((*called, *speakers) if spoken_to else called)
    if not spoken_to:
        lately = [_Address(each, read, speech) for each in _just_said(window)] if of_another else []
        named = _first(address.named(silent) for address in addressing + lately)
        if named:
            return Aim(named)
    left = tuple(person for person in speakers if not judged.mentions(person))
    return Aim(left or speakers, aimed=len(speakers) == 1 and bool(left) and not of_another)


def speaks_to(message: Message, person: Person, *, speech: Speaking = _of_no_language) -> bool:
    """Whether `message` mentions, answers or names `person`, who need not have spoken before."""
    return person in _Address(message, _unread, speech).pointed((person,))


class _Address:
    """A message as one that says whom it is for."""

    def __init__(
        self, message: Message, read: Callable[[Message], Reading], speech: Speaking
    ) -> None:
        self.message = message
        self._tokens = tokenise(message.wording)
        self._speech = speech([token.word for token in self._tokens])
        self._places = [place for place in read(message).places if not place.foreign]

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
        """Where the name of `person` stands; nowhere if it is too short or an ordinary word."""
        name = fold(person.name).split()
        if len("".join(name)) < _SHORTEST_NAME:
            return []
        spans = []
        for place in range(len(self._tokens) - len(name) + 1):
            written = self._tokens[place : place + len(name)]
            if self._is_name(name, [token.word for token in written]):
                spans.append((written[0].start if place else 0, written[-1].end))
        return spans

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
        if before[-1].word in self._speech.towards:
            return True
        for place in self._places:
            if place.concept in _ASKED and 0 <= place.start - end <= _BESIDE:
                return False
        return any(
            (place.concept in _DONE and place.start < start and end < place.end)
            or (place.concept == _CONDITION and 0 <= start - place.end <= _BESIDE)
            for place in self._places
        )


def _first(found: Iterable[tuple[Person, ...]]) -> tuple[Person, ...]:
    """The first of `found` that holds anybody."""
    return next(filter(None, found), ())


def _spoke_since(
    window: Window, message: Message, pointed: Collection[Person], speech: Speaking
) -> tuple[Person, ...]:
    """Who turned to the author of `message` behind it, those apart whom it was for."""
    if message is window.message:
        return ()
    author = message.author
    since = window.before[window.before.index(message) + 1 :]
    found = {
        each.author: None
        for each in since
        if each.author.id != author.id and speaks_to(each, author, speech=speech)
    }
    return tuple(person for person in found if person not in pointed)


def _silent(window: Window, author: Person, speakers: Sequence[Person]) -> tuple[Person, ...]:
    """Who is known and did not speak."""
    spoke = {author.id, *(person.id for person in speakers)}
    return tuple(person for person in window.known() if person.id not in spoke)


def _just_said(window: Window) -> Iterator[Message]:
    """What others said last."""
    return islice(reversed(window.before), _SHORTLY)


def _addressing(window: Window, own: Collection[Message]) -> Iterator[Message]:
    """The judged message and those of its author that may say whom it is for, latest first."""
    yield window.message
    uninterrupted = True
    for message in reversed(window.before):
        uninterrupted = uninterrupted and message.author.id == window.message.author.id
        if uninterrupted or message in own:
            yield message


def _speakers(window: Window, author: Person) -> tuple[Person, ...]:
    """The others who spoke in the window, latest first, each once."""
    found: dict[int, Person] = {}
    for message in reversed(window.before):
        if message.author.id != author.id:
            found.setdefault(message.author.id, message.author)
    for person in window.present:
        if person.id != author.id:
            found.setdefault(person.id, person)
    return tuple(found.values())
