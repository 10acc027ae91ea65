"""The detector in its parts, and its peers, behind one question: what is seen in a transcript?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.peers import Matcher, alt_profanity, automod, red
from bot.detection import Detector, load_detector
from bot.domain.assessment import Kind, Level
from bot.scan import scan_file
from bot.transcripts import read_transcript


class Seen(NamedTuple):
    """Something that a system says of one message."""

    conversation: str | None
    place: int
    text: str
    kind: Kind
    level: Level
    offender: str
    targets: frozenset[str]
    why: str


System = Callable[[Path], Iterator[Seen]]
SKIPPED = "alt-profanity-check is not installed, and left out"


def systems() -> dict[str, System]:
    """Everything that is scored, by name; the whole detector first."""
    rules = load_detector(learned=False)
    found: dict[str, System] = {
        "both": _own(load_detector()),
        "rules": _own(rules),
        "model": _own(load_detector().without_rules()),
        "AutoMod": _peer(automod()),
        "Red": _peer(red()),
    }
    profanity = alt_profanity()
    return found | ({"profanity": _peer(profanity)} if profanity else {})


def _own(detector: Detector) -> System:
    def see(path: Path) -> Iterator[Seen]:
        for _, entry, assessment in scan_file(path, detector):
            yield Seen(
                entry.conversation,
                entry.place,
                entry.message.text,
                assessment.kind,
                assessment.level,
                assessment.offender.name if assessment.offender else "",
                frozenset(person.name for person in assessment.targets),
                ", ".join(finding.rule for finding in assessment.findings[:2]),
            )

    return see


def _peer(matches: Matcher) -> System:
    """A list knows no targets, no disclosures and no levels: whoever wrote a match is meant."""

    def see(path: Path) -> Iterator[Seen]:
        for entry in read_transcript(path):
            message = entry.message
            if matches(message.text):
                yield Seen(
                    entry.conversation,
                    entry.place,
                    message.text,
                    Kind.THREAT,
                    Level.MEDIUM,
                    message.author.name,
                    frozenset(),
                    "",
                )

    return see
