"""/setup: lets whoever may manage a server choose how the bot works there, and try it out.

Whether somebody may is decided anew at every command, press and form.
"""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import NotAlone
from bot.services.choices import SETTINGS, ChoicesError, as_written, checked, from_yaml, to_yaml
from bot.storage import StoreUnavailableError
from bot.transport import setup_controls as controls
from bot.transport import setup_pages as pages
from bot.transport.choices_here import refusal
from bot.transport.places import ALERT_CHANNEL
from bot.transport.pressing import Recognised
from cogs.setup_desk import Desk, admitted, not_saved, try_later

_Interaction = discord.Interaction[Any]
_LONGEST_EXPORT = 1800
_FENCED = re.compile(r"```(?:yaml)?\n(.*)```", re.DOTALL)
"""What export wrote, where somebody copied the whole message, as phones do."""


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Setup(
    commands.GroupCog, group_name="setup", group_description="Set NotAlone up in this server."
):
    """`/setup start`, `settings`, `export` and `import`, and the forms that belong to them."""

    @app_commands.command(description="Set up step by step, then test everything.")
    async def start(self, interaction: _Interaction) -> None:
        """Show the first step."""
        await _open(interaction, pages.STEPS[0])

    @app_commands.command(description="Every setting of this server.")
    async def settings(self, interaction: _Interaction) -> None:
        """Show all settings."""
        await _open(interaction, pages.ALL)

    @app_commands.command(description="What was chosen in this server, as YAML.")
    async def export(self, interaction: _Interaction) -> None:
        """Show the stored choices, to be kept or imported."""
        if not await admitted(interaction):
            return
        desk = Desk(interaction)
        stored = desk.parts.policies.stored(desk.guild.id)
        written = to_yaml(stored)
        if not stored:
            text = desk.language.text("setup.exported_nothing")
        elif len(written) > _LONGEST_EXPORT:
            text = desk.language.text("setup.export_too_long", count=len(written))
        else:
            text = f"{desk.language.text('setup.exported')}\n```yaml\n{written}```"
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.command(name="import", description="Take over settings that export wrote.")
    async def import_(self, interaction: _Interaction) -> None:
        """Open the form for it."""
        if await admitted(interaction):
            form = controls.import_form(Desk(interaction).language)
            await interaction.response.send_modal(form)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: _Interaction) -> None:
        """Take a form that came back, also one that was opened before a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        custom_id: str = data["custom_id"]
        if custom_id == controls.YAML_FORM and await admitted(interaction):
            await _import(Desk(interaction), _written(data, controls.YAML_FIELD))
        key = custom_id.removeprefix(controls.VALUE_FORM)
        if key != custom_id and key in SETTINGS and await admitted(interaction):
            await _take_value(Desk(interaction), key, _written(data, controls.VALUE_FIELD))


class Control(Recognised):
    """A control of /setup: answers administrators only, whoever the page was shown to."""

    async def callback(self, interaction: _Interaction) -> None:
        """Admit them, do it, and say so if the database is away."""
        if not await admitted(interaction):
            return
        try:
            await self.act(Desk(interaction))
        except StoreUnavailableError:
            await try_later(interaction)

    async def act(self, desk: Desk) -> None:
        """What the control does."""
        raise NotImplementedError


class PageButton(
    Control,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:setup:page:(?P<page>[a-z_]+)",
):
    """*Next*, *Back*, *All settings*, *Test everything*."""

    async def act(self, desk: Desk) -> None:
        """Turn to the page."""
        await desk.interaction.response.defer()
        await desk.show(self.parts["page"])


class PickMenu(
    Control,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"na:setup:pick:(?P<first>[a-z_]+)",
):
    """The menu of all settings."""

    async def act(self, desk: Desk) -> None:
        """Turn to the setting's page."""
        await desk.interaction.response.defer()
        await desk.show(self.item.values[0])


