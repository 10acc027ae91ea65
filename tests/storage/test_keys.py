"""The master key's file, and what is said when it cannot be used."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from bot.storage import KeyFileError, Keyring
from bot.storage.cipher import create_key, read_key

KEY = base64.b64encode(bytes(range(32)))


def key_file(path: Path, content: bytes, *, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "master.key"

    first = Keyring.load_or_create(path)
    wrapped = first.new_data_key(place="case:1:key")
    again = Keyring.load_or_create(path)

    sealed = first.box(wrapped, place="case:1:key").seal({"text": "hello"}, place="here")
    assert again.box(wrapped, place="case:1:key").open(sealed, place="here") == {"text": "hello"}
    assert path.stat().st_mode & 0o777 == 0o600
    if os.name == "posix":  # the database may come to lie in the folder that the key made
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_two_key_files_are_never_the_same(tmp_path: Path) -> None:
    create_key(tmp_path / "a")
    create_key(tmp_path / "b")
    assert read_key(tmp_path / "a") != read_key(tmp_path / "b")


def test_an_existing_key_file_is_not_written_over(tmp_path: Path) -> None:
    path = key_file(tmp_path / "master.key", KEY)

    with pytest.raises(KeyFileError, match="cannot write the master key"):
        create_key(path)
    assert path.read_bytes() == KEY


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"  \n\n"])
def test_blanks_around_the_key_do_no_harm(tmp_path: Path, ending: bytes) -> None:
    assert read_key(key_file(tmp_path / "master.key", KEY + ending)) == bytes(range(32))


@pytest.mark.parametrize(
    "content",
    [b"", b"not base64!", KEY[:-4], KEY + b"AAAA", base64.b64encode(bytes(31)), KEY + b"\n" + KEY],
)
def test_a_malformed_key_is_named_with_its_file(tmp_path: Path, content: bytes) -> None:
    path = key_file(tmp_path / "master.key", content)

    with pytest.raises(KeyFileError) as error:
        Keyring.load(path)
    assert str(error.value) == f"{path}: not a master key (one line of base64 for 32 bytes)"


def test_a_binary_file_is_not_a_key(tmp_path: Path) -> None:
    path = key_file(tmp_path / "master.key", bytes(range(200, 232)))

    with pytest.raises(KeyFileError, match="cannot read the master key"):
        Keyring.load(path)


def test_a_missing_key_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"master\.key: cannot read the master key"):
        Keyring.load(tmp_path / "master.key")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o777])
def test_a_key_that_others_can_reach_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "master.key", KEY, mode=mode)

    with pytest.raises(KeyFileError) as error:
        Keyring.load(path)
    assert str(error.value) == f"{path}: others can read this key; run: chmod 600 {path}"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(KeyFileError, match="cannot write the master key"):
        Keyring.load_or_create(tmp_path / "file" / "master.key")


@pytest.mark.parametrize("wrapped", [b"", b"short", b"x" * 12, b"x" * 60])
def test_a_damaged_data_key_is_not_mistaken_for_one(keyring: Keyring, wrapped: bytes) -> None:
    with pytest.raises(KeyFileError, match="case:1:key does not open with this master key"):
        keyring.box(wrapped, place="case:1:key")


def test_a_data_key_moved_to_another_case_does_not_open(keyring: Keyring) -> None:
    wrapped = keyring.new_data_key(place="case:1:key")

    with pytest.raises(KeyFileError):
        keyring.box(wrapped, place="case:2:key")


@pytest.mark.parametrize("sealed", [b"x", b"x" * 12, b"x" * 27, b"x" * 100])
def test_damaged_bytes_open_to_nothing(keyring: Keyring, sealed: bytes) -> None:
    box = keyring.box(keyring.new_data_key(place="k"), place="k")

    assert box.open(sealed, place="here") is None


def test_the_same_words_never_look_the_same(keyring: Keyring) -> None:
    box = keyring.box(keyring.new_data_key(place="k"), place="k")
    assert box.seal({"text": "hello"}, place="p") != box.seal({"text": "hello"}, place="p")
