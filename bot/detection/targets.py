"""The only module that knows at whom a threat is aimed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bot.detection.addressing import (
    Address,
    Speaking,
    beginnings,
    of_no_language,
    speaks_to,
    unread,
)
from bot.detection.lexicon import Speech
from bot.detection.normalise import fold
from bot.detection.reading import Reading
from bot.domain.message import Message, Person, Window

_SHORTLY = 3
"""How many messages back somebody may have been named who is only "she" now."""
_ABSENT = "absent"
_SPOKEN_TO = frozenset({"your_media", "your_audience", "yours", "tell_yours"})
"""Concepts of what is somebody's who is spoken to."""


class Aim(NamedTuple):
    """Those a message may be aimed at, and whether it is certain to be them."""

    targets: tuple[Person, ...] = ()
    aimed: bool = False


def find_targets(
    window: Window,
    own: Sequence[Message],
    *,
    read: Callable[[Message], Reading] = unread,
    speech: Speaking = of_no_language,
) -> Aim:
    """Whom the judged message is aimed at; `own` are the author's earlier, oldest first.

    A mention counts before a reply, a reply before a name, a name before the only other speaker.
    Whom the author was speaking to just before, with nobody else between, counts like `own`; who
    spoke to the author since then may be meant instead. Ordinary words are not taken for names
    unless written with an at sign. Whom it would go to, or who would do it ("or i send it to kim",
    "50 or kim posts it"), is meant only if nobody else can be.

    Never sure is: who is pointed at while another is named, unless something is asked of that one
    right behind the name; somebody who did not speak, who is meant if the message begins with
    their name, or if nobody is spoken to; and whom "she has till six" is said to.
    """
    author, concepts = window.message.author, read(window.message).own
    speakers = _speakers(window, author)

    def spoken(words: Sequence[str]) -> Speech:
        # of a few words alone no language is known
        return speech([*words, *fold(window.message.wording).split()])

    def address_of(message: Message) -> Address:
        return Address(message, read, spoken)

    addressing = [address_of(each) for each in _addressing(window, own)]
    spoken_to = not _SPOKEN_TO.isdisjoint(concepts)
    of_another = _ABSENT in concepts and not spoken_to
    for address in addressing:
        pointed = address.pointed(speakers)
        if pointed:
            return _pointed_at(address, pointed, speakers, window, of_another=of_another)
    others = tuple(person for person in window.present if person.id != author.id)
    if others:
        return Aim(others, aimed=len(others) == 1)
    lately = [address_of(each) for each in _just_said(window)] if of_another else []
    silent = _silent(window, author, speakers, [*addressing, *lately])
    found = _of_silent(silent, addressing, lately, spoken_to=spoken_to)
    if found:
        return Aim((*found, *speakers) if spoken_to else found)
    left = tuple(person for person in speakers if not addressing[0].mentions(person))
    is_sure = len(speakers) == 1 and bool(left) and _ABSENT not in concepts
    return Aim(left or speakers, aimed=is_sure)


def _pointed_at(
    address: Address,
    pointed: tuple[Person, ...],
    speakers: Sequence[Person],
    window: Window,
    *,
    of_another: bool,
) -> Aim:
    """How sure it is that those are meant whom a message of the author points at."""
    is_judged = address.message is window.message
    beside = tuple(person for person in address.named(speakers) if person not in pointed)
    asked = address.asked(beside)
    if is_judged and asked and not address.asked(pointed):
        return Aim(asked, aimed=True)
    if beside:
        return Aim((*pointed, *beside))
    if of_another and (len(pointed) > 1 or not is_judged or not address.named(pointed)):
        return Aim((*pointed, *(person for person in speakers if person not in pointed)))
    since = () if is_judged or address.is_of_material else _spoke_since(window, address, pointed)
    return Aim((*pointed, *since), aimed=not since)


def _of_silent(
    silent: Sequence[Person],
    addressing: Sequence[Address],
    lately: Sequence[Address],
    *,
    spoken_to: bool,
) -> tuple[Person, ...]:
    """Who of those that did not speak is named as one who may be meant."""
    called = _first(address.called(silent) for address in addressing)
    if called:
        return called
    naming = addressing[:1] if spoken_to else (*addressing, *lately)
    return _first(address.named(silent) for address in naming)


def _first(found: Iterable[tuple[Person, ...]]) -> tuple[Person, ...]:
    """The first of `found` that holds anybody."""
    return next(filter(None, found), ())


def _spoke_since(
    window: Window, address: Address, pointed: Collection[Person]
) -> tuple[Person, ...]:
    """Who turned to the author behind an earlier message, those apart whom it was for."""
    author = address.message.author
    since = window.before[window.before.index(address.message) + 1 :]
    found = {
        each.author: None
        for each in since
        if each.author.id != author.id and speaks_to(each, author, speech=address.speech)
    }
    return tuple(person for person in found if person not in pointed)


def _silent(
    window: Window, author: Person, speakers: Sequence[Person], addressing: Sequence[Address]
) -> tuple[Person, ...]:
    """Who is known, did not speak, and may be named: there may be thousands."""
    spoke = {author.id, *(person.id for person in speakers)}
    silent = [person for person in window.known() if person.id not in spoke]
    if not silent:
        return ()
    written = frozenset[str]().union(*(address.words() for address in addressing))
    return tuple(each for each in silent if not written.isdisjoint(beginnings(each.name)))


def _just_said(window: Window) -> Iterator[Message]:
    """What others said last."""
    return islice(reversed(window.before), _SHORTLY)


def _addressing(window: Window, own: Collection[Message]) -> Iterator[Message]:
    """The judged message and those of its author that may say whom it is for, latest first."""
    judged = window.message
    yield judged
    uninterrupted = True
    for message in reversed(window.before):
        is_own = message.author.id == judged.author.id
        uninterrupted = uninterrupted and is_own
        if uninterrupted or message in own or (is_own and message.id == judged.reply_to):
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
