"""The pages of /setup: the order of the steps, what each page shows, and the ways between them."""

from __future__ import annotations

from typing import Any

import discord

from bot.advice import Language
from bot.services.choices import SETTINGS
from bot.storage.settings import SettingsChange
from bot.transport.marks import mention, moment
from bot.transport.places import ALERT_CHANNEL
from bot.transport.setup_controls import MENU_SIZE, Room, controls, title_of
from bot.transport.widgets import button

ALL, TEST = "all", "test"
MAKE_PRIVATE = "na:setup:private"
_WALK = (
    "moderator_roles",
    ALERT_CHANNEL,
    "ping_role",
    "advice",
    "case_forum",
    "case_threads",
    "keep_resolved_days",
    "language",
    "dry_run",
)
STEPS = tuple(key for key in _WALK if key in SETTINGS)
"""The steps in order: what most servers want to choose. All else is under *All settings*."""


def page_id(page: str) -> str:
    """The custom id of the button that opens a page: a setting's key, ALL or TEST."""
    return f"na:setup:page:{page}"


def setting_page(
    room: Room, key: str, *, notice: str = "", last: SettingsChange | None = None
) -> discord.ui.LayoutView:
    """One setting: what it means, what holds, and the controls that change it."""
    setting, language = SETTINGS[key], room.language
    origin = "setup.chosen_here" if key in room.stored else "setup.from_configuration"
    lines = [
        _heading(language, key),
        language.text(f"setup.setting.{key}.explain"),
        f"{language.text('setup.now', value=room.value(setting))} {language.text(origin)}",
    ]
    if last is not None and last.changed_by is not None:
        person, when = mention(last.changed_by), moment(last.changed_at)
        lines.append(language.text("setup.changed_by", person=person, when=when))
    return _layout("\n".join(lines), notice, *controls(room, setting), _buttons(room, key))


def all_page(room: Room, *, notice: str = "") -> discord.ui.LayoutView:
    """Every setting with its value, and a menu to choose one."""
    language = room.language
    lines = [language.text("setup.all.heading"), language.text("setup.all.explain"), ""]
    for key, setting in SETTINGS.items():
        title = title_of(language, key)
        lines.append(f"- {f'**{title}**' if key in room.stored else title}: {room.value(setting)}")
    keys = list(SETTINGS)
    menus = [
        _setting_menu(language, keys[at : at + MENU_SIZE]) for at in range(0, len(keys), MENU_SIZE)
    ]
    walk = button(language, "setup.button.walk", page_id(STEPS[0]))
    return _layout("\n".join(lines), notice, *menus, [walk, _test_button(language)])


def test_page(language: Language, lines: list[str]) -> discord.ui.LayoutView:
    """What was tried, and what came of it."""
    again = button(language, "setup.button.test_again", page_id(TEST), discord.ButtonStyle.primary)
    back = button(language, "setup.button.back", page_id(STEPS[-1]))
    every = button(language, "setup.button.all", page_id(ALL))
    text = "\n".join([language.text("setup.test.heading"), *lines])
    return _layout(text, "", [back, again, every])


def _heading(language: Language, key: str) -> str:
    title = title_of(language, key)
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
        options=[discord.SelectOption(label=title_of(language, k), value=k) for k in keys],
    )
