"""Checks a bundle: every item, every file, and the signature, trusting none of them.

Whoever forges one has it in hand and can compute every hash anew, but cannot sign.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard

from bot.bundle import records
from bot.bundle.names import CASE, CUSTODY, EVERY, LISTED, MANIFEST, MESSAGES, PUBLIC_KEY, SIGNATURE
from bot.bundle.unpacking import REPACKED, Unpacked, unpack
from bot.domain.evidence import EvidenceItem, erased_singly, first_fault
from bot.storage.signing import fingerprint, is_signed, read_public_key

_NEWER = (
    "made by a newer version of this program. The files that this one knows are as they were "
    "signed; the items were not checked"
)
_LONGEST_NAME = 80
_LARGEST = 1 << 63
"""Databases count no further."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `faults` says what is wrong, and begins with the first bad item.

    Without faults the bundle is intact, unless `doubt` says what could not be judged.
    `left_behind` names what file managers left beside it, which nobody checked. `fingerprint` is
    that of the key in the bundle; None where there is no usable key.
    """

    faults: tuple[str, ...]
    doubt: str | None
    left_behind: tuple[str, ...]
    fingerprint: str | None
    case_id: int | None
    items: int
    is_erased: bool
    exported_at: str
    """When, as whoever signed it states; nothing else says so. Empty if it is no time."""


def verify_bundle(path: Path, *, signed_by: str | None = None) -> Verdict:
    """Check a bundle: a zip archive, or the folder that it was unpacked to.

    With `signed_by`, a bundle that another key signed counts as altered. Raises
    UnreadableBundleError for what is no bundle at all.
    """
    unpacked = unpack(path)
    files = unpacked.files
    told = records.read_case(files.get(CASE, b""))
    key = read_public_key(files.get(PUBLIC_KEY, b""))
    found = None if key is None else fingerprint(key)
    is_newer = _is_number(told.get("format")) and told["format"] > records.FORMAT
    faults = [
        *(() if is_newer else _item_faults(told, files)),
        *unpacked.faults,
        *_file_faults(unpacked, is_newer=is_newer),
        *_signature_faults(files, found, signed_by),
    ]
    return Verdict(
        faults=tuple(dict.fromkeys(faults)),
        doubt=_NEWER if is_newer else REPACKED if unpacked.is_repacked else None,
        left_behind=unpacked.left_behind,
        fingerprint=found,
        case_id=told.get("case"),
        items=told.get("items", 0),
        is_erased=told.get("content_erased") is True,
        exported_at=_time(told.get("exported_at")),
    )


class _NoItemError(Exception):
    """A line of the chain is no item; the message says which."""


def _item_faults(told: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    """What is wrong with the items: the first fault of the chain or, if it has none, of contents.

    Whatever a forger wrote there, one item at a time is held in memory.
    """
    custody, messages = files.get(CUSTODY, b""), files.get(MESSAGES, b"")
    case_id, count, head = (told.get(key) for key in ("case", "items", "head"))
    if not (_is_number(case_id) and _is_number(count) and isinstance(head, str)):
        yield f"{CASE}: does not say which case it is, how many items there are, and the last"
        return
    try:
        fault = first_fault(_items(case_id, count, custody, messages), count=count, head=head)
    except _NoItemError as error:
        fault = str(error)
    if fault:
        yield fault
        return
    is_erased = told.get("content_erased") is True
    items = () if is_erased else _items(case_id, count, custody)
    gone = {n for item in items for n in erased_singly((item,)) if 0 < n <= count}
    kept = (
        item
        for item in _items(case_id, count, custody)
        if item.content_digest is not None and item.seq not in gone and not is_erased
    )
    yield from _content_faults(kept, messages)


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < _LARGEST


def _items(
    case_id: int, count: int, custody: bytes, messages: bytes = b""
) -> Iterator[EvidenceItem]:
    """The items of the chain, each with its content if that is in its place; one too many at most.

    Raises _NoItemError at the first line that is none.
    """
    contents = records.read_lines(messages)
    next_content = next(contents, None)
    for number, record in enumerate(records.read_lines(custody), start=1):
        content = None
        if records.is_content(next_content) and next_content["seq"] == number:
            content, next_content = next_content, next(contents, None)
        item = records.item_of(record, content)
        if item is None or item.case_id != case_id:
            raise _NoItemError(
                f"item {number}: altered, {CUSTODY} has no such item in line {number}"
            )
        yield item
        if number > count:
            return


def _content_faults(expected: Iterable[EvidenceItem], messages: bytes) -> Iterator[str]:
    """Whether each item that has content is given it once, in order, and no other has any."""
    contents = records.read_lines(messages)
    line = 1
    for item in expected:
        given = next(contents, None)
        if not records.is_content(given):
            yield f"item {item.seq}: its content is missing or altered, see {MESSAGES}"
            return
        if (given["seq"], given["kind"]) != (item.seq, item.kind.value):
            yield f"item {item.seq}: its content is missing or out of order, see {MESSAGES}"
            return
        line += 1
    for _ in contents:
        yield f"{MESSAGES}, line {line}: added, no item has this content"
        return


def _file_faults(unpacked: Unpacked, *, is_newer: bool) -> Iterator[str]:
    """Whether the files are those of the manifest; a newer version may have further ones."""
    files = unpacked.files
    listed = files.get(MANIFEST, b"").splitlines()
    there = {*files, *unpacked.others, ""}
    for name in (*(() if is_newer else EVERY), *map(_name, listed)):
        if name not in there:
            yield f"{name if name in EVERY else _quoted(name)}: missing"
    if not is_newer:
        yield from (f"{_quoted(n)}: added, it belongs to no bundle" for n in unpacked.others)
    for here in records.manifest(files).splitlines():
        if here not in listed:
            yield f"{_name(here)}: altered, its hash is not in {MANIFEST}"
    if not is_newer and MANIFEST in files and files[MANIFEST] != records.manifest(files):
        yield f"{MANIFEST}: does not list exactly the files {', '.join(LISTED)}"


def _name(line: bytes) -> str:
    """The file that a line of a manifest is about; empty where it is about none."""
    return line.partition(b"  ")[2].decode(errors="replace")


def _time(stated: object) -> str:
    """A time with its zone, written in the one way; empty for whatever else was stated."""
    try:
        time = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return ""
    return time.isoformat() if time and time.tzinfo else ""


def _quoted(name: str) -> str:
    """A name that anybody can have given, in quotation marks that it cannot end."""
    cut = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return json.dumps(cut, ensure_ascii=False)


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
