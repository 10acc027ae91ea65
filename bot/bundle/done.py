"""What the report tells of what was told, found and done in a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.bundle.story import moment
from bot.bundle.visible import visible
from bot.domain.dossier import Dossier
from bot.domain.evidence import FROM_PERSON, TOLD, EvidenceItem, ItemKind
from bot.domain.fates import is_ban

_DONE = (ItemKind.ACTION, ItemKind.REPORT, ItemKind.DELIVERY)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done or found in the case: when, what, and the details as recorded."""

    seq: int
    at: str
    source: str
    what: str
    details: tuple[tuple[str, str], ...]


def tellings(dossier: Dossier) -> list[Deed]:
    """What a person told: that is their word, and no finding."""
    return [telling(i) for i in dossier.items if _is_assessment(i) and i.source == FROM_PERSON]


def findings(dossier: Dossier) -> list[Deed]:
    """What the bot found, and by which words; also in what a person told."""
    return [
        finding(item)
        for item in dossier.items
        if _is_assessment(item) and (item.source != FROM_PERSON or _own_rules(item))
    ]


def deeds(dossier: Dossier) -> list[Deed]:
    """What people and the bot did, in the order in which it was recorded."""
    return [deed(i) for i in dossier.items if i.kind in _DONE or is_ban(i)]


def deed(item: EvidenceItem) -> Deed:
    """Something that was done, with all that is recorded of it."""
    facts: dict[str, Any] = {**item.facts, **(item.content or {})}
    what = facts.pop("what", item.kind.value)
    return _deed(item, what, {key: value for key, value in facts.items() if value})


def telling(item: EvidenceItem) -> Deed:
    """That a person told of a message: which, and whom it may be aimed at."""
    facts = item.facts
    return _deed(item, TOLD, {key: facts[key] for key in ("message_id", "targets", "aimed")})


def finding(item: EvidenceItem) -> Deed:
    """A finding without where each word stood: that is in the records."""
    facts, content = item.facts, item.content or {}
    words = dict.fromkeys(signal["words"] for signal in content.get("signals", ()))
    found = {
        "message_id": facts["message_id"],
        "kind": facts["kind"],
        "level": facts["level"],
        "categories": facts["categories"],
        "rules": [f"{fired['rule']} (version {fired['version']})" for fired in _own_rules(item)],
        "words": [f"“{word}”" for word in words],
        "targets": facts["targets"],
        "aimed": facts["aimed"],
    }
    return _deed(item, item.kind.value, found)


def _is_assessment(item: EvidenceItem) -> bool:
    return item.kind is ItemKind.ASSESSMENT


def _own_rules(item: EvidenceItem) -> list[Mapping[str, Any]]:
    """The rules of the bot that fired: a person's word is none."""
    return [fired for fired in item.facts["rules"] if fired["rule"] != TOLD]


def _deed(item: EvidenceItem, what: object, facts: Mapping[str, Any]) -> Deed:
    return Deed(
        seq=item.seq,
        at=moment(item.recorded_at),
        source=item.source,
        what=visible(str(what)),
        details=tuple((key, visible(_plain(value))) for key, value in facts.items()),
    )


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_plain(part) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(part) for part in value)
    return str(value)
