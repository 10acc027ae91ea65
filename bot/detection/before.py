"""The only module that knows how much of what was said before a judged message is minded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from bot.detection.reading import Reading
from bot.domain.message import Message, Window

CHARACTERS = 3_000
"""How much of what was said before the judged message is read: a full chat window's worth."""

_RUN = 10
"""How many of an author's earlier messages are judged together with the present one."""

_Look = Callable[[str], int]


def said_by_author(window: Window, look: _Look) -> tuple[list[Message], int]:
    """The author's latest messages in which `look` sees anything, oldest first, and the bits."""
    author = window.message.author.id
    found: list[Message] = []
    said = 0
    for message in _shortly_before(window):
        if message.author.id == author and len(found) < _RUN:
            bits = look(message.wording)
            if bits:
                found.append(message)
                said |= bits
    return found[::-1], said


def own_before(window: Window, look: _Look, read: Callable[[Message], Reading]) -> frozenset[str]:
    """The concepts in the author's own words of those messages."""
    earlier, _ = said_by_author(window, look)
    return frozenset[str]().union(*(read(message).own for message in earlier))


def said_by_others(window: Window, look: _Look) -> int:
    """The bits that `look` sees in what the latest others said."""
    author = window.message.author.id
    others = (each for each in _shortly_before(window) if each.author.id != author)
    said = 0
    for message in islice(others, _RUN):
        said |= look(message.wording)
    return said


def heard_from_others(
    window: Window, look: _Look, read: Callable[[Message], Reading]
) -> frozenset[str]:
    """The concepts that stand in what the latest others said, where `look` sees anything."""
    author = window.message.author.id
    others = [message for message in window.before if message.author.id != author]
    heard: set[str] = set()
    for message in others[-_RUN:]:
        if len(message.wording) < CHARACTERS and look(message.wording):
            heard.update(read(message).own)
    return frozenset(heard)


def _shortly_before(window: Window) -> Iterator[Message]:
    """The messages before the judged one that are read at most, latest first."""
    left = CHARACTERS
    for message in reversed(window.before):
        left -= len(message.text)
        if left < 0:
            break
        yield message
