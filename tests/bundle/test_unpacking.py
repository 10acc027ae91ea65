"""An archive is trusted in one form only, and none fills the memory or ends in a traceback."""

from __future__ import annotations

import bz2
import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bundle import UnreadableBundleError, build_bundle, verify_bundle
from bot.bundle.names import CASE, CUSTODY, EVERY, MANIFEST, MESSAGES, REPORT
from bot.bundle.records import line
from bot.bundle.unpacking import REPACKED
from bot.storage import Store
from tests.bundle.building import ENGLISH, SIGNER, dossier_of, open_case, unpacked, write


@pytest.fixture
async def bundle(sqlite_store: Store) -> bytes:
    return build_bundle(
        await dossier_of(sqlite_store, await open_case(sqlite_store)), ENGLISH, SIGNER
    )


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The files as another program packs them."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def judged(path: Path) -> str:
    """Why a bundle is not judged, what is wrong with it, or that it is intact."""
    try:
        verdict = verify_bundle(path)
    except UnreadableBundleError as error:
        return str(error).removeprefix(f"{path}: ")
    return "\n".join(verdict.faults) or verdict.doubt or "intact"


def directory_of(archive: bytes) -> int:
    """Where the directory of an archive begins, which lists what programs find in it."""
    (place,) = struct.unpack("<L", archive[-6:-2])
    return int(place)


def with_directory_at(archive: bytes, place: int) -> bytes:
    """The archive, its end naming another place for its directory."""
    return archive[:-6] + struct.pack("<L", place) + archive[-2:]


# -- what another program finds in it --------------------------------------------------------------


def _with_a_second_report(bundle: bytes) -> bytes:
    """A file that only programs find that read an archive from its beginning to its end."""
    forged = packed({REPORT: b"<p>somebody else did it</p>"})
    hidden, place = forged[: directory_of(forged)], directory_of(bundle)
    return with_directory_at(bundle[:place] + hidden + bundle[place:], place + len(hidden))


def _with_bytes_behind_the_last_file(bundle: bytes) -> bytes:
    """They count as packed bytes of that file, which ends before them."""
    changed, hidden = bytearray(bundle), packed({REPORT: b"<p>somebody else did it</p>"})
    end = directory_of(bundle)
    for place in (bundle.rindex(b"PK\3\4") + 18, bundle.rindex(b"PK\1\2") + 20):
        (size,) = struct.unpack_from("<L", changed, place)
        struct.pack_into("<L", changed, place, size + len(hidden))
    moved = bytes(changed[:end]) + hidden + bytes(changed[end:])
    return with_directory_at(moved, end + len(hidden))


OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "a file that the directory does not list": _with_a_second_report,
    "bytes behind the last file": _with_bytes_behind_the_last_file,
    "a program before it": lambda bundle: b"#!/bin/sh\nexit\n" + bundle,
    "a comment": lambda bundle: bundle[:-2] + struct.pack("<H", 5) + b"hello",
    "something behind it": lambda bundle: bundle + b"hello",
    "other files first": lambda bundle: packed(dict(reversed(unpacked(bundle).items()))),
    "a folder around the files": lambda bundle: packed(
        {f"case-1/{name}": content for name, content in unpacked(bundle).items()}
    ),
    "another compression": lambda bundle: packed(unpacked(bundle), zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("how", OTHERWISE)
def test_an_archive_that_can_be_read_otherwise_is_not_judged(
    bundle: bytes, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(OTHERWISE[how](bundle))

    assert REPACKED in judged(path)


@pytest.mark.parametrize("tool", [["zip", "-q", "-r"], ["jar", "cfM"], ["python", "-m", "zipfile"]])
def test_what_ordinary_tools_packed_anew_is_sent_back_to_be_unpacked(
    bundle: bytes, tmp_path: Path, tool: list[str]
) -> None:
    tool = [sys.executable, "-m", "zipfile", "-c"] if tool[0] == "python" else tool
    if shutil.which(tool[0]) is None:
        pytest.skip(f"{tool[0]} is not installed")
    folder = write(unpacked(bundle), tmp_path / "case-1")
    for names, where in ((["case-1"], tmp_path), (sorted(EVERY), folder)):
        path = tmp_path / "again.zip"
        path.unlink(missing_ok=True)
        subprocess.run([*tool, str(path), *names], cwd=where, check=True)  # noqa: S603 - a tool named above
        assert judged(path) == REPACKED
    assert judged(folder) == "intact"


def test_it_does_not_matter_how_well_the_files_are_compressed(
    bundle: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(packed(unpacked(bundle), zipfile.ZIP_STORED))

    assert judged(path) == "intact"


async def test_folders_in_the_folder_are_found(bundle: bytes, tmp_path: Path) -> None:
    folder = write(unpacked(bundle), tmp_path / "bundle")
    (folder / "attachments").mkdir()
    (folder / "attachments" / "photo.txt").write_text("a photo")

    assert judged(folder) == '"attachments/": added, it belongs to no bundle'


# -- what fills the memory, or takes for ever ------------------------------------------------------

_MEMORY = 1 << 29
_MEASURED = """
import resource, sys
from pathlib import Path
from bot.exports import verify
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), -1))
sys.exit(verify(Path(sys.argv[1]), signed_by=None, out=sys.stdout, err=sys.stdout))
"""
_ZEROS = bytes(1 << 24)


def _bomb(archive: bytes, name: bytes, *, method: int, packed: bytes, says: int) -> bytes:
    """The archive and one more file, of which its entry says that it is `says` bytes long."""
    at = directory_of(archive)
    told = struct.pack("<5H3L2H", 20, 0, method, 0, 33, 0, len(packed), says, len(name), 0)
    local = b"PK\3\4" + told + name + packed
    entry = b"PK\1\2" + struct.pack("<H", 20) + told + struct.pack("<3H2L", 0, 0, 0, 0, at) + name
    count = len(EVERY) + 1
    directory = archive[at:-22] + entry
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), at + len(local), 0)
    return archive[:at] + local + directory + end


def _of_zeros(packer: Any, times: int) -> bytes:
    return b"".join([*(packer.compress(_ZEROS) for _ in range(times)), packer.flush()])


def _deflated(archive: bytes, name: str, says: int) -> bytes:
    packed = _of_zeros(zlib.compressobj(9, zlib.DEFLATED, -15), 40)
    return _bomb(archive, name.encode(), method=zipfile.ZIP_DEFLATED, packed=packed, says=says)


def _lines(bundle: bytes, name: str, line: bytes, *, items: int) -> bytes:
    files = unpacked(bundle)
    told = json.loads(files[CASE]) | {"items": items}
    return packed({**files, CASE: json.dumps(told).encode(), name: line})


def _with_a_packed_size(bundle: bytes) -> bytes:
    """Of its first file it says twice that the packed bytes are more than four thousand million."""
    changed = bytearray(bundle)
    for place in (bundle.index(b"PK\3\4") + 18, bundle.index(b"PK\1\2") + 20):
        struct.pack_into("<L", changed, place, 0xFFFFFFF0)
    return bytes(changed)


def _with_many_files(bundle: bytes) -> bytes:
    """Its end says that there are as many as in any bundle."""
    at, count = directory_of(bundle), len(EVERY)
    entry = b"PK\1\2" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    directory = bundle[at:-22] + entry * 2_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0)
    return bundle[:at] + directory + end


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "a file that says it is small": lambda bundle: _deflated(bundle, REPORT, 10),
    "a file that says how large it is": lambda bundle: _deflated(bundle, REPORT, 40 << 24),
    "a file of no bundle": lambda bundle: _deflated(bundle, "more.txt", 10),
    "a method that unpacks all at once": lambda bundle: _bomb(
        bundle,
        REPORT.encode(),
        method=zipfile.ZIP_BZIP2,
        packed=_of_zeros(bz2.BZ2Compressor(), 40),
        says=10,
    ),
    "lines that are no items": lambda bundle: _lines(
        bundle, CUSTODY, b"{}\n" * 5_000_000, items=5_000_000
    ),
    "more lines of content than items": lambda bundle: _lines(
        bundle, MESSAGES, unpacked(bundle)[MESSAGES] + b"{}\n" * 5_000_000, items=14
    ),
    "a line of lists": lambda bundle: _lines(
        bundle, CUSTODY, b'{"facts":[' + b"[]," * 20_000_000 + b"[]]}\n", items=1
    ),
    "a case of lists": lambda bundle: packed(
        {**unpacked(bundle), CASE: b'{"case":[' + b"[]," * 20_000_000 + b"[]]}"}
    ),
    "a manifest of lines": lambda bundle: _lines(bundle, MANIFEST, b"ab\n" * 20_000_000, items=14),
    "a file that says it was packed large": _with_a_packed_size,
    "a directory of files": _with_many_files,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_hostile_bundle_fills_no_memory(bundle: bytes, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(BOMBS[kind](bundle))

    done = subprocess.run(  # noqa: S603 - this program
        [sys.executable, "-c", _MEASURED, str(path), str(_MEMORY)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stderr, done.returncode in (1, 2)) == ("", True)


# -- what ends in a traceback ----------------------------------------------------------------------


def test_names_that_are_no_text_are_refused(bundle: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    named = packed({**unpacked(bundle), "éé.txt": b""})
    path.write_bytes(named.replace("éé".encode(), b"\xff\xff\xff\xff"))

    assert judged(path).startswith("cannot be read as a bundle (")


@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_in_its_directory_is_judged(
    bundle: bytes, tmp_path: Path, changes: list[tuple[float, int]]
) -> None:
    broken = bytearray(bundle)
    begin = directory_of(bundle)
    for place, byte in changes:
        broken[begin + int(place * (len(bundle) - begin - 1))] = byte
    path = tmp_path / "case.zip"
    path.write_bytes(broken)

    assert judged(path)


@pytest.mark.parametrize("depth", [300, *range(960, 1000, 3), 5000])
@pytest.mark.parametrize("name", [CUSTODY, MESSAGES, CASE])
def test_what_is_nested_deeply_is_judged(
    bundle: bytes, tmp_path: Path, name: str, depth: int
) -> None:
    files = unpacked(bundle)
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    old = {CUSTODY: b'"edited_at":null', MESSAGES: b'"attachments":[', CASE: b'"verdict": null'}[
        name
    ]
    key = old.partition(b":")[0]
    new = key + b":" + (deep if name != MESSAGES else b"[" + deep + b",")
    assert old in files[name]
    folder = write({**files, name: files[name].replace(old, new, 1)}, tmp_path / "bundle")

    assert f"{name}: altered" in judged(folder)


def test_an_item_that_says_nonsense_of_others_is_judged(bundle: bytes, tmp_path: Path) -> None:
    files = unpacked(bundle)
    records = [json.loads(line) for line in files[CUSTODY].splitlines()]
    records[-1]["facts"] = {"what": "words erased", "items": [[1], "2", 3.0, True]}
    folder = write(
        {**files, CUSTODY: b"".join(line(record) for record in records)}, tmp_path / "bundle"
    )

    assert judged(folder).startswith("item 14: altered")
