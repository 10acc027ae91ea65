"""`run.py demo` as it is typed: it plays whatever a script holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, str(ROOT / "run.py"), "demo"]
THREATS = (
    {"author": "leo", "text": "ava, pay 50 in gift cards or i upload your nudes"},
    {"author": "kim", "text": "nia, pay 90 in gift cards or i post your nudes to your school"},
)


def test_a_conversation_may_be_called_like_the_alert_channel(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    lines = [{"conversation": "notalone-alerts", **threat} for threat in THREATS]
    script.write_text("\n".join(map(json.dumps, lines)), "utf-8")

    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "--json", "--script", str(script)], capture_output=True, check=True, timeout=90
    )

    assert len(json.loads(done.stdout)["alerts"]) == 2


def test_a_bundle_for_a_folder_that_is_not_there_is_refused_before_the_play(
    tmp_path: Path,
) -> None:
    bundle = tmp_path / "missing" / "demo.zip"

    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "--export", str(bundle)], capture_output=True, check=False, timeout=60, text=True
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{bundle}: the folder {bundle.parent} does not exist\n"
