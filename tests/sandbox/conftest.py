"""A real discord.py bot connected to the sandbox over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
import pytest
import yarl
from discord import app_commands, ui
from discord.ext import commands

from bot.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    MakeLab: TypeAlias = Callable[..., contextlib.AbstractAsyncContextManager["Lab"]]

LEAST_INTENTS = discord.Intents(guilds=True, messages=True, message_content=True)


class Recorder(commands.Bot):
    """Notes the messages and raw events it is told, and offers a few commands."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        options.setdefault("chunk_guilds_at_startup", False)
        super().__init__(
            "!",
            intents=intents,
            guild_ready_timeout=0,
            max_ratelimit_timeout=30,
            allowed_mentions=options.pop("allowed_mentions", discord.AllowedMentions.none()),
            enable_debug_events=True,
            **options,
        )
        self.heard: list[discord.Message] = []
        self.names: list[str] = []

    async def setup_hook(self) -> None:
        for command in (ping, slow, silent, form, hide, count):
            self.tree.add_command(command)
        self.tree.add_command(app_commands.ContextMenu(name="Get help", callback=get_help))
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once; discord.py waits five seconds otherwise."""

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message)

    async def on_socket_event_type(self, name: str) -> None:
        self.names.append(name)


@app_commands.command(description="Answers at once")
async def ping(interaction: discord.Interaction[Recorder]) -> None:
    await interaction.response.send_message("pong", ephemeral=True, view=Buttons())


@app_commands.command(description="Answers later")
async def slow(interaction: discord.Interaction[Recorder]) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.followup.send("finally")
    await interaction.followup.send("and more", ephemeral=True)


@app_commands.command(description="Never answers")
async def silent(interaction: discord.Interaction[Recorder]) -> None:
    interaction.extras["silent"] = True


@app_commands.command(description="Opens a form")
async def form(interaction: discord.Interaction[Recorder]) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="Only for moderators")
@app_commands.default_permissions(moderate_members=True)
async def hide(interaction: discord.Interaction[Recorder], who: discord.Member) -> None:
    await interaction.response.send_message(f"hidden: {who.name}", ephemeral=True)


@app_commands.command(description="Counts")
async def count(interaction: discord.Interaction[Recorder], number: int = 1) -> None:
    await interaction.response.send_message(f"{number + 1}")


async def get_help(interaction: discord.Interaction[Recorder], message: discord.Message) -> None:
    await interaction.response.send_message(f"about: {message.content}", ephemeral=True)


class Buttons(ui.View):
    @ui.button(label="More", custom_id="more")
    async def more(self, interaction: discord.Interaction[Recorder], _: ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="more of it", view=self)

    @ui.select(
        custom_id="pick", placeholder="Pick one", options=[discord.SelectOption(label="Red")]
    )
    async def pick(self, interaction: discord.Interaction[Recorder], menu: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"you took {menu.values[0]}", ephemeral=True)


class Form(ui.Modal, title="Tell us"):
    note = ui.Label[Any](text="Note", component=ui.TextInput(custom_id="note", max_length=20))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        assert isinstance(self.note.component, ui.TextInput)
        await interaction.response.send_message(f"noted: {self.note.component.value}")


class Lab:
    """Starts bots against one sandbox and stops them at the end of the test."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._running: list[tuple[discord.Client, asyncio.Task[None]]] = []

    async def connect(
        self,
        bot: discord.Client | None = None,
        *,
        intents: discord.Intents = LEAST_INTENTS,
        **options: Any,
    ) -> Any:
        """Run a bot (by default a Recorder with these options) until it is ready."""
        started = bot or Recorder(intents, **options)
        task = asyncio.create_task(started.start(self.sandbox.token))
        self._running.append((started, task))
        ready = asyncio.create_task(_ready(started))
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        ready.cancel()
        if task.done():
            task.result()
        return started

    async def stop(self) -> None:
        for bot, task in self._running:
            await bot.close()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await task


async def _ready(bot: discord.Client) -> None:
    # Whether servers are there is told by no event when guild_ready_timeout is 0.
    while not bot.is_ready() or any(guild.unavailable for guild in bot.guilds):  # noqa: ASYNC110 -- as said
        await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def _pointed(sandbox: Sandbox) -> AsyncIterator[Lab]:
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    lab = Lab(sandbox)
    try:
        yield lab
    finally:
        await lab.stop()
        discord.http.Route.BASE = base
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway


@pytest.fixture
def lab_with() -> MakeLab:
    """Return what makes a lab around a sandbox with other settings."""

    @contextlib.asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[Lab]:
        async with Sandbox(**settings) as sandbox, _pointed(sandbox) as lab:
            yield lab

    return make


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """Return a lab around a sandbox with the ordinary settings."""
    async with Sandbox() as sandbox, _pointed(sandbox) as made:
        yield made


@pytest.fixture
def sandbox(lab: Lab) -> Sandbox:
    return lab.sandbox
