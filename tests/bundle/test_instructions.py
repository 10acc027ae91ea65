"""Whoever follows the instructions in a bundle needs nothing of this program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from bot.bundle.names import CASE, CUSTODY, HOW_TO_VERIFY, LISTED, MANIFEST, MESSAGES
from bot.storage import Store
from tests.bundle.building import SIGNER, files_of, write

Files = dict[str, bytes]


@pytest.fixture
async def files(sqlite_store: Store) -> Files:
    return await files_of(sqlite_store)


async def test_common_tools_verify_it_as_the_instructions_say(files: Files, tmp_path: Path) -> None:
    needed = ("sha256sum", "openssl")
    missing = [tool for tool in needed if shutil.which(tool) is None]
    assert not missing, f"install {missing}: the instructions in a bundle are tried with them"
    folder = write(files, tmp_path / "bundle")
    told = files[HOW_TO_VERIFY].decode()

    def run(beginning: str) -> tuple[int, str]:
        (command,) = re.findall(rf"^ .*?({beginning}.*)$", told, re.MULTILINE)
        done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True)  # noqa: S603, S607, PLW1510 - the bundle's own commands
        return done.returncode, done.stdout

    status, listed = run("sha256sum --check")
    assert (status, listed.splitlines()) == (0, [f"{name}: OK" for name in LISTED])
    assert run("openssl pkeyutl") == (0, "Signature Verified Successfully\n")
    assert run("openssl pkey ")[1].split()[-1] == SIGNER.fingerprint

    (folder / CASE).write_bytes(files[CASE] + b" ")
    assert run("sha256sum --check")[0] == 1
    (folder / MANIFEST).write_bytes(files[MANIFEST] + b" ")
    assert run("openssl pkeyutl")[0] == 1


async def test_every_item_is_checked_by_hand_as_the_instructions_say(files: Files) -> None:
    """With nothing of this program; what people write need not be UTF-8."""
    assert '"surrogatepass"' in files[HOW_TO_VERIFY].decode()
    contents = {c["seq"]: c for c in map(json.loads, files[MESSAGES].splitlines())}
    previous, lines = "0" * 64, files[CUSTODY].splitlines()

    def as_json(value: object) -> bytes:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass")

    for item in map(json.loads, lines):
        digest = item.pop("digest")
        assert (item["previous"], sha256(as_json(item)).hexdigest()) == (previous, digest)
        if content := contents.pop(item["seq"], None):
            salted = bytes.fromhex(content["salt"]) + as_json(content["content"])
            assert sha256(salted).hexdigest() == item["content_digest"]
        previous = digest
    told = json.loads(files[CASE])
    assert (told["items"], told["head"], contents) == (len(lines), previous, {})
    assert b"\\ud83d" in files[MESSAGES]


async def test_nobody_is_told_to_compare_a_bundle_with_itself(files: Files) -> None:
    told = files[HOW_TO_VERIFY].decode()

    assert f"--signed-by {SIGNER.fingerprint}" not in told
    assert "--signed-by FINGERPRINT" in told
