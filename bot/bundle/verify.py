"""Checks a bundle: every item, every file, and the signature, trusting none of them.

Whoever forges one has it in hand and can compute every hash anew, but cannot sign.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bundle import records
from bot.bundle.names import CASE, CUSTODY, EVERY, LISTED, MANIFEST, MESSAGES, PUBLIC_KEY, SIGNATURE
from bot.bundle.unpacking import REPACKED, Unpacked, unpack
from bot.domain.evidence import EvidenceItem, erased_singly, first_fault
from bot.storage.signing import fingerprint, is_signed, read_public_key


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `faults` says what is wrong, and begins with the first bad item.

    Without faults the bundle is intact, unless `doubt` says what could not be judged. `fingerprint`
    is that of the key in the bundle; None where there is no usable key.
    """

    faults: tuple[str, ...]
    doubt: str | None
    fingerprint: str | None
    case_id: int | None
    items: int
    is_erased: bool


def verify_bundle(path: Path, *, signed_by: str | None = None) -> Verdict:
    """Check a bundle: a zip archive, or the folder that it was unpacked to.

    With `signed_by`, a bundle that another key signed counts as altered. Raises
    UnreadableBundleError for what is no bundle at all.
    """
    unpacked = unpack(path)
    files = unpacked.files
    told = _case(files.get(CASE, b""))
    items = records.read_lines(files.get(CUSTODY, b""))
    key = read_public_key(files.get(PUBLIC_KEY, b""))
    found = None if key is None else fingerprint(key)
    faults = [
        *_item_faults(told, items, records.read_lines(files.get(MESSAGES, b""))),
        *unpacked.faults,
        *_file_faults(unpacked),
        *_signature_faults(files, found, signed_by),
    ]
    return Verdict(
        faults=tuple(dict.fromkeys(faults)),
        doubt=REPACKED if unpacked.is_repacked else None,
        fingerprint=found,
        case_id=told.get("case"),
        items=len(items),
        is_erased=told.get("content_erased") is True,
    )


def _case(written: bytes) -> dict[str, Any]:
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _item_faults(
    told: Mapping[str, Any],
    chain: list[dict[str, Any] | None],
    contents: list[dict[str, Any] | None],
) -> Iterator[str]:
    """What is wrong with the items; at most the first fault of the chain and one of contents."""
    count, head = told.get("items"), told.get("head")
    if not isinstance(count, int) or not isinstance(head, str):
        yield f"{CASE}: does not say how many items there are, and which is the last"
        return
    by_seq = {c["seq"]: c for c in contents if c is not None and records.is_content(c)}
    items: list[EvidenceItem] = []
    for number, record in enumerate(chain, start=1):
        item = records.item_of(record, by_seq.get(number))
        if item is None or item.case_id != told.get("case"):
            yield f"item {number}: altered, {CUSTODY} has no such item in line {number}"
            return
        items.append(item)
    fault = first_fault(items, count=count, head=head)
    if fault:
        yield fault
        return
    yield from _content_faults(items, contents, is_erased=told.get("content_erased") is True)


def _content_faults(
    items: list[EvidenceItem], contents: list[dict[str, Any] | None], *, is_erased: bool
) -> Iterator[str]:
    """Whether each item that has content is given it once, in order, and no other has any."""
    gone = erased_singly(items)
    kept = (item for item in items if item.content_digest is not None and item.seq not in gone)
    expected = [] if is_erased else list(kept)
    for number, item in enumerate(expected):
        given = contents[number] if number < len(contents) else None
        if given is None or not records.is_content(given):
            yield f"item {item.seq}: its content is missing or altered, see {MESSAGES}"
            return
        if (given["seq"], given["kind"]) != (item.seq, item.kind.value):
            yield f"item {item.seq}: its content is missing or out of order, see {MESSAGES}"
            return
    if len(contents) > len(expected):
        yield f"{MESSAGES}, line {len(expected) + 1}: added, no item has this content"


def _file_faults(unpacked: Unpacked) -> Iterator[str]:
    files = unpacked.files
    yield from (f"{name}: missing" for name in EVERY if name not in files)
    yield from (f"{name}: added, it belongs to no bundle" for name in unpacked.others)
    listed = files.get(MANIFEST, b"").splitlines()
    for here in records.manifest(files).splitlines():
        if here not in listed:
            yield f"{here.partition(b'  ')[2].decode()}: altered, its hash is not in {MANIFEST}"
    if MANIFEST in files and files[MANIFEST] != records.manifest(files):
        yield f"{MANIFEST}: does not list exactly the files {', '.join(LISTED)}"


def _signature_faults(
    files: Mapping[str, bytes], found: str | None, signed_by: str | None
) -> Iterator[str]:
    key = read_public_key(files.get(PUBLIC_KEY, b""))
    if key is None:
        yield f"{PUBLIC_KEY}: is no public key"
    elif not is_signed(files.get(MANIFEST, b""), files.get(SIGNATURE, b""), key):
        yield f"{SIGNATURE}: the signature does not fit {MANIFEST}"
    if signed_by is not None and found != signed_by.lower():
        yield f"{PUBLIC_KEY}: this bundle was signed by another key than {signed_by}"
