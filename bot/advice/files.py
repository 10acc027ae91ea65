"""The only module of advice that knows its files are YAML, and how to word what is wrong in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bot.yaml_text import parse_yaml, slip_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic import ValidationError


class AdviceFileError(ValueError):
    """A text or resource file is wrong. The message names the file and every place to mend."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        """State all `problems` of the file at `path`, one per line."""
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path.name}: {problem}" for problem in self.problems))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises AdviceFileError if it is unreadable or repeats a key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AdviceFileError(path, [str(error)]) from error
    try:
        return parse_yaml(text)
    except yaml.YAMLError as error:
        line, slip = slip_in(text, error)
        raise AdviceFileError(path, [f"line {line}: {slip}"]) from error


def problems_of(error: ValidationError) -> list[str]:
    """What pydantic found, one line per place: where, what is wrong, and the value there."""
    return [
        f"{'.'.join(map(str, found['loc']))}: {found['msg']} (found {found['input']!r})"[:300]
        for found in error.errors(include_url=False)
    ]
