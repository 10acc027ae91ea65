"""A case's evidence as a moderator reads it: pages of quoted text, never media."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.advice import Language
from bot.domain.evidence import Act, EvidenceItem, ItemKind
from bot.domain.fates import BANNED, deleted_with_ban
from bot.domain.message import Person
from bot.services.casework import Exhibit
from bot.transport.advice_lines import known_as
from bot.transport.marks import mention, moment
from bot.transport.wording import in_line, under_spoiler

_PAGE = 1800
_PIECE = 1200
_SHOWN = {
    ItemKind.MESSAGE: "evidence.message",
    ItemKind.CONTEXT: "evidence.context",
    ItemKind.EDIT: "evidence.edit",
}


def pages(language: Language, exhibit: Exhibit) -> list[str]:
    """The evidence in pages that Discord takes; every page says whether the chain is intact."""
    heading = "\n".join(
        (
            language.text("evidence.heading", case=exhibit.case_id),
            _state(language, exhibit),
        )
    )
    filled = [""]
    for part in _parts(language, exhibit):
        if len(filled[-1]) + len(part) > _PAGE - len(heading):
            filled.append("")
        filled[-1] += f"\n{part}"
    if not exhibit.items:
        filled[0] = language.text("evidence.empty")
    return [
        f"{heading}\n{page}\n{language.text('evidence.page', page=number, pages=len(filled))}"
        for number, page in enumerate(filled, start=1)
    ]


def _state(language: Language, exhibit: Exhibit) -> str:
    if exhibit.fault is not None:
        return language.text("evidence.altered", fault=exhibit.fault)
    if all(item.content is None for item in exhibit.items):
        return language.text("evidence.erased")
    return language.text("evidence.intact")


def _parts(language: Language, exhibit: Exhibit) -> Iterator[str]:
    written = {item.message_id: item.seq for item in exhibit.items if item.kind in _SHOWN}
    banned = deleted_with_ban(exhibit.items)
    for item in exhibit.items:
        try:
            yield from list(_part(language, item, written, banned))
        except (LookupError, TypeError, ValueError, AttributeError):  # somebody altered it
            yield language.text("evidence.unreadable", number=item.seq)
    yield language.text("evidence.not_observed")


def _part(
    language: Language,
    item: EvidenceItem,
    written: Mapping[int | None, int],
    banned: Collection[int],
) -> Iterator[str]:
    if item.kind in _SHOWN:
        yield from _message(language, item, written)
    elif item.kind is ItemKind.DELETION:
        yield from _deletion(language, item, written, is_with_ban=item.message_id in banned)
    elif item.kind is ItemKind.MEMBER:
        yield _member(language, item)
    elif item.facts.get("what") == Act.HISTORY_READ:
        yield _looked_around(language, item)


def _message(
    language: Language, item: EvidenceItem, written: Mapping[int | None, int]
) -> Iterator[str]:
    content: dict[str, Any] = dict(item.content or {})
    yield language.text(
        _SHOWN[item.kind],
        number=item.seq,
        author=known_as(Person(item.facts["author_id"], content.get("author_name", ""))),
        when=_when(item.facts["edited_at"] or item.facts["written_at"]),
    )
    if item.facts.get("reply_to") and not item.facts.get("forwarded_from"):
        yield _reply(language, item.facts["reply_to"], written)
    if item.content is None:
        yield language.text("evidence.words_erased")
        return
    if content.get("text"):
        yield from under_spoiler(content["text"], size=_PIECE)
    for key in ("forwarded", "embedded"):
        for text in content.get(key, ()):
            yield language.text(f"evidence.{key}")
            yield from under_spoiler(text, size=_PIECE)
    for attachment in content.get("attachments", ()):
        yield language.text(
            "evidence.attachment",
            filename=in_line(attachment["filename"]),
            size=attachment["size"],
        )


def _reply(language: Language, answered: int, written: Mapping[int | None, int]) -> str:
    if answered in written:
        return language.text("evidence.reply_preserved", part=written[answered])
    return language.text("evidence.reply", message=answered)


def _deletion(
    language: Language,
    item: EvidenceItem,
    written: Mapping[int | None, int],
    *,
    is_with_ban: bool,
) -> Iterator[str]:
    key = "evidence.deletion_in_bulk" if item.facts.get("bulk") else "evidence.deletion"
    yield language.text(
        "evidence.deletion_with_ban" if is_with_ban else key,
        number=item.seq,
        message=written.get(item.message_id, "?"),
        when=_when(item.recorded_at),
    )
    if item.facts.get("before_finding"):
        yield language.text("evidence.deletion_before_finding")


def _member(language: Language, item: EvidenceItem) -> str:
    person, recorded = item.facts["person_id"], _when(item.recorded_at)
    if item.facts["what"] == BANNED:
        return language.text(
            "evidence.banned", number=item.seq, person=mention(person), when=recorded
        )
    joined = item.facts["joined_at"]
    return language.text(
        "evidence.member",
        number=item.seq,
        person=mention(person),
        names=_names(item.content or {}),
        created=_when(item.facts["created_at"]),
        joined=_when(joined) if joined else language.text("evidence.not_known"),
        when=recorded,
    )


def _names(content: Mapping[str, Any]) -> str:
    known = (content.get(key) for key in ("account_name", "global_name", "shown_name"))
    return ", ".join(in_line(each, limit=32) for each in dict.fromkeys(known) if each)


def _looked_around(language: Language, item: EvidenceItem) -> str:
    facts, reason = item.facts, item.facts.get("unreadable")
    return language.text(
        "evidence.surroundings_unreadable" if reason else "evidence.surroundings",
        number=item.seq,
        when=_when(item.recorded_at),
        before=facts["before"],
        after=facts["after"],
        reason=language.text(f"surroundings.{reason}") if reason else "",
    )


def _when(iso: str) -> str:
    return moment(datetime.fromisoformat(iso), "f")
