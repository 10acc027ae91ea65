"""What moderators have the bot do: once, on record, and never without being able to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain.evidence import ItemKind
from bot.sandbox import BOT_BY_DEFAULT, MODERATOR_BY_DEFAULT, Answer, Permission
from tests.e2e.town import OTHER_THREAT, THREAT, Town

POWERS = BOT_BY_DEFAULT | MODERATOR_BY_DEFAULT | Permission.MANAGE_ROLES | Permission.MANAGE_GUILD
URGENT = "kill yourself or pay me 100 dollars. i have your pics and i post them to your followers"


@pytest.fixture
async def town(quiet_town: Town) -> Town:
    """A town whose bot and moderators may do everything; its role stands above theirs."""
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.bot_role.position, town.moderators.position = 20, 19
    town.server.set_permissions(town.server.bot_role, POWERS)
    town.server.set_permissions(town.moderators, POWERS)
    town.server.create_role("Quarantined", permissions=0).position = 5
    await town.start(quarantine_role="Quarantined")
    return town


async def acts(town: Town, measure: str, *then: str) -> Answer:
    """Mo opens Act…, chooses a measure, and goes on from there."""
    answer = await town.mo.presses(town.alert, "More…")
    for button in ("Act…", measure, *then):
        answer = await town.mo.presses(answer, button)
    return answer


async def recorded(town: Town) -> list[tuple[str, str, str | None]]:
    """The measures in the case's chain: what, its outcome, why not."""
    return [
        (i.facts["what"], i.facts["outcome"], i.facts.get("detail"))
        for i in await town.evidence()
        if i.kind is ItemKind.ACTION and "outcome" in i.facts
    ]


def audited(town: Town) -> list[tuple[str, str | None]]:
    return [(entry.action.name, entry.reason) for entry in town.server.audit_log]


async def test_a_timeout_is_shown_first_then_done_and_stands_in_case_and_audit_log(
    town: Town,
) -> None:
    await town.settled(await town.threatens())
    page = await acts(town, "Time out for 24 h")
    assert page.text.startswith(f"{town.leo.mention} cannot write, react or speak here for 24 h.")
    assert page.ephemeral
    assert town.server.members[town.leo.id].timeout_until is None
    assert await recorded(town) == []

    await town.mo.presses(page, "Yes, do it")
    await town.settled()
    until = town.server.members[town.leo.id].timeout_until
    assert until is not None
    assert 23.9 < (until - datetime.now(UTC).timestamp()) / 3600 < 24.1
    assert await recorded(town) == [("timeout", "begun", None), ("timeout", "done", None)]
    assert audited(town) == [
        ("MEMBER_UPDATE", f"NotAlone case 1, decided by moderator {town.mo.id}")
    ]
    assert f"{town.mo.mention} had the member timed out." in town.alert.text


async def test_quarantine_gives_the_role(town: Town) -> None:
    await town.settled(await town.threatens())
    await acts(town, "Quarantine", "Yes, do it")
    assert [role.name for role in town.server.members[town.leo.id].roles] == ["Quarantined"]


