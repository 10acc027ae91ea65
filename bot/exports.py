"""The command line's side of bundles: writes one from the database, and says whether one holds."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from bot.advice import load_texts
from bot.bundle import UnreadableBundleError, Verdict, build_bundle, verify_bundle
from bot.config import Config
from bot.domain.dossier import Dossier, Purpose
from bot.services.exporting import Exporting
from bot.storage import Keyring, Signer, Store
from bot.terminal import visible

INTACT, ALTERED, UNJUDGED = 0, 1, 2
_MOST_FAULTS = 20
_LONGEST_FAULT = 240
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Written(NamedTuple):
    """A bundle that was written: its SHA-256, and the fingerprint of the key that signed it."""

    digest: str
    fingerprint: str


def export(config: Config, case_id: int, purpose: Purpose, output: Path) -> Written:
    """Write the bundle of a case to a new file.

    The file is made first, for that the case is handed on is recorded before it is written. Raises
    LookupError when there is no such case, FileExistsError, OSError, KeyFileError,
    StoreUnavailableError.
    """
    keyring = Keyring.load(config.database.key_file)
    signer = Signer.load_or_create(config.database.signing_key_file)
    with new_file(output) as file:
        dossier = asyncio.run(_dossier(config, keyring, case_id, purpose))
        return write_bundle(dossier, signer, file)


@contextmanager
def new_file(output: Path) -> Iterator[BinaryIO]:
    """A file that only its owner can read; where what is done for it fails, it is removed.

    Raises FileExistsError, OSError.
    """
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileExistsError(f"{output}: exists already; choose another name") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{output}: the folder {output.parent} does not exist") from None
    except OSError as error:
        raise OSError(f"{output}: cannot be written ({error.strerror})") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        output.unlink(missing_ok=True)
        raise


async def _dossier(config: Config, keyring: Keyring, case_id: int, purpose: Purpose) -> Dossier:
    store = Store(config.database.url, keyring)
    try:
        return await Exporting(store).export(case_id, purpose, guild_id=None, moderator=None)
    finally:
        await store.close()


def write_bundle(dossier: Dossier, signer: Signer, file: BinaryIO) -> Written:
    """Write the bundle, in English. Raises OSError."""
    bundle = build_bundle(dossier, load_texts().get("en"), signer)
    file.write(bundle)
    return Written(hashlib.sha256(bundle).hexdigest(), signer.fingerprint)


def verify(path: Path, *, signed_by: str | None, out: TextIO, err: TextIO) -> int:
    """Say whether a bundle is intact; the exit status: 0 intact, 1 altered, 2 not judged."""
    named = None if signed_by is None else _pasted(signed_by)
    if named is not None and not _FINGERPRINT.fullmatch(named):
        _write(
            err, f"--signed-by: this is no fingerprint, which is 64 digits and letters: {signed_by}"
        )
        return UNJUDGED
    try:
        verdict = verify_bundle(path, signed_by=named)
    except UnreadableBundleError as error:
        _write(err, str(error))
        return UNJUDGED
    if verdict.faults:
        _write(out, *_altered(path, verdict.faults))
        return ALTERED
    if verdict.doubt:
        key = f"the key with the fingerprint {verdict.fingerprint}"
        _write(err, f"{path}: {verdict.doubt}.", f"  What this program knows is signed by {key}.")
        return UNJUDGED
    _write(out, *_intact(path, verdict, compared=signed_by is not None))
    return INTACT


def _pasted(fingerprint: str) -> str:
    """A fingerprint as other programs write it: what they say before it, and between its digits."""
    return "".join(fingerprint.rpartition("=")[2].replace(":", "").split()).lower()


def _altered(path: Path, faults: tuple[str, ...]) -> Iterator[str]:
    """The faults between two lines that say so: however many there are, one is to be seen."""
    yield f"{path}: ALTERED"
    yield from (f"  {fault[:_LONGEST_FAULT]}" for fault in faults[:_MOST_FAULTS])
    if len(faults) > _MOST_FAULTS:
        yield f"  and {len(faults) - _MOST_FAULTS} more"
    yield f"{path}: ALTERED"


def _intact(path: Path, verdict: Verdict, *, compared: bool) -> Iterator[str]:
    erased = " (their words were erased before)" if verdict.is_erased else ""
    yield (
        f"{path}: intact. Case {verdict.case_id}, {verdict.items} items{erased}: none changed, "
        "removed, added or reordered."
    )
    if verdict.left_behind:
        left = ", ".join(verdict.left_behind)[:_LONGEST_FAULT]
        yield f"  Left aside, not part of the bundle, not checked: {left}."
    yield f"  Signed by the key with the fingerprint {verdict.fingerprint}."
    yield f"  Made at {verdict.exported_at or 'an unknown time'}, as whoever signed it states."
    if compared:
        yield "  It is the key that you named."
        yield "  Did you have the fingerprint from elsewhere than this bundle?"
        return
    yield "  That proves who made the bundle only if this fingerprint is the one that whoever"
    yield "  runs the bot told you in another way. To have it compared: --signed-by FINGERPRINT"


def _write(to: TextIO, *lines: str) -> None:
    """Write lines that a forged bundle may have a hand in: they stay lines, and steer nothing."""
    to.writelines(f"{visible(line)}\n" for line in lines)
