"""The only module that knows what `scan --explain` shows: of every message why, or why not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from bot.detection import Detector, Explanation, load_detector
from bot.domain.assessment import Kind, Signal
from bot.hearing import hear, read_each
from bot.terminal import visible
from bot.transcripts import Entry

_ALTERNATIVES = 4
"""How many of the concepts that would do are named."""


class Explained(NamedTuple):
    """A message of a file, and why it was assessed as it was."""

    file: str
    entry: Entry
    explanation: Explanation


def run(files: Sequence[Path | str], *, as_json: bool, out: TextIO, err: TextIO) -> int:
    """Explain every message of `files` on `out`; `-` stands for standard input.

    Returns 0, or 2 if a file could not be read: that is said on `err`. Raises CatalogueError or
    ModelError if the rules or languages are wrong.
    """
    detector = load_detector()
    titles = {rule.id: rule.title for rule in detector.rules}

    def explain(path: Path, file: str) -> None:
        out.writelines(
            f"{json.dumps(as_object(each))}\n" if as_json else _told(each, titles)
            for each in explain_file(path, detector, file=file)
        )

    unread = read_each(files, explain, err=err)
    out.flush()
    return 2 if unread else 0


def explain_file(path: Path, detector: Detector, *, file: str) -> Iterator[Explained]:
    """Every message of the transcript at `path`, explained. Raises TranscriptError."""
    for entry, window, _ in hear(path, detector):
        yield Explained(file, entry, detector.explain(window))


def as_object(explained: Explained) -> dict[str, Any]:
    """One explanation in the form that `--explain --json` promises."""
    file, entry, explanation = explained
    assessment, near, opinion = explanation.assessment, explanation.nearest, explanation.opinion
    return {
        "file": file,
        "conversation": entry.conversation,
        "index": entry.place,
        "id": entry.id,
        "kind": assessment.kind.value,
        "level": assessment.level.label,
        "findings": [
            {"rule": f.rule, "level": f.level.label, "signals": _signals(f.signals)}
            for f in assessment.findings
        ],
        "experimental": [f.rule for f in explanation.experimental],
        "aside": explanation.aside,
        "nearest": near
        and {
            "rule": near.rule,
            "met": _signals(near.met),
            "lacking": near.lacking,
            "silenced_by": _signals([near.silenced_by])[0] if near.silenced_by else None,
        },
        "learned": opinion
        and {
            "asked": explanation.asked,
            "threat": round(opinion.threat, 3),
            "disclosure": round(opinion.disclosure, 3),
            "words": [telling.words for telling in opinion.telling],
        },
    }


def _signals(signals: Iterable[Signal]) -> list[dict[str, Any]]:
    return [
        {"concept": s.concept, "words": s.words, "start": s.start, "end": s.end} for s in signals
    ]


def _told(explained: Explained, titles: dict[str, str]) -> str:
    """The explanation for people, with a blank line after it."""
    entry, assessment = explained.entry, explained.explanation.assessment
    what = "nothing" if assessment.kind is Kind.NONE else assessment.kind.value
    level = f", {assessment.level.label}" if assessment.findings else ""
    where = " ".join(filter(None, (explained.file, entry.conversation, f"#{entry.place}")))
    who = f"{entry.message.author.name}: " if entry.message.author.name else ""
    lines = [f"{where}  {who}{entry.message.text}", f"  → {what}{level}"]
    lines += [f"  {line}" for line in reasons(explained.explanation, titles)]
    return "".join(f"{visible(line)}\n" for line in lines) + "\n"


def reasons(explanation: Explanation, titles: dict[str, str]) -> Iterator[str]:
    """Line by line what was found, or what was missing, and what the learned judge says."""
    for finding in explanation.assessment.findings:
        title = titles.get(finding.rule, "")
        yield f"{finding.rule} ({finding.level.label}): {title}"
        yield f"    {_words(finding.signals)}"
    for counted in explanation.experimental:
        yield f"{counted.rule} fired too, but is experimental: counted only"
    if explanation.aside is not None:
        yield f"it {explanation.aside}"
    yield from _nearly(explanation)
    yield from _learned(explanation)


def _nearly(explanation: Explanation) -> Iterator[str]:
    near = explanation.nearest
    if near is None:
        if explanation.assessment.kind is Kind.NONE:
            yield "no rule is even half there"
        return
    yield f"nearest rule: {near.rule}: {near.title}"
    yield f"    there: {_words(near.met)}"
    for missing in near.lacking:
        more = " …" if len(missing) > _ALTERNATIVES else ""
        yield f"    missing: {' or '.join(missing[:_ALTERNATIVES])}{more}"
    if near.silenced_by is not None:
        yield f"    silenced by {near.silenced_by.concept}: {near.silenced_by.words}"
    elif near.is_scattered and explanation.aside is None:
        yield "    all is there, but in another order, too far apart, or in the same words"


def _learned(explanation: Explanation) -> Iterator[str]:
    opinion = explanation.opinion
    if opinion is None:
        return
    words = ", ".join(telling.words for telling in opinion.telling)
    asked = "" if explanation.asked else "not asked, "
    because = f", for: {words}" if words else ""
    yield (
        f"learned judge: {asked}threat {opinion.threat:.0%}, "
        f"disclosure {opinion.disclosure:.0%}{because}"
    )


def _words(signals: Iterable[Signal]) -> str:
    return "; ".join(f"{s.concept}: {s.words} ({s.start}-{s.end})" for s in signals)
