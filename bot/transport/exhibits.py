"""A case's evidence as a moderator reads it: pages of quoted text, never media."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.advice import Language
from bot.domain.evidence import EvidenceItem, ItemKind
from bot.services.casework import Exhibit
from bot.transport.wording import as_blocks, in_line

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
    if not filled[0]:
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
    for item in exhibit.items:
        if item.kind in _SHOWN:
            yield from _message(language, item)
        elif item.kind is ItemKind.DELETION:
            yield language.text(
                "evidence.deletion",
                number=item.seq,
                message=written.get(item.message_id, "?"),
                when=_when(item.recorded_at),
            )


def _message(language: Language, item: EvidenceItem) -> Iterator[str]:
    content: dict[str, Any] = dict(item.content or {})
    yield language.text(
        _SHOWN[item.kind],
        number=item.seq,
        author=in_line(content.get("author_name", "?"), limit=32),
        when=_when(item.facts["edited_at"] or item.facts["written_at"]),
    )
    if item.content is None:
        yield language.text("evidence.words_erased")
        return
    yield from as_blocks(content.get("text", ""), size=_PIECE)
    for key in ("forwarded", "embedded"):
        for text in content.get(key, ()):
            yield language.text(f"evidence.{key}")
            yield from as_blocks(text, size=_PIECE)
    for attachment in content.get("attachments", ()):
        yield language.text(
            "evidence.attachment",
            filename=in_line(attachment["filename"]),
            size=attachment["size"],
        )


def _when(iso: str) -> str:
    return f"<t:{int(datetime.fromisoformat(iso).timestamp())}:f>"
