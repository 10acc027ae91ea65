"""The only module that knows how good rules and model are: alone, and together."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.detection import Conversations, Detector, load_detector
from bot.detection.features import Told
from bot.detection.learned import LearnedJudge, unpack
from bot.detection.second_opinion import SecondOpinion
from bot.domain.assessment import Kind
from bot.domain.message import Message, Person, Window
from training.fit import model_of
from training.reader import told
from training.sentences import LABELS, Sentence

WAYS = ("rules", "model", "both")
_AUTHOR = Person(1, "a")
_CASES = {"positives": "threat", "disclosures": "disclosure", "hard_negatives": "innocent"}
_CHAT = "benign_chat.jsonl.gz"


class Figures(NamedTuple):
    """Shares of the sentences of one kind, by what was found in them."""

    number: int
    threat: float
    disclosure: float


def held_out(sentences: Sequence[Sentence]) -> Iterator[tuple[str, dict[tuple[str, str], Figures]]]:
    """For each hand, the figures by way and label with a model that never saw that hand."""
    for hand in sorted({each.hand for each in sentences} - {"rules"}):
        model = unpack(model_of([each for each in sentences if each.hand != hand]))
        yield hand, figures([each for each in sentences if each.hand == hand], model)


def figures(sentences: Iterable[Sentence], model: LearnedJudge) -> dict[tuple[str, str], Figures]:
    """The figures of `sentences` by way and label."""
    by_label: dict[str, list[str]] = {label: [] for label in LABELS}
    for each in sentences:
        by_label[each.label].append(each.text)
    return {
        (way, label): _figures([kind(text, model, way) for text in texts])
        for label, texts in by_label.items()
        if texts
        for way in WAYS
    }


def kind(text: str, model: LearnedJudge, way: str) -> Kind:
    """What a message that stands alone is taken for."""
    rules = load_detector(learned=False)
    if way != "model":
        detector = rules if way == "rules" else rules.advised_by(model)
        return detector.assess(Window(Message(1, 1, _AUTHOR, text, 1.0))).kind
    concepts = told(text)
    asked = _weight(concepts, model) >= model.header["asked"]
    return model.judge(text, concepts).kind if asked else Kind.NONE


def read_cases(folder: Path, language: str = "en") -> list[Sentence]:
    """Cases from files of JSON lines; only for measuring, never for training."""
    found = []
    for name, label in _CASES.items():
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if label == "innocent" or row.get("lang", language) == language:
                found.append(Sentence(row["text"], label, "cases"))
    return found


class Chat(NamedTuple):
    """What became of lines of ordinary chat."""

    lines: int
    asked: int
    found: tuple[str, ...]
    """What the model took for something, with the kind."""


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
    return sum(_weight(told(text), model) >= model.header["asked"] for text in passed)


def _weight(concepts: Told, model: LearnedJudge) -> int:
    return sum(model.gate.get(name, 0) for name in concepts.own | concepts.foreign)


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
        if assessment.kind is not Kind.NONE:
            yield f"{assessment.kind} by {assessment.findings[0].rule}: {row['text'][:120]}"


def _figures(kinds: Sequence[Kind]) -> Figures:
    count = len(kinds)
    return Figures(count, kinds.count(Kind.THREAT) / count, kinds.count(Kind.DISCLOSURE) / count)
