"""What becomes evidence around a threat, how moderators see it, and how they ask for more."""

from __future__ import annotations

from bot.advice import load_texts
from bot.bundle.report import report
from bot.domain.dossier import Consent, Purpose
from bot.domain.evidence import EvidenceItem, ItemKind
from bot.sandbox import Answer, Role
from bot.sandbox.protocol import Permission
from bot.services.exporting import Exporting
from tests.e2e.town import OTHER_THREAT, THREAT, Town

FORGOTTEN = {"hours": 0}
"""With this, what was said before a restart is remembered no more."""


async def people_of(town: Town) -> list[EvidenceItem]:
    return [item for item in await town.evidence() if item.kind is ItemKind.MEMBER]


async def shown(town: Town) -> str:
    """Everything that a moderator is shown, page by page."""
    answer: Answer = await town.mo.presses(town.alert, "Show evidence")
    text = answer.text
    while "Next page" in answer.buttons:
        answer = await town.mo.presses(answer, "Next page")
        text += answer.text
    return text


async def test_what_discord_says_of_offender_and_target_is_kept_with_the_threat(
    town: Town,
) -> None:
    role: Role = town.server.create_role("Anglers")
    town.server.give_role(town.leo, role)
    member = town.server.members[town.leo.id]

    await town.settled(await town.threatens())

    leo, ava = await people_of(town)
    assert leo.facts == {
        "what": "seen",
        "person_id": town.leo.id,
        "created_at": leo.facts["created_at"],
        "joined_at": leo.facts["joined_at"],
        "role_ids": [role.id],
    }
    assert leo.facts["joined_at"] is not None
    assert leo.content == {
        "account_name": town.leo.name,
        "global_name": leo.content["global_name"] if leo.content else None,
        "shown_name": member.nick or town.leo.name,
        "roles": ["Anglers"],
    }
    assert (ava.facts["person_id"], ava.source) == (town.ava.id, "gateway")
    assert "joined this server" in await shown(town)


async def test_the_message_that_a_threat_replies_to_is_kept_though_it_is_old(town: Town) -> None:
    said = await town.ava.writes("please stop", channel=town.general)
    await town.restart(catch_up=FORGOTTEN)

    threat = await town.leo.writes(THREAT, channel=town.general, reply_to=said)
    await town.settled(threat)

    answered = (await town.evidence())[0]
    assert (answered.kind, answered.message_id) == (ItemKind.CONTEXT, said.id)
    assert answered.content is not None
    assert answered.content["text"] == "please stop"
    threatened = (await town.evidence())[1]
    assert threatened.facts["reply_author_id"] == town.ava.id
    assert "It answers part 1." in await shown(town)


async def test_a_reply_to_what_was_just_said_keeps_the_order(town: Town) -> None:
    first = await town.sam.writes("hello", channel=town.general)
    said = await town.ava.writes("please stop", channel=town.general)

    threat = await town.leo.writes(THREAT, channel=town.general, reply_to=said)
    await town.settled(threat)

    written = [item.message_id for item in await town.evidence() if "author_id" in item.facts]
    assert written == [first.id, said.id, threat.id]
    assert [p.facts["joined_at"] is None for p in await people_of(town)] == [False, False]


async def test_nobody_is_taken_for_somebody_whose_name_they_chose(town: Town) -> None:
    """Leo calls himself ava; Discord's mention beside it says who it is, and pings nobody."""
    town.server.members[town.leo.id].nick = "ava"
    await town.settled(await town.threatens())

    answer = await town.mo.presses(town.alert, "Show evidence")

    assert f"{town.leo.mention} (`ava`) wrote " in answer.text
    assert {message.pings for message in answer.messages} == {frozenset()}


async def test_words_are_under_a_spoiler_and_cannot_uncover_themselves(town: Town) -> None:
    await town.settled(await town.threatens(f"{THREAT} || now || you ||| see"))

    text = await shown(town)

    assert text.count("||```text\n") == 1
    assert text.count("```||") == 1
    assert text.count("||") == 2


async def test_messages_that_go_with_a_ban_are_marked_so(town: Town) -> None:
    await town.settled(await town.threatens())

    await town.owner.bans(town.leo, delete_messages=True)
    await town.until_case(lambda case: case.deletions)
    await town.until_true(lambda: _has_ban(town))

    text = await shown(town)
    assert "The message of part 1 was deleted within a minute of its author's ban." in text
    assert f"<@{town.leo.id}> was banned." in text


