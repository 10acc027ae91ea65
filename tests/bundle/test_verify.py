"""A bundle holds, or what was done to it is found: by this program and by common tools.

Whoever forges here has the bundle in hand, and computes every hash anew.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bundle import UnreadableBundleError, build_bundle, verify_bundle
from bot.bundle.names import (
    CASE,
    CUSTODY,
    EVERY,
    LISTED,
    MANIFEST,
    MESSAGES,
    PUBLIC_KEY,
    SIGNATURE,
)
from bot.services.keeping import erase_words
from bot.storage import Keyring, Store
from bot.storage.signing import fingerprint, read_public_key
from tests.bundle.building import (
    ENGLISH,
    SIGNER,
    STRANGER,
    changed,
    dossier_of,
    files_of,
    forged,
    open_case,
    unpacked,
    write,
)
from tests.conftest import Clock, sqlite_url

Files = dict[str, bytes]
UNSIGNED = f"{SIGNATURE}: the signature does not fit {MANIFEST}"


@pytest.fixture
async def files(sqlite_store: Store) -> Files:
    return await files_of(sqlite_store)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Path:
    """A folder with one bundle for every example."""
    path = tmp_path_factory.mktemp("bundle") / "one.db"
    shutil.copy(_sqlite_template, path)

    async def make() -> Files:
        store = Store(sqlite_url(path), Keyring(bytes(range(32))), clock=Clock())
        try:
            return await files_of(store)
        finally:
            await store.close()

    return write(asyncio.run(make()), path.with_name("sound"))


def faults(files: Files, tmp_path: Path, **how: str) -> tuple[str, ...]:
    return verify_bundle(write(files, tmp_path / "bundle"), **how).faults


async def test_a_bundle_is_intact_as_an_archive_and_unpacked(
    sqlite_store: Store, tmp_path: Path
) -> None:
    dossier = await dossier_of(sqlite_store, await open_case(sqlite_store))
    bundle = build_bundle(dossier, ENGLISH, SIGNER)
    archive = tmp_path / "case.zip"
    archive.write_bytes(bundle)

    for path in (archive, write(unpacked(bundle), tmp_path / "folder")):
        verdict = verify_bundle(path, signed_by=SIGNER.fingerprint)
        assert verdict.faults == ()
        assert (verdict.case_id, verdict.items, verdict.is_erased) == (1, 14, False)
        assert verdict.fingerprint == SIGNER.fingerprint
    assert tuple(unpacked(bundle)) == EVERY


async def test_the_same_case_at_the_same_time_gives_the_same_bytes(sqlite_store: Store) -> None:
    dossier = await dossier_of(sqlite_store, await open_case(sqlite_store))

    assert build_bundle(dossier, ENGLISH, SIGNER) == build_bundle(dossier, ENGLISH, SIGNER)


@given(
    name=st.sampled_from(EVERY),
    place=st.integers(0, 1_000_000),
    bit=st.integers(0, 7),
    is_rehashed=st.booleans(),
)
def test_any_flipped_bit_of_any_file_is_found(
    name: str,
    place: int,
    bit: int,
    is_rehashed: bool,  # noqa: FBT001 - likewise
    sound: Path,
) -> None:
    bundle_files = {file.name: file.read_bytes() for file in sound.iterdir()}
    broken = bytearray(bundle_files[name])
    at = place % len(broken)
    broken[at] ^= 1 << bit
    given_files = {**bundle_files, name: bytes(broken)}
    if is_rehashed and name in LISTED:
        given_files = forged(given_files)

    found = faults(given_files, sound.parent)

    assert found != ()
    if name in (CUSTODY, MESSAGES):
        line = bytes(broken)[:at].count(b"\n") + 1
        seq = json.loads(bundle_files[name].splitlines()[line - 1])["seq"]
        assert found[0].startswith(f"item {seq}:")
    elif not is_rehashed and name in LISTED and name != CASE:
        assert found[0].startswith(f"{name}: altered")
    if is_rehashed or name in (MANIFEST, SIGNATURE):
        assert found[-1].startswith((SIGNATURE, PUBLIC_KEY)) or UNSIGNED in found


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda content: b"".join(change(content.splitlines(keepends=True)))


LINES = {
    "the first is dropped": lambda lines: lines[1:],
    "one in the middle is dropped": lambda lines: [*lines[:4], *lines[5:]],
    "the last is dropped": lambda lines: lines[:-1],
    "one is there twice": lambda lines: [*lines[:4], lines[3], *lines[4:]],
    "the last is there twice": lambda lines: [*lines, lines[-1]],
    "two changed places": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "all are gone": lambda lines: lines[:0],
    "they are reversed": lambda lines: lines[::-1],
    "a line of nothing is added": lambda lines: [*lines, b"{}\n"],
}
_NAMED = {
    # what is done: the first bad item in the chain, and in the contents
    "the first is dropped": ("item 1:", "item 1:"),
    "one in the middle is dropped": ("item 5:", "item 5:"),
    "the last is dropped": ("item 14:", "item 14:"),
    "one is there twice": ("item 5:", "item 5:"),
    "the last is there twice": ("item 15:", "messages.jsonl, line 13:"),
    "two changed places": ("item 3:", "item 3:"),
    "all are gone": ("item 1:", "item 1:"),
    "they are reversed": ("item 1:", "item 1:"),
    "a line of nothing is added": ("item 15:", "messages.jsonl, line 13:"),
}


@pytest.mark.parametrize("rehashed", [False, True], ids=["", "rehashed"])
@pytest.mark.parametrize(
    ("name", "what", "first_bad"),
    [
        (name, what, bad)
        for what, bads in _NAMED.items()
        for name, bad in zip((CUSTODY, MESSAGES), bads, strict=True)
    ],
)
async def test_dropped_doubled_and_reordered_lines_are_found_and_named(
    files: Files, tmp_path: Path, name: str, what: str, first_bad: str, *, rehashed: bool
) -> None:
    given_files = changed(files, name, _lines(LINES[what]))

    found = faults(forged(given_files) if rehashed else given_files, tmp_path)

    assert found[0].startswith(first_bad)
    assert (UNSIGNED in found) is rehashed


async def test_words_that_were_taken_out_cannot_pass_for_erased_ones(
    files: Files, tmp_path: Path
) -> None:
    """Whoever says that the words were erased has to change the case, and cannot sign that."""
    told = json.loads(files[CASE]) | {"content_erased": True}
    stripped = {**files, MESSAGES: b"", CASE: (json.dumps(told, indent=2) + "\n").encode()}

    assert faults(forged(stripped), tmp_path) == (UNSIGNED,)


def test_a_key_of_which_any_bit_is_flipped_is_read_as_another_one_or_as_none() -> None:
    """Or as the same, where only the form of the text changed: the manifest finds that."""
    sound_key = SIGNER.public_key
    read = [
        read_public_key(sound_key[:at] + bytes([sound_key[at] ^ 1 << bit]) + sound_key[at + 1 :])
        for at in range(len(sound_key))
        for bit in range(8)
    ]

    others = {fingerprint(key) for key in read if key is not None} - {SIGNER.fingerprint}
    assert len(others) > 100
    assert read.count(None) > 100


async def test_missing_and_added_files_are_found(files: Files, tmp_path: Path) -> None:
    for name in EVERY:
        rest = {other: content for other, content in files.items() if other != name}
        assert f"{name}: missing" in faults(rest, tmp_path)
    added = {**files, "more.txt": b"more"}
    assert faults(added, tmp_path) == ('"more.txt": added, it belongs to no bundle',)


async def test_a_bundle_signed_by_somebody_else_is_told_by_the_fingerprint(
    files: Files, tmp_path: Path
) -> None:
    theirs = forged({**files, PUBLIC_KEY: STRANGER.public_key}, signer=STRANGER)

    assert faults(theirs, tmp_path) == ()
    assert verify_bundle(tmp_path / "bundle").fingerprint == STRANGER.fingerprint
    assert faults(theirs, tmp_path, signed_by=SIGNER.fingerprint) == (
        f"{PUBLIC_KEY}: this bundle was signed by another key than {SIGNER.fingerprint}",
    )


async def test_the_bundle_of_an_erased_case_is_intact_and_has_no_word(
    sqlite_store: Store, tmp_path: Path
) -> None:
    case_id = await open_case(sqlite_store)
    async with sqlite_store.transaction() as tx:
        assert await erase_words(tx, case_id, why="retention") is True

    dossier = await dossier_of(sqlite_store, case_id)
    files = unpacked(build_bundle(dossier, ENGLISH, SIGNER))

    assert faults(files, tmp_path) == ()
    assert files[MESSAGES] == b""
    everything = b"".join(files.values())
    assert [word for word in (b"leo", b"ava", b"pay me", b"joke") if word in everything] == []


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_what_is_no_archive_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(content)

    with pytest.raises(UnreadableBundleError, match=r"case\.zip"):
        verify_bundle(path)


def test_a_folder_without_a_bundle_and_no_file_at_all_are_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBundleError, match="no file of a bundle"):
        verify_bundle(tmp_path)
    with pytest.raises(UnreadableBundleError, match=r"gone\.zip"):
        verify_bundle(tmp_path / "gone.zip")
