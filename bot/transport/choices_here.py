"""What a server's choices mean in that server: what they are called, and what cannot hold there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import discord

from bot.advice import Language, Texts
from bot.services.choices import SETTINGS, Kind, PolicySettings, Setting, as_written
from bot.transport.places import (
    ALERT_CHANNEL,
    CASE_FORUM,
    IN_FORUM,
    alert_channels,
    bearers,
    case_forums,
    channels_of,
    is_public,
    missing_permissions,
    obstacle_in,
)
from bot.transport.wording import in_line, name

_SHOWN = 10
"""How many channels or roles of one setting are shown; the rest is counted."""

Reason = Literal[
    "unknown_channel",
    "unknown_role",
    "several_channels",
    "several_roles",
    "everyone",
    "not_a_forum",
    "public_forum",
    "missing_permissions",
]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why one value of a setting cannot hold in a server."""

    key: str
    value: str
    reason: Reason


def objections(guild: discord.Guild, choices: Mapping[str, Any]) -> Iterator[Objection]:
    """What the choices name and the server lacks, or must not have; the alert channel apart.

    Whether alerts can go there is a question of its own: `places.obstacle`.
    """
    for key, value in choices.items():
        if key == ALERT_CHANNEL:
            continue
        for wanted in values_of(value):
            reason = _objection(guild, SETTINGS[key], wanted)
            if reason is not None:
                yield Objection(key, str(wanted), reason)


def values_of(value: Any) -> tuple[Any, ...]:
    """The single values of a setting: none, one, or several."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple | frozenset) else (value,)


def meant(
    guild: discord.Guild, setting: Setting, wanted: Any
) -> Sequence[discord.abc.GuildChannel | discord.Role]:
    """The channels or roles that one value of a setting may mean: several, where names are alike.

    Unless the setting is of many channels, it holds only where it is one.
    """
    if setting.kind is Kind.ROLE:
        return bearers(guild.roles, wanted)
    if setting.key == ALERT_CHANNEL:
        return alert_channels(guild, wanted)
    return (case_forums if setting.key == CASE_FORUM else channels_of)(guild, wanted)


def is_clear(setting: Setting, found: Sequence[object]) -> bool:
    """Whether a value that may mean these means something in particular."""
    return len(found) == 1 or (len(found) > 1 and setting.kind is Kind.CHANNEL and setting.many)


def _objection(guild: discord.Guild, setting: Setting, wanted: Any) -> Reason | None:
    if setting.kind not in (Kind.CHANNEL, Kind.ROLE):
        return None
    is_role = setting.kind is Kind.ROLE
    found = meant(guild, setting, wanted)
    if not found and setting.key == CASE_FORUM and channels_of(guild, wanted):
        return "not_a_forum"
    if not found:
        return "unknown_role" if is_role else "unknown_channel"
    if not is_clear(setting, found):
        return "several_roles" if is_role else "several_channels"
    (one, *_) = found
    if isinstance(one, discord.Role):
        return "everyone" if one.is_default() else None
    return _forum_objection(one) if setting.key == CASE_FORUM else None


def _forum_objection(forum: discord.abc.GuildChannel) -> Reason | None:
    if is_public(forum):
        return "public_forum"
    return "missing_permissions" if missing_permissions(forum, IN_FORUM) else None


def shown(
    language: Language, languages: Texts, guild: discord.Guild, setting: Setting, value: Any
) -> str:
    """A setting's value as people read it, bounded; channels and roles as Discord links them."""
    if value is None and setting.kind is Kind.LANGUAGE:
        return language.text("setup.as_server")
    values = values_of(value)
    if not values:
        return language.text("setup.nobody" if setting.kind is Kind.ROLE else "setup.none")
    texts = [_one(language, languages, guild, setting, one) for one in values[:_SHOWN]]
    return ", ".join(texts) + (f" +{len(values) - _SHOWN}" if len(values) > _SHOWN else "")


def _one(
    language: Language, languages: Texts, guild: discord.Guild, setting: Setting, value: Any
) -> str:
    if setting.kind in (Kind.CHANNEL, Kind.ROLE):
        found = meant(guild, setting, value)
        if is_clear(setting, found):
            return found[0].mention + (f" +{len(found) - 1}" if len(found) > 1 else "")
        key = "setup.several" if found else "setup.missing"
        return language.text(key, value=in_line(str(value)))
    if setting.kind is Kind.LANGUAGE:
        return languages.get(str(value)).name
    if setting.kind is Kind.SWITCH:
        return language.text("setup.option.enabled" if value else "setup.option.disabled")
    if setting.kind is Kind.CHOICE:
        return option_text(language, setting, str(value))
    return name(str(value))


def option_text(language: Language, setting: Setting, value: str) -> str:
    """What one option of a choice is called: in words of its own, or a level's."""
    own = f"setup.option.{setting.key}.{value}"
    return language.text(own if own in language.texts else f"level.{value}")


def refusal(language: Language, guild: discord.Guild, choices: Mapping[str, Any]) -> str:
    """Why these choices are not saved, and what to do instead; empty if they may be."""
    if ALERT_CHANNEL in choices and (said := _about_alerts(language, guild, choices)):
        return said
    found = next(objections(guild, choices), None)
    if found is None:
        return ""
    named = (*case_forums(guild, found.value), *channels_of(guild, found.value))
    channel = next(iter(named), None)
    return language.text(
        f"setup.refused.{found.reason}",
        value=in_line(found.value),
        channel=channel.mention if channel else in_line(found.value),
        role=own_role(guild),
        permissions=", ".join(missing_permissions(channel, IN_FORUM)) if channel else "",
    )


def _about_alerts(language: Language, guild: discord.Guild, choices: Mapping[str, Any]) -> str:
    wanted = str(choices[ALERT_CHANNEL])
    found = alert_channels(guild, wanted)
    if len(found) != 1:
        key = "several_channels" if found else "unknown_channel"
        return language.text(f"setup.refused.{key}", value=in_line(wanted))
    (channel,) = found
    reason = obstacle_in(channel)
    if reason is None:
        return ""
    return language.text(
        f"setup.refused.{reason.value}",
        channel=channel.mention,
        role=own_role(guild),
        permissions=", ".join(missing_permissions(channel)),
    )


def lapsed(
    language: Language, guild: discord.Guild, settings: PolicySettings, faults: Iterable[str]
) -> Iterator[str]:
    """What was chosen and does not hold any more, a line for each."""
    for problem in faults:
        yield language.text("status.fault", problem=problem)
    for found in objections(guild, as_written(settings)):
        title = language.text(f"setup.setting.{found.key}.name")
        yield language.text("status.gone", name=title, value=in_line(found.value))


def choices_gone(language: Language, guild: discord.Guild, settings: PolicySettings) -> str:
    """Which settings name what does not exist, for the server's owner."""
    keys = dict.fromkeys(found.key for found in objections(guild, as_written(settings)))
    titles = [language.text(f"setup.setting.{key}.name") for key in keys]
    return language.text("owner.choice_gone", server=name(guild.name), names=", ".join(titles))


def own_role(guild: discord.Guild) -> str:
    """The name under which the bot stands in the settings of channels and roles."""
    return name(guild.self_role.name if guild.self_role else guild.me.display_name)
