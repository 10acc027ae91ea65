"""The only module that knows how good rules and model are: alone, and together."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.detection import Conversations, Detector, load_detector
from bot.detection.learned import LearnedJudge
from bot.detection.second_opinion import SecondOpinion
from bot.domain.assessment import Kind, Level
from bot.domain.message import Message, Person, Window
from training.reader import concepts, reading
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
    kinds = {way: [kind(each.text, model, way) for each in sentences] for way in WAYS}
    return {
        way: Figures(len(found), found.count(Kind.THREAT), found.count(Kind.DISCLOSURE))
        for way, found in kinds.items()
    }


def kind(text: str, model: LearnedJudge, way: str) -> Kind:
    """What a message that stands alone is taken for, from level medium on."""
    rules = load_detector(learned=False)
    if way != "model":
        detector = rules if way == "rules" else rules.advised_by(model)
        assessment = detector.assess(Window(Message(1, 1, _AUTHOR, text, 1.0)))
        return assessment.kind if assessment.level >= Level.MEDIUM else Kind.NONE
    asked = _weight(text, model) >= model.header["asked"]
    return model.judge(text, reading(text).own).kind if asked else Kind.NONE


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
    asked = _asked((row["text"] for row in rows), model)
    detector = load_detector(learned=False).advised_by(model)
    return Chat(len(rows), asked, tuple(_found(rows, detector)))


def _asked(texts: Iterable[str], model: LearnedJudge) -> int:
    """About how many of `texts` the model is asked."""
    detector = load_detector(learned=False)
    second = SecondOpinion(model, detector.places)
    passed = (text for text in texts if second.asked(detector.gate(text)))
    return sum(_weight(text, model) >= model.header["asked"] for text in passed)


def _weight(text: str, model: LearnedJudge) -> int:
    return sum(model.gate.get(name, 0) for name in concepts(text))


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
