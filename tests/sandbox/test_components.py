"""Views that live on in messages, entity menus, subcommands and completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands, ui

from bot.sandbox import Permission, SandboxError

if TYPE_CHECKING:
    import re
    from typing import Self

    from tests.sandbox.conftest import Lab


class CaseButton(ui.DynamicItem[ui.Button[Any]], template=r"case:(?P<id>\d+):show"):
    """A button that survives a restart, because its custom id says all."""

    def __init__(self, case: int) -> None:
        super().__init__(ui.Button(label="Show evidence", custom_id=f"case:{case}:show"))
        self.case = case

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"evidence of {self.case}", ephemeral=True)


class People(ui.LayoutView):
    """A Components V2 layout with a menu of people."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay("whom does it concern?"))
        row: ui.ActionRow[Any] = ui.ActionRow()
        self.menu: ui.UserSelect[Any] = ui.UserSelect(custom_id="who", placeholder="Who?")
        self.menu.callback = self.chosen
        row.add_item(self.menu)
        self.add_item(row)

    async def chosen(self, interaction: discord.Interaction[Any]) -> None:
        names = [user.name for user in self.menu.values]
        await interaction.response.send_message(", ".join(names), ephemeral=True)


class Cases(discord.Client):
    """A client with subcommands, completions and persistent items."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True), guild_ready_timeout=0, max_ratelimit_timeout=30
        )
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        group = app_commands.Group(name="case", description="Cases")
        group.command(name="show", description="Shows one")(show)
        show_command = group.get_command("show")
        assert isinstance(show_command, app_commands.Command)
        show_command.autocomplete("number")(numbers)
        self.tree.add_command(group)
        self.tree.command(name="setup", description="Sets up")(setup)
        self.add_dynamic_items(CaseButton)
        await self.tree.sync()


async def show(interaction: discord.Interaction[Any], number: str) -> None:
    await interaction.response.send_message(f"case {number}", ephemeral=True)


async def numbers(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
    known = ["12", "13", "27"]
    return [app_commands.Choice(name=f"#{n}", value=n) for n in known if n.startswith(current)]


async def setup(
    interaction: discord.Interaction[Any], channel: discord.TextChannel, role: discord.Role
) -> None:
    await interaction.response.send_message(f"{channel.name} for {role.name}")


async def test_a_button_of_an_earlier_process_is_still_answered(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    alerts, mo = server.create_channel("alerts"), server.join("mo")
    bot = await lab.connect(Cases())
    view = ui.View(timeout=None)
    view.add_item(CaseButton(7))
    await bot.get_channel(alerts.id).send("an alert", view=view)
    await bot.close()
    await lab.connect(Cases())
    (message,) = mo.sees(alerts)
    assert (await mo.presses(message, "Show evidence")).text == "evidence of 7"
    assert (await mo.presses(message, "case:7:show")).text == "evidence of 7"


async def test_a_menu_of_people_hands_over_people(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo, ava = server.create_channel("general"), server.join("mo"), server.join("ava")
    bot = await lab.connect(Cases())
    await bot.get_channel(general.id).send(view=People())
    (message,) = mo.sees(general)
    assert message.text == "whom does it concern?"
    assert (await mo.selects(message, "Who?", [ava])).text == "ava"


async def test_a_menu_takes_only_what_it_offers_and_as_many_as_it_says(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")
    lounge = server.create_channel("lounge", kind="voice")
    bot = await lab.connect(Cases())
    view = ui.View(timeout=None)
    view.add_item(
        ui.ChannelSelect(
            custom_id="where",
            channel_types=[discord.ChannelType.text],
            default_values=[discord.Object(general.id, type=discord.TextChannel)],
        )
    )
    await bot.get_channel(general.id).send(view=view)
    (message,) = mo.sees(general)
    assert message.selects[0].chosen == (str(general.id),)
    with pytest.raises(SandboxError, match="does not offer 'lounge'"):
        await mo.selects(message, "where", [lounge])
    with pytest.raises(SandboxError, match="takes 1 to 1, not 2"):
        await mo.selects(message, "where", [general, lounge])


async def test_subcommands_are_named_after_their_command(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")
    await lab.connect(Cases())
    assert (await mo.runs("case show", channel=general, number="12")).text == "case 12"
    with pytest.raises(SandboxError, match="name a subcommand, such as 'show'"):
        await mo.runs("case", channel=general)
    with pytest.raises(SandboxError, match="has no subcommand 'hide'"):
        await mo.runs("case hide", channel=general)


async def test_options_are_completed_while_they_are_typed(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")
    await lab.connect(Cases())
    assert await mo.completes("case show", "number", "1", channel=general) == ["#12", "#13"]


async def test_channels_and_roles_are_options(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")
    role = server.create_role("Moderators", permissions=Permission.VIEW_CHANNEL)
    await lab.connect(Cases())
    answer = await mo.runs("setup", channel=general, options={"channel": general, "role": role})
    assert answer.text == "general for Moderators"
    with pytest.raises(SandboxError, match="'role' takes no Channel"):
        await mo.runs("setup", channel=general, options={"channel": general, "role": general})
