"""The only module that knows how the project's own sentences are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training.settings import (
    ABSENT,
    CALM,
    COMMON,
    DRAWN,
    EVERYDAY,
    KEPT_APART,
    PLAIN,
    SCENES,
    TWINS,
    WAITING,
)

HERE = Path(__file__).parent
LABELS = ("innocent", "threat", "disclosure")
LANGUAGES = frozenset(path.name for path in (HERE / "sentences").iterdir())


_UNLEARNED = {KEPT_APART, EVERYDAY, SCENES, PLAIN, COMMON, CALM, TWINS, ABSENT, DRAWN, *WAITING}


class Sentence(NamedTuple):
    """One message, what it is, and whose hand wrote it."""

    text: str
    label: str
    hand: str
    language: str = "en"
    veiled: bool = False


def read_sentences(folder: Path = HERE / "sentences") -> list[Sentence]:
    """Every sentence in every language that is learned, in a fixed order."""
    return [each for each in _everything(folder) if each.hand not in _UNLEARNED]


def read_kept_apart(folder: Path = HERE / "sentences", *, hand: str = KEPT_APART) -> list[Sentence]:
    """The sentences of a hand that is never learned: they measure."""
    return [each for each in _everything(folder) if each.hand == hand]


def digest(folder: Path = HERE) -> str:
    """A hash over all of the project's own that the model is made from."""
    learned = (path for path in folder.rglob("*.jsonl") if path.stem not in _UNLEARNED)
    paths = [*folder.rglob("*.txt"), *learned]
    found = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        found.update(path.relative_to(folder).as_posix().encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def _everything(folder: Path) -> Iterator[Sentence]:
    for path in sorted(folder.rglob("*.jsonl")):
        yield from _read(path)


def _read(path: Path) -> Iterator[Sentence]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] not in LABELS:
            raise ValueError(f"{path}: unknown label {row['label']!r}; one of {LABELS}")
        veiled = row.get("type") == "veiled"
        yield Sentence(row["text"], row["label"], row["hand"], path.parent.name, veiled)
