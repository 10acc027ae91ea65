"""`run.py demo --export`, `run.py export` and `run.py verify`, as they are typed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain.evidence import ItemKind
from bot.storage import Keyring, Store
from tests.bundle.building import open_case, unpacked
from tests.conftest import sqlite_url

ROOT = Path(__file__).resolve().parents[2]


def typed(*words: object, cwd: Path | None = None) -> tuple[int, str, str]:
    """Status, output and errors of the program."""
    command = [sys.executable, str(ROOT / "run.py"), *map(str, words)]
    done = subprocess.run(command, cwd=cwd or ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - the project's own program
    return done.returncode, done.stdout, done.stderr


def test_the_demo_writes_a_bundle_that_verifies_until_it_is_altered(tmp_path: Path) -> None:
    bundle = tmp_path / "demo.zip"
    status, out, err = typed("demo", "--json", "--export", bundle)
    assert (status, err) == (0, "")

    status, verdict, _ = typed("verify", bundle)
    assert status == 0
    assert f"Case 1, {json.loads(out)['evidence']['items'] + 1} items: none changed" in verdict
    report = unpacked(bundle.read_bytes())["report.html"].decode()
    assert "Whom they seem to be aimed at: <bdi>mika</bdi>" in report
    assert "Possibly aimed at; not clear: <bdi>ines</bdi>" in report

    content = bundle.read_bytes()
    place = content.index(b"custody.jsonl") + 60
    bundle.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    status, verdict, _ = typed("verify", bundle)
    assert (status, verdict.splitlines()[0]) == (1, f"{bundle}: ALTERED")

    assert typed("verify", tmp_path / "gone.zip")[0] == 2
    assert typed("demo", "--json", "--export", bundle)[0] == 2


@pytest.fixture
async def place(tmp_path: Path) -> Path:
    """A folder with a configuration, a key, and a database with one case."""
    (tmp_path / "config.yaml").write_text(
        "database:\n  url: sqlite+aiosqlite:///data/notalone.db\n"
    )
    keyring = Keyring.load_or_create(tmp_path / "data" / "notalone.key")
    store = Store(sqlite_url(tmp_path / "data" / "notalone.db"), keyring)
    await store.migrate()
    await open_case(store)
    await store.close()
    return tmp_path


async def test_a_case_is_exported_offline_and_that_is_on_record(place: Path) -> None:
    asked: list[Any] = ["--for", "the police", "--reason", "asked for", "--consent", "given"]
    bundle = place / "case.zip"

    status, out, err = typed("export", "--case", 1, "--output", bundle, *asked, cwd=place)

    assert (status, err) == (0, "")
    digest, fingerprint = out.splitlines()[1::2]
    assert digest == hashlib.sha256(bundle.read_bytes()).hexdigest()
    status, said, _ = typed("verify", bundle, "--signed-by", fingerprint)
    made_at = json.loads(unpacked(bundle.read_bytes())["case.json"])["exported_at"]
    assert (status, said.count(f"Made at {made_at}, as whoever signed it states.")) == (0, 1)
    assert bundle.stat().st_mode & 0o777 == 0o600
    assert (place / "data" / "notalone-signing.key").stat().st_mode & 0o777 == 0o600
    files = unpacked(bundle.read_bytes())
    last, words = (
        json.loads(files[name].splitlines()[-1]) for name in ("custody.jsonl", "messages.jsonl")
    )
    assert (last["kind"], last["source"]) == (ItemKind.ACTION, "operator")
    assert last["facts"] == {"what": "exported", "by": 0, "consent": "given"}
    assert words["content"] == {"recipient": "the police", "reason": "asked for"}
    assert typed("export", "--case", 1, "--output", bundle, *asked, cwd=place)[0] == 2
    missing = typed("export", "--case", 9, "--output", place / "9.zip", *asked, cwd=place)
    assert (missing[0], missing[2]) == (2, "there is no case 9 in this database\n")
    assert not (place / "9.zip").exists()


def nowhere(place: Path) -> Path:
    return place / "missing" / "case.zip"


def link_into_nowhere(place: Path) -> Path:
    """It does not exist, and cannot be made."""
    (place / "link.zip").symlink_to(place / "gone" / "case.zip")
    return place / "link.zip"


def locked(place: Path) -> Path:
    """In a folder that may not be written to."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (place / "locked").mkdir(mode=0o500)
    return place / "locked" / "case.zip"


@pytest.mark.parametrize("output", [nowhere, link_into_nowhere, locked])
async def test_what_cannot_be_written_is_not_on_record(
    place: Path, output: Callable[[Path], Path]
) -> None:
    asked: list[Any] = ["--for", "the police", "--reason", "asked for", "--consent", "given"]
    bundle, refused = place / "case.zip", output(place)

    status, _, err = typed("export", "--case", 1, "--output", refused, *asked, cwd=place)
    typed("export", "--case", 1, "--output", bundle, *asked, cwd=place)

    assert (status, str(refused) in err, len(err.splitlines())) == (2, True, 1)
    records = map(json.loads, unpacked(bundle.read_bytes())["custody.jsonl"].splitlines())
    assert [r["facts"].get("what") for r in records].count("exported") == 1