async def test_a_ban_deletes_no_message(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    page = await acts(town, "Ban")
    assert "Was it reported to Discord?" in page.text
    await town.mo.presses(page, "Yes, do it")

    assert list(town.server.bans) == [town.leo.id]
    assert not message.deleted


async def test_somebody_who_left_can_be_banned_but_not_timed_out(town: Town) -> None:
    await town.settled(await town.threatens())
    town.leo.leaves(town.server)
    assert "no longer in this server" in (await acts(town, "Time out for 1 h")).text
    await acts(town, "Ban", "Yes, do it")
    assert list(town.server.bans) == [town.leo.id]


async def test_only_invites_of_the_offender_are_offered(town: Town) -> None:
    theirs, other = town.leo.invites(town.general), town.sam.invites(town.general)
    await town.settled(await town.threatens())
    menu = await acts(town, "Remove an invite")
    (select,) = menu.messages[0].selects
    assert list(select.options) == [theirs.code]
    page = await town.mo.selects(menu, str(select.custom_id), [theirs.code])
    await town.mo.presses(page, "Yes, do it")

    assert list(town.server.invites) == [other.code]
    assert "has made no invite" not in page.text
    assert "made no invite" in (await acts(town, "Remove an invite")).text


async def test_direct_messages_between_members_are_paused_for_a_day(town: Town) -> None:
    await town.settled(await town.threatens())
    await acts(town, "Pause direct messages", "Yes, do it")
    until = town.server.messages_paused_until
    assert until is not None
    left = datetime.fromisoformat(until) - datetime.now(UTC)
    assert 23.5 * 3600 < left.total_seconds() <= 24 * 3600


async def test_a_thread_is_locked_and_only_where_there_is_one(town: Town) -> None:
    thread = town.general.create_thread("talk", owner=town.leo, members=[town.sandbox.bot])
    await town.settled(await town.threatens(channel=thread))
    page = await acts(town, "Lock the thread")
    await town.mo.presses(page, "Yes, do it")
    assert thread.locked

    page = await acts(town, "Lock the thread")
    thread.delete()
    gone = await town.mo.presses(page, "Yes, do it")
    assert gone.text == "This was not written in a thread, or the thread is gone."


@pytest.mark.parametrize("late", [False, True])
async def test_a_thread_that_was_archived_is_locked_all_the_same(town: Town, *, late: bool) -> None:
    """Whoever opened a thread may archive it; the bot may not have heard of it yet."""
    thread = town.general.create_thread("talk", owner=town.leo, members=[town.sandbox.bot])
    await town.settled(await town.threatens(channel=thread))
    if late:
        town.sandbox.gateway.delay_next(5.0, event="THREAD_UPDATE")
    thread.archive()
    page = await acts(town, "Lock the thread", "Yes, do it")

    assert page.text == "Done. It is on record in case 1."
    assert thread.locked


async def test_a_message_is_deleted_only_after_it_was_said_twice_that_it_was_reported(
    town: Town,
) -> None:
    message = await town.threatens()
    await town.settled(message)
    first = await acts(town, "Delete a message")
    assert "Yes, do it" not in first.buttons
    how = await town.mo.presses(first, "How to report")
    assert "CyberTipline" in how.text
    await town.mo.presses(how, "It was reported")
    menu = await acts(town, "Delete a message")
    (select,) = menu.messages[0].selects
    assert list(select.options) == [str(message.id)]
    assert THREAT not in menu.text
    page = await town.mo.selects(menu, str(select.custom_id), [str(message.id)])
    assert "Was exactly this message reported?" in page.text
    assert not message.deleted
    await town.mo.presses(page, "Yes, do it")

    assert message.deleted
    assert audited(town)[-1][1] == f"NotAlone case 1, decided by moderator {town.mo.id}"
    await town.until_case(lambda case: case.deletions)
    evidence = await town.mo.presses(town.alert, "Show evidence")
    assert "pay me 100 dollars tonight" in evidence.text


async def test_only_what_is_the_offenders_and_still_there_can_be_deleted(town: Town) -> None:
    await town.ava.writes("what do you want from me", channel=town.general)
    first, second = await town.threatens(), await town.threatens(OTHER_THREAT)
    await town.settled(first, second)
    await town.leo.deletes(second)
    await town.until_case(lambda case: case.deletions == 1)
    await town.mo.presses(await acts(town, "Delete a message"), "It was reported")
    menu = await acts(town, "Delete a message")

    (select,) = menu.messages[0].selects
    assert list(select.options) == [str(first.id)]


async def test_deleting_the_last_copy_says_that_it_is_the_last(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    pages = []
    for _ in range(2):
        first = await acts(town, "Delete a message")
        if "It was reported" in first.buttons:
            await town.mo.presses(first, "It was reported")
            first = await acts(town, "Delete a message")
        (select,) = first.messages[0].selects
        page = await town.mo.selects(first, str(select.custom_id), [str(message.id)])
        pages.append(page.text)
        if len(pages) == 1:
            verdicts = await town.mo.presses(town.alert, "Resolve")
            form = await town.mo.presses(verdicts, "False alarm")
            await town.mo.submits(form, {"why": "joke"})
            await town.settled()

    assert "Its words stay in the evidence." in pages[0]
    assert "Its words are no longer in the evidence: this is the last copy here." in pages[1]


async def test_pressed_twice_at_once_or_after_a_restart_it_is_done_once(town: Town) -> None:
    await town.settled(await town.threatens())
    page = await acts(town, "Ban")
    answers = await asyncio.gather(*(town.mo.presses(page, "Yes, do it") for _ in range(2)))
    await town.restart(quarantine_role="Quarantined")

    assert len(answers) == 2
    assert [name for name, _ in audited(town)] == ["MEMBER_BAN_ADD"]
    assert await recorded(town) == [("ban", "begun", None), ("ban", "done", None)]


async def test_a_page_from_before_a_restart_still_works(town: Town) -> None:
    await town.settled(await town.threatens())
    page = await acts(town, "Time out for 1 h")
    await town.restart(quarantine_role="Quarantined")
    answer = await town.mo.presses(page, "Yes, do it")
    assert answer.text == "Done. It is on record in case 1."


async def test_what_the_bot_may_not_do_names_permission_and_way_and_works_once_mended(
    town: Town,
) -> None:
    await town.settled(await town.threatens())
    assert town.server.bot_role is not None
    page = await acts(town, "Ban")
    town.server.set_permissions(town.server.bot_role, POWERS & ~Permission.BAN_MEMBERS)
    refused = await town.mo.presses(page, "Yes, do it")
    assert refused.text.startswith("I lack the permission **Ban Members**. To mend it: ")
    assert town.server.bans == {}

    town.server.set_permissions(town.server.bot_role, POWERS)
    await acts(town, "Ban", "Yes, do it")
    assert list(town.server.bans) == [town.leo.id]


@pytest.mark.parametrize(
    ("bot", "moderators", "offender", "told"),
    [
        (20, 10, 15, "They stand as high as you, or higher."),
        (10, 20, 15, "They stand as high as I do, or higher."),
    ],
)
async def test_the_order_of_roles_counts_as_on_discord(
    town: Town, bot: int, moderators: int, offender: int, told: str
) -> None:
    assert town.server.bot_role is not None
    elders = town.server.create_role("Elders", permissions=0)
    for role, position in (
        (town.server.bot_role, bot),
        (town.moderators, moderators),
        (elders, offender),
    ):
        role.position = position
        town.server.set_permissions(role, role.permissions)
    town.server.give_role(town.leo, elders)
    await town.settled(await town.threatens())

    for measure in ("Time out for 1 h", "Quarantine", "Ban"):
        assert (await acts(town, measure)).text.startswith(told)
    assert await recorded(town) == []


async def test_nobody_acts_against_the_owner_or_themselves(town: Town) -> None:
    await town.settled(await town.owner.writes(THREAT, channel=town.general, mentions=[town.ava]))
    assert (await acts(town, "Ban")).text.startswith("They own this server.")
    await town.settled(await town.mo.writes(THREAT, channel=town.general, mentions=[town.ava]))
    more = await town.mo.presses(town.alert_messages()[1], "More…")
    act = await town.mo.presses(more, "Act…")
    assert (await town.mo.presses(act, "Ban")).text.startswith("That would be you.")


async def test_a_role_that_was_deleted_is_named_as_missing(town: Town) -> None:
    await town.settled(await town.threatens())
    quarantined = next(r for r in town.server.roles.values() if r.name == "Quarantined")
    page = await acts(town, "Quarantine")
    town.server.delete_role(quarantined)
    answer = await town.mo.presses(page, "Yes, do it")
    assert answer.text.startswith("There is no role for that.")


async def test_a_refusal_by_discord_is_told_and_on_record(town: Town) -> None:
    await town.settled(await town.threatens())
    page = await acts(town, "Ban")
    town.sandbox.faults.fail(method="PUT", path=r"/bans/", status=403, code=50013, times=1)
    answer = await town.mo.presses(page, "Yes, do it")
    await town.settled()

    assert answer.text == "Discord refused (code 50013). Nothing was done. Please do it by hand."
    assert await recorded(town) == [("ban", "begun", None), ("ban", "refused", "refused 50013")]
    assert "It was not done (refused 50013)." in town.alert.text
