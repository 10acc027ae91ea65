"""How YAML is read wherever people write it: safely, and a key that is there twice is an error.

Aliases and merge keys are refused: a few lines of them can stand for more than any memory holds.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

try:  # the ones written in C, where there are, read forty files many times sooner
    from yaml import CBaseLoader as BaseLoader
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import BaseLoader, SafeLoader  # type: ignore[assignment]


_MERGE = "tag:yaml.org,2002:merge"
_MAY_BE_ALIAS = re.compile(r"(?:^|[\s,:\[{-])\*[^\s*]", re.MULTILINE)
"""A star where a value may begin; most stand at the end of a stem, within quotation marks."""


class _PlainKeys(yaml.constructor.BaseConstructor):
    """Refuses merge keys, and a key that is there twice, of which YAML would take the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        keys: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # it is refused below: only words and numbers can be keys
            if key.tag == _MERGE:
                raise yaml.constructor.ConstructorError(
                    problem="merge keys (<<) cannot be used here; write the keys out",
                    problem_mark=key.start_mark,
                )
            if key.value in keys:
                single = isinstance(value, yaml.ScalarNode)
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} is there twice",
                    problem_mark=key.start_mark,
                    note="keep one of them" if single else "put both lists under one",
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _ValueLoader(_PlainKeys, SafeLoader):
    """YAML's safe loader, with plain and unique keys."""


class _WordLoader(_PlainKeys, BaseLoader):
    """Reads every scalar as text, with plain and unique keys."""


def parse_yaml(text: str) -> Any:
    """The one document of a YAML text. Raises yaml.YAMLError, also for what is refused here."""
    _refuse_aliases(text)
    return yaml.load(text, Loader=_ValueLoader)  # noqa: S506 (a SafeLoader)


def parse_words(text: str) -> Any:
    """Like `parse_yaml`, but every scalar is text: the words `no` and `on` stay words."""
    _refuse_aliases(text)
    return yaml.load(text, Loader=_WordLoader)  # noqa: S506 (builds nothing but strings)


def _refuse_aliases(text: str) -> None:
    """Raise yaml.YAMLError at the first alias, before anything is built of it."""
    if _MAY_BE_ALIAS.search(text) is None:  # reading forty files twice would take a second
        return
    for event in yaml.parse(text, Loader=BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(
                problem="aliases (*) cannot be used here; write the value out, or in quotes",
                problem_mark=event.start_mark,  # type: ignore[arg-type]  # either mark will do
            )


def slip_in(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """The line (from 1) of what `error` found in `text`, and what to mend there, if it is plain."""
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        before = text[: getattr(error, "position", 0)]
        return before.count("\n") + 1, str(error).splitlines()[0]
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1)  # what was left open is missed behind the last one
    line = lines[number]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return number + 1, "a tab; indent with spaces"
    quoted = _quote_before(text, error)
    if quoted is not None:
        return quoted + 1, "this quotation mark is not closed, or stands inside the text"
    found = ": ".join(filter(None, (error.context, error.problem)))
    return number + 1, "; ".join(filter(None, (found, error.note)))


def _quote_before(text: str, error: yaml.MarkedYAMLError) -> int | None:
    """The line (from 0) where the quotation begins right behind whose end reading failed."""
    if isinstance(error, yaml.scanner.ScannerError):
        is_open = error.context == "while scanning a quoted scalar"
        return error.context_mark.line if is_open and error.context_mark else None
    here = error.problem_mark.index if error.problem_mark else 0
    for token in yaml.scan(text, Loader=BaseLoader):
        if isinstance(token, yaml.ScalarToken) and token.end_mark.index == here:
            return token.start_mark.line if token.style in {'"', "'"} else None
    return None
