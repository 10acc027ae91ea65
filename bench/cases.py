"""The only module that knows the files in which cases for the detector are kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THREAT, DISCLOSURE, INNOCENT, EVASION, CONVERSATION, CHAT = (
    "threats",
    "disclosures",
    "innocent",
    "evasion",
    "conversations",
    "chat",
)
_FILES = {
    "positives.jsonl": THREAT,
    "disclosures.jsonl": DISCLOSURE,
    "hard_negatives.jsonl": INNOCENT,
    "multilingual.jsonl": THREAT,
    "evasion.jsonl": EVASION,
    "conversations.jsonl": CONVERSATION,
}
_CHAT = "benign_chat.jsonl.gz"
_LABELS = {"hard_negative": INNOCENT, "disclosure": DISCLOSURE}
_MARKS = ("type", "technique", "category", "source_kind")
_SECOND_SET = "b-"


class CaseError(Exception):
    """A folder or line that holds no cases; the message names the place."""


@dataclass(frozen=True, slots=True)
class Case:
    """Some messages, and what is to be made of them."""

    id: str
    kind: str
    groups: tuple[str, ...]
    """What the figures are split by besides the kind: language, set, type, technique."""
    messages: tuple[Mapping[str, Any], ...]
    """As lines of a transcript, without the conversation's name."""
    offenders: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    tells: frozenset[str] = frozenset()
    """Those to whom help is to be offered."""
    flag_at: int = 0
    """The index of the message at which a careful person would speak up."""


def read_cases(folder: Path) -> list[Case]:
    """Every case of the folder's files, the chat left out. Raises CaseError."""
    cases = [
        _case(row, kind, path)
        for name, kind in _FILES.items()
        if (path := folder / name).exists()
        for row in _rows(path)
    ]
    if not cases:
        raise CaseError(f"{folder}: there is none of {', '.join(_FILES)}")
    return cases


def read_chat(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The lines of ordinary chat, as lines of a transcript with `lang`; none without the file."""
    path = folder / _CHAT
    if not path.exists():
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            said = {"text": row["text"], "author": row.get("author"), "lang": row.get("lang", "?")}
            yield said | ({"conversation": row["conv"]} if row.get("conv") else {})


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CaseError(f"{path}:{number}: is not JSON: {error}") from error
        if not isinstance(row, dict) or not row.keys() & {"text", "messages"}:
            raise CaseError(f"{path}:{number}: has neither `text` nor `messages`")
        yield {"id": f"{path.stem}:{number}"} | row


def _case(row: dict[str, Any], kind: str, path: Path) -> Case:
    kind = _LABELS.get(row.get("label", ""), kind)
    expected = row.get("expected") or {}
    return Case(
        id=str(row["id"]),
        kind=kind,
        groups=tuple(_groups(row, path)),
        messages=tuple(_said(row.get("messages") or [row["text"]], row.get("channel"))),
        offenders=_names(expected, "offender", "offenders"),
        targets=_names(expected, "target", "targets"),
        tells=frozenset(expected.get("offer_help_to") or ()),
        flag_at=expected.get("flag_at") or 0,
    )


def _groups(row: dict[str, Any], path: Path) -> Iterator[str]:
    yield f"language {row.get('lang', '?')}"
    yield f"set {'second' if str(row['id']).startswith(_SECOND_SET) else 'first'}, {path.stem}"
    for mark in _MARKS:
        if row.get(mark):
            yield f"{mark} {row[mark]}"


def _said(messages: Iterable[Any], channel: str | None) -> Iterator[dict[str, Any]]:
    """Messages as lines of a transcript; a bare text is said by one author."""
    for message in messages:
        said = {"text": message, "author": "author"} if isinstance(message, str) else message
        yield said | ({"channel": channel} if channel else {})


def _names(expected: dict[str, Any], one: str, several: str) -> frozenset[str]:
    return frozenset(expected.get(several) or ([expected[one]] if expected.get(one) else ()))
