"""`scan` as a command, on input that is large, binary or broken: bounded memory and plain words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MEGABYTE = 1_000_000
_MEASURED = (
    "import resource, runpy, sys; sys.argv[0] = 'run.py'\n"
    "try: runpy.run_path('run.py', run_name='__main__')\n"
    "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)
_LINE = "the kettle is on and the garden looks lovely after so much rain this week. " * 12


def _scan(*files: Path) -> tuple[int, str, str]:
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "run.py", "scan", "--json", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell the peak of memory")
def test_a_hundred_megabytes_are_read_in_bounded_memory(tmp_path: Path) -> None:
    # Thirty megabytes fill what is remembered of a transcript; more of it needs no more memory.
    threat = {"text": "pay 50 or i post your nudes", "author": "leo", "conversation": "end"}

    small, large = (_peak(tmp_path, megabytes, json.dumps(threat)) for megabytes in (30, 100))

    assert large < small + 30 * _MEGABYTE


def _peak(folder: Path, megabytes: int, last: str) -> int:
    """The most memory, in bytes, that scanning a file of ordinary chat took."""
    path = folder / f"{megabytes}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(megabytes * _MEGABYTE // len(_LINE)):
            line = {"text": f"{number} {_LINE}", "author": f"a{number % 9}"}
            file.write(json.dumps({**line, "conversation": f"c{number % 300}"}) + "\n")
        file.write(last + "\n")
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _MEASURED, "scan", "--json", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert [json.loads(line)["conversation"] for line in run.stdout.splitlines()] == ["end"]
    return int(run.stderr.split()[-1]) * 1024


def test_a_hundred_megabytes_without_a_line_break_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "zeros.jsonl"
    with path.open("wb") as file:
        file.truncate(100 * _MEGABYTE)

    status, out, err = _scan(path)

    assert (status, out) == (2, "")
    assert err == f"{path}:1: the line is longer than 16 MB; split it\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not UTF-8"),
        (b'{"text": "hi"}\n\xff\xfe\x00\n', "binary characters"),
        (b'{"text": "hi"}\n{"text": \n', "is not JSON"),
        (b'{"text": "hi"}\n{"author": "leo"}\n', "has no `text`"),
    ],
    ids=["an image", "binary", "broken JSON", "no text"],
)
def test_what_cannot_be_read_is_named_with_file_and_line(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(content)
    line = 1 if content.startswith(b"\x89") else 2

    status, out, err = _scan(path)

    assert (status, out) == (2, "")
    assert err.startswith(f"{path}:{line}: ")
    assert problem in err
    assert len(err.splitlines()) == 1


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()

    assert _scan(path) == (0, "", "")
