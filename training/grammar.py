"""The only module that knows how a grammar writes lines of ordinary talk."""

from __future__ import annotations

import random
import re

from training.sentences import HERE, Sentence
from training.settings import ORDINARY, SEED

_LIST = re.compile(r"\{(\w+)\}")
_ROOT = "{line}"
_TRIES = 4

Grammar = dict[str, list[str]]


def ordinary() -> list[Sentence]:
    """Lines of ordinary talk from every grammar; the same ones each time."""
    found: list[Sentence] = []
    for name, count in ORDINARY.items():
        lines = _lines(_grammar(name), count, random.Random(SEED))
        found.extend(Sentence(line, "innocent", name) for line in lines)
    return found


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
