"""The controls of /setup: how a setting of each kind is asked for, and what an answer means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.advice import Language, Texts
from bot.services.choices import Kind, PolicySettings, Setting, as_written
from bot.transport.choices_here import is_clear, meant, option_text, shown, values_of
from bot.transport.places import ALERT_CHANNEL
from bot.transport.widgets import button

YAML_FORM, YAML_FIELD = "na:setup:import", "yaml"
VALUE_FORM, VALUE_FIELD = "na:setup:typed:", "value"
MENU_SIZE = 25
"""How much Discord shows in one menu, and lets choose."""
_SWITCH = {"true": "setup.option.enabled", "false": "setup.option.disabled"}
_AS_SERVER = "as-server"
_CHANNELS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
]


@dataclass(frozen=True, slots=True)
class Room:
    """The server that is being set up, what holds in it, and the language of whoever looks."""

    language: Language
    languages: Texts
    guild: discord.Guild
    settings: PolicySettings
    stored: Mapping[str, Any]

    def value(self, setting: Setting) -> str:
        """A setting's value as people read it."""
        value = as_written(self.settings)[setting.key]
        return shown(self.language, self.languages, self.guild, setting, value)


def controls(room: Room, setting: Setting) -> Sequence[discord.ui.Item[Any]]:
    """The controls by which a setting of this kind is changed, each for a row of its own."""
    if setting.kind is Kind.CHANNEL:
        return [_channel_menu(room, setting)]
    if setting.kind is Kind.ROLE:
        return [_role_menu(room, setting)]
    if setting.kind in (Kind.NUMBER, Kind.TEXT):
        return [button(room.language, "setup.button.write", f"na:setup:type:{setting.key}")]
    return _option_menus(room, setting)


def _option_menus(room: Room, setting: Setting) -> list[discord.ui.Select[Any]]:
    """The options, in as many menus as they fill."""
    every = _options(room, setting)
    parts = [every[at : at + MENU_SIZE] for at in range(0, len(every), MENU_SIZE)]
    key = "setup.menu.choose" if len(parts) == 1 else "setup.menu.choose_range"
    return [
        discord.ui.Select(
            custom_id=f"{_set_id(setting)}:{number}",
            placeholder=room.language.text(key, first=part[0].label, last=part[-1].label),
            options=part,
        )
        for number, part in enumerate(parts)
    ]


def _set_id(setting: Setting) -> str:
    return f"na:setup:set:{setting.key}"


def _channel_menu(room: Room, setting: Setting) -> discord.ui.ChannelSelect[Any]:
    kinds = [discord.ChannelType.text] if setting.key == ALERT_CHANNEL else _CHANNELS
    return discord.ui.ChannelSelect(
        custom_id=_set_id(setting),
        placeholder=room.language.text("setup.menu.channel"),
        channel_types=kinds,
        min_values=0 if setting.many or setting.optional else 1,
        max_values=MENU_SIZE if setting.many else 1,
        default_values=_present(room, setting, discord.SelectDefaultValueType.channel),
    )


def _role_menu(room: Room, setting: Setting) -> discord.ui.RoleSelect[Any]:
    return discord.ui.RoleSelect(
        custom_id=_set_id(setting),
        placeholder=room.language.text("setup.menu.role"),
        min_values=0 if setting.many or setting.optional else 1,
        max_values=MENU_SIZE if setting.many else 1,
        default_values=_present(room, setting, discord.SelectDefaultValueType.role),
    )


def _present(
    room: Room, setting: Setting, kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    """What is chosen now and still exists, as a menu shows it."""
    values = values_of(getattr(room.settings, setting.key))
    found = [meant(room.guild, setting, value) for value in values]
    clear = dict.fromkeys(one.id for ones in found if is_clear(setting, ones) for one in ones)
    present = [discord.SelectDefaultValue(id=one, type=kind) for one in clear]
    return present[:MENU_SIZE]


def _options(room: Room, setting: Setting) -> list[discord.SelectOption]:
    language, value = room.language, as_written(room.settings)[setting.key]
    if setting.kind is Kind.SWITCH:
        labels = {option: language.text(key) for option, key in _SWITCH.items()}
        now = str(value).lower()
    elif setting.kind is Kind.LANGUAGE:
        known = room.languages.languages.values()
        labels = {_AS_SERVER: language.text("setup.option.as_server")}
        labels |= {one.locale: one.name for one in known}
        now = _AS_SERVER if value is None else str(value)
    else:
        labels = {o: option_text(language, setting, o) for o in setting.options}
        now = str(value)
    return [
        discord.SelectOption(label=label, value=option, default=option == now)
        for option, label in labels.items()
    ]


def value_form(language: Language, key: str, value: Any) -> discord.ui.Modal:
    """A form for what cannot be chosen from a list."""
    written = "" if value is None else str(value)
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=VALUE_FIELD, default=written, required=False, max_length=100
    )
    return _form(title_of(language, key), f"{VALUE_FORM}{key}", "setup.form.value", language, field)


def import_form(language: Language) -> discord.ui.Modal:
    """A form into which exported settings are pasted."""
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=YAML_FIELD, style=discord.TextStyle.paragraph, max_length=4000
    )
    title = language.text("setup.form.import")
    return _form(title, YAML_FORM, "setup.form.yaml", language, field)


def _form(
    title: str,
    custom_id: str,
    label: str,
    language: Language,
    field: discord.ui.TextInput[Any],
) -> discord.ui.Modal:
    """A form that is recognised by its id when it comes back; discord.py soon forgets it."""
    form = discord.ui.Modal(title=title, custom_id=custom_id, timeout=1)
    form.add_item(discord.ui.Label(text=language.text(label), component=field))
    return form


def chosen(setting: Setting, values: list[Any]) -> Any:
    """What was chosen in a setting's menu, as it is stored."""
    if setting.kind in (Kind.CHANNEL, Kind.ROLE):
        ids = [str(value.id) for value in values]
        return ids if setting.many else next(iter(ids), None)
    value = str(values[0])
    if setting.kind is Kind.SWITCH:
        return value == "true"
    return None if value == _AS_SERVER else value


def typed(setting: Setting, written: str) -> Any:
    """What was written into a setting's form, as it is stored. Raises ValueError for no number."""
    written = written.strip()
    if not written and setting.optional:
        return None
    return int(written) if setting.kind is Kind.NUMBER else written


def title_of(language: Language, key: str) -> str:
    """What a setting is called."""
    return language.text(f"setup.setting.{key}.name")
