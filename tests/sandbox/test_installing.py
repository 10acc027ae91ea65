"""The bot as a person's own app: in private chats and in servers that it is no member of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest
from discord import app_commands

from bot.sandbox import SandboxError
from bot.sandbox.errors import ApiError
from tests.sandbox.conftest import LEAST_INTENTS

if TYPE_CHECKING:
    from bot.sandbox import Sandbox
    from tests.sandbox.conftest import Lab


class Everywhere(discord.Client):
    """A bot with commands for every place, which notes where they are used."""

    def __init__(self) -> None:
        super().__init__(intents=LEAST_INTENTS)
        self.tree = app_commands.CommandTree(self)
        self.used: list[tuple[bool, bool, bool]] = []

    async def setup_hook(self) -> None:
        for command in (app_commands.ContextMenu(name="About", callback=self.about), self.talk()):
            app_commands.allowed_installs(guilds=True, users=True)(command)
            app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
            self.tree.add_command(command)
        await self.tree.sync()

    async def about(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        place = interaction.context
        self.used.append((place.guild, place.dm_channel, place.private_channel))
        await interaction.response.send_message(f"about: {message.content}", ephemeral=True)

    def talk(self) -> app_commands.Command[Any, ..., None]:
        async def talk(interaction: discord.Interaction[Any], times: int) -> None:
            await interaction.response.send_message("0", ephemeral=True)
            for number in range(times):
                await interaction.followup.send(str(number + 1), ephemeral=True)

        return app_commands.Command(name="talk", description="Talks", callback=talk)


async def test_a_message_command_works_in_a_chat_that_the_bot_is_not_in(
    lab: Lab, sandbox: Sandbox
) -> None:
    ava, leo = sandbox.person("ava"), sandbox.person("leo")
    chat = sandbox.private_chat(ava, leo)
    bot = await lab.connect(Everywhere())
    message = await leo.writes("pay me", channel=chat)
    with pytest.raises(SandboxError, match="ava is not offered 'About'"):
        await ava.runs_on(message, "About")

    ava.installs_app()
    answer = await ava.runs_on(message, "About")

    assert (answer.text, answer.ephemeral) == ("about: pay me", True)
    assert [m.text for m in leo.sees(chat)] == ["pay me"]
    assert bot.used == [(False, False, True)]
    with pytest.raises(discord.Forbidden):
        await bot.fetch_channel(chat.id)


async def test_a_group_and_a_server_without_the_bot_are_places_too(
    lab: Lab, sandbox: Sandbox
) -> None:
    ava, leo, kim = (sandbox.person(name) for name in ("ava", "leo", "kim"))
    ava.installs_app()
    group = sandbox.private_chat(ava, leo, kim)
    server = sandbox.create_server("Elsewhere", bot_permissions=None)
    general = server.create_channel("general")
    ava.joins(server)
    leo.joins(server)
    bot = await lab.connect(Everywhere())

    for place in (group, general):
        message = await leo.writes("pay me", channel=place)
        assert (await ava.runs_on(message, "About")).text == "about: pay me"
        with pytest.raises(SandboxError, match="leo is not offered 'About'"):
            await leo.runs_on(message, "About")
    assert bot.used == [(False, False, True), (True, False, False)]


async def test_an_app_of_a_person_alone_follows_up_five_times(lab: Lab, sandbox: Sandbox) -> None:
    ava = sandbox.person("ava")
    ava.installs_app()
    chat = sandbox.private_chat(ava, sandbox.person("leo"))
    bot = await lab.connect(Everywhere())
    failed: list[str] = []

    @bot.tree.error
    async def note(_: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        failed.append(str(getattr(error, "original", error)))

    await ava.runs("talk", channel=chat, times=6)
    await sandbox.wait_for(lambda: failed)
    assert [m.text for m in ava.sees(chat)] == ["0", "1", "2", "3", "4", "5"]
    assert "40094" in failed[0]


async def test_a_message_command_needs_the_right_to_write_and_a_slash_command_does_not(
    lab: Lab, sandbox: Sandbox
) -> None:
    server = sandbox.create_server("Harbour")
    ava, leo = server.join("ava"), server.join("leo")
    general = server.create_channel("general")
    message = await leo.writes("pay me", channel=general)
    general.deny(ava, 1 << 11)
    await lab.connect(Everywhere())

    assert (await ava.runs("talk", channel=general, times=0)).text == "0"
    with pytest.raises(SandboxError, match="not offered 'About'"):
        await ava.runs_on(message, "About")


async def test_a_command_is_found_by_its_name_in_the_persons_language(
    lab: Lab, sandbox: Sandbox
) -> None:
    lab.sandbox.commands.replace(
        None,
        [{"name": "help", "description": "d", "name_localizations": {"hi": "मदद", "de": "hilfe"}}],
    )
    people = {locale: sandbox.person(locale, locale=locale) for locale in ("de", "hi", "fr")}
    for locale, name in (("de", "hilfe"), ("hi", "मदद"), ("fr", "help")):
        with pytest.raises(SandboxError, match="no bot is connected"):
            await people[locale].runs(name)


def test_a_locale_that_discord_does_not_know_is_refused(sandbox: Sandbox) -> None:
    wrong = [{"name": "help", "description": "d", "description_localizations": {"lv": "a"}}]
    with pytest.raises(ApiError) as caught:
        sandbox.commands.replace(None, wrong)
    assert caught.value.code == 50035


async def test_the_bot_is_told_of_what_is_forwarded_to_it(lab: Lab, sandbox: Sandbox) -> None:
    ava, leo = sandbox.person("ava"), sandbox.person("leo")
    message = await leo.writes("pay me", channel=sandbox.private_chat(ava, leo))
    bot = await lab.connect()
    await ava.writes_to_bot(forwards=message)
    await sandbox.wait_for(lambda: bot.heard)
    (shot,) = bot.heard[0].message_snapshots
    assert (bot.heard[0].content, shot.content) == ("", "pay me")
