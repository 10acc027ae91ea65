"""Encryption at rest: a data key per case, wrapped by a master key that lives in a file.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces; the place of a ciphertext is its associated
data, so that it cannot be moved elsewhere unnoticed. Destroying a wrapped key erases the case.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.evidence import canonical

_NONCE_BYTES = 12
_KEY_BYTES = 32
MASTER = "master key"


class KeyFileError(Exception):
    """The master key cannot be used; the message names the file and how to mend it."""


class Keyring:
    """Makes, wraps and uses data keys. Holds the master key in memory only."""

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Read the master key: one line of base64, 32 bytes, readable by its owner alone.

        Raises KeyFileError when the file is missing, malformed, or open to others, or when a
        change of the key was not brought to its end.
        """
        if next_key(path).exists():
            raise KeyFileError(
                f"{next_key(path)}: a change of the master key was not finished; "
                "run: python run.py db rotate-key"
            )
        return cls(read_key(path))

    @classmethod
    def load_or_create(cls, path: Path) -> Keyring:
        """Read the master key, or make one where the file does not exist yet."""
        if not path.exists() and not next_key(path).exists():
            create_key(path)
        return cls.load(path)

    @classmethod
    def throwaway(cls) -> Keyring:
        """A master key that nobody keeps, for looking at a database without reading content."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    def new_data_key(self, *, place: str) -> bytes:
        """A fresh data key, already wrapped for `place`."""
        return _seal(self._master, AESGCM.generate_key(bit_length=256), place)

    def opens(self, wrapped: bytes, *, place: str) -> bool:
        """Whether this master key wrapped that data key."""
        try:
            _open(self._master, wrapped, place)
        except (InvalidTag, ValueError):
            return False
        return True

    def wrapped_for(self, other: Keyring, wrapped: bytes, *, place: str) -> bytes:
        """The same data key, wrapped by another master key. Raises KeyFileError as `box`."""
        if not self.opens(wrapped, place=place):
            raise KeyFileError(_does_not_open(place))
        return _seal(other._master, _open(self._master, wrapped, place), place)

    def box(self, wrapped: bytes, *, place: str) -> Box:
        """The data key's use. Raises KeyFileError when it was wrapped by another master key."""
        try:
            return Box(_open(self._master, wrapped, place))
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise KeyFileError(_does_not_open(place)) from None


class Box:
    """Encrypts and decrypts JSON under one data key."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, value: Mapping[str, Any], *, place: str) -> bytes:
        """Nonce and ciphertext of the canonical JSON of `value`, bound to `place`."""
        return _seal(self._key, canonical(value), place)

    def open(self, sealed: bytes, *, place: str) -> dict[str, Any] | None:
        """What was sealed there, or None when it was altered or moved."""
        try:
            text = _open(self._key, sealed, place)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            return None
        value: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
        return value


def next_key(path: Path) -> Path:
    """Where the new master key lies while the old one is being replaced."""
    return path.with_name(f"{path.name}.next")


def read_key(path: Path, *, what: str = MASTER) -> bytes:
    """The 32 bytes in a key file. Raises KeyFileError as `Keyring.load` says."""
    try:
        text = path.read_text("ascii")
        mode = stat.S_IMODE(path.stat().st_mode)
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: cannot read the {what} ({error})") from None
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(f"{path}: others can read this key; run: chmod 600 {path}")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path}: not a {what} (one line of base64 for 32 bytes)")
    return key


def create_key(path: Path, *, what: str = MASTER) -> None:
    """Write a new key that only its owner can read, as is a new folder. Raises KeyFileError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii") + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileError(f"{path}: cannot write the {what} ({error})") from None


def _does_not_open(place: str) -> str:
    return (
        f"the data key of {place} does not open with this master key: "
        "put back the key file that belongs to this database"
    )


def _seal(key: AESGCM, plain: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place.encode())


def _open(key: AESGCM, sealed: bytes, place: str) -> bytes:
    return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
