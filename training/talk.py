"""The only module that knows how openly licensed talk is made into lines that are learned.

It teaches what is innocent, most of all lines that sound grave. None of it is kept in the project.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from training.sentences import Sentence
from training.settings import SEED, TALK_PER_LANGUAGE
from training.talk_sources import SOURCES

HAND = "talk"

_MARKUP = re.compile(r"<[^>]+>|\\[nt\"]|\[\[|\]\]|'{2,}")
_TEMPLATES = frozenset("$%={}|")
_SENTENCES = re.compile(r"(?<=[.!?…。！？])\s+")
_TOGETHER = (1, 1, 2, 3)
_SHORTEST, _LONGEST = 6, 240


def read_talk(folder: Path) -> list[Sentence]:
    """Some thousand lines of talk in each language, the same ones each time.

    Raises FileNotFoundError, which says how to fetch them.
    """
    chance = random.Random(SEED)
    found: dict[str, set[str]] = {}
    for source in SOURCES:
        for language, text in source(folder):
            found.setdefault(language, set()).update(_lines(text, chance))
    if not found:
        raise FileNotFoundError(f"no talk in {folder}: training/fetch-talk {folder}")
    return [
        Sentence(line, "innocent", HAND, language)
        for language in sorted(found)
        for line in _some(sorted(found[language]), chance)
    ]


def _some(lines: list[str], chance: random.Random) -> list[str]:
    return chance.sample(lines, min(TALK_PER_LANGUAGE, len(lines)))


def _lines(text: str, chance: random.Random) -> Iterator[str]:
    """A text as it might stand in a chat: one to three sentences at a time."""
    plain = " ".join(_MARKUP.sub(" ", text).split())
    if not _TEMPLATES.isdisjoint(plain):
        return
    sentences = _SENTENCES.split(plain)
    while sentences:
        count = chance.choice(_TOGETHER)
        line = " ".join(sentences[:count])
        del sentences[:count]
        if _SHORTEST <= len(line) <= _LONGEST:
            yield line
