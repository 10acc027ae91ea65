"""The only module that knows how a grammar writes lines of ordinary talk."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from training.sentences import HERE, Sentence
from training.settings import LONG, ORDINARY, SEED

_LIST = re.compile(r"\{(\w+)\}")
_ROOT = "{line}"
_TRIES = 4
_JOINTS = (".", "", ",", "!", "...", " and")
_FEWEST, _MOST = 2, 9

Grammar = dict[str, list[str]]


def ordinary() -> list[Sentence]:
    """Lines of ordinary talk from every grammar; the same ones each time."""
    found: list[Sentence] = []
    for name, count in ORDINARY.items():
        lines = _lines(_grammar(name), count, random.Random(SEED))
        found.extend(Sentence(line, "innocent", name) for line in lines)
    return found


def long_texts(innocent: Sequence[str]) -> list[Sentence]:
    """Long texts put together from `innocent` ones, so that length alone means nothing."""
    chance = random.Random(SEED)
    return [Sentence(_joined(innocent, chance), "innocent", "long") for _ in range(LONG)]


def _joined(parts: Sequence[str], chance: random.Random) -> str:
    count = chance.randint(_FEWEST, _MOST)
    return " ".join(chance.choice(parts) + chance.choice(_JOINTS) for _ in range(count))


def _grammar(name: str) -> Grammar:
    grammar: Grammar = {}
    lines: list[str] = []
    for line in (HERE / "grammars" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("="):
            lines = grammar.setdefault(line[1:], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return grammar


def _lines(grammar: Grammar, count: int, chance: random.Random) -> list[str]:
    """Up to `count` different lines."""
    found: dict[str, None] = {}
    for _ in range(count * _TRIES):
        if len(found) == count:
            break
        found[_written(grammar, _ROOT, chance)] = None
    return list(found)


def _written(grammar: Grammar, line: str, chance: random.Random) -> str:
    def one(match: re.Match[str]) -> str:
        return _written(grammar, chance.choice(grammar[match[1]]), chance)

    return _LIST.sub(one, line)
