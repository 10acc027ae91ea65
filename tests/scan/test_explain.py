"""`scan --explain` says of every message why it was found, or why not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.explain import run

ROOT = Path(__file__).parents[2]
LINES: list[dict[str, Any]] = [
    {"text": "i have your video", "author": "leo", "conversation": "c", "channel": "dm"},
    {"text": "good morning", "author": "ava", "conversation": "c"},
    {"text": "80 euro or your mom gets it", "author": "leo", "conversation": "c"},
]


def _explain(folder: Path, *, as_json: bool) -> str:
    path = folder / "chat.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES), "utf-8")
    out, err = io.StringIO(), io.StringIO()
    assert run([path], as_json=as_json, out=out, err=err) == 0
    assert err.getvalue() == ""
    return out.getvalue()


def test_every_message_is_one_object_with_the_promised_keys(tmp_path: Path) -> None:
    first, second, third = map(json.loads, _explain(tmp_path, as_json=True).splitlines())

    assert list(first) == [
        "file", "conversation", "index", "id", "kind", "level", "findings", "experimental",
        "aside", "nearest", "learned",
    ]  # fmt: skip
    assert [each["kind"] for each in (first, second, third)] == ["none", "none", "threat"]
    assert second["nearest"] is None
    assert list(third["learned"]) == ["asked", "threat", "disclosure", "words"]
    text = LINES[2]["text"]
    here = [s for s in third["findings"][0]["signals"] if s["words"] in text]
    assert here
    assert all(text[s["start"] : s["end"]] == s["words"] for s in here)


def test_people_are_told_in_words(tmp_path: Path) -> None:
    told = _explain(tmp_path, as_json=False)

    assert "#2  leo: 80 euro or your mom gets it\n  → threat, high\n" in told
    assert "#1  ava: good morning\n  → nothing\n  no rule is even half there\n" in told


def test_what_is_piped_in_is_explained_line_by_line() -> None:
    typed = (
        'pay by friday or the shop goes online\x1b[2J\n\n{"text": "hello", "author": "ava"}\n'
        "he has my video from the recital and wants to show it to my grandma\n"
    )
    ran = subprocess.run(
        [sys.executable, "run.py", "scan", "--explain", "-"],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "missing: intimate or possession or your_media" in ran.stdout
    assert "ava: hello" in ran.stdout
    assert "→ disclosure, medium" in ran.stdout
    assert "learned judge: threat 0%, disclosure 1%, for: he, has, it" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_unreadable_input_exits_with_two_and_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text("broken\n", "utf-8")
    out, err = io.StringIO(), io.StringIO()

    assert run([path], as_json=True, out=out, err=err) == 2
    assert f"{path}:1: is not JSON" in err.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_who_types_is_told_how_to_end() -> None:
    keyboard, terminal = os.openpty()
    os.write(keyboard, b"pay me or everyone sees your nudes\n\x04")
    ran = subprocess.run(
        [sys.executable, "run.py", "scan", "--explain", "-"],
        cwd=ROOT,
        stdin=terminal,
        capture_output=True,
        check=False,
        text=True,
    )
    os.close(keyboard)
    os.close(terminal)

    assert (ran.returncode, "→ threat" in ran.stdout) == (0, True)
    assert ran.stderr == (
        "Type a message on each line. To end, press Ctrl+D at the beginning of a line "
        "(on Windows Ctrl+Z, then Enter).\n"
    )
