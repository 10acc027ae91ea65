"""Commands, buttons, menus and forms, as people use them."""

from __future__ import annotations

import contextlib
import io
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot.sandbox import Sandbox, SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox import Channel, Server
    from tests.sandbox.conftest import Lab, MakeLab

    Behaviour = Callable[[discord.Interaction[Any]], Awaitable[None]]


@pytest.fixture
def place(sandbox: Sandbox) -> tuple[Server, Channel]:
    server = sandbox.create_server("Harbour", owner="olga")
    return server, server.create_channel("general")


async def test_an_ephemeral_answer_is_seen_by_one_person_only(
    lab: Lab, place: tuple[Server, Channel]
) -> None:
    server, general = place
    ava, leo = server.join("ava"), server.join("leo")
    bot = await lab.connect()
    answer = await ava.runs("ping", channel=general)
    assert (answer.kind, answer.text, answer.ephemeral) == ("message", "pong", True)
    assert answer.buttons == ["More"]
    assert [m.text for m in ava.sees(general)] == ["pong"]
    assert leo.sees(general) == []
    assert [m async for m in bot.get_channel(general.id).history()] == []
    with pytest.raises(SandboxError, match="leo cannot see"):
        await leo.presses(answer, "More")


async def test_a_button_updates_its_message(lab: Lab, place: tuple[Server, Channel]) -> None:
    server, general = place
    ava = server.join("ava")
    await lab.connect()
    answer = await ava.runs("ping", channel=general)
    update = await ava.presses(answer, "More")
    assert (update.kind, update.text) == ("update", "more of it")
    assert answer.text == "more of it"


async def test_a_menu_is_answered_with_what_was_chosen(
    lab: Lab, place: tuple[Server, Channel]
) -> None:
    server, general = place
    ava = server.join("ava")
    await lab.connect()
    answer = await ava.runs("ping", channel=general)
    assert (await ava.selects(answer, "Pick one", ["Red"])).text == "you took Red"
    with pytest.raises(SandboxError, match=r"the menu offers \['Red'\]"):
        await ava.selects(answer, "pick", ["Blue"])


async def test_a_deferred_answer_is_waited_for(lab: Lab, place: tuple[Server, Channel]) -> None:
    server, general = place
    ava = server.join("ava")
    await lab.connect()
    answer = await ava.runs("slow", channel=general)
    await lab.sandbox.wait_for(lambda: len(answer.messages) == 2)
    assert answer.kind == "deferred"
    assert [(m.text, m.ephemeral) for m in answer.messages] == [
        ("finally", True),
        ("and more", True),
    ]


async def test_a_form_is_filled_in_and_sent(lab: Lab, place: tuple[Server, Channel]) -> None:
    server, general = place
    ava = server.join("ava")
    await lab.connect()
    opened = await ava.runs("form", channel=general)
    assert opened.modal is not None
    assert (opened.kind, opened.modal.title) == ("modal", "Tell us")
    assert [field.label for field in opened.modal.fields] == ["Note"]
    assert (await ava.submits(opened, {"Note": "he wants money"})).text == "noted: he wants money"
    with pytest.raises(SandboxError, match="'Note' is required"):
        await ava.submits(opened, {})
    with pytest.raises(SandboxError, match="0 to 20 characters"):
        await ava.submits(opened, {"note": "x" * 21})


async def test_a_command_runs_in_direct_messages(lab: Lab, place: tuple[Server, Channel]) -> None:
    ava = place[0].join("ava")
    await lab.connect()
    answer = await ava.runs("ping")
    assert (answer.text, answer.ephemeral) == ("pong", True)
    assert (await ava.presses(answer, "More")).text == "more of it"


async def test_a_message_command_gets_its_message(lab: Lab, place: tuple[Server, Channel]) -> None:
    server, general = place
    ava, leo = server.join("ava"), server.join("leo")
    await lab.connect()
    message = await leo.writes("pay me", channel=general)
    assert (await ava.runs_on(message, "Get help")).text == "about: pay me"


