"""The chain of evidence: what an item is, how it is hashed, and how a chain is checked.

Each item's digest is the SHA-256 of its canonical JSON, in which the digest of its predecessor and
a salted digest of its content stand. So content can be erased and the chain still verifies, and
nobody can change, remove, add or reorder an item unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
"""What stands for the predecessor of a case's first item."""

_IMPOSSIBLE = (TypeError, ValueError, RecursionError)
"""What is raised for a value that no item could have been made with."""

FROM_PERSON = "person"
"""The source of what somebody told the bot themselves."""
FROM_MODERATOR = "moderator"
"""The source of what a moderator did."""
TOLD = "told"
"""The rule that stands for a person's own word. Chains hold it, so it never changes."""


class ItemKind(StrEnum):
    """What an item records."""

    MESSAGE = "message"
    CONTEXT = "context"
    EDIT = "edit"
    DELETION = "deletion"
    ASSESSMENT = "assessment"
    REPORT = "report"
    ACTION = "action"
    DELIVERY = "delivery"
    MEMBER = "member"
    """What Discord said of a person at that time: names, roles, dates; or that they were banned."""


class Act(StrEnum):
    """What people do in a case, apart from measures; each has a text in its history.

    Chains and bundles hold these words, so they never change.
    """

    CLAIMED = "claimed"
    RELEASED = "released"
    NOTED = "noted"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    QUIETED = "quieted"
    ALERTS_AGAIN = "alerts again"
    EVIDENCE_SHOWN = "evidence shown"
    HISTORY_READ = "history read"
    """A moderator had the bot look at what stands around the message."""
    HELP_OFFERED = "help offered"
    REPORTED = "reported"
    """A moderator says that it was reported to Discord."""
    EXPORTED = "exported"
    HOLD_ASKED_FOR = "hold asked for"
    HOLD_CONFIRMED = "hold confirmed"
    HOLD_LIFTED = "hold lifted"
    NOTHING = "nothing"
    """The person who was advised says that it was nothing."""
    TOLD_MODERATORS = "told moderators"
    """By this a person agreed that moderators see what is preserved with it."""
    WORDS_ERASED = "words erased"
    """Its `items` are the numbers of the items whose words were erased; without it, all were."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An item before it is chained. `about` names what it records: once per case, never twice."""

    kind: ItemKind
    about: str
    source: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any] | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One append-only record of a case.

    `facts` holds identifiers and times and stays readable; `content` holds words and names, is
    encrypted at rest, and is None where there is none or it was erased. Times are ISO 8601 in UTC.
    """

    case_id: int
    seq: int
    kind: ItemKind
    about: str
    message_id: int | None
    recorded_at: str
    source: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any] | None
    content_digest: str | None
    salt: str | None
    previous: str
    digest: str


def canonical(value: Any) -> bytes:
    """The one JSON form of `value`: UTF-8, sorted keys, no spaces.

    Raises TypeError for what would not come back from JSON as the same value everywhere: floats,
    whose text form differs between programs, and keys that are not text.
    """
    _refuse_the_ambiguous(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def content_digest(content: Mapping[str, Any], salt: str) -> str:
    """SHA-256 (hex) of the salt's bytes followed by the content's canonical JSON."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(content)).hexdigest()


def item_digest(
    *,
    case_id: int,
    seq: int,
    kind: ItemKind,
    about: str,
    message_id: int | None,
    recorded_at: str,
    source: str,
    facts: Mapping[str, Any],
    content_digest: str | None,
    previous: str,
) -> str:
    """SHA-256 (hex) of the item's canonical JSON."""
    body = {
        "case": case_id,
        "seq": seq,
        "kind": kind.value,
        "about": about,
        "message": message_id,
        "recorded_at": recorded_at,
        "source": source,
        "facts": facts,
        "content_digest": content_digest,
        "previous": previous,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def first_fault(items: Iterable[EvidenceItem], *, count: int, head: str) -> str | None:
    """What is wrong with a chain, naming the first bad item, or None when it is intact.

    `count` and `head` are the number of items and the last digest that the case recorded.
    """
    previous, seq = GENESIS, 0
    for item in items:
        seq += 1
        fault = _fault(item, seq=seq, previous=previous)
        if fault:
            return fault
        previous = item.digest
    if seq < count:
        return f"item {seq + 1}: missing, the case recorded {count} items"
    if seq > count:
        return f"item {count + 1}: added, the case recorded {count} items"
    return None if previous == head else f"item {seq}: is not the last item that the case recorded"


def sound(items: Iterable[EvidenceItem]) -> tuple[EvidenceItem, ...]:
    """The items whose own hash fits, whatever became of others.

    Only their facts surely have the shape that they were given; `first_fault` names the rest.
    """
    return tuple(item for item in items if item.digest == _expected_digest(item))


def _fault(item: EvidenceItem, *, seq: int, previous: str) -> str | None:
    if item.seq != seq:
        return f"item {seq}: missing or out of order, number {item.seq} stands in its place"
    if item.previous != previous:
        return f"item {seq}: does not follow the item before it"
    if item.digest != _expected_digest(item):
        return f"item {seq}: altered, its hash does not fit"
    return None if _content_fits(item) else f"item {seq}: its content was altered"


def _expected_digest(item: EvidenceItem) -> str | None:
    """The digest that the item should have; None when no item could have been made like this."""
    try:
        return item_digest(
            case_id=item.case_id,
            seq=item.seq,
            kind=item.kind,
            about=item.about,
            message_id=item.message_id,
            recorded_at=item.recorded_at,
            source=item.source,
            facts=item.facts,
            content_digest=item.content_digest,
            previous=item.previous,
        )
    except _IMPOSSIBLE:
        return None


def _content_fits(item: EvidenceItem) -> bool:
    """Whether the content is the one whose digest is chained; erased content always fits."""
    if item.content is None:
        return True
    try:
        return content_digest(item.content, item.salt or "") == item.content_digest
    except _IMPOSSIBLE:
        return False


def _refuse_the_ambiguous(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"evidence holds no floats, write {value!r} as text")
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError(f"evidence has text for keys, write {key!r} as text")
            _refuse_the_ambiguous(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_the_ambiguous(part)


def erased_singly(items: Iterable[EvidenceItem]) -> frozenset[int]:
    """The numbers of the items whose words some act among `items` says were erased."""
    acts = (item.facts for item in items if item.kind is ItemKind.ACTION)
    lists = (facts.get("items") for facts in acts if facts.get("what") == Act.WORDS_ERASED)
    numbers = (number for each in lists if isinstance(each, list) for number in each)
    return frozenset(number for number in numbers if type(number) is int)