async def test_a_piece_deleted_before_the_threat_was_complete_is_told_so(town: Town) -> None:
    first, second = "i have your pics", "pay me 100 dollars by tonight"
    piece = await town.leo.writes(first, channel=town.general)
    await town.settled(piece)
    await town.leo.deletes(piece)
    await town.settled(await town.sam.writes("what was that?", channel=town.general))
    threat = await town.threatens(second)
    await town.settled(threat)
    await town.leo.deletes(threat)
    await town.until_case(lambda case: case.deletions == 2)
    await town.settled()

    before = "It was deleted before the threat was complete."
    assert (await shown(town)).count(before) == 1
    purpose = Purpose("the police", "they asked for it", Consent.GIVEN)
    dossier = await Exporting(town.store).export(1, purpose, guild_id=None, moderator=None)
    page = report(dossier, load_texts().get("en"), fingerprint="").decode()
    assert page.count(before) == 1
    assert page.index(first) < page.index(before) < page.index(second)


async def _has_ban(town: Town) -> bool:
    return any(item.facts["what"] == "banned" for item in await people_of(town))


async def test_a_ban_is_no_matter_of_another_server(town: Town) -> None:
    other, room = await town.watches_another(town.leo, town.kim)
    await town.settled(await town.threatens())
    there = await town.leo.writes(OTHER_THREAT, channel=room, mentions=[town.kim])
    await town.until(lambda: town.bot.screening.newest(other.id) >= there.id)
    await town.settled()
    _, elsewhere = await town.cases()
    assert elsewhere.guild_id == other.id
    before = await town.kinds(elsewhere.id)
    town.server.ban(town.leo)
    await town.until_true(lambda: _has_ban(town))
    await town.settled()

    assert await town.kinds(elsewhere.id) == before


async def test_a_moderator_has_both_sides_read_from_history(town: Town) -> None:
    before = [await town.sam.writes(f"before {n}", channel=town.general) for n in range(3)]
    await town.restart(catch_up=FORGOTTEN)
    threat = await town.threatens()
    await town.settled(threat)
    after = [await town.kim.writes(f"after {n}", channel=town.general) for n in range(2)]
    await town.settled(*after)
    evidence = await town.mo.presses(town.alert, "Show evidence")

    answer = await town.mo.presses(evidence, "More around it")

    assert answer.text == (
        "Added: 5 messages that were written around it. Press **Show evidence** again."
    )
    items = await town.evidence()
    context = [item for item in items if item.kind is ItemKind.CONTEXT]
    assert [item.message_id for item in context] == [m.id for m in (*before, *after)]
    assert {item.source for item in context} == {"history"}
    asked = next(i for i in items if i.facts.get("what") == "history read")
    assert (asked.facts["by"], asked.facts["before"], asked.facts["after"]) == (town.mo.id, 3, 2)
    assert {i.source for i in await people_of(town)} == {"gateway", "rest"}
    text = await shown(town)
    assert "3 messages before, 2 after" in text
    again = await town.mo.presses(evidence, "More around it")
    assert again.text == "There is nothing around it that was not preserved before."


async def test_history_that_cannot_be_read_is_said_and_recorded(town: Town) -> None:
    await town.settled(await town.threatens())
    evidence = await town.mo.presses(town.alert, "Show evidence")
    town.general.delete()

    answer = await town.mo.presses(evidence, "More around it")

    reason = "the channel no longer exists, or the bot cannot see it."
    assert answer.text == f"The channel's history cannot be read: {reason} That is recorded."
    assert reason in await shown(town)


async def test_only_moderators_have_more_read(town: Town) -> None:
    await town.settled(await town.threatens())
    evidence = await town.mo.presses(town.alert, "Show evidence")
    before = await town.kinds()
    town.alerts.allow(town.mo, allow=Permission.VIEW_CHANNEL)
    town.server.take_role(town.mo, town.moderators)

    answer = await town.mo.presses(evidence, "More around it")

    assert answer.text == "This is only for this server's moderators."
    assert await town.kinds() == before
