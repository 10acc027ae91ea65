"""What the report tells of a case: its people and its conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.bundle.visible import visible
from bot.domain.dossier import Dossier
from bot.domain.evidence import EvidenceItem, ItemKind
from bot.domain.fates import deleted_with_ban, deletions, is_ban
from bot.domain.message import snowflake_time

WRITTEN = (ItemKind.MESSAGE, ItemKind.CONTEXT, ItemKind.EDIT)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the case, with what Discord said of them and when."""

    id: int
    role: str
    """`offender`; `target`, or `possible` where that is not sure; `other`; `mentioned` alone."""
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
    guild_id: int | None
    """Where it was written; None for a private chat."""
    link: str
    written: str
    edited: str | None
    recorded: str
    source: str
    reply_to: int | None
    mentions: tuple[int, ...]
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


def people(dossier: Dossier) -> list[Someone]:
    """Everyone whom an item names: offender first, then sure and possible targets, then others."""
    names: dict[int, dict[str, None]] = {}
    for person, name in names_in(dossier.items):
        names.setdefault(person, {}).setdefault(name)
    others = [person for person in names if person not in (dossier.offender_id, *dossier.targets)]
    wrote = {item.facts["author_id"] for item in dossier.items if item.kind in WRITTEN}
    targets = sorted(dossier.targets, key=lambda person: person not in dossier.aimed_at)
    roles = {dossier.offender_id: "offender"} | {
        person: "target" if person in dossier.aimed_at else "possible" for person in targets
    }
    return [
        Someone(
            id=person,
            role=roles.get(person, "other" if person in wrote else "mentioned"),
            names=tuple(visible(name) for name in names.get(person, {}) if name),
            made=time_of(person),
            sightings=tuple(sightings(dossier.items, person)),
        )
        for person in (*roles, *others)
    ]


def conversation(dossier: Dossier) -> list[Said]:
    """Every version of every message, in the order in which they were written."""
    gone, banned = deletions(dossier.items), deleted_with_ban(dossier.items)
    written = [item for item in dossier.items if item.kind in WRITTEN]
    written.sort(key=lambda i: (i.message_id or 0, i.facts["edited_at"] or "", i.seq))
    return [
        said(item, gone=gone.get(item.message_id or 0), is_with_ban=item.message_id in banned)
        for item in written
    ]


def identifiers(dossier: Dossier) -> dict[str, list[int]]:
    """All identifiers by what they identify, for Discord and the police."""
    written = [item.facts for item in dossier.items if item.kind in WRITTEN]
    elsewhere = {facts["guild_id"] for facts in written} - {None, dossier.guild_id}
    return {
        "server": [dossier.guild_id, *sorted(elsewhere)],
        "channel": sorted({facts["channel_id"] for facts in written}),
        "message": sorted({facts["message_id"] for facts in written}),
        "person": [person.id for person in people(dossier)],
    }


def names_of(items: Iterable[EvidenceItem]) -> dict[int, str]:
    """The name that a person was first seen under, of everyone with a name."""
    names: dict[int, str] = {}
    for person, name in names_in(items):
        if name:
            names.setdefault(person, name)
    return names


def named(person: Any, names: Mapping[int, str]) -> str:
    """A person's identifier, and behind it the name, which may pretend to hold another one."""
    name = names.get(person) if isinstance(person, int) else None
    return f"{person} “{visible(name)}”" if name else str(person)


def time_of(snowflake: int) -> str:
    """When Discord says that this identifier was made."""
    return moment(datetime.fromtimestamp(snowflake_time(snowflake), UTC))


def moment(at: datetime | str) -> str:
    """A time in UTC as people read it."""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{known.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"


def names_in(items: Iterable[EvidenceItem]) -> Iterator[tuple[int, str]]:
    """Every person whom an item names, with the name that it gives them, if any."""
    for item in items:
        content: Mapping[str, Any] = item.content or {}
        if item.kind in WRITTEN:
            yield item.facts["author_id"], content.get("author_name", "")
            yield from ((person, "") for person in item.facts["mentions"])
        if item.kind is ItemKind.MEMBER:
            yield item.facts["person_id"], content.get("shown_name", "")
        for key in ("mentions", "targets"):
            yield from ((p["id"], p["name"]) for p in content.get(key, ()))


def sightings(items: Iterable[EvidenceItem], person: int) -> Iterator[Mapping[str, str]]:
    """What Discord said of a person, each time that it differed."""
    for item in items:
        if item.kind is not ItemKind.MEMBER or item.facts["person_id"] != person or is_ban(item):
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


def said(item: EvidenceItem, *, gone: EvidenceItem | None, is_with_ban: bool) -> Said:
    """One version of a message; `gone` is the record of its deletion."""
    content: Mapping[str, Any] = item.content or {}
    facts, origin = item.facts, item.facts.get("forwarded_from")
    place = (facts["guild_id"] or "@me", facts["channel_id"], facts["message_id"])
    return Said(
        seq=item.seq,
        kind=item.kind.value,
        author_id=facts["author_id"],
        author=visible(content.get("author_name", "")),
        message_id=facts["message_id"],
        guild_id=facts["guild_id"],
        link="discord[.]com/channels/" + "/".join(str(part) for part in place),
        written=moment(facts["written_at"]),
        edited=moment(facts["edited_at"]) if facts["edited_at"] else None,
        recorded=moment(item.recorded_at),
        source=item.source,
        reply_to=facts["reply_to"],
        mentions=tuple(facts["mentions"]),
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
    return ", ".join(f"{visible(key)} {value}" for key, value in sorted(origin.items()) if value)


def _file(attachment: Mapping[str, Any]) -> Mapping[str, str]:
    return {key: visible(str(value)) for key, value in attachment.items() if value is not None}
