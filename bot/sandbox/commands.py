"""The only module that knows application commands: what Discord accepts, keeps and offers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.errors import FormErrors

if TYPE_CHECKING:
    from bot.sandbox.protocol import Json
    from bot.sandbox.world import World

CHAT_INPUT = 1
USER = 2
MESSAGE = 3
SUBCOMMAND = 1
GROUP = 2
_NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
_LOCALES = frozenset(
    [
        *("bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi"),
        *("hr", "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru"),
        *("sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW"),
    ]
)
"""Discord's locales, https://docs.discord.com/developers/reference#locales."""
_MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
_TOTAL = 8000


@dataclass
class Commands:
    """The registered commands of the application, global (key None) and per server id."""

    world: World
    by_place: dict[int | None, list[Json]] = field(default_factory=dict)
    synchronised: int = 0

    def replace(self, place: int | None, payloads: list[Json]) -> list[Json]:
        """Replace all commands of a place and return them registered; raises 50035."""
        check_commands(payloads)
        known = {(c["name"], c["type"]): c["id"] for c in self.by_place.get(place, [])}
        registered = [self._registered(place, payload, known) for payload in payloads]
        self.by_place[place] = registered
        self.synchronised += 1
        self.world.changed()
        return registered

    def _registered(
        self, place: int | None, payload: Json, known: dict[tuple[str, int], str]
    ) -> Json:
        key = (payload["name"], int(payload.get("type", CHAT_INPUT)))
        defaults: Json = {
            "type": CHAT_INPUT,
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            "name_localizations": None,
            "description_localizations": None,
        }
        command = defaults | payload
        command |= {
            "id": known.get(key) or str(self.world.snowflakes.next()),
            "application_id": str(self.world.application_id),
            "version": str(self.world.snowflakes.next()),
        }
        return command if place is None else command | {"guild_id": str(place)}

    def offered(self, place: int | None, *, kind: int) -> list[Json]:
        """Return the commands of a kind that exist in a place, the server's own first."""
        own = self.by_place.get(place, []) if place is not None else []
        return [c for c in (*own, *self.by_place.get(None, [])) if c["type"] == kind]


def check_commands(payloads: list[Json]) -> None:
    """Raise 50035 with every wrong place of a list of commands."""
    errors = FormErrors()
    kinds = Counter(int(p.get("type", CHAT_INPUT)) for p in payloads)
    for kind, number in kinds.items():
        if number > _MOST.get(kind, 0):
            message = f"Maximum number of application commands reached ({_MOST.get(kind, 0)})."
            errors.add("commands", code="APPLICATION_COMMAND_TOO_MANY", message=message)
    names = Counter((p.get("name"), p.get("type", CHAT_INPUT)) for p in payloads)
    for index, payload in enumerate(payloads):
        if names[payload.get("name"), payload.get("type", CHAT_INPUT)] > 1:
            message = "Application command names must be unique"
            errors.add(str(index), code="APPLICATION_COMMANDS_DUPLICATE_NAME", message=message)
        _check_command(payload, errors, str(index))
    errors.check()


def _check_command(payload: Json, errors: FormErrors, path: str) -> None:
    if int(payload.get("type", CHAT_INPUT)) != CHAT_INPUT:
        errors.length(f"{path}.name", payload.get("name"), least=1, most=32)
        for locale, name in _localisations(payload, "name", errors, path):
            errors.length(f"{path}.name_localizations.{locale}", name, least=1, most=32)
        if payload.get("description"):
            message = "Context menu commands cannot have description"
            code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID"
            errors.add(f"{path}.description", code=code, message=message)
        return
    _check_named(payload, errors, path)
    _check_options(payload.get("options") or [], errors, f"{path}.options")
    if _size(payload) > _TOTAL:
        message = f"Command exceeds maximum size ({_TOTAL})"
        errors.add(path, code="APPLICATION_COMMAND_TOO_LARGE", message=message)


def _check_named(payload: Json, errors: FormErrors, path: str) -> None:
    _check_name(payload.get("name"), errors, f"{path}.name")
    for locale, name in _localisations(payload, "name", errors, path):
        _check_name(name, errors, f"{path}.name_localizations.{locale}")
    errors.length(f"{path}.description", payload.get("description"), least=1, most=100)
    for locale, text in _localisations(payload, "description", errors, path):
        errors.length(f"{path}.description_localizations.{locale}", text, least=1, most=100)


def localised(command: Json, key: str, locale: str) -> str:
    """Return the name or description of a command that a person with this locale sees."""
    return str((command.get(f"{key}_localizations") or {}).get(locale) or command[key])


def _localisations(
    payload: Json, key: str, errors: FormErrors, path: str
) -> list[tuple[str, object]]:
    """Return the texts by locale; a locale that Discord does not know is an error."""
    texts = payload.get(f"{key}_localizations") or {}
    for locale in texts.keys() - _LOCALES:
        message = f"Value must be one of {sorted(_LOCALES)}."
        errors.add(f"{path}.{key}_localizations.{locale}", code="ENUM_TYPE_COERCE", message=message)
    return list(texts.items())


def _check_name(name: object, errors: FormErrors, path: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
        message = "Command name is invalid"
        errors.add(path, code="APPLICATION_COMMAND_INVALID_NAME", message=message)


def _check_options(options: list[Json], errors: FormErrors, path: str) -> None:
    errors.count(path, len(options), most=25)
    optional_seen = False
    for index, option in enumerate(options):
        where = f"{path}.{index}"
        _check_named(option, errors, where)
        _check_options(option.get("options") or [], errors, f"{where}.options")
        choices = option.get("choices") or []
        errors.count(f"{where}.choices", len(choices), most=25)
        for number, choice in enumerate(choices):
            at = f"{where}.choices.{number}.name"
            errors.length(at, choice.get("name"), least=1, most=100)
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            errors.add(where, code="APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message=message)
        optional_seen = optional_seen or not option.get("required")


def _size(payload: Json) -> int:
    """Return the length of name, description and values, longest localisation each."""
    total = _longest(payload, "name") + _longest(payload, "description")
    total += sum(_size(option) for option in payload.get("options") or [])
    for choice in payload.get("choices") or []:
        total += _longest(choice, "name") + len(str(choice.get("value", "")))
    return total


def _longest(payload: Json, key: str) -> int:
    texts = [payload.get(key) or "", *(payload.get(f"{key}_localizations") or {}).values()]
    return max(map(len, texts))
