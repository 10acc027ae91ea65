"""Forms with every kind of field, and the forms and answers that Discord refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot.sandbox import Sandbox, SandboxError
from bot.sandbox.protocol import InteractionType

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab


class Everything(ui.Modal, title="Report"):
    """A form with an intro, a menu, a menu of people and a text in the older layout."""

    intro = ui.TextDisplay[Any]("Nobody else sees this.")
    kind = ui.Label[Any](
        text="What happened?",
        component=ui.Select(
            custom_id="kind",
            options=[
                discord.SelectOption(label="Money", value="m"),
                discord.SelectOption(label="Images", value="i"),
            ],
        ),
    )
    who = ui.Label[Any](text="Who?", component=ui.UserSelect(custom_id="who", required=False))
    words = ui.TextInput[Any](label="Words", custom_id="words", required=False)

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        kind, who = self.kind.component, self.who.component
        assert isinstance(kind, ui.Select)
        assert isinstance(who, ui.UserSelect)
        said = [*kind.values, *(user.name for user in who.values), self.words.value]
        await interaction.response.send_message("|".join(said), ephemeral=True)


class Reporter(discord.Client):
    """Opens the form on a command."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True), guild_ready_timeout=0, max_ratelimit_timeout=30
        )
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.tree.command(name="report", description="Tell us")(report)
        await self.tree.sync()


async def report(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_modal(Everything())


async def test_every_kind_of_field_is_filled_in(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava, leo = server.create_channel("general"), server.join("ava"), server.join("leo")
    await lab.connect(Reporter())
    form = await ava.runs("report", channel=general)
    assert form.text == "Report\nNobody else sees this."
    answer = await ava.submits(form, {"What happened?": "Images", "Who?": leo, "words": "send it"})
    assert (answer.text, answer.ephemeral) == ("i|leo|send it", True)
    form = await ava.runs("report", channel=general)
    assert (await ava.submits(form, {"kind": "m"})).text == "m|"


async def test_a_form_is_refused_as_a_person_could_not_send_it(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava, leo = server.create_channel("general"), server.join("ava"), server.join("leo")
    await lab.connect(Reporter())
    form = await ava.runs("report", channel=general)
    with pytest.raises(SandboxError, match="'What happened\\?' is required"):
        await ava.submits(form, {})
    with pytest.raises(SandboxError, match=r"no field \['Nonsense'\]"):
        await ava.submits(form, {"Nonsense": "x"})
    with pytest.raises(SandboxError, match="'Words' takes text"):
        await ava.submits(form, {"kind": "m", "words": ["x"]})
    with pytest.raises(SandboxError, match="leo has no form open"):
        await leo.submits(form, {"kind": "m"})


TEXT_INPUT = {"type": 4, "custom_id": "a", "style": 1}
LABEL = {"type": 18, "label": "L", "component": TEXT_INPUT}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content"),
        ({"type": 7, "data": {"content": "x"}}, "type"),
        ({"type": 8, "data": {"choices": []}}, "type"),
        (
            {"type": 9, "data": {"title": "t" * 46, "custom_id": "c", "components": [LABEL]}},
            "data.title",
        ),
        (
            {"type": 9, "data": {"title": "t", "custom_id": "c", "components": []}},
            "data.components",
        ),
        (
            {"type": 9, "data": {"title": "t", "custom_id": "c", "components": [LABEL] * 2}},
            "data.components",
        ),
        (
            {
                "type": 9,
                "data": {
                    "title": "t",
                    "custom_id": "c",
                    "components": [LABEL | {"label": "l" * 46}],
                },
            },
            "data.components.0.label",
        ),
    ],
)
async def test_a_malformed_answer_names_the_place(
    sandbox: Sandbox, answer: dict[str, Any], place: str
) -> None:
    server = sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    interaction = sandbox.interactions.send(
        InteractionType.COMMAND, user=ava, channel=general, data={"type": 1, "name": "x"}
    )
    url = f"{sandbox.api_url}/interactions/{interaction.id}/{interaction.token}/callback"
    async with aiohttp.ClientSession() as session, session.post(url, json=answer) as response:
        body = await response.json()
    assert body["code"] == 50035
    node = body["errors"]
    for key in place.split("."):
        node = node[key]
    assert node["_errors"]
    assert interaction.answered is None
