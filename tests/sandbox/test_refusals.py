"""Everything that Discord refuses, with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import pytest
from discord import ui

from bot.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.sandbox.conftest import Lab


async def refused(request: Awaitable[object]) -> tuple[int, int]:
    """Return status and Discord's code for a request that must be refused."""
    with pytest.raises(discord.HTTPException) as caught:
        await request
    return caught.value.status, caught.value.code


async def test_closed_direct_messages_answer_50007(lab: Lab, sandbox: Sandbox) -> None:
    ava = sandbox.create_server("Harbour").join("ava")
    bot = await lab.connect()
    user = await bot.fetch_user(ava.id)
    ava.closes_direct_messages()
    assert await refused(user.send("hi")) == (403, 50007)
    ava.opens_direct_messages()
    await user.send("hi")
    ava.blocks_bot()
    assert await refused(user.send("hi")) == (403, 50007)
    assert len(ava.direct_messages()) == 1


async def test_a_person_without_a_shared_server_answers_50278(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    ava = server.join("ava")
    bot = await lab.connect()
    user = await bot.fetch_user(ava.id)
    ava.leaves(server)
    assert await refused(user.send("hi")) == (403, 50278)


async def test_opening_too_many_conversations_answers_40003(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    ava, leo = server.join("ava"), server.join("leo")
    bot = await lab.connect()
    sandbox.conversations_left = 1
    first = await bot.fetch_user(ava.id)
    await first.send("hi")
    assert await refused((await bot.fetch_user(leo.id)).send("hi")) == (403, 40003)
    await first.send("still open")
    assert len(ava.direct_messages()) == 2


async def test_a_quarantined_bot_opens_no_new_conversation(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    ava, leo = server.join("ava"), server.join("leo")
    bot = await lab.connect()
    await (await bot.fetch_user(ava.id)).send("before")
    sandbox.quarantined = True
    assert await refused((await bot.fetch_user(leo.id)).send("hi")) == (403, 20026)
    await (await bot.fetch_user(ava.id)).send("after")


async def test_a_bad_token_is_refused_by_rest_and_gateway(lab: Lab, sandbox: Sandbox) -> None:
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(sandbox.gateway_url)
        await socket.receive()
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_what_is_gone_is_unknown(lab: Lab, sandbox: Sandbox) -> None:
    server = sandbox.create_server("Harbour")
    general, doomed = server.create_channel("general"), server.create_channel("doomed")
    message = await sandbox.person("owner").writes("hi", channel=general)
    bot = await lab.connect()
    channel, gone = bot.get_channel(general.id), bot.get_channel(doomed.id)
    doomed.delete()
    await sandbox.person("owner").deletes(message)
    assert await refused(gone.send("hi")) == (404, 10003)
    assert await refused(channel.fetch_message(message.id)) == (404, 10008)
    assert await refused(bot.fetch_user(1)) == (404, 10013)
    assert await refused(bot.get_guild(server.id).fetch_member(1)) == (404, 10013)


async def test_an_unknown_route_answers_404(lab: Lab, sandbox: Sandbox) -> None:
    bot = await lab.connect()
    route = discord.http.Route("GET", "/nothing/here")
    assert await refused(bot.http.request(route)) == (404, 0)


async def test_somebody_elses_message_cannot_be_edited(lab: Lab, sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    message = await sandbox.person("owner").writes("mine", channel=general)
    bot = await lab.connect()
    partial = bot.get_channel(general.id).get_partial_message(message.id)
    assert await refused(partial.edit(content="yours")) == (403, 50005)


# -- forms ---------------------------------------------------------------------------------------


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "a"} | fields


def select(options: int) -> dict[str, Any]:
    chosen = [{"label": str(n), "value": str(n)} for n in range(options)]
    return {"type": 3, "custom_id": "s", "options": chosen}


V2 = 1 << 15
TEXT = {"type": 10, "content": "x"}


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": "x", "nonce": "n" * 26}, "nonce"),
        ({"content": "x", "flags": V2, "components": [TEXT]}, "content"),
        ({"embeds": [{"title": "t"}], "flags": V2, "components": [TEXT]}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4096, "footer": {"text": "x" * 2000}}]}, "embeds.0"),
        ({"embeds": [{"fields": [{"name": "", "value": "v"}]}]}, "embeds.0.fields.0.name"),
        ({"flags": V2, "components": [TEXT] * 41}, "components"),
        ({"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2}, "components"),
        ({"content": "x", "components": [TEXT]}, "components.0.type"),
        ({"content": "x", "components": [row(button())] * 6}, "components"),
        ({"content": "x", "components": [row(button(), button())]}, "components"),
        (
            {"content": "x", "components": [row(button(custom_id="c" * 101))]},
            "components.0.components.0.custom_id",
        ),
        (
            {"content": "x", "components": [row(button(label="l" * 81))]},
            "components.0.components.0.label",
        ),
        (
            {"content": "x", "components": [row(button(label=""))]},
            "components.0.components.0",
        ),
        (
            {"content": "x", "components": [row(select(26))]},
            "components.0.components.0.options",
        ),
        (
            {"content": "x", "components": [row(select(1), button())]},
            "components.0.components",
        ),
        ({"content": "x", "components": [row()]}, "components.0.components"),
        (
            {"flags": V2, "components": [{"type": 17, "components": [{"type": 17}]}]},
            "components.0.components.0.type",
        ),
        (
            {"flags": V2, "components": [{"type": 9, "components": [TEXT]}]},
            "components.0.accessory.type",
        ),
        (
            {"content": "x", "message_reference": {"message_id": "1"}},
            "message_reference",
        ),
    ],
)
async def test_a_malformed_message_answers_50035_and_names_the_place(
    lab: Lab, sandbox: Sandbox, form: dict[str, Any], place: str
) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    body = await posted(sandbox, f"/channels/{general.id}/messages", form)
    assert body["code"] == 50035
    node = body["errors"]
    for key in place.split("."):
        node = node[key]
    assert node["_errors"]
    assert general.messages == {}