async def test_options_are_typed_and_required(lab: Lab, place: tuple[Server, Channel]) -> None:
    server, general = place
    mo, ava = server.join("mo", roles=[server.create_role("Moderators")]), server.join("ava")
    await lab.connect()
    assert (await mo.runs("hide", channel=general, who=ava)).text == "hidden: ava"
    assert (await mo.runs("count", channel=general, number=4)).text == "5"
    assert (await mo.runs("count", channel=general)).text == "2"
    with pytest.raises(SandboxError, match="'who' is required"):
        await mo.runs("hide", channel=general)
    with pytest.raises(SandboxError, match="no option"):
        await mo.runs("count", channel=general, other=1)


async def test_a_command_is_offered_only_to_those_with_its_permissions(
    lab: Lab, place: tuple[Server, Channel]
) -> None:
    server, general = place
    ava = server.join("ava")
    await lab.connect()
    with pytest.raises(SandboxError, match="ava is not offered 'hide' in #general; offered: ping"):
        await ava.runs("hide", channel=general, who=ava)


async def test_a_bot_that_does_not_answer_is_reported(lab_with: MakeLab) -> None:
    async with lab_with(answer_window=0.05) as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        lab.sandbox.commands.replace(None, [{"name": "silent", "description": "d"}])
        with pytest.raises(SandboxError, match="no bot is connected"):
            await ava.runs("silent", channel=general)
        await lab.connect()
        with pytest.raises(SandboxError, match=r"did not answer ava within 0\.05 s"):
            await ava.runs("silent", channel=general)


