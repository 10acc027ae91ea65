"""What the report tells of a case: its people, its conversation, and what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.bundle.visible import visible
from bot.domain.dossier import Dossier
from bot.domain.evidence import EvidenceItem, ItemKind
from bot.domain.fates import BANNED, deleted_with_ban, deletions
from bot.domain.message import snowflake_time

_WRITTEN = (ItemKind.MESSAGE, ItemKind.CONTEXT, ItemKind.EDIT)
_DONE = (ItemKind.ACTION, ItemKind.REPORT, ItemKind.DELIVERY)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the case, with what Discord said of them and when."""

    id: int
    role: str
    """`offender`, `target` or `other`."""
    names: tuple[str, ...]
    made: str
    sightings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a message."""

    seq: int
    kind: str
    author_id: int
    author: str
    message_id: int
    link: str
    written: str
    edited: str | None
    recorded: str
    source: str
    reply_to: int | None
    forwarded_from: str | None
    text: str
    forwarded: tuple[str, ...]
    embedded: tuple[str, ...]
    attachments: tuple[Mapping[str, str], ...]
    is_erased: bool
    deleted: str | None
    is_with_ban: bool
    is_bulk: bool
    is_before_finding: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done or found in the case: when, what, and the details as recorded."""

    seq: int
    at: str
    source: str
    what: str
    details: tuple[tuple[str, str], ...]


def is_legible(item: EvidenceItem) -> bool:
    """Whether the report can tell of an item; what somebody altered in the database may not be."""
    tellers: dict[ItemKind, Callable[[EvidenceItem], object]] = {
        **dict.fromkeys(_WRITTEN, lambda i: _said(i, gone=None, is_with_ban=False)),
        ItemKind.ASSESSMENT: _finding,
        ItemKind.MEMBER: lambda i: [*_names([i]), *_sightings([i], i.facts["person_id"])],
    }
    try:
        tellers.get(item.kind, _deed)(item)
        list(_names([item]))
        moment(item.recorded_at)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


def people(dossier: Dossier) -> list[Someone]:
    """Everyone whom an item names: offender first, then targets, then others."""
    names: dict[int, dict[str, None]] = {}
    for person, name in _names(dossier.items):
        names.setdefault(person, {}).setdefault(name)
    others = [person for person in names if person not in (dossier.offender_id, *dossier.targets)]
    roles = {dossier.offender_id: "offender"} | dict.fromkeys(dossier.targets, "target")
    return [
        Someone(
            id=person,
            role=roles.get(person, "other"),
            names=tuple(visible(name) for name in names.get(person, {}) if name),
            made=time_of(person),
            sightings=tuple(_sightings(dossier.items, person)),
        )
        for person in (*roles, *others)
    ]


def conversation(dossier: Dossier) -> list[Said]:
    """Every version of every message, in the order in which they were written."""
    gone, banned = deletions(dossier.items), deleted_with_ban(dossier.items)
    written = [item for item in dossier.items if item.kind in _WRITTEN]
    written.sort(key=lambda i: (i.message_id or 0, i.facts["edited_at"] or "", i.seq))
    return [
        _said(item, gone=gone.get(item.message_id or 0), is_with_ban=item.message_id in banned)
        for item in written
    ]


def findings(dossier: Dossier) -> list[Deed]:
    """What the bot found, and by which words."""
    return [_finding(i) for i in dossier.items if i.kind is ItemKind.ASSESSMENT]


def deeds(dossier: Dossier) -> list[Deed]:
    """What people and the bot did, in the order in which it was recorded."""
    return [_deed(i) for i in dossier.items if i.kind in _DONE or _is_ban(i)]


def identifiers(dossier: Dossier) -> dict[str, list[int]]:
    """All identifiers by what they identify, for Discord and the police."""
    written = [item.facts for item in dossier.items if item.kind in _WRITTEN]
    return {
        "server": [dossier.guild_id],
        "channel": sorted({facts["channel_id"] for facts in written}),
        "message": sorted({facts["message_id"] for facts in written}),
        "person": [person.id for person in people(dossier)],
    }


def time_of(snowflake: int) -> str:
    """When Discord says that this identifier was made."""
    return moment(datetime.fromtimestamp(snowflake_time(snowflake), UTC))


