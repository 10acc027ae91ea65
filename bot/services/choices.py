"""The only module that declares what a server can choose: every setting's type, bounds and kind.

From one line of `PolicySettings` follow its key in config.yaml, its page in /setup, how it is
stored, exported and imported, and what `run.py check` makes sure of. Its field in
`domain/policy.py` and its words in the texts (`setup.setting.<key>`) have the same name.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, StrEnum
from typing import Annotated, Any, Self, Union, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from bot.domain.assessment import Level
from bot.domain.hours import WEEKDAYS, parse_hours
from bot.domain.measure import LONGEST_TIMEOUT_HOURS
from bot.domain.policy import AdviceMode, CaseThreads, Disclosures, Fallback, Policy
from bot.yaml_text import parse_yaml, slip_in

_SAID = {
    "tuple_type": "must be a list, like [one, another]",
    "frozen_set_type": "must be a list, like [one, another]",
    "string_type": "must be a text; put it in quotes",
    "model_type": "must be keys and values, each on a line of its own",
}
"""What pydantic says in a programmer's words, by its type of error."""

FORUM_NEEDED = "case_threads: forum needs case_forum, the name of a private forum"
"""What is wrong where cases shall get posts and there is no forum for them."""

Choices = Mapping[str, Any]
"""What a server chose itself, by key, as JSON holds it; keys that are missing are not chosen."""


class ChoicesError(ValueError):
    """What was written cannot be a server's choices. `problems` says why, each with its key."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Kind(StrEnum):
    """What a setting's value is, which decides how it is asked for and what can become of it."""

    CHANNEL = "channel"
    ROLE = "role"
    LANGUAGE = "language"
    CHOICE = "choice"
    SWITCH = "switch"
    NUMBER = "number"
    TEXT = "text"


def _level(value: Any) -> Any:
    names = [level.label for level in Level if level is not Level.NONE]
    if value not in names:
        raise ValueError(f"must be one of {', '.join(names)}")
    return Level[value.upper()]


def _name_or_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _hours(value: Any) -> Any:
    if isinstance(value, str):  # what else there may be is refused behind this
        parse_hours(value)
    return value


def _weekday(value: Any) -> Any:
    if value not in (None, *WEEKDAYS):
        raise ValueError(f"must be null or one of {', '.join(WEEKDAYS)}")
    return value


_Level = Annotated[Level, BeforeValidator(_level), PlainSerializer(lambda level: level.label)]
_Named = Annotated[str, BeforeValidator(_name_or_id), Field(min_length=1, max_length=100)]
"""An identifier or a name; YAML may take an identifier for a number."""
_Hours = Annotated[str, BeforeValidator(_hours)]
_Weekday = Annotated[str, BeforeValidator(_weekday)]
Channel = Annotated[_Named, Kind.CHANNEL]
Role = Annotated[_Named, Kind.ROLE]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2}|-419)?$"), Kind.LANGUAGE]


class PolicySettings(BaseModel):
    """One server's choices; what is left out holds as in `defaults`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    alert_channel: Channel = "notalone-alerts"
    moderator_roles: tuple[Role, ...] = ()
    ping_role: Role | None = None
    ping_from: _Level = Level.HIGH
    alert_from: _Level = Level.MEDIUM
    advise_from: _Level = Level.HIGH
    advice: AdviceMode = AdviceMode.DIRECT
    fallback: Fallback = Fallback.NONE
    disclosures: Disclosures = Disclosures.OFFER
    many_targets: int = Field(3, ge=1, le=20)
    webhooks: bool = False
    ignored_channels: frozenset[Channel] = frozenset()
    language: Locale | None = None
    dry_run: bool = False
    case_threads: CaseThreads = CaseThreads.NONE
    case_forum: Channel | None = None
    reminder_hours: int = Field(24, ge=0, le=24 * 30)
    quiet_hours: _Hours | None = None
    digest_day: _Weekday | None = "monday"
    quarantine_role: Role | None = None
    auto_timeout_hours: int = Field(0, ge=0, le=LONGEST_TIMEOUT_HOURS)
    keep_resolved_days: int = Field(30, ge=1, le=180)
    keep_false_alarm_days: int = Field(7, ge=7, le=30)
    keep_record_days: int = Field(365, ge=1, le=3650)
    keep_after_leaving_days: int = Field(7, ge=0, le=30)

    @model_validator(mode="after")
    def _forum_is_named(self) -> Self:
        if self.case_threads is CaseThreads.FORUM and self.case_forum is None:
            raise ValueError(FORUM_NEEDED)
        return self

    def policy(self) -> Policy:
        """The same choices as the domain knows them."""
        return Policy(**dict(self))


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting. `options` are the values of a CHOICE, as they are written."""

    key: str
    kind: Kind
    many: bool
    optional: bool
    options: tuple[str, ...]


