"""The only module that knows what every transcript comes down to: entries, people and moments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from bot.domain.message import Message, Person

_MILLISECONDS_FROM = 100_000_000_000
"""A Unix time above this one (the year 5138 in seconds) is taken for milliseconds."""


class TranscriptError(Exception):
    """Input that cannot be read; the message names file and line and what to mend."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {problem}")
        self.path = path
        self.line = line


class Entry(NamedTuple):
    """One message of a transcript, in its place."""

    message: Message
    conversation: str | None
    """The conversation's name in the file; None for a line that stands alone."""
    place: int
    """The place of the message in its conversation, from 0."""
    id: str | int | None
    """The message's identifier in the file, as it is written there."""
    present: tuple[Person, ...] = ()
    """Everyone seen in the conversation if it is a private one; empty for a group."""
    known: Callable[[], Iterable[Person]] = tuple
    """Everyone seen in the conversation, of whatever kind, as far as the file is read."""
    offset: int = 0
    """Bytes of the file that were read up to here."""


def person(name: str) -> Person:
    """The person called `name`; the same name always gets the same identifier."""
    return Person(numbered("person", name), name)


def numbered(kind: str, name: str) -> int:
    """The identifier of the thing called `name`, always the same one."""
    digest = blake2b(f"{kind}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def moment(value: object) -> float | None:
    """Unix seconds of an ISO 8601 text (UTC where it names no zone) or a Unix time; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value / 1000 if abs(value) > _MILLISECONDS_FROM else float(value)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
