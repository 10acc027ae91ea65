"""A case as it leaves the database to be handed to someone: everything kept, and why it went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.assessment import Level
from bot.domain.case import CaseState, Verdict
from bot.domain.evidence import Act, EvidenceItem, ItemKind, first_fault


class Consent(StrEnum):
    """Whether the person who was threatened agreed that the case is handed on."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Purpose:
    """To whom a case is handed, why, and whether the person agreed. It is recorded in the case."""

    recipient: str
    reason: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class Handed:
    """To whom a case was handed, in the words of whoever did it, and when."""

    recipient: str
    at: datetime


def handed_on(items: Iterable[EvidenceItem]) -> tuple[Handed, ...]:
    """To whom a case was handed, of its sound items; each once, with the last time."""
    last: dict[str, datetime] = {}
    for item in items:
        written: dict[str, Any] = {**item.facts, **(item.content or {})}
        if item.kind is ItemKind.ACTION and written.get("what") == Act.EXPORTED:
            last[str(written.get("recipient", "?"))] = datetime.fromisoformat(item.recorded_at)
    return tuple(Handed(recipient, at) for recipient, at in last.items())


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case with all its items, the record of this export last."""

    case_id: int
    guild_id: int
    offender_id: int
    targets: tuple[int, ...]
    """Everyone whom a finding of this case named or made possible, first seen first."""
    aimed_at: frozenset[int]
    """Those of them whom some finding of it was surely aimed at."""
    level: Level
    categories: tuple[str, ...]
    state: CaseState
    verdict: Verdict | None
    opened_at: datetime
    count: int
    head: str
    """How many items the case recorded, and the digest of the last one."""
    is_erased: bool
    """Whether the words of the case were erased: then no item has content."""
    items: tuple[EvidenceItem, ...]
    exported_at: datetime
    exported_by: int | None
    """The moderator; None for whoever runs the bot."""
    purpose: Purpose
    version: str
    """The version of the bot that made it."""

    @property
    def fault(self) -> str | None:
        """What is wrong with the chain, naming the first bad item; None when it is intact."""
        return first_fault(self.items, count=self.count, head=self.head)
