"""What the report tells of what was told, found and done in a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.bundle.story import moment, named, names_of
from bot.bundle.visible import visible
from bot.domain.dossier import Dossier
from bot.domain.evidence import FROM_PERSON, TOLD, EvidenceItem, ItemKind
from bot.domain.fates import is_ban

_DONE = (ItemKind.ACTION, ItemKind.REPORT, ItemKind.DELIVERY)
_PEOPLE = ("aimed_at", "by", "people", "person_id", "possibly_aimed_at", "recipient_id")
"""Details that are identifiers of people."""
LABELLED = frozenset(_PEOPLE) | {
    *("attempts", "categories", "channel_id", "code", "consent", "delivery", "detail", "items"),
    *("level", "message_id", "outcome", "own_message_id", "reason", "recipient", "rules", "until"),
    *("why", "words"),
}
"""Details that there are words for."""
ON_TOLD = "on_told"
"""The source of what the bot's rules found in what a person told."""
_Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done or found in the case: when, what, and the details as recorded.

    A detail is one text or several, of which each is to stand alone: any may hold a comma.
    """

    seq: int
    at: str
    source: str
    what: str
    details: tuple[tuple[str, tuple[str, ...]], ...]


def tellings(dossier: Dossier) -> list[Deed]:
    """What a person told: that is their word, and no finding."""
    names = names_of(dossier.items)
    told = (i for i in dossier.items if _is_assessment(i) and i.source == FROM_PERSON)
    return [telling(item, names) for item in told]


def findings(dossier: Dossier) -> list[Deed]:
    """What the bot found, and by which words; also in what a person told."""
    names = names_of(dossier.items)
    return [
        finding(item, names)
        for item in dossier.items
        if _is_assessment(item) and (item.source != FROM_PERSON or _own_rules(item))
    ]


def deeds(dossier: Dossier) -> list[Deed]:
    """What people and the bot did, in the order in which it was recorded."""
    names = names_of(dossier.items)
    return [deed(i, names) for i in dossier.items if i.kind in _DONE or is_ban(i)]


def deed(item: EvidenceItem, names: _Names) -> Deed:
    """Something that was done, with all that is recorded of it."""
    facts: dict[str, Any] = {**item.facts, **(item.content or {})}
    what = facts.pop("what", item.kind.value)
    if item.kind is ItemKind.DELIVERY:
        facts["own_message_id"] = facts.pop("message_id", None)
    return _deed(item, what, facts, names)


def telling(item: EvidenceItem, names: _Names) -> Deed:
    """That a person told of a message: which, and whom it may be aimed at."""
    told = {"message_id": item.facts["message_id"], **_aim(item)}
    return _deed(item, TOLD, told, names)


def finding(item: EvidenceItem, names: _Names) -> Deed:
    """A finding without where each word stood: that is in the records.

    Of what a person told, the level and the aim may be by their word, and are left out.
    """
    facts, content = item.facts, item.content or {}
    is_told = item.source == FROM_PERSON
    words = dict.fromkeys(signal["words"] for signal in content.get("signals", ()))
    judged = {"level": facts["level"], "categories": facts["categories"], **_aim(item)}
    found = {
        "message_id": facts["message_id"],
        "rules": [f"{fired['rule']} (version {fired['version']})" for fired in _own_rules(item)],
        "words": [f"“{word}”" for word in words],
        **({} if is_told else judged),
    }
    made = _deed(item, item.kind.value, found, names)
    return replace(made, source=ON_TOLD) if is_told else made


def _is_assessment(item: EvidenceItem) -> bool:
    return item.kind is ItemKind.ASSESSMENT


def _aim(item: EvidenceItem) -> Mapping[str, Any]:
    return {"aimed_at" if item.facts["aimed"] else "possibly_aimed_at": item.facts["targets"]}


def _own_rules(item: EvidenceItem) -> list[Mapping[str, Any]]:
    """The rules of the bot that fired: a person's word is none."""
    return [fired for fired in item.facts["rules"] if fired["rule"] != TOLD]


def _deed(item: EvidenceItem, what: object, facts: Mapping[str, Any], names: _Names) -> Deed:
    details = {
        key: _people(value, names) if key in _PEOPLE else value
        for key, value in facts.items()
        if value
    }
    return Deed(
        seq=item.seq,
        at=moment(item.recorded_at),
        source=item.source,
        what=visible(str(what)),
        details=tuple((key, _texts(value)) for key, value in details.items()),
    )


def _people(value: Any, names: _Names) -> list[str]:
    return [named(person, names) for person in (value if isinstance(value, list) else [value])]


def _texts(value: Any) -> tuple[str, ...]:
    is_texts = isinstance(value, list) and all(isinstance(part, str) for part in value)
    return tuple(visible(_plain(part)) for part in (value if is_texts else [value]))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_plain(part) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(part) for part in value)
    return str(value)