def _parts(annotation: Any) -> Iterator[Any]:
    """A type, and everything that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _kind(parts: list[Any]) -> Kind:
    marked = next((part for part in parts if isinstance(part, Kind)), None)
    if marked is not None:
        return marked
    if _enum(parts) is not None:
        return Kind.CHOICE
    plain = {bool: Kind.SWITCH, int: Kind.NUMBER, float: Kind.NUMBER}
    return next((plain[part] for part in parts if part in plain), Kind.TEXT)


def _enum(parts: list[Any]) -> type[Enum] | None:
    return next((p for p in parts if isinstance(p, type) and issubclass(p, Enum)), None)


def _options(parts: list[Any]) -> tuple[str, ...]:
    members = _enum(parts)
    if members is Level:
        return tuple(level.label for level in Level if level is not Level.NONE)
    return tuple(str(member.value) for member in members) if members is not None else ()


def _setting(key: str) -> Setting:
    field = PolicySettings.model_fields[key]
    found = (*_parts(field.annotation), *field.metadata)
    parts = [part for part in found if isinstance(part, type | Kind)]
    return Setting(
        key=key,
        kind=_kind(parts),
        many=get_origin(field.annotation) in (tuple, frozenset),
        optional=get_origin(field.annotation) in (Union, types.UnionType),
        options=_options(parts),
    )


SETTINGS: Mapping[str, Setting] = {key: _setting(key) for key in PolicySettings.model_fields}
"""Every setting by key, in the order of their declaration."""


def layered(base: PolicySettings, choices: Mapping[Any, Any]) -> PolicySettings:
    """`base` with choices on top. Raises ChoicesError with everything that is wrong."""
    try:
        return PolicySettings.model_validate({**as_written(base), **choices})
    except ValidationError as error:
        raise ChoicesError([_problem(e) for e in error.errors()]) from None


def checked(choices: Mapping[Any, Any], base: PolicySettings) -> dict[str, Any]:
    """Choices that hold on top of `base`, as they are stored. Raises ChoicesError."""
    written = as_written(layered(base, choices))
    return {key: written[key] for key in choices}


def usable(stored: Choices, base: PolicySettings) -> tuple[dict[str, Any], list[str]]:
    """What of stored choices holds on top of `base`, and why the rest does not."""
    kept: dict[str, Any] = {}
    problems: dict[str, list[str]] = {key: [] for key in stored}
    for key in [*stored, *stored]:  # twice: one may need another that comes later
        try:
            kept = checked({**kept, key: stored[key]}, base)
            problems.pop(key, None)
        except ChoicesError as error:
            problems[key] = error.problems
    return kept, [problem for key in problems for problem in problems[key]]


def as_written(settings: PolicySettings) -> dict[str, Any]:
    """Every value as it would be written or stored."""
    return _in_order(settings.model_dump(mode="json"))


def to_yaml(choices: Choices) -> str:
    """Choices as YAML, in the form of a server's part of config.yaml."""
    return yaml.safe_dump(dict(choices), sort_keys=False, allow_unicode=True, width=1000)


def from_yaml(text: str) -> dict[Any, Any]:
    """The keys and values of a YAML text, not checked yet. Raises ChoicesError."""
    try:
        written = parse_yaml(text)
    except yaml.YAMLError as error:
        line, slip = slip_in(text, error)
        raise ChoicesError([f"line {line}: not valid YAML ({slip})"]) from None
    except (ValueError, RecursionError):
        raise ChoicesError(["not valid YAML"]) from None
    if not isinstance(written, Mapping | None):
        raise ChoicesError(["must be a list of keys and values"])
    return dict(written or {})


def in_plain_words(error: Any) -> str:
    """What pydantic found, as whoever wrote the value understands it."""
    message: str = _SAID.get(error["type"], error["msg"].removeprefix("Value error, "))
    return message.replace("Input should be", "must be", 1)


def _in_order(dumped: dict[str, Any]) -> dict[str, Any]:
    """Sets as sorted lists, so that equal choices are written alike."""
    unordered = [key for key in dumped if _is_set(key)]
    return dumped | {key: sorted(dumped[key]) for key in unordered}


def _is_set(key: str) -> bool:
    return get_origin(PolicySettings.model_fields[key].annotation) is frozenset


def _problem(error: Any) -> str:
    place = "".join(f"{part}: " for part in error["loc"] if isinstance(part, str))
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), SETTINGS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{place}there is no such key{hint}"
    return f"{place}{in_plain_words(error)}"
