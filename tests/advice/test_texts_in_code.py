"""Every text that the code asks for exists, and is given what stands in its braces."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.advice.templates import placeholders
from bot.advice.texts import Language

ROOT = Path(__file__).parents[2]


def calls() -> Iterator[tuple[str, str, set[str | None]]]:
    """Each `….text("some.key", name=…)` in the code: its place, its key, the names given."""
    for path in sorted((*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="text"),
                    args=[ast.Constant(value=str(key))],
                    keywords=keywords,
                ) if "." in key:
                    yield f"{path.name}:{node.lineno}", key, {word.arg for word in keywords}


def test_the_code_asks_only_for_texts_that_exist(english: Language) -> None:
    assert [(place, key) for place, key, _ in calls() if key not in english.texts] == []


def test_the_code_gives_every_value_that_a_text_needs(english: Language) -> None:
    lacking = [
        (place, key, missing)
        for place, key, given in calls()
        if key in english.texts
        and None not in given
        and (missing := placeholders(english.texts[key]) - given)
    ]

    assert lacking == []
