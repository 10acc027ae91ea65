"""The only module that knows how a case is written as lines of JSON, and read from them again.

`custody.jsonl` holds the chain: of every item what its digest is computed from, and the digest.
`messages.jsonl` holds the content of the items that have any, with the salt of its digest.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from bot.bundle.names import LISTED
from bot.domain.dossier import Dossier
from bot.domain.evidence import EvidenceItem, ItemKind

FORMAT = 1
_LONGEST = 1 << 20
"""Bytes of a line. No message that Discord takes, with all its embeds, makes a longer one."""
_CHAINED = {
    "case": int,
    "seq": int,
    "kind": str,
    "about": str,
    "message": int | None,
    "recorded_at": str,
    "source": str,
    "facts": dict,
    "content_digest": str | None,
    "previous": str,
    "digest": str,
}


def line(value: Mapping[str, Any]) -> bytes:
    """One line of JSON in its only form: sorted keys, no spaces, UTF-8.

    Half surrogates, which are no UTF-8, stand there as JSON's own escapes.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def custody(dossier: Dossier) -> bytes:
    """The chain, one item a line."""
    return b"".join(line(_chained(item)) for item in dossier.items)


def messages(dossier: Dossier) -> bytes:
    """The contents, one item a line; empty when they were erased."""
    return b"".join(
        line({"seq": i.seq, "kind": i.kind.value, "salt": i.salt, "content": i.content})
        for i in dossier.items
        if i.content is not None
    )


def case(dossier: Dossier, *, fingerprint: str) -> bytes:
    """What the case and this export are, for people and programs."""
    told = {
        "format": FORMAT,
        "made_by": f"NotAlone {dossier.version}",
        "case": dossier.case_id,
        "server": dossier.guild_id,
        "offender": dossier.offender_id,
        "targets": list(dossier.targets),
        "aimed_at": sorted(dossier.aimed_at),
        "level": dossier.level.label,
        "categories": list(dossier.categories),
        "state": dossier.state.value,
        "verdict": dossier.verdict and dossier.verdict.value,
        "opened_at": dossier.opened_at.isoformat(),
        "items": dossier.count,
        "head": dossier.head,
        "fault": dossier.fault,
        "content_erased": dossier.is_erased,
        "exported_at": dossier.exported_at.isoformat(),
        "exported_by": dossier.exported_by,
        "recipient": dossier.purpose.recipient,
        "reason": dossier.purpose.reason,
        "consent": dossier.purpose.consent.value,
        "signed_by": fingerprint,
    }
    return (json.dumps(told, indent=2) + "\n").encode()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The hashes of the listed files that are there, as `sha256sum` writes them."""
    return "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in LISTED if name in files
    ).encode()


def read_lines(written: bytes) -> Iterator[dict[str, Any] | None]:
    """Line for line as an object; None for one that is not written as `line` writes it."""
    file = io.BytesIO(written)
    while part := file.readline(_LONGEST):
        yield _read(part)


def read_case(written: bytes) -> dict[str, Any]:
    """What `case` wrote; empty when it cannot be read."""
    try:
        told = json.loads(written) if len(written) <= _LONGEST else None
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def item_of(
    record: Mapping[str, Any] | None, content: Mapping[str, Any] | None
) -> EvidenceItem | None:
    """The item that a line of the chain and its line of content make; None if they make none."""
    if record is None or record.keys() != _CHAINED.keys():
        return None
    if not all(isinstance(record[key], kind) for key, kind in _CHAINED.items()):
        return None
    if record["kind"] not in set(ItemKind):
        return None
    return EvidenceItem(
        case_id=record["case"],
        seq=record["seq"],
        kind=ItemKind(record["kind"]),
        about=record["about"],
        message_id=record["message"],
        recorded_at=record["recorded_at"],
        source=record["source"],
        facts=record["facts"],
        content=content["content"] if content else None,
        content_digest=record["content_digest"],
        salt=content["salt"] if content else None,
        previous=record["previous"],
        digest=record["digest"],
    )


def is_content(record: Mapping[str, Any] | None) -> TypeGuard[Mapping[str, Any]]:
    """Whether a line is one of contents."""
    return (
        record is not None
        and record.keys() == {"seq", "kind", "salt", "content"}
        and isinstance(record["seq"], int)
        and isinstance(record["salt"], str)
        and isinstance(record["content"], dict)
    )


def _chained(item: EvidenceItem) -> dict[str, Any]:
    return {
        "case": item.case_id,
        "seq": item.seq,
        "kind": item.kind.value,
        "about": item.about,
        "message": item.message_id,
        "recorded_at": item.recorded_at,
        "source": item.source,
        "facts": dict(item.facts),
        "content_digest": item.content_digest,
        "previous": item.previous,
        "digest": item.digest,
    }


def _read(written: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(written)
        return value if isinstance(value, dict) and line(value) == written else None
    except (ValueError, RecursionError):
        return None
