"""The only module of advice that knows its files are YAML, and how to word what is wrong in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

try:  # the one written in C, where there is one, reads forty files many times sooner
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

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


class _UniqueKeyLoader(SafeLoader):
    """YAML's safe loader, but the same key twice is an error: the second would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                problem=f"the key {twice!r} is there twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises AdviceFileError if it is unreadable or repeats a key."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AdviceFileError(path, [str(error)]) from error


def problems_of(error: ValidationError) -> list[str]:
    """What pydantic found, one line per place: where, what is wrong, and the value there."""
    return [
        f"{'.'.join(map(str, found['loc']))}: {found['msg']} (found {found['input']!r})"[:300]
        for found in error.errors(include_url=False)
    ]