async def posted(
    sandbox: Sandbox, path: str, form: object, *, method: str = "POST"
) -> dict[str, Any]:
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, sandbox.api_url + path, json=form) as response,
    ):
        return await response.json()


async def test_discord_py_shows_the_place_in_its_error(lab: Lab, sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    bot = await lab.connect()
    with pytest.raises(discord.HTTPException, match="In content: Must be 2000 or fewer in length"):
        await bot.get_channel(general.id).send("x" * 2001)


async def test_an_empty_message_answers_50006(lab: Lab, sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    bot = await lab.connect()
    assert await refused(bot.get_channel(general.id).send("")) == (400, 50006)


async def test_a_message_at_all_limits_is_accepted(lab: Lab, sandbox: Sandbox) -> None:
    general = sandbox.create_server("Harbour").create_channel("general")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    await channel.send("x" * 2000)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("x" * 4000))
    for _ in range(39):
        view.add_item(ui.Separator())
    await channel.send(view=view)
    assert [len(m.text) for m in sandbox.person("owner").sees(general)] == [2000, 4000]


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ({"name": "Upper", "description": "d"}, "0.name"),
        ({"name": "with space", "description": "d"}, "0.name"),
        ({"name": "n" * 33, "description": "d"}, "0.name"),
        ({"name": "n", "description": ""}, "0.description"),
        ({"name": "n", "description": "d" * 101}, "0.description"),
        (
            {"name": "n", "description": "d", "description_localizations": {"de": "d" * 101}},
            "0.description_localizations.de",
        ),
        ({"name": "n", "type": 3, "description": "d"}, "0.description"),
        (
            {
                "name": "n",
                "description": "d",
                "options": [{"type": 3, "name": "o", "description": "d"}] * 26,
            },
            "0.options",
        ),
        (
            {
                "name": "n",
                "description": "d",
                "options": [
                    {"type": 3, "name": "a", "description": "d"},
                    {"type": 3, "name": "b", "description": "d", "required": True},
                ],
            },
            "0.options.1",
        ),
    ],
)
async def test_a_malformed_command_answers_50035(
    sandbox: Sandbox, command: dict[str, Any], place: str
) -> None:
    path = f"/applications/{sandbox.application_id}/commands"
    body = await posted(sandbox, path, [command], method="PUT")
    assert body["code"] == 50035
    node = body["errors"]
    for key in place.split("."):
        node = node[key]
    assert node["_errors"]
