"""The rules that every text must keep: its key, its placeholders, and Discord's limits."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOM = 100
"""Characters kept free for each placeholder: the length of Discord's longest server name."""

ROOM_OF = {"first": 50, "last": 50}
"""Characters kept free for a placeholder where that is less: here the label of a country."""

LIMITS = (
    ("button.*", 80),
    ("select.country_range", 150),
    ("select.*", 100),
    ("setup.button.*", 80),
    ("setup.menu.*", 150),
    ("setup.option.*", 100),
    ("setup.setting.*.name", 45),
    ("setup.form.*", 45),
    ("situation.*.label", 100),
    ("command.*.name", 32),
    ("command.*.description", 100),
    ("*", 2000),
)
"""Discord's limits in characters, by key; the first pattern that fits counts (API reference)."""

SLASH_COMMAND_NAMES = ("command.help.name", "command.privacy.name")
_SLASH_COMMAND_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]+")
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)*")


@cache
def placeholders(template: str) -> frozenset[str]:
    """The names in braces. Raises ValueError if the braces hold anything but a plain name."""
    fields = [field for field in Formatter().parse(template) if field[1] is not None]
    for _, name, spec, conversion in fields:
        if spec or conversion or not _NAME.fullmatch(name or ""):
            raise ValueError(f"the braces {{{name}}} do not hold a plain name")
    return frozenset(name for _, name, _, _ in fields if name)


@cache
def limit_of(key: str) -> int:
    """How many characters Discord allows where the text of this key stands."""
    return next(limit for pattern, limit in LIMITS if fnmatchcase(key, pattern))


def flatten(tree: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a nested mapping with its dotted key. Raises ValueError for what is no text."""
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from flatten(value, f"{key}.")
        elif isinstance(value, str) and value.strip():
            yield key, value
        else:
            raise ValueError(f"{key}: {value!r} is not a text; put it in quotes")


def resolve(template: str, templates: Mapping[str, str], *, depth: int = 3) -> str:
    """The template with each reference `{another.key}` replaced by that text.

    Raises ValueError for a reference to a missing text, or one that leads in a circle.
    """
    for name in placeholders(template):
        if "." not in name:
            continue
        if name not in templates or not depth:
            raise ValueError(f"{{{name}}} does not lead to a text of this file")
        text = resolve(templates[name], templates, depth=depth - 1)
        template = template.replace(f"{{{name}}}", text)
    return template


def differences(templates: Mapping[str, str], reference: Mapping[str, str]) -> Iterator[str]:
    """How a language departs from the reference: keys too few or too many, other placeholders."""
    for key in reference.keys() - templates.keys():
        yield f"{key}: is missing; English has {reference[key]!r}"
    for key in templates.keys() - reference.keys():
        yield f"{key}: is not a text of English; remove it or correct its name"
    for key in templates.keys() & reference.keys():
        wanted, found = placeholders(reference[key]), placeholders(templates[key])
        if wanted != found:
            yield f"{key}: has {_braces(found)}, but English has {_braces(wanted)}"


def misfits(texts: Mapping[str, str]) -> Iterator[str]:
    """Which texts Discord would refuse, with every placeholder as long as it can be."""
    for key, text in texts.items():
        length = len(text) + sum(
            ROOM_OF.get(name, ROOM) - len(name) - 2 for name in placeholders(text)
        )
        if length > limit_of(key):
            yield f"{key}: {length} characters are too many; Discord takes {limit_of(key)}"
    for key in SLASH_COMMAND_NAMES:
        name = texts.get(key, "")
        if name and (name != name.lower() or not _SLASH_COMMAND_NAME.fullmatch(name)):
            yield f"{key}: {name!r} may hold only small letters, digits and hyphens"


def _braces(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names)) or "no braces"
