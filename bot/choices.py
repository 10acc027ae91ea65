"""How single choices are written in a configuration: levels, places, hours, days."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.domain.assessment import Level
from bot.domain.hours import WEEKDAYS, parse_hours


def _level(value: Any) -> Any:
    names = [level.label for level in Level if level is not Level.NONE]
    if value not in names:
        raise ValueError(f"must be one of {', '.join(names)}")
    return Level[value.upper()]


def _name_or_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _quiet_hours(value: Any) -> Any:
    if value is not None:
        parse_hours(str(value))
    return value


def _weekday(value: Any) -> Any:
    if value not in (None, *WEEKDAYS):
        raise ValueError(f"must be null or one of {', '.join(WEEKDAYS)}")
    return value


LevelName = Annotated[Level, BeforeValidator(_level)]
Place = Annotated[str, BeforeValidator(_name_or_id), Field(min_length=1)]
"""The identifier or the name of a channel or role; YAML may take an identifier for a number."""


QuietHours = Annotated[str | None, BeforeValidator(_quiet_hours)]
Weekday = Annotated[str | None, BeforeValidator(_weekday)]
