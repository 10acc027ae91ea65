"""The only module that knows what `scan` does: transcripts through the detector, findings out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from bot.detection import Detector, load_detector, spare_what_stays
from bot.domain.assessment import Assessment, Finding, Kind
from bot.domain.message import Person
from bot.hearing import hear, read_each
from bot.terminal import visible
from bot.transcripts import Entry

_LONGEST_TABLE = 1_000
"""Rows that the table shows; whoever has more findings wants --json."""

_LONG_INPUT = 1_000_000
"""Bytes from which a progress bar is worth its line."""


class Result(NamedTuple):
    """A message of a file about which the detector has something to say."""

    file: str
    entry: Entry
    assessment: Assessment


class _Bar(Protocol):
    def __call__(self, offset: int) -> None: ...


def scan_file(
    path: Path, detector: Detector, *, file: str | None = None, progress: _Bar | None = None
) -> Iterator[Result]:
    """What `detector` finds in the transcript at `path`, in order; streamed.

    `file` is the name to report (the path by default); `progress` is told the bytes read.

    Raises:
        TranscriptError: if the file cannot be read, after what was found before that place.
    """
    for entry, window, is_worthwhile in hear(path, detector):
        if progress is not None:
            progress(entry.offset)
        if not is_worthwhile:
            continue
        assessment = detector.assess(window)
        if assessment.kind is not Kind.NONE:
            yield Result(file or str(path), entry, assessment)


def run(files: Sequence[Path | str], *, as_json: bool, out: TextIO, err: TextIO) -> int:
    """Scan `files` and write what is found to `out`: JSON objects line by line, or a table.

    Returns the exit status: 0 whether or not something was found, 2 if a file could not be read,
    which is said on `err`; the other files are still scanned. Raises CatalogueError or ModelError
    if the rules or languages are wrong: then nothing is scanned.
    """
    detector = load_detector()
    spare_what_stays()
    results: list[Result] = []
    more = 0

    def scan(path: Path, file: str) -> None:
        nonlocal more
        with _progress(path, err) as bar:
            for result in scan_file(path, detector, file=file, progress=bar):
                if as_json:
                    out.write(json.dumps(as_object(result)) + "\n")
                elif len(results) < _LONGEST_TABLE:
                    results.append(result)
                else:
                    more += 1

    unread = read_each(files, scan, err=err)
    if not as_json and (results or unread < len(files)):
        Console(file=out).print(_table(results))
    if more:
        out.write(f"... and {more} more findings; use --json to see them all.\n")
    out.flush()
    return 2 if unread else 0


def as_object(result: Result) -> dict[str, object]:
    """One finding in the form that `scan --json` promises."""
    entry, assessment = result.entry, result.assessment
    return {
        "file": result.file,
        "conversation": entry.conversation,
        "index": entry.place,
        "id": entry.id,
        "kind": assessment.kind.value,
        "level": assessment.level.label,
        "categories": [category.value for category in assessment.categories],
        "offender": _name(assessment.offender),
        "targets": [person.name for person in assessment.targets if person.name],
        "score": assessment.score,
        "findings": [
            {"rule": finding.rule, "signals": _signals(finding)} for finding in assessment.findings
        ],
    }


def _signals(finding: Finding) -> dict[str, str]:
    words: dict[str, list[str]] = {}
    for signal in finding.signals:
        words.setdefault(signal.concept, []).append(signal.words)
    return {concept: " … ".join(parts) for concept, parts in words.items()}


def _name(person: Person | None) -> str | None:
    return (person.name or None) if person is not None else None


def _table(results: Iterable[Result]) -> Table | Text:
    table = Table(title="Findings", show_lines=True)
    for heading in ("Where", "What", "Who → whom", "Why"):
        table.add_column(heading, overflow="fold")
    for result in results:
        table.add_row(*(Text(visible(cell, keep="\n")) for cell in _cells(result)))
    return table if table.row_count else Text("Nothing found.")


def _cells(result: Result) -> tuple[str, str, str, str]:
    entry, assessment = result.entry, result.assessment
    where = f"{result.file} {entry.conversation or ''} #{entry.place}"
    what = f"{assessment.kind.value}, {assessment.level.label}"
    targets = ", ".join(person.name or "?" for person in assessment.targets) or "?"
    sure = "" if assessment.aimed else " (possible)"
    who = f"{_name(assessment.offender) or '-'} → {targets}{sure}"
    why = "\n".join(
        f"{finding.rule}: "
        + "; ".join(f"{name}: {words}" for name, words in _signals(finding).items())
        for finding in assessment.findings
    )
    return where, what, who, why


@contextmanager
def _progress(path: Path, err: TextIO) -> Iterator[_Bar | None]:
    """A progress bar over the bytes of `path`, if it is long and `err` is a terminal."""
    size = path.stat().st_size if path.is_file() else 0
    if size < _LONG_INPUT or not err.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(file=err), transient=True) as bar:
        task = bar.add_task(path.name, total=size)

        def advance(offset: int) -> None:
            bar.update(task, completed=offset)

        yield advance
