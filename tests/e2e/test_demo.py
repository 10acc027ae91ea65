"""`run.py demo` as it is typed: it can be cut off, and plays whatever a script holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.demo.stage import raised

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, str(ROOT / "run.py"), "demo"]
THREATS = (
    {"author": "leo", "text": "ava, pay 50 in gift cards or i upload your nudes"},
    {"author": "kim", "text": "nia, pay 90 in gift cards or i post your nudes to your school"},
)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal to one process")
def test_a_demo_that_is_cut_off_ends_at_once() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # being deaf is inherited
    demo = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - our own command
    signal.signal(signal.SIGINT, before)
    with demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if line.startswith(b"#"))
        begun = time.monotonic()
        demo.send_signal(signal.SIGINT)
        _, err = demo.communicate(timeout=30)

    assert (demo.returncode, time.monotonic() - begun < 8) == (130, True)
    assert b"Traceback" not in err


async def test_a_bot_that_does_not_answer_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> bool:
        return False

    async with raised([]) as stage:
        monkeypatch.setattr("bot.demo.stage._PATIENCE", 1.0)
        with pytest.raises(TimeoutError, match="the bot did not answer within 1 second"):
            await stage._until(never)


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
