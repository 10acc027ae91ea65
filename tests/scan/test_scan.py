"""`scan` keeps its contract: one JSON object per finding, a table for people, an exit status."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.scan import run

ROOT = Path(__file__).parents[2]

LINES: list[dict[str, object]] = [
    {"text": "i have your video", "author": "leo", "conversation": "c", "channel": "dm", "id": 5},
    {"text": "what", "author": "ava", "conversation": "c", "channel": "dm"},
    {"text": "80 euro or your mom gets it", "author": "leo", "conversation": "c", "channel": "dm"},
    {"text": "good morning"},
    {"text": "pay 40 in gift cards or i upload your nudes"},
]


def _scan(*files: Path | str, as_json: bool = True) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = run(files, as_json=as_json, out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def _file(folder: Path, lines: list[dict[str, object]] = LINES) -> Path:
    path = folder / "chat.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_each_finding_is_one_object_with_the_promised_keys(tmp_path: Path) -> None:
    path = _file(tmp_path)

    status, out, err = _scan(path)
    first, second = (json.loads(line) for line in out.splitlines())

    assert (status, err) == (0, "")
    assert list(first) == [
        "file", "conversation", "index", "id", "kind", "level", "categories", "offender",
        "targets", "score", "findings",
    ]  # fmt: skip
    assert first["file"] == str(path)
    assert (first["conversation"], first["index"], first["id"]) == ("c", 2, None)
    assert (first["kind"], first["level"]) == ("threat", "high")
    assert (first["offender"], first["targets"]) == ("leo", ["ava"])
    assert all(isinstance(words, str) for words in first["findings"][0]["signals"].values())
    assert (second["conversation"], second["index"]) == (None, 0)
    assert (second["offender"], second["targets"]) == (None, [])


def test_nothing_found_and_an_empty_file_are_a_success(tmp_path: Path) -> None:
    assert _scan(_file(tmp_path, [])) == (0, "", "")
    assert _scan(_file(tmp_path, [{"text": "hello"}])) == (0, "", "")


def test_unreadable_input_exits_with_two_and_names_the_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "hi"}\n{"nope": 1}\n', encoding="utf-8")

    status, out, err = _scan(broken, _file(tmp_path))

    assert status == 2
    assert f"{broken}:2: has no `text`" in err
    assert len(out.splitlines()) == 2


def test_nothing_is_said_to_be_found_if_nothing_could_be_read(tmp_path: Path) -> None:
    status, out, err = _scan(tmp_path / "missing.jsonl", as_json=False)

    assert (status, out) == (2, "")
    assert "cannot be opened" in err


def test_a_file_that_was_read_beside_one_that_was_not_still_counts(tmp_path: Path) -> None:
    innocent = _file(tmp_path, [{"text": "hello"}])

    status, out, _ = _scan(tmp_path / "missing.jsonl", innocent, as_json=False)

    assert status == 2
    assert "Nothing found." in out


def test_a_table_of_very_many_findings_is_cut_short(tmp_path: Path) -> None:
    path = _file(tmp_path, [LINES[-1]] * 1_005)

    _, out, _ = _scan(path, as_json=False)

    assert "and 5 more findings" in out


def test_people_get_a_table_that_hostile_text_cannot_steer(tmp_path: Path) -> None:
    text = "pay 40 in gift cards or i upload \x1b[2J[bold]your nudes[/bold]\u202e"
    status, out, _ = _scan(_file(tmp_path, [{"text": text, "author": "[red]x"}]), as_json=False)

    assert status == 0
    assert "threat, high" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_long_file_is_streamed(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"text": "good morning everyone", "author": f"a{n}", "conversation": f"c{n % 50}"}
        for n in range(5_000)
    ]

    assert _scan(_file(tmp_path, [*lines, *LINES]))[0] == 0


@pytest.mark.parametrize("options", [[], ["--explain"]])
def test_a_broken_language_file_is_named_and_nothing_is_scanned(
    tmp_path: Path, options: list[str]
) -> None:
    shutil.copytree(ROOT / "bot", tmp_path / "bot")
    shutil.copy(ROOT / "run.py", tmp_path)
    broken = tmp_path / "bot" / "detection" / "languages" / "bg.yaml"
    broken.write_text('language: bg\nname: "B\n', encoding="utf-8")

    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "run.py", "scan", *options, str(_file(tmp_path))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    slip = "this quotation mark is not closed, or stands inside the text"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{broken}:2: {slip}\n"


@pytest.mark.parametrize("options", [[], ["--explain"]])
def test_what_the_terminal_has_no_letters_for_ends_nothing(
    tmp_path: Path, options: list[str]
) -> None:
    lines: list[dict[str, object]] = [{"text": "плати или всички ще видят голите ти снимки 🙂"}]

    done = _typed("scan", *options, str(_file(tmp_path, lines)), encoding="cp1252")

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"threat, high" in done.stdout


@pytest.mark.parametrize("options", [[], ["--explain"]])
def test_what_is_piped_in_is_scanned_line_by_line(options: list[str]) -> None:
    piped = b'pay 40 in gift cards or i upload your nudes\n\n{"text": "hello", "author": "\xff"}\n'

    done = _typed("scan", "--json", *options, "-", piped=piped)

    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [(each["file"], each["kind"]) for each in found if each["kind"] != "none"] == [
        ("-", "threat")
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_export_that_is_piped_in_is_read_as_a_whole(indent: int | None) -> None:
    said = {
        "id": "11",
        "content": "pay me 80 dollars or your photos go to everyone you know",
        "author": {"id": "1", "name": "leo"},
    }
    content = {"guild": {"id": "5"}, "channel": {"id": "7"}, "messages": [said]}

    done = _typed("scan", "--json", "-", piped=json.dumps(content, indent=indent).encode())

    assert (done.returncode, done.stderr) == (0, b"")
    (found,) = map(json.loads, done.stdout.splitlines())
    assert (found["file"], found["id"], found["kind"]) == ("-", "11", "threat")


@pytest.mark.parametrize("options", [[], ["--explain"]])
def test_a_broken_line_that_is_piped_in_is_named_by_its_number(options: list[str]) -> None:
    done = _typed("scan", *options, "-", piped=b'hello\n\n{"nope": 1}\n')

    assert done.returncode == 2
    assert done.stderr.startswith(b"-:3: has no `text`")


def _typed(
    *words: str, piped: bytes = b"", encoding: str = "utf-8"
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        input=piped,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )
