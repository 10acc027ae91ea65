"""The pages of /setup: what each shows, and the controls whose meaning stands in their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.advice import Language, Texts
from bot.services.choices import SETTINGS, Kind, PolicySettings, Setting, as_written
from bot.storage.settings import SettingsChange
from bot.transport.choices_here import option_text, shown, values_of
from bot.transport.layouts import button
from bot.transport.places import ALERT_CHANNEL, channel_of, role

ALL, TEST = "all", "test"
MAKE_PRIVATE = "na:setup:private"
YAML_FORM, YAML_FIELD = "na:setup:import", "yaml"
VALUE_FIELD = "value"
_WALK = (
    "moderator_roles",
    ALERT_CHANNEL,
    "ping_role",
    "advice",
    "case_threads",
    "case_forum",
    "keep_resolved_days",
    "language",
    "dry_run",
)
STEPS = tuple(key for key in _WALK if key in SETTINGS)
"""The steps in order: what most servers want to choose. All else is under *All settings*."""
MENU_SIZE = 25
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


def page_id(page: str) -> str:
    """The custom id of the button that opens a page: a setting's key, ALL or TEST."""
    return f"na:setup:page:{page}"


def setting_page(
    room: Room, key: str, *, notice: str = "", last: SettingsChange | None = None
) -> discord.ui.LayoutView:
    """One setting: what it means, what holds, and the control that changes it."""
    setting, language = SETTINGS[key], room.language
    origin = "setup.chosen_here" if key in room.stored else "setup.from_configuration"
    lines = [
        _heading(language, key),
        language.text(f"setup.setting.{key}.explain"),
        f"{language.text('setup.now', value=room.value(setting))} {language.text(origin)}",
    ]
    if last is not None and last.changed_by is not None:
        when = f"<t:{int(last.changed_at.timestamp())}:R>"
        lines.append(language.text("setup.changed_by", person=f"<@{last.changed_by}>", when=when))
    return _layout("\n".join(lines), notice, _control(room, setting), _buttons(room, key))


def all_page(room: Room, *, notice: str = "") -> discord.ui.LayoutView:
    """Every setting with its value, and a menu to choose one."""
    language = room.language
    lines = [language.text("setup.all.heading"), language.text("setup.all.explain"), ""]
    for key, setting in SETTINGS.items():
        title = _title(language, key)
        lines.append(f"- {f'**{title}**' if key in room.stored else title}: {room.value(setting)}")
    keys = list(SETTINGS)
    menus = [_setting_menu(language, keys[at : at + MENU_SIZE]) for at in range(0, len(keys), 25)]
    walk = button(language, "setup.button.walk", page_id(STEPS[0]))
    return _layout("\n".join(lines), notice, *menus, [walk, _test_button(language)])


def test_page(language: Language, lines: list[str]) -> discord.ui.LayoutView:
    """What was tried, and what came of it."""
    again = button(language, "setup.button.test_again", page_id(TEST), discord.ButtonStyle.primary)
    back = button(language, "setup.button.back", page_id(STEPS[-1]))
    every = button(language, "setup.button.all", page_id(ALL))
    text = "\n".join([language.text("setup.test.heading"), *lines])
    return _layout(text, "", [back, again, every])


def value_form(language: Language, key: str, value: Any) -> discord.ui.Modal:
    """A form for what cannot be chosen from a list."""
    written = "" if value is None else str(value)
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=VALUE_FIELD, default=written, required=False, max_length=100
    )
    return _form(
        _title(language, key), f"na:setup:typed:{key}", "setup.form.value", language, field
    )


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


def _title(language: Language, key: str) -> str:
    return language.text(f"setup.setting.{key}.name")


def _heading(language: Language, key: str) -> str:
    title = _title(language, key)
    if key not in STEPS:
        return language.text("setup.heading", name=title)
    number = STEPS.index(key) + 1
    return language.text("setup.step", number=number, count=len(STEPS), name=title)


def _layout(
    text: str, notice: str, *rows: discord.ui.Item[Any] | list[discord.ui.Button[Any]]
) -> discord.ui.LayoutView:
    layout = discord.ui.LayoutView(timeout=None)
    container: discord.ui.Container[Any] = discord.ui.Container()
    container.add_item(discord.ui.TextDisplay(text))
    if notice:
        container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(notice))
    for items in rows:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for item in items if isinstance(items, list) else [items]:
            row.add_item(item)
        container.add_item(row)
    layout.add_item(container)
    layout.stop()
    return layout


def _buttons(room: Room, key: str) -> list[discord.ui.Button[Any]]:
    """The way on from a setting's page."""
    language = room.language
    buttons = []
    if key in STEPS:
        at = STEPS.index(key)
        if at > 0:
            buttons.append(button(language, "setup.button.back", page_id(STEPS[at - 1])))
        buttons.append(_next_button(language, at))
    if key == ALERT_CHANNEL:
        buttons.append(button(language, "setup.button.private", MAKE_PRIVATE))
    if key in room.stored:
        buttons.append(button(language, "setup.button.reset", f"na:setup:reset:{key}"))
    buttons.append(button(language, "setup.button.all", page_id(ALL)))
    return buttons


def _next_button(language: Language, at: int) -> discord.ui.Button[Any]:
    if at + 1 == len(STEPS):
        return _test_button(language)
    following = page_id(STEPS[at + 1])
    return button(language, "setup.button.next", following, discord.ButtonStyle.primary)


def _test_button(language: Language) -> discord.ui.Button[Any]:
    return button(language, "setup.button.test", page_id(TEST), discord.ButtonStyle.primary)


def _setting_menu(language: Language, keys: list[str]) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=f"na:setup:pick:{keys[0]}",
        placeholder=language.text("setup.menu.setting"),
        options=[discord.SelectOption(label=_title(language, k), value=k) for k in keys],
    )


def _control(room: Room, setting: Setting) -> discord.ui.Item[Any]:
    """The control by which a setting of this kind is changed."""
    if setting.kind is Kind.CHANNEL:
        return _channel_menu(room, setting)
    if setting.kind is Kind.ROLE:
        return _role_menu(room, setting)
    if setting.kind in (Kind.NUMBER, Kind.TEXT):
        return button(room.language, "setup.button.write", f"na:setup:type:{setting.key}")
    return discord.ui.Select(
        custom_id=_set_id(setting),
        placeholder=room.language.text("setup.menu.choose"),
        options=_options(room, setting),
    )


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
    of_kind = channel_of if kind is discord.SelectDefaultValueType.channel else role
    values = values_of(getattr(room.settings, setting.key))
    found = [of_kind(room.guild, value) for value in values]
    present = [discord.SelectDefaultValue(id=one.id, type=kind) for one in found if one is not None]
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
        for option, label in list(labels.items())[:MENU_SIZE]
    ]
