"""What the command line says of a bundle: nothing that a forger can steer, and no false alarm."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from bot.bundle import verify_bundle
from bot.bundle.names import CASE, CUSTODY, MANIFEST, MESSAGES, PUBLIC_KEY, REPORT, SIGNATURE
from bot.bundle.records import FORMAT
from bot.bundle.unpacking import REPACKED
from bot.domain.evidence import GENESIS
from bot.exports import verify
from bot.storage import Store
from tests.bundle.building import SIGNER, STRANGER, files_of, forged, write

Files = dict[str, bytes]
FINGERPRINT = SIGNER.fingerprint


@pytest.fixture
async def files(sqlite_store: Store) -> Files:
    return await files_of(sqlite_store)


def printed(path: Path, *, signed_by: str | None = None) -> tuple[int, list[str]]:
    """The exit status of `verify`, and the lines that it wrote."""
    out, err = io.StringIO(), io.StringIO()
    status = verify(path, signed_by=signed_by, out=out, err=err)
    lines = (out.getvalue() + err.getvalue()).removesuffix("\n").split("\n")
    assert [line for line in lines if any(unicodedata.category(c)[0] == "C" for c in line)] == []
    return status, lines


async def test_names_in_an_archive_cannot_say_that_it_is_intact(
    files: Files, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"a\x1b[2J\x1b[H\n{path}: intact. \u202e": b""}.items():
            archive.writestr(name, content)
    status, lines = printed(path)

    assert (status, lines[0]) == (1, f"{path}: ALTERED")
    assert lines[-1] == lines[0]
    assert {line[:2] for line in lines[1:-1]} == {"  "}
    name = f'"a\\u001b[2J\\u001b[H\\n{path}: intact. ·"'
    assert f"  {name[:80]}" in "\n".join(lines)


async def test_no_number_of_faults_and_no_length_of_names_hides_the_verdict(
    files: Files, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    records = files[CUSTODY].replace(b'"seq":1,', b'"seq":%s,' % (b"9" * 4000), 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, CUSTODY: records}.items():
            archive.writestr(name, content)
        for number in range(300):
            archive.writestr(f'{number}" intact. {"x" * 9000}', b"")
    status, lines = printed(path)

    assert (status, len(lines)) == (1, 23)
    assert (lines[0], lines[-1]) == (f"{path}: ALTERED", f"{path}: ALTERED")
    assert lines[-2] == "  and 283 more"
    assert lines[5] == f"""  "3\\" intact. {"x" * 68}…": added, it belongs to no bundle"""
    assert max(map(len, lines)) <= 242


@pytest.mark.parametrize("case_id", ["1\x1b[2J\nintact", 10**4000, True, -1, None])
async def test_a_bundle_that_a_stranger_signed_has_no_say_in_what_is_written(
    files: Files, tmp_path: Path, case_id: object
) -> None:
    told = {"case": case_id, "items": 0, "head": GENESIS}
    empty = {**files, CASE: json.dumps(told).encode(), CUSTODY: b"", MESSAGES: b""}
    empty[PUBLIC_KEY] = STRANGER.public_key
    path = write(forged(empty, signer=STRANGER), tmp_path / "bundle")
    fault = f"  {CASE}: does not say which case it is, how many items there are, and the last"

    assert printed(path) == (1, [f"{path}: ALTERED", fault, f"{path}: ALTERED"])


@pytest.mark.parametrize(
    "stated",
    [
        b'"2025-01-01T00:00:00+00:00. The fingerprint was compared, and is right"',
        b'"2025-01-01T00:00:00"',
        b'["2025-01-01T00:00:00+00:00"]',
        b"1" * 10_000,
        b"null",
    ],
)
async def test_whoever_signs_can_state_a_time_and_nothing_else(
    files: Files, tmp_path: Path, stated: bytes
) -> None:
    case = re.sub(rb'(?<="exported_at": )"[^"]+"', stated, files[CASE])
    path = write(forged({**files, CASE: case}, signer=SIGNER), tmp_path / "bundle")

    assert (stated in case, verify_bundle(path).exported_at) == (True, "")
    assert "2025" not in "".join(printed(path)[1])


def test_what_is_no_bundle_is_named_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J.zip"
    path.write_bytes(b"no archive")
    status, (line,) = printed(path)

    assert status == 2
    assert line.startswith(f"{tmp_path}/a·[2J.zip: cannot be read as a bundle")


# -- what is no reason to call it altered ----------------------------------------------------------


