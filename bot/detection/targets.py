"""The only module that knows at whom a threat is aimed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.detection.normalise import fold
from bot.detection.reading import Reading
from bot.domain.message import Message, Person, Window

_SHORTEST_NAME = 2
_TOWARDS = frozenset({"to", "show", "tell", "with"})
_DONE = frozenset({"exposure", "exposure_to", "revealed", "spread", "relief"})
"""Concepts of what somebody does with the material."""
_ASKED = frozenset({"image_demand", "intimate_demand", "others_demand", "money_demand", "asks"})
_CONDITION = "condition"
_SHORTLY = 3
"""How many messages back somebody may have been named who is only "she" now."""
_ABSENT = "absent"
_SPOKEN_TO = frozenset({"your_media", "your_audience", "yours", "tell_yours"})
"""Concepts of what is somebody's who is spoken to."""
_POINTED = re.compile(r"<@!?(\d{1,20})>")

Ordinary = Callable[[Sequence[str]], Container[str]]
"""The ordinary words of the languages that some words are in."""


def _nothing(_: Sequence[str]) -> Container[str]:
    return ()


class Aim(NamedTuple):
    """Those a message may be aimed at, and whether it is certain to be them."""

    targets: tuple[Person, ...] = ()
    aimed: bool = False


def find_targets(
    window: Window,
    own: Sequence[Message],
    *,
    reading: Reading | None = None,
    ordinary: Ordinary = _nothing,
) -> Aim:
    """Whom the judged message is aimed at; `own` are the author's earlier, oldest first.

    A mention counts before a reply, a reply before a name, a name before the only other speaker.
    Whom the author was speaking to just before, with nobody else between, counts like `own`.
    Words that are `ordinary` are not taken for names unless written with an at sign. By the
    `reading` of the judged message, who is named as the one who shows it or sees it ("pay or kim
    posts it") is meant only if nobody else can be. Somebody who did not speak is meant if the
    message begins with their name, or if nobody is spoken to; that, like whom "she has till six"
    is said to, is never sure.
    """
    author = window.message.author
    speakers = _speakers(window, author)
    addressing = list(_addressing(window, own))
    doing = _doing(reading) if reading else frozenset()
    pointed = _first(_pointed(each, author, speakers, ordinary, doing) for each in addressing)
    if pointed:
        return Aim(pointed, aimed=True)
    others = tuple(person for person in window.present if person.id != author.id)
    if others:
        return Aim(others, aimed=len(others) == 1)
    concepts = reading.own if reading else frozenset()
    spoken_to = not _SPOKEN_TO.isdisjoint(concepts)
    silent = _silent(window, author, speakers)
    called = _first(_called(each, silent, ordinary) for each in addressing)
    if called:
        return Aim((*called, *speakers) if spoken_to else called)
    if not spoken_to:
        spoken_of = addressing + list(_just_said(window)) if _ABSENT in concepts else addressing
        named = _first(_named(each, silent, ordinary) for each in spoken_of)
        if named:
            return Aim(named)
    doers = _named(window.message, speakers, ordinary)
    left = tuple(person for person in speakers if person not in doers)
    if doers and left:
        return Aim(left)
    of_another = _ABSENT in concepts and not spoken_to
    return Aim(speakers, aimed=len(speakers) == 1 and not of_another)


def speaks_to(message: Message, person: Person, *, ordinary: Ordinary = _nothing) -> bool:
    """Whether `message` mentions, answers or names `person`, who need not have spoken before."""
    return person in _pointed(message, message.author, (person,), ordinary)


def _first(found: Iterable[tuple[Person, ...]]) -> tuple[Person, ...]:
    """The first of `found` that holds anybody."""
    return next(filter(None, found), ())


def _doing(reading: Reading) -> frozenset[str]:
    """The words that, if names, are of who does something with the material or is shown it.

    They stand right before what is done or amid it, or behind "or"; the first word of a message
    and what comes right before a demand are addressed.
    """
    asked = {place.first for place in reading.places if place.concept in _ASKED}
    found: set[int] = set()
    for place in reading.places:
        if place.concept in _DONE:
            found.update(range(place.first - 1, place.last))
        elif place.concept == _CONDITION:
            found.add(place.last + 1)
    last = len(reading.words)
    return frozenset(reading.words[at] for at in found if 0 < at < last and at + 1 not in asked)


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


def _pointed(
    message: Message,
    author: Person,
    speakers: Sequence[Person],
    ordinary: Ordinary,
    doing: Container[str] = (),
) -> tuple[Person, ...]:
    mentions = tuple(person for person in message.mentions if person.id != author.id)
    if mentions:
        return _without_audience(message, mentions)
    reply = message.reply_author
    if reply is not None and reply.id != author.id:
        return (reply,)
    return _named(message, speakers, ordinary, doing)


def _without_audience(message: Message, mentions: tuple[Person, ...]) -> tuple[Person, ...]:
    """`mentions` without those that the text would show something to ("… to @sam")."""
    words = _POINTED.sub(r"@\1", message.text).split()
    aimed = tuple(
        person
        for person in mentions
        if not _is_audience(words, (f"@{person.id}", f"@{person.name}"))
    )
    return aimed or mentions


def _is_audience(words: Sequence[str], names: Collection[str]) -> bool:
    places = [place for place, word in enumerate(words) if word.rstrip(",.!?:") in names]
    return bool(places) and all(
        place > 0 and words[place - 1].lower() in _TOWARDS for place in places
    )


def _named(
    message: Message, people: Sequence[Person], ordinary: Ordinary, doing: Container[str] = ()
) -> tuple[Person, ...]:
    """Who of `people` is named, those apart whose name stands among `doing`."""
    if not people:
        return ()
    words = fold(message.wording).split()
    usual = ordinary(words)
    return tuple(
        person
        for person in people
        if (name := _name(person)) and name[-1] not in doing and _stands(words, name, usual)
    )


def _called(message: Message, people: Sequence[Person], ordinary: Ordinary) -> tuple[Person, ...]:
    """Who of `people` the message begins with."""
    if not people:
        return ()
    words = fold(message.wording).split()
    usual = ordinary(words)
    return tuple(
        person
        for person in people
        if (name := _name(person)) and _stands(words[: len(name)], name, usual)
    )


def _name(person: Person) -> list[str]:
    """The words of somebody's name; none if it is too short to be known from other words."""
    name = fold(person.name).split()
    return name if len("".join(name)) >= _SHORTEST_NAME else []


def _stands(words: Sequence[str], name: Sequence[str], usual: Container[str]) -> bool:
    """Whether `name` stands in `words` as someone spoken to, not as the one who would be told."""
    for place in range(len(words) - len(name) + 1):
        written = list(words[place : place + len(name)])
        called = written[0].startswith("@")
        written[0] = written[0].removeprefix("@")
        written[-1] = written[-1].rstrip("!*")
        if written != list(name) and [*written[:-1], written[-1].removesuffix("s")] != list(name):
            continue
        if not called and len(name) == 1 and name[0] in usual:
            continue
        if place == 0 or words[place - 1] not in _TOWARDS:
            return True
    return False