class Late(discord.Client):
    """Answers interactions as badly as the test wants."""

    def __init__(self, how: Behaviour) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True), guild_ready_timeout=0, max_ratelimit_timeout=30
        )
        self.how = how
        self.codes: list[int] = []
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="try", description="d")(self._try)

    async def _try(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self.how(interaction)
        except discord.HTTPException as error:
            self.codes.append(error.code)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def codes_of(lab: Lab, how: Behaviour) -> list[int]:
    """Return the codes that a bot gets which answers in that way."""
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")

    async def attempt(interaction: discord.Interaction[Any]) -> None:
        await how(interaction)

    client = Late(attempt)
    await lab.connect(client)
    with contextlib.suppress(SandboxError):
        await ava.runs("try", channel=general)
    await lab.sandbox.wait_for(lambda: client.codes)
    return client.codes


async def test_a_late_answer_is_10062(lab_with: MakeLab) -> None:
    now = [0.0]
    async with lab_with(clock=lambda: time.time() + now[0]) as lab:

        async def late(interaction: discord.Interaction[Any]) -> None:
            now[0] = 4.0
            await interaction.response.send_message("late")

        lab.sandbox.interactions.answer_window = 0.2
        assert await codes_of(lab, late) == [10062]


async def test_a_second_answer_is_40060(lab: Lab) -> None:
    async def twice(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("one")
        interaction.response._response_type = None
        await interaction.response.send_message("two")

    assert await codes_of(lab, twice) == [40060]


async def test_a_follow_up_after_the_tokens_life_is_50027(lab_with: MakeLab) -> None:
    now = [0.0]
    async with lab_with(clock=lambda: time.time() + now[0]) as lab:

        async def much_later(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.send_message("one")
            now[0] = 901.0
            await interaction.followup.send("two")

        assert await codes_of(lab, much_later) == [50027]


async def test_a_follow_up_before_any_answer_is_10015(lab: Lab) -> None:
    async def too_early(interaction: discord.Interaction[Any]) -> None:
        await interaction.followup.send("first")

    lab.sandbox.interactions.answer_window = 0.2
    assert await codes_of(lab, too_early) == [10015]


async def test_a_malformed_answer_is_50035_and_can_be_repeated(lab: Lab) -> None:
    async def too_long(interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        finally:
            interaction.response._response_type = None
            await interaction.response.send_message("short")

    assert await codes_of(lab, too_long) == [50035]


async def test_an_original_answer_is_fetched_edited_and_deleted(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    texts: list[str] = []

    async def change(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("one")
        texts.append((await interaction.original_response()).content)
        await interaction.edit_original_response(content="two")
        texts.extend(m.text for m in ava.sees(general))
        await interaction.delete_original_response()
        texts.append("done")

    await lab.connect(Late(change))
    answer = await ava.runs("try", channel=general)
    await lab.sandbox.wait_for(lambda: len(texts) == 3)
    assert texts == ["one", "two", "done"]
    assert answer.messages == []


async def test_components_v2_are_read_and_pressed(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")
    bot = await lab.connect()

    class Case(ui.LayoutView):
        box: ui.Container[Any] = ui.Container(
            ui.Section("**Case 1**", accessory=ui.Button(label="Evidence", custom_id="more")),
            ui.TextDisplay("leo threatens ava"),
        )

    await bot.get_channel(general.id).send(view=Case())
    (message,) = mo.sees(general)
    assert (message.text, message.buttons) == ("**Case 1**\nleo threatens ava", ["Evidence"])
    with pytest.raises(SandboxError, match="no button 'Delete'"):
        await mo.presses(message, "Delete")


async def test_a_file_that_the_bot_sends_can_be_read(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")

    async def export(interaction: discord.Interaction[Any]) -> None:
        file = discord.File(io.BytesIO(b'{"items": []}'), filename="bundle.json")
        await interaction.response.send_message(file=file, ephemeral=True)

    await lab.connect(Late(export))
    answer = await mo.runs("try", channel=general)
    assert answer.message is not None
    (attachment,) = answer.message.attachments
    assert (attachment.filename, attachment.content) == ("bundle.json", b'{"items": []}')


async def test_an_unknown_interaction_is_10062(lab: Lab) -> None:
    url = f"{lab.sandbox.api_url}/interactions/1/nonsense/callback"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"type": 4, "data": {"content": "x"}}) as response,
    ):
        assert (response.status, (await response.json())["code"]) == (404, 10062)


async def test_a_deferred_update_is_waited_for(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, mo = server.create_channel("general"), server.join("mo")

    class Deferring(ui.View):
        @ui.button(label="By webhook")
        async def by_webhook(self, interaction: discord.Interaction[Any], _: Any) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="changed")

        @ui.button(label="By channel")
        async def by_channel(self, interaction: discord.Interaction[Any], _: Any) -> None:
            await interaction.response.defer()
            assert interaction.message is not None
            await interaction.message.edit(content="changed again")

        @ui.button(label="Away")
        async def away(self, interaction: discord.Interaction[Any], _: Any) -> None:
            await interaction.response.defer()
            await interaction.delete_original_response()

        @ui.button(label="Off", disabled=True)
        async def off(self, interaction: discord.Interaction[Any], _: Any) -> None:
            await interaction.response.defer()

    bot = await lab.connect()
    await bot.get_channel(general.id).send("alert", view=Deferring())
    (message,) = mo.sees(general)
    answer = await mo.presses(message, "By webhook")
    assert (answer.kind, message.text) == ("deferred", "changed")
    await mo.presses(message, "By channel")
    assert message.text == "changed again"
    with pytest.raises(SandboxError, match="'Off' cannot be pressed"):
        await mo.presses(message, "Off")
    await mo.presses(message, "Away")
    assert (message.deleted, mo.sees(general)) == (True, [])


async def test_a_deferred_answer_is_filled_by_an_edit(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    codes: list[int] = []

    async def fill(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        try:
            await interaction.original_response()
        except discord.NotFound as error:
            codes.append(error.code)
        await interaction.edit_original_response(content="filled")
        more = await interaction.followup.send("more", ephemeral=True, wait=True)
        await more.edit(content="even more")

    await lab.connect(Late(fill))
    answer = await ava.runs("try", channel=general)
    await lab.sandbox.wait_for(lambda: "even more" in answer.text)
    assert (codes, answer.text, answer.ephemeral) == ([10008], "filled\neven more", True)


async def test_a_bot_that_defers_and_goes_silent_is_reported(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")

    async def forget(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)

    await lab.connect(Late(forget))
    with pytest.raises(SandboxError, match=r"left ava waiting for 0\.05 s"):
        await ava.runs("try", channel=general, patience=0.05)


async def test_a_refused_answer_is_named_in_the_report(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    lab.sandbox.interactions.answer_window = 0.1

    async def too_long(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("x" * 2001)

    await lab.connect(Late(too_long))
    with pytest.raises(SandboxError, match="Must be 2000 or fewer in length"):
        await ava.runs("try", channel=general)
