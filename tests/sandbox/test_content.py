"""Without the MESSAGE_CONTENT intent, content is withheld everywhere but where Discord excepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab, MakeLab

WITHOUT_CONTENT = discord.Intents(guilds=True, messages=True)


async def test_content_is_withheld_in_events_and_history(lab_with: MakeLab) -> None:
    async with lab_with(message_content=False) as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        bot = await lab.connect(intents=WITHOUT_CONTENT)
        first = await ava.writes(
            "secret", channel=general, attachments=["a.png"], embeds=[{"title": "t"}]
        )
        await ava.writes("too", channel=general, forwards=first)
        await ava.writes("re", channel=general, reply_to=first, ping=False)
        await lab.sandbox.wait_for(lambda: len(bot.heard) == 3)
        fetched = [m async for m in bot.get_channel(general.id).history(oldest_first=True)]
        for plain, forwarded, replied in (bot.heard, fetched):
            assert (plain.content, plain.attachments, plain.embeds) == ("", [], [])
            assert forwarded.message_snapshots[0].content == ""
            assert replied.reference.resolved.content == ""
        single = await bot.get_channel(general.id).fetch_message(first.id)
        assert single.content == ""


async def test_own_mentioning_and_direct_messages_are_excepted(lab_with: MakeLab) -> None:
    async with lab_with(message_content=False) as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        bot = await lab.connect(intents=WITHOUT_CONTENT)
        await bot.get_channel(general.id).send("own")
        await ava.writes("mentioning", channel=general, mentions=[lab.sandbox.bot])
        await ava.writes_to_bot("direct")
        await lab.sandbox.wait_for(lambda: len(bot.heard) == 3)
        own, mentioning, direct = [message.content for message in bot.heard]
        assert (own, mentioning, direct) == (
            "own",
            f"{lab.sandbox.bot.mention} mentioning",
            "direct",
        )
        fetched = [m.content async for m in bot.get_channel(general.id).history(oldest_first=True)]
        assert fetched == [own, mentioning]


async def test_a_granted_intent_that_was_not_asked_for_withholds_events_too(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect(intents=WITHOUT_CONTENT)
    await ava.writes("secret", channel=general)
    heard = await lab.sandbox.wait_for(lambda: bot.heard and bot.heard[0])
    assert heard.content == ""


async def test_a_message_command_shows_its_target_in_any_case(lab_with: MakeLab) -> None:
    async with lab_with(message_content=False) as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        await lab.connect(intents=WITHOUT_CONTENT)
        message = await ava.writes("look", channel=general)
        answer = await ava.runs_on(message, "Get help")
        assert answer.text == "about: look"


async def test_events_arrive_only_for_intents_that_were_asked_for(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, ava = server.create_channel("general"), server.join("ava")
    bot = await lab.connect(intents=discord.Intents(guilds=True, dm_messages=True))
    await ava.writes("not told", channel=general)
    await ava.reacts(await ava.writes_to_bot("told"), "👍")
    server.join("leo")
    server.create_channel("marker")
    await lab.sandbox.wait_for(lambda: "CHANNEL_CREATE" in bot.names)
    told = [n for n in bot.names if n not in {"READY", "GUILD_CREATE"}]
    assert told == ["MESSAGE_CREATE", "CHANNEL_CREATE"]


@pytest.mark.parametrize(
    "intents",
    [
        discord.Intents(guilds=True, message_content=True),
        discord.Intents(guilds=True, members=True),
        discord.Intents(guilds=True, presences=True),
    ],
)
async def test_a_privileged_intent_that_is_not_granted_closes_4014(
    lab_with: MakeLab, intents: discord.Intents
) -> None:
    async with lab_with(message_content=False) as lab:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await lab.connect(intents=intents)
        assert lab.sandbox.gateway.closed_with == [4014]


async def test_the_application_flags_say_which_intents_are_granted(lab_with: MakeLab) -> None:
    async with lab_with(message_content=True, server_members=False) as lab:
        bot = await lab.connect()
        flags = (await bot.application_info()).flags
        assert (flags.gateway_message_content, flags.gateway_guild_members) == (True, False)
        assert bot.application_flags.gateway_message_content


async def test_a_reply_that_pings_the_bot_is_readable(lab_with: MakeLab) -> None:
    async with lab_with(message_content=False) as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        bot = await lab.connect(intents=WITHOUT_CONTENT)
        await bot.get_channel(general.id).send("are you safe?")
        (question,) = ava.sees(general)
        await ava.writes("yes", channel=general, reply_to=question)
        await ava.writes("quietly", channel=general, reply_to=question, ping=False)
        await lab.sandbox.wait_for(lambda: len(bot.heard) == 3)
        assert [m.content for m in bot.heard] == ["are you safe?", "yes", ""]
        assert bot.heard[2].reference.resolved.content == "are you safe?"
