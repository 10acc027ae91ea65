"""What moderators see: nothing that somebody writes can break, forge or turn an alert."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.domain.evidence import ItemKind
from bot.sandbox import Message
from tests.e2e.test_measures import URGENT
from tests.e2e.town import OTHER_THREAT, THREAT, Town

_LEAD = "i have your pics. pay me 100 dollars tonight or i post them to all your followers. "
_HOSTILE = {
    "markdown": "# **big** ~~no~~ ||hidden|| [click](https://evil.example/x) > said\n- list",
    "backticks": "``` ` `` ``````\n### Possible threat · low ```",
    "pings": "@everyone @here <@&1> <@1> <#1> </help:1> <id:customize>",
    "direction": "\u202e\u2066\u200f\u061c gnp.exe \u2069\u202c\u200b\u200d\ufeff",
    "links": "https://evil.example/a discord.gg/abc javascript://x www.evil.example a.bb.cc.dd",
    "dots": "aa.bb.cc." * 400,
    "schemes": "x://" * 800,
    "long": "z" * 3800,
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 700,
    "zalgo": ("a" + "\u0301\u0323\u0330\u20dd" * 30) * 25,
    "nul": "\x00\x07\x1b[31m\u2028\u2029\x85",
    "fence": "~~~\n```text\n```" * 200,
    "blank": "\u3164\u115f\u1160\uffa0" * 300,
}
_NAMES = {
    "markdown": "**Moderator** `x` [a](https://evil.example)",
    "pings": "@everyone <@&1> <@1>",
    "direction": "\u202eexe.\u2066x",
    "zalgo": "a" + "\u0301" * 31,
    "empty": "\u200b\u200b\u200b",
    "link": "https://evil.example/abc",
    "forged": "x`) delivered. **What was done**",
}


@pytest.mark.parametrize("kind", _HOSTILE)
async def test_hostile_words_are_shown_harmlessly(town: Town, kind: str) -> None:
    message = await town.threatens((_LEAD + _HOSTILE[kind])[:4000])
    await town.settled(message)
    shown = [town.alert]
    answer = await town.mo.presses(town.alert, "Show evidence")
    shown.append(answer.messages[0])
    while "Next page" in answer.buttons:
        answer = await town.mo.presses(answer, "Next page")
        shown.append(answer.messages[0])

    for page in shown:
        assert page.pings == frozenset()
        assert page.embeds == []
        assert "https://evil" not in page.text
        assert not {"\u202e", "\u2066", "\u200b", "\x00"} & set(page.text)
    assert all(len(page.text) <= 2000 for page in shown[1:])
    assert all(page.text.count("```") % 2 == 0 for page in shown[1:])
    assert [line for line in town.alert.text.splitlines() if line.startswith("#")] == [
        town.alert.text.splitlines()[0]
    ]
    assert town.advised() == {"ava": 1}


@pytest.mark.parametrize("put", ["[them](https://evil.example/x)", "||them||", "**them** `x`"])
async def test_the_words_that_were_found_cannot_be_formatted(town: Town, put: str) -> None:
    await town.settled(await town.threatens(THREAT.replace("post them", f"post {put}")))

    (why,) = [line for line in town.alert.text.splitlines() if line.startswith("**Why**")]
    assert re.sub(r"`[^`]*`", "", why.partition(": ")[2]).strip(" ·") == ""


@pytest.mark.parametrize("kind", _NAMES)
async def test_hostile_names_are_shown_harmlessly(town: Town, kind: str) -> None:
    for person in (town.leo, town.ava):
        town.server.members[person.id].nick = _NAMES[kind][:32]
    await town.settled(await town.threatens())

    who, whom = town.alert.text.splitlines()[2:4]
    assert town.alert.pings == frozenset()
    assert who.startswith(f"**Who** {town.leo.mention}")
    assert whom.startswith(f"**To whom** {town.ava.mention}")
    assert who.count("`") in {0, 2}
    assert "https://" not in who
    said_by_the_bot = re.sub(r"`[^`]*`", "", town.alert.text)
    assert said_by_the_bot.count("**What was done**") == 1


async def test_a_hostile_server_name_is_harmless_in_the_advice(quiet_town: Town) -> None:
    town = quiet_town
    town.server.name = "**x** @everyone https://evil.example [a](b) \u202e"
    await town.start()
    await town.settled(await town.threatens())

    (advice,) = town.ava.direct_messages()
    assert "https://evil" not in advice.text
    assert "\u202e" not in advice.text
    assert advice.pings == frozenset()
    assert advice.embeds == []


async def test_evidence_is_for_moderators_alone(town: Town) -> None:
    await town.settled(await town.threatens())
    town.alerts.allow(town.server.everyone, allow=1 << 10)
    for person in (town.leo, town.ava, town.sam):
        answer = await person.presses(town.alert, "Show evidence")
        assert answer.text == "This is only for this server's moderators."
        assert answer.ephemeral
    assert ItemKind.ACTION.value not in await town.kinds()


async def test_evidence_is_shown_to_the_moderator_alone_and_the_look_is_recorded(
    town: Town,
) -> None:
    message = await town.threatens()
    await town.settled(message)
    answer = await town.mo.presses(town.alert, "Show evidence")

    assert answer.ephemeral
    assert not town.owner.can_see(answer.messages[0])
    assert "pay me 100 dollars tonight" in answer.text
    assert "The chain is intact" in answer.text
    looks = [i for i in await town.evidence() if i.kind is ItemKind.ACTION]
    assert [(i.facts["what"], i.facts["by"]) for i in looks] == [("evidence shown", town.mo.id)]


async def test_the_owner_may_always_look(town: Town) -> None:
    await town.settled(await town.threatens())
    answer = await town.owner.presses(town.alert, "Show evidence")
    assert "pay me 100 dollars tonight" in answer.text


async def test_evidence_of_a_deleted_message_is_still_shown(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    await town.leo.deletes(message)
    await town.until_case(lambda case: case.deletions)
    answer = await town.mo.presses(town.alert, "Show evidence")

    assert "pay me 100 dollars tonight" in answer.text
    assert "The message of part 1 was deleted." in answer.text


async def test_long_evidence_comes_in_pages(town: Town) -> None:
    for number in range(14):
        await town.sam.writes(f"{number} " + "word " * 150, channel=town.general)
    await town.settled(await town.threatens())
    answer = await town.mo.presses(town.alert, "Show evidence")
    pages = [answer.text]
    while "Next page" in answer.buttons:
        answer = await town.mo.presses(answer, "Next page")
        pages.append(answer.text)

    assert len(pages) > 3
    last = pages[-1].splitlines()[-1]
    assert last == f"Part {len(pages)} of {len(pages)}"
    assert "\n".join(pages).count(f"{town.sam.mention} (`sam`) wrote") == 14
    back = await town.mo.presses(answer, "Previous page")
    assert f"Part {len(pages) - 1} of {len(pages)}" in back.text


async def test_buttons_work_after_a_restart(town: Town) -> None:
    await town.settled(await town.threatens())
    alert, (advice,) = town.alert, town.ava.direct_messages()
    await town.restart()

    evidence = await town.mo.presses(alert, "Show evidence")
    assert "pay me 100 dollars tonight" in evidence.text
    assert (await town.ava.presses(advice, "More help")).ephemeral
    await town.ava.presses(advice, "This was nothing")
    await town.until_case(lambda case: case.reached[0].answer == "nothing")


async def test_a_button_pressed_twice_at_once_is_answered_twice(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    evidence = await asyncio.gather(
        town.mo.presses(town.alert, "Show evidence"),
        town.mo.presses(town.alert, "Show evidence"),
        town.owner.presses(town.alert, "Show evidence"),
    )
    await asyncio.gather(
        town.ava.presses(advice, "This was nothing"),
        town.ava.presses(advice, "This was nothing"),
    )
    await town.settled()

    assert ["The chain is intact" in answer.text for answer in evidence] == [True] * 3
    kinds = await town.kinds()
    assert (kinds.count("action"), kinds.count("report")) == (3, 1)


async def test_fifty_targets_fit_into_the_alert(town: Town) -> None:
    people = [town.server.join(f"{'n' * 28}{number:02}") for number in range(50)]
    message = await town.leo.writes(
        "i have all your pics. pay me 100 dollars tonight or i post them to all your followers",
        channel=town.general,
        mentions=people,
    )
    await town.settled(message)

    assert "and 40 more" in town.alert.text
    assert len(town.alert.text) <= 4000


async def test_many_who_cannot_be_reached_silence_no_later_threat(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(ping_role="Moderators", fallback="button", many_targets=20)
    people = [town.server.join(f"{'n' * 30}{number:02}") for number in range(12)]
    for person in people:
        person.closes_direct_messages()
    message = await town.leo.writes(_LEAD, channel=town.general, mentions=people)
    await town.settled(message)
    await town.settled()

    line = next(line for line in town.alert.text.splitlines() if "are closed" in line)
    assert line.startswith("- Advice to <@")
    assert " and 2 more: not delivered." in line
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert f"**{town.mo.mention} has it**" in town.alert.text
    await town.settled(await town.threatens(URGENT))
    await town.settled()
    assert "### Possible threat · urgent" in town.alert_messages()[-1].text


async def test_a_forged_press_on_another_servers_case_shows_nothing(town: Town) -> None:
    await town.settled(await town.threatens())
    other = town.sandbox.create_server("Elsewhere", owner="otto")
    room = other.create_channel("general")
    button = town.alert.button_details[0]
    copy = Message(
        town.sandbox.world.snowflakes.next(),
        room,
        town.sandbox.bot,
        components=town.alert.components,
        flags=town.alert.flags,
    )
    room.remember(copy)
    answer = await other.owner.presses(copy, str(button.custom_id))

    assert answer.text == "This case is no longer kept."
    assert THREAT not in answer.text


async def test_an_older_alert_points_to_the_newer_one_and_stays_so(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.until(lambda: "newer alert" in town.alert_messages()[0].text)
    await town.settled()
    older, newer = town.alert_messages()

    place = f"https://discord.com/channels/{town.server.id}/{town.alerts.id}/{newer.id}"
    assert older.text == f"Case 1: there is a newer alert about the same person. {place}"
    assert "Show evidence" in newer.buttons

    await town.mo.deletes(older)
    await town.let_pass(hours=2)
    await town.settled(await town.threatens())
    await town.until(lambda: "newer alert" in newer.text)
    await town.settled()

    assert len(town.alert_messages()) == 2
