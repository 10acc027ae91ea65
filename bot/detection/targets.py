"""The only module that knows at whom a threat is aimed."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Sequence
from typing import NamedTuple

from bot.detection.normalise import fold
from bot.domain.message import Message, Person, Window

_SHORTEST_NAME = 2
_TOWARDS = frozenset({"to", "show", "tell", "with"})
_ABSENT = "absent"
_SPOKEN_TO = frozenset({"your_media", "your_audience", "yours", "tell_yours"})
"""Concepts of what is somebody's who is spoken to."""
_POINTED = re.compile(r"<@!?(\d{1,20})>")


class Aim(NamedTuple):
    """Those a message may be aimed at, and whether it is certain to be them."""

    targets: tuple[Person, ...] = ()
    aimed: bool = False


def find_targets(
    window: Window,
    own: Sequence[Message],
    *,
    ordinary: Container[str] = (),
    concepts: Collection[str] = (),
) -> Aim:
    """Whom the judged message is aimed at; `own` are the author's earlier, oldest first.

    A mention counts before a reply, a reply before a name, a name before the only other speaker.
    Whom the author was speaking to just before, with nobody else between, counts like `own`.
    `ordinary` words are not taken for names unless written with an at sign. Who by the
    `concepts` of the judged message speaks of another ("she has till six") is not sure to mean the
    only one who spoke.
    """
    author = window.message.author
    speakers = _speakers(window, author)
    for message in _addressing(window, own):
        pointed = _pointed(message, author, speakers, ordinary)
        if pointed:
            return Aim(pointed, aimed=True)
    others = tuple(person for person in window.present if person.id != author.id)
    if others:
        return Aim(others, aimed=len(others) == 1)
    return Aim(speakers, aimed=len(speakers) == 1 and not _is_of_another(concepts))


def speaks_to(message: Message, person: Person, *, ordinary: Container[str] = ()) -> bool:
    """Whether `message` mentions, answers or names `person`, who need not have spoken before."""
    return person in _pointed(message, message.author, (person,), ordinary)


def _is_of_another(concepts: Collection[str]) -> bool:
    """Whether somebody is spoken of, and nothing of the one who is spoken to."""
    return _ABSENT in concepts and _SPOKEN_TO.isdisjoint(concepts)


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
    message: Message, author: Person, speakers: Sequence[Person], ordinary: Container[str]
) -> tuple[Person, ...]:
    mentions = tuple(person for person in message.mentions if person.id != author.id)
    if mentions:
        return _without_audience(message, mentions)
    reply = message.reply_author
    if reply is not None and reply.id != author.id:
        return (reply,)
    return _named(message, speakers, ordinary)


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
    message: Message, speakers: Sequence[Person], ordinary: Container[str]
) -> tuple[Person, ...]:
    words = fold(message.wording).split()
    found = []
    for person in speakers:
        name = fold(person.name).split()
        if len("".join(name)) >= _SHORTEST_NAME and _stands(words, name, ordinary):
            found.append(person)
    return tuple(found)


def _stands(words: Sequence[str], name: Sequence[str], ordinary: Container[str]) -> bool:
    """Whether `name` stands in `words` as someone spoken to, not as the one who would be told."""
    for place in range(len(words) - len(name) + 1):
        written = list(words[place : place + len(name)])
        called = written[0].startswith("@")
        written[0] = written[0].removeprefix("@")
        written[-1] = written[-1].rstrip("!*")
        if written != list(name) and [*written[:-1], written[-1].removesuffix("s")] != list(name):
            continue
        if not called and len(name) == 1 and name[0] in ordinary:
            continue
        if place == 0 or words[place - 1] not in _TOWARDS:
            return True
    return False