def moment(at: datetime | str) -> str:
    """A time in UTC as people read it."""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{known.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"


def _names(items: Iterable[EvidenceItem]) -> Iterator[tuple[int, str]]:
    for item in items:
        content: Mapping[str, Any] = item.content or {}
        if item.kind in _WRITTEN:
            yield item.facts["author_id"], content.get("author_name", "")
            yield from ((person, "") for person in item.facts["mentions"])
        if item.kind is ItemKind.MEMBER:
            yield item.facts["person_id"], content.get("shown_name", "")
        for key in ("mentions", "targets"):
            yield from ((p["id"], p["name"]) for p in content.get(key, ()))


def _sightings(items: Iterable[EvidenceItem], person: int) -> Iterator[Mapping[str, str]]:
    """What Discord said of a person, each time that it differed."""
    for item in items:
        if item.kind is not ItemKind.MEMBER or item.facts["person_id"] != person or _is_ban(item):
            continue
        content: Mapping[str, Any] = item.content or {}
        joined = item.facts.get("joined_at")
        yield {
            "at": moment(item.recorded_at),
            "account": visible(content.get("account_name") or ""),
            "global": visible(content.get("global_name") or ""),
            "shown": visible(content.get("shown_name") or ""),
            "joined": moment(joined) if joined else "",
            "roles": ", ".join(visible(role) for role in content.get("roles", ())),
        }


def _is_ban(item: EvidenceItem) -> bool:
    return item.kind is ItemKind.MEMBER and item.facts["what"] == BANNED


def _said(item: EvidenceItem, *, gone: EvidenceItem | None, is_with_ban: bool) -> Said:
    content: Mapping[str, Any] = item.content or {}
    facts, origin = item.facts, item.facts.get("forwarded_from")
    place = (facts["guild_id"], facts["channel_id"], facts["message_id"])
    return Said(
        seq=item.seq,
        kind=item.kind.value,
        author_id=facts["author_id"],
        author=visible(content.get("author_name", "")),
        message_id=facts["message_id"],
        link="discord[.]com/channels/" + "/".join(str(part) for part in place),
        written=moment(facts["written_at"]),
        edited=moment(facts["edited_at"]) if facts["edited_at"] else None,
        recorded=moment(item.recorded_at),
        source=item.source,
        reply_to=facts["reply_to"],
        forwarded_from=_place(origin) if origin else None,
        text=visible(content.get("text", "")),
        forwarded=tuple(visible(text) for text in content.get("forwarded", ())),
        embedded=tuple(visible(text) for text in content.get("embedded", ())),
        attachments=tuple(_file(each) for each in content.get("attachments", ())),
        is_erased=item.content is None,
        deleted=moment(gone.recorded_at) if gone else None,
        is_with_ban=is_with_ban,
        is_bulk=bool(gone and gone.facts.get("bulk")),
        is_before_finding=bool(gone and gone.facts.get("before_finding")),
    )


def _place(origin: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(origin.items()) if value)


def _file(attachment: Mapping[str, Any]) -> Mapping[str, str]:
    return {key: visible(str(value)) for key, value in attachment.items() if value is not None}


def _deed(item: EvidenceItem) -> Deed:
    facts: dict[str, Any] = {**item.facts, **(item.content or {})}
    what = facts.pop("what", item.kind.value)
    return Deed(
        seq=item.seq,
        at=moment(item.recorded_at),
        source=item.source,
        what=visible(str(what)),
        details=tuple((key, visible(_plain(value))) for key, value in facts.items() if value),
    )


def _finding(item: EvidenceItem) -> Deed:
    """A finding without where each word stood: that is in the records."""
    facts, content = item.facts, item.content or {}
    words = dict.fromkeys(signal["words"] for signal in content.get("signals", ()))
    told = {
        "message_id": facts["message_id"],
        "kind": facts["kind"],
        "level": facts["level"],
        "categories": facts["categories"],
        "rules": [f"{fired['rule']} (version {fired['version']})" for fired in facts["rules"]],
        "words": [f"“{word}”" for word in words],
        "targets": facts["targets"],
        "aimed": facts["aimed"],
    }
    details = tuple((key, visible(_plain(value))) for key, value in told.items())
    return Deed(item.seq, moment(item.recorded_at), item.source, item.kind.value, details)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_plain(part) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(part) for part in value)
    return str(value)
