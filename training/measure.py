"""The only module that knows how good rules and model are: alone, and together."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.detection import Conversations, Detector, load_detector
from bot.detection.learned import LearnedJudge
from bot.domain.assessment import Kind, Level
from bot.domain.message import Message, Person, Window
from training.sentences import Sentence

WAYS = ("rules", "model", "both")
_AUTHOR = Person(1, "a")
_CASES = {"positives": "threat", "disclosures": "disclosure", "hard_negatives": "innocent"}
_CHAT = "benign_chat.jsonl.gz"
_VEILED = "b-"
"""How the identifiers of veiled cases begin."""


class Figures(NamedTuple):
    """How many sentences of one kind there are, and how many were taken for what."""

    number: int
    threat: int
    disclosure: int


def kinds_of(sentences: Iterable[Sentence]) -> dict[str, list[Sentence]]:
    """Sentences by what they are, with veiled threats apart from open ones."""
    found: dict[str, list[Sentence]] = {}
    for each in sentences:
        found.setdefault("veiled threat" if each.veiled else each.label, []).append(each)
    return found


def figures(sentences: Sequence[Sentence], model: LearnedJudge) -> dict[str, Figures]:
    """The figures of `sentences` by way."""
    kinds = {
        way: [_kind(each.text, detector) for each in sentences]
        for way, detector in zip(WAYS, _detectors(model), strict=True)
    }
    return {
        way: Figures(len(found), found.count(Kind.THREAT), found.count(Kind.DISCLOSURE))
        for way, found in kinds.items()
    }


def _detectors(model: LearnedJudge) -> tuple[Detector, Detector, Detector]:
    """Rules, the model, and both."""
    rules = load_detector(learned=False)
    both = rules.advised_by(model)
    return rules, both.without_rules(), both


def _kind(text: str, detector: Detector) -> Kind:
    """What a message that stands alone is taken for, from level medium on."""
    assessment = detector.assess(_alone(text))
    return assessment.kind if assessment.level >= Level.MEDIUM else Kind.NONE


def _alone(text: str) -> Window:
    return Window(Message(1, 1, _AUTHOR, text, 1.0))


def read_cases(folder: Path) -> list[Sentence]:
    """Cases from files of JSON lines; only for measuring, never for training."""
    found = []
    for name, label in _CASES.items():
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            veiled = label == "threat" and row["id"].startswith(_VEILED)
            found.append(Sentence(row["text"], label, "cases", row.get("lang", "en"), veiled))
    return found


class Chat(NamedTuple):
    """What became of lines of ordinary chat."""

    lines: int
    asked: int
    found: tuple[str, ...]
    """What was taken for something, with the kind and by what."""


def chat_figures(folder: Path, model: LearnedJudge) -> Chat | None:
    """How often the model is asked and wrong in ordinary chat, in its conversations."""
    path = folder / _CHAT
    if not path.exists():
        return None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    _, alone, both = _detectors(model)
    asked = sum(
        alone.worthwhile(alone.gate(row["text"])) and alone.explain(_alone(row["text"])).asked
        for row in rows
    )
    return Chat(len(rows), asked, tuple(_found(rows, both)))


def _found(rows: Iterable[dict[str, str]], detector: Detector) -> Iterator[str]:
    """The lines in which something is found, each read after those before it."""
    conversations = Conversations(detector)
    channels: dict[str, int] = {}
    people: dict[str, int] = {}
    for number, row in enumerate(rows):
        name = row.get("conv") or f"line {number}"
        author = people.setdefault(row.get("author") or name, len(people) + 1)
        channel = channels.setdefault(name, len(channels) + 1)
        message = Message(number, channel, Person(author, ""), row["text"], float(number))
        window = conversations.observe(message)
        if window is None:
            continue
        assessment = detector.assess(window)
        if assessment.level >= Level.MEDIUM:
            yield f"{assessment.kind} by {assessment.findings[0].rule}: {row['text'][:120]}"