class ChoiceMenu(
    Control,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"na:setup:set:(?P<key>[a-z_]+)(?::\d+)?",
):
    """A menu of a setting: its options, channels or roles."""

    async def act(self, desk: Desk) -> None:
        """Store what was chosen, and show the page again."""
        await desk.interaction.response.defer()
        key = self.parts["key"]
        if key not in SETTINGS:
            await desk.show(pages.ALL)
            return
        value = controls.chosen(SETTINGS[key], list(self.item.values))
        await desk.show(key, await desk.save({key: value}))


class WriteButton(
    Control,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:setup:type:(?P<key>[a-z_]+)",
):
    """*Write a value*, for what cannot be chosen from a list."""

    async def act(self, desk: Desk) -> None:
        """Open the form."""
        key = self.parts["key"]
        value = as_written(desk.room.settings).get(key)
        await desk.interaction.response.send_modal(controls.value_form(desk.language, key, value))


class ResetButton(
    Control,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:setup:reset:(?P<key>[a-z_]+)",
):
    """*Use the default*."""

    async def act(self, desk: Desk) -> None:
        """Let the setting follow the configuration again."""
        await desk.interaction.response.defer()
        key = self.parts["key"]
        await desk.show(key, await desk.reset(key))


class PrivateButton(
    Control, discord.ui.DynamicItem[discord.ui.Button[Any]], template=pages.MAKE_PRIVATE
):
    """*Make a private one for me*."""

    async def act(self, desk: Desk) -> None:
        """Make the channel, unless one works already, and choose it."""
        await desk.interaction.response.defer()
        maker, person = desk.parts.alert_channels, desk.person
        said = await maker.make(desk.language, desk.guild, by=person)
        await desk.show(ALERT_CHANNEL, said)


async def _open(interaction: _Interaction, page: str) -> None:
    """Show a page to this administrator alone."""
    if not await admitted(interaction):
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        layout = await Desk(interaction).page(page)
    except StoreUnavailableError:
        await try_later(interaction)
        return
    await interaction.followup.send(view=layout, ephemeral=True)


async def _take_value(desk: Desk, key: str, written: str) -> None:
    await desk.interaction.response.defer()
    try:
        notice = await desk.save({key: controls.typed(SETTINGS[key], written)})
        await desk.show(key, notice)
    except ValueError:
        await desk.show(key, desk.language.text("setup.not_a_number"))
    except StoreUnavailableError:
        await try_later(desk.interaction)


async def _import(desk: Desk, written: str) -> None:
    await desk.interaction.response.defer(ephemeral=True, thinking=True)
    try:
        text = await _imported(desk, written)
    except StoreUnavailableError:
        text = desk.language.text("error.try_later")
    await desk.interaction.followup.send(text, ephemeral=True)


async def _imported(desk: Desk, written: str) -> str:
    """Take over what was pasted, all of it or nothing; what to tell."""
    try:
        fenced = _FENCED.search(written)
        text = fenced[1] if fenced else written
        choices = checked(from_yaml(text), desk.parts.policies.written(desk.guild.id))
        if refused := refusal(desk.language, desk.guild, choices):
            return refused
        keys = await desk.parts.settings.replace(desk.guild.id, choices, by=desk.person)
    except ChoicesError as error:
        return not_saved(desk.language, error)
    if not keys:
        return desk.language.text("setup.imported_nothing")
    titles = [desk.language.text(f"setup.setting.{k}.name") for k in keys if k in SETTINGS]
    return desk.language.text("setup.imported", names=", ".join(titles))


def _written(data: Any, field: str) -> str:
    """What was written into one field of a form."""
    inputs = [row.get("component") or row["components"][0] for row in data["components"]]
    return next((str(one["value"]) for one in inputs if one["custom_id"] == field), "")


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Setup())
    bot.add_dynamic_items(PageButton, PickMenu, ChoiceMenu, WriteButton, ResetButton, PrivateButton)
