"""How YAML is read wherever people write it: safely, and a key that is there twice is an error."""

from __future__ import annotations

from typing import Any

import yaml

try:  # the one written in C, where there is one, reads forty files many times sooner
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]


class _UniqueKeyLoader(SafeLoader):
    """YAML's safe loader; of a key that is there twice it would take the second in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        keys: list[Any] = []
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} is there twice", problem_mark=key.start_mark
                )
            keys.append(key.value)
        return super().construct_mapping(node, deep=deep)


def parse_yaml(text: str) -> Any:
    """The one document of a YAML text. Raises yaml.YAMLError, also if it repeats a key."""
    return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
