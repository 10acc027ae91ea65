"""Packs a case into a bundle: the same bytes for the same case, time and key."""

from __future__ import annotations

import io
import zipfile

from bot.advice import Language
from bot.bundle import records
from bot.bundle.names import (
    CASE,
    CUSTODY,
    EVERY,
    HOW_TO_VERIFY,
    MANIFEST,
    MESSAGES,
    PUBLIC_KEY,
    REPORT,
    SIGNATURE,
)
from bot.bundle.report import how_to_verify, report
from bot.domain.dossier import Dossier
from bot.storage import Signer

_FIRST_YEAR = 1980
"""A zip archive knows no time before."""
_READABLE = 0o100644 << 16


def build_bundle(dossier: Dossier, language: Language, signer: Signer) -> bytes:
    """A zip archive of the case: report, records, manifest, and the signature over the manifest.

    There are no files of others in it, because none were kept.
    """
    fingerprint = signer.fingerprint
    files = {
        CASE: records.case(dossier, fingerprint=fingerprint),
        CUSTODY: records.custody(dossier),
        HOW_TO_VERIFY: how_to_verify(dossier, language, fingerprint=fingerprint),
        MESSAGES: records.messages(dossier),
        PUBLIC_KEY: signer.public_key,
        REPORT: report(dossier, language, fingerprint=fingerprint),
    }
    files[MANIFEST] = records.manifest(files)
    files[SIGNATURE] = signer.sign(files[MANIFEST])
    return _zipped(files, dossier)


def file_name(dossier: Dossier) -> str:
    """What the bundle is called: nothing in it says whom or what it is about."""
    return f"case-{dossier.case_id}-{dossier.exported_at:%Y%m%dT%H%M%SZ}.zip"


def _zipped(files: dict[str, bytes], dossier: Dossier) -> bytes:
    moment = dossier.exported_at.timetuple()[:6]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in EVERY:
            entry = zipfile.ZipInfo(name, max((_FIRST_YEAR, 1, 1, 0, 0, 0), moment))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            entry.create_system = 3  # the same bytes wherever it is made
            archive.writestr(entry, files[name])
    return written.getvalue()