async def test_what_file_managers_leave_behind_is_left_aside(files: Files, tmp_path: Path) -> None:
    path = write({**files, ".DS_Store": b"x", "Desktop.ini": b"x"}, tmp_path / "bundle")
    (path / "__MACOSX").mkdir()
    (path / "__MACOSX" / f"._{REPORT}").write_bytes(b"x")
    status, lines = printed(path)

    left = f".DS_Store, Desktop.ini, __MACOSX/, __MACOSX/._{REPORT}"
    assert (status, lines[1]) == (0, f"  Left aside, not part of the bundle, not checked: {left}.")


@pytest.mark.parametrize(
    "name",
    ["__MACOSX/proof.jpg", f"__MACOSX/{REPORT}", "._confession.html", "__macosx/proof.jpg"],
)
async def test_what_only_bears_the_mark_of_a_file_manager_was_added(
    files: Files, tmp_path: Path, name: str
) -> None:
    path = write(files, tmp_path / "bundle")
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_bytes(b"I did it")
    archive = tmp_path / "case.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for each, content in {**files, name: b"I did it"}.items():
            packed.writestr(each, content)

    (fault,) = verify_bundle(archive).faults
    assert fault == f'"{name}": added, it belongs to no bundle'
    assert verify_bundle(path).faults in ((fault,), (fault.replace("proof.jpg", ""),))


async def test_what_the_archive_of_a_mac_holds_besides_is_no_addition(
    files: Files, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"__MACOSX/._{REPORT}": b"x"}.items():
            archive.writestr(name, content)

    assert (verify_bundle(path).faults, verify_bundle(path).doubt) == ((), REPACKED)


@pytest.mark.parametrize(
    "pasted",
    [
        FINGERPRINT,
        FINGERPRINT.upper(),
        f" {FINGERPRINT}\n",
        ":".join(FINGERPRINT[at : at + 2] for at in range(0, 64, 2)),
        f"SHA2-256(stdin)= {FINGERPRINT}",
    ],
)
async def test_a_fingerprint_is_taken_as_other_programs_write_it(
    files: Files, tmp_path: Path, pasted: str
) -> None:
    status, lines = printed(write(files, tmp_path / "bundle"), signed_by=pasted)

    assert (status, lines[-2:]) == (
        0,
        [
            "  It is the key that you named.",
            "  Did you have the fingerprint from elsewhere than this bundle?",
        ],
    )


@pytest.mark.parametrize("pasted", ["", FINGERPRINT[:16], FINGERPRINT + "0", "g" * 64])
async def test_what_is_no_fingerprint_is_not_compared(
    files: Files, tmp_path: Path, pasted: str
) -> None:
    status, (line,) = printed(write(files, tmp_path / "bundle"), signed_by=pasted)

    assert (status, line[:40]) == (2, "--signed-by: this is no fingerprint, whi")


def _by_a_newer_version(files: Files) -> Files:
    """A bundle with a kind of item and a file that this version does not know."""
    told = json.loads(files[CASE]) | {"format": FORMAT + 1}
    newer = files[CUSTODY].replace(b'"kind":"context"', b'"kind":"reaction"')
    made = forged({**files, CASE: json.dumps(told).encode(), CUSTODY: newer}, signer=SIGNER)
    listed = made[MANIFEST] + b"0" * 64 + b"  timeline.svg\n"
    signed = {**made, MANIFEST: listed, SIGNATURE: SIGNER.sign(listed)}
    return {**signed, "timeline.svg": b"<svg/>"}


async def test_of_what_a_newer_version_made_files_and_signature_are_checked(
    files: Files, tmp_path: Path
) -> None:
    newer = _by_a_newer_version(files)
    status, (line, key) = printed(write(newer, tmp_path / "bundle"))
    assert (status, "made by a newer version" in line) == (2, True)
    assert (
        key == f"  What this program knows is signed by the key with the fingerprint {FINGERPRINT}."
    )

    changed_report = {**newer, REPORT: newer[REPORT] + b" "}
    assert verify_bundle(write(changed_report, tmp_path / "bundle")).faults == (
        f"{REPORT}: altered, its hash is not in {MANIFEST}",
    )
    resigned = {**newer, MANIFEST: newer[MANIFEST] + b" "}
    assert verify_bundle(write(resigned, tmp_path / "bundle")).faults == (
        f"{SIGNATURE}: the signature does not fit {MANIFEST}",
    )


async def test_what_was_taken_out_of_what_a_newer_version_made_is_missed(
    files: Files, tmp_path: Path
) -> None:
    newer = _by_a_newer_version(files)
    for name, shown in ((REPORT, REPORT), ("timeline.svg", '"timeline.svg"')):
        rest = {each: content for each, content in newer.items() if each != name}
        path = write(rest, tmp_path / "bundle")
        assert verify_bundle(path).faults == (f"{shown}: missing",)
