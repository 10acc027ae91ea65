"""The key that signs what is exported: made beside the master key, readable by its owner alone.

Ed25519 (RFC 8032). A signature of the same bytes is always the same.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.storage.cipher import create_key, read_key

_SIGNING = "signing key"


class Signer:
    """Signs with one key. Holds it in memory only."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def load_or_create(cls, path: Path) -> Signer:
        """Read the signing key, or make one where the file does not exist yet.

        The file is like the master key's: one line of base64, 32 bytes. Raises KeyFileError.
        """
        if not path.exists():
            create_key(path, what=_SIGNING)
        return cls(read_key(path, what=_SIGNING))

    def sign(self, signed: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(signed)

    @property
    def public_key(self) -> bytes:
        """The public key in PEM."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        """What identifies the public key: see `fingerprint`."""
        return fingerprint(self._key.public_key())


def read_public_key(pem: bytes) -> Ed25519PublicKey | None:
    """An Ed25519 public key; None for anything else."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def is_signed(signed: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether the holder of this key's private half signed exactly these bytes."""
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 (hex) of the key as DER SubjectPublicKeyInfo, which `openssl pkey` writes too."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()
