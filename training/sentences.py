"""The only module that knows how the project's own sentences are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training.settings import LANGUAGES

HERE = Path(__file__).parent
LABELS = ("innocent", "threat", "disclosure")


class Sentence(NamedTuple):
    """One message, what it is, and whose hand wrote it."""

    text: str
    label: str
    hand: str


def read_sentences(folder: Path = HERE / "sentences") -> list[Sentence]:
    """Every sentence of the languages that the model learns, in a fixed order."""
    paths = (path for language in LANGUAGES for path in (folder / language).rglob("*.jsonl"))
    return [sentence for path in sorted(paths) for sentence in _read(path)]


def digest(folder: Path = HERE) -> str:
    """A hash over everything that the model is made from: sentences, grammars, word classes."""
    learned = [folder / "sentences" / language for language in LANGUAGES]
    paths = [*folder.rglob("*.txt"), *(path for each in learned for path in each.rglob("*.jsonl"))]
    found = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        found.update(path.relative_to(folder).as_posix().encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def _read(path: Path) -> Iterator[Sentence]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] not in LABELS:
            raise ValueError(f"{path}: unknown label {row['label']!r}; one of {LABELS}")
        yield Sentence(row["text"], row["label"], row["hand"])
