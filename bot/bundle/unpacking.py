"""The only module that knows how the files of a bundle are got out of an archive or a folder.

An archive can be made so that another program finds other files in it, or so that unpacking it
fills the memory. So nothing is read but the files of a bundle, within bounds, and no archive is
trusted but in the one form that `build_bundle` writes.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from bot.bundle.names import CASE, EVERY, MANIFEST, PUBLIC_KEY, SIGNATURE

_LARGEST = 1 << 28
"""Bytes of all files. A case of 50,000 items is smaller; what is larger only fills the memory."""
_SMALL = dict.fromkeys((CASE, MANIFEST, PUBLIC_KEY, SIGNATURE), 1 << 20)
"""Bytes of the files that are read at once: none grows with what was written."""
_MOST_ENTRIES = 1000
_ENTRY = b"PK\1\2"
"""What each entry of a directory begins with. Packed files hold it by chance only."""
_CHUNK = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)
"""What `zipfile` raises for archives that are none, or not any more."""
_LEFT_BEHIND = re.compile(
    r"(?:__MACOSX/)?(?i:\.DS_Store|desktop\.ini|Thumbs\.db|"
    rf"\._(?:\.DS_Store|{'|'.join(map(re.escape, EVERY))}))|__MACOSX/"
)
"""What the file managers of macOS and Windows leave in a folder or archive of these files."""
_DIRECTORY_ENTRY = 46
_END = "<4s4H2LH"
REPACKED = (
    "not packed as the bot packs it, so other programs may find other files in it than this one. "
    "Unpack it, and have the folder checked"
)


class UnreadableBundleError(Exception):
    """What was given is no bundle; the message names the file and says why."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files of a bundle by their names, and the names of whatever else lies there.

    `left_behind` names what file managers put there by themselves. `faults` says what is wrong
    with how the files lie there. `is_repacked` is true of an archive that holds more than those
    files in their order, if only bytes that belong to none of them; beside faults, nobody looks.
    """

    files: dict[str, bytes]
    others: tuple[str, ...]
    left_behind: tuple[str, ...]
    faults: tuple[str, ...] = ()
    is_repacked: bool = False


def unpack(path: Path) -> Unpacked:
    """Read the files of a bundle. Raises UnreadableBundleError when there are none."""
    try:
        unpacked = _from_folder(path) if path.is_dir() else _from_archive(path)
    except _DAMAGED as error:
        raise UnreadableBundleError(f"{path}: cannot be read as a bundle ({error})") from None
    if unpacked.files:
        return unpacked
    if not path.is_dir() and any(PurePosixPath(name).name in EVERY for name in unpacked.others):
        raise UnreadableBundleError(f"{path}: {REPACKED}")
    raise UnreadableBundleError(f"{path}: there is no file of a bundle in it")


def _from_folder(path: Path) -> Unpacked:
    there = sorted(path.iterdir())
    ours = [each for each in there if each.name in EVERY and each.is_file()]
    _refuse_the_huge((each.name, each.stat().st_size) for each in ours)
    others = [*(each for each in there if each not in ours), *path.glob("__MACOSX/*")]
    names = [each.relative_to(path).as_posix() + "/" * each.is_dir() for each in others]
    return Unpacked({each.name: each.read_bytes() for each in ours}, *_sorted_out(names))


def _from_archive(path: Path) -> Unpacked:
    with path.open("rb") as raw:
        _refuse_the_huge([("", path.stat().st_size)])
        _refuse_the_crowded(raw)
        with zipfile.ZipFile(raw) as archive:
            return _unpacked(archive, raw)


def _sorted_out(others: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that somebody must have put there, and those that file managers put there."""
    left = [name for name in others if _LEFT_BEHIND.fullmatch(name)]
    return tuple(name for name in others if not _LEFT_BEHIND.fullmatch(name)), tuple(left)


def _refuse_the_huge(sizes: Iterable[tuple[str, int]]) -> None:
    """Refuse what only fills the memory, by names and sizes; a whole archive has no name."""
    left = _LARGEST
    for name, size in sizes:
        left -= size
        if left < 0 or size > _SMALL.get(name, _LARGEST):
            raise zipfile.BadZipFile("it is too large")


def _refuse_the_crowded(raw: IO[bytes]) -> None:
    """Refuse what may list far more files than a bundle, each of which takes memory.

    They are counted, because the end of an archive can say anything of its directory.
    """
    entries, before = 0, b""
    while chunk := raw.read(_CHUNK):
        entries += (before + chunk).count(_ENTRY)
        before = chunk[1 - len(_ENTRY) :]
        if entries > _MOST_ENTRIES:
            raise zipfile.BadZipFile("there are too many files in it")


def _unpacked(archive: zipfile.ZipFile, raw: IO[bytes]) -> Unpacked:
    entries = archive.infolist()
    ours = [entry for entry in entries if entry.filename in EVERY]
    if any(entry.compress_type not in _METHODS for entry in ours):
        raise zipfile.BadZipFile(REPACKED)
    _refuse_the_huge((entry.filename, entry.file_size) for entry in ours)
    files: dict[str, bytes] = {}
    faults: list[str] = []
    for entry in ours:
        if entry.filename in files:
            faults.append(f"{entry.filename}: stands there twice")
        try:
            files[entry.filename] = _content(archive, entry)
        except _DAMAGED:
            faults.append(f"{entry.filename}: damaged, cannot be unpacked")
    return Unpacked(
        files,
        *_sorted_out([entry.filename for entry in entries if entry.filename not in EVERY]),
        tuple(faults),
        is_repacked=not faults and not _is_as_written(archive, raw),
    )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What is in a file; never more than its entry says, and unpacked piece by piece."""
    with archive.open(entry) as file:
        return b"".join(iter(lambda: file.read(_CHUNK), b""))


def _is_as_written(archive: zipfile.ZipFile, raw: IO[bytes]) -> bool:
    """Whether the archive is what `build_bundle` writes, however well the files are compressed.

    Each file begins where the last one ended, the directory follows, and nothing else is there.
    """
    entries = archive.infolist()
    if [entry.filename for entry in entries] != list(EVERY):
        return False
    if any(entry.extra or entry.comment for entry in entries):
        return False
    place, whole = 0, raw.seek(0, os.SEEK_END)
    for entry in entries:
        if entry.compress_size > whole - place:
            return False
        header = entry.FileHeader(zip64=False)
        raw.seek(place)
        if entry.header_offset != place or raw.read(len(header)) != header:
            return False
        if not _is_filled(raw.read(entry.compress_size), entry):
            return False
        place += len(header) + entry.compress_size
    directory = sum(_DIRECTORY_ENTRY + len(name) for name in EVERY)
    end = struct.pack(_END, b"PK\5\6", 0, 0, len(EVERY), len(EVERY), directory, place, 0)
    raw.seek(place + directory)
    return raw.read(len(end) + 1) == end


def _is_filled(packed: bytes, entry: zipfile.ZipInfo) -> bool:
    """Whether a file ends where its packed bytes end."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return len(packed) == entry.file_size
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacker.decompress(packed, entry.file_size + 1)
    return unpacker.eof and not unpacker.unused_data
