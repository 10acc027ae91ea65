"""What a detector may say about a message: a kind, how grave it is, who is aimed at, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bot.domain.message import Person


class Kind(StrEnum):
    """Whether someone threatens, tells of being threatened, or neither."""

    NONE = "none"
    THREAT = "threat"
    DISCLOSURE = "disclosure"


class Level(IntEnum):
    """How grave a finding is. Moderators look from medium on; advice goes out from high on."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    URGENT = 4

    @property
    def label(self) -> str:
        """The level's name as it is written in files, alerts and output."""
        return self.name.lower()


class Category(StrEnum):
    """What is demanded or threatened. `FABRICATED` is a mark that stands beside another one."""

    FINANCIAL = "financial"
    IMAGES = "images"
    RECRUITMENT = "recruitment"
    EXPOSURE = "exposure"
    SCAM = "scam"
    OTHER = "other"
    FABRICATED = "fabricated"


class Signal(NamedTuple):
    """One concept found in one message: its name, the words as written, and their place."""

    concept: str
    words: str
    message_id: int
    start: int
    end: int
    """`start` and `end` count characters of `Message.wording`, end exclusive."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, at the version that it had then, with the signals that fired it."""

    rule: str
    version: int
    level: Level
    category: Category
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the detector says of one message in its window.

    `offender` is set for a threat only; of a disclosure `targets` holds the person who tells.
    `aimed` says that the targets are those meant (mentioned, answered, named, the only other
    speaker); otherwise they are merely possible ones, and nobody may be written to unasked.
    `score` runs from 0 (nothing) to 1 (certain).
    """

    kind: Kind = Kind.NONE
    level: Level = Level.NONE
    categories: tuple[Category, ...] = ()
    offender: Person | None = None
    targets: tuple[Person, ...] = ()
    aimed: bool = False
    score: float = 0.0
    findings: tuple[Finding, ...] = ()
    experimental: tuple[str, ...] = ()
    """Experimental rules that fired: they are counted in the log, and change nothing."""


NOTHING = Assessment()
"""The assessment of nearly every message."""
