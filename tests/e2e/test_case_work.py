"""Cases from alert to verdict, as moderators see them on Discord."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.domain.case import CaseState, Verdict
from bot.domain.evidence import ItemKind
from bot.sandbox import Answer, Message
from bot.storage.schema import outbox
from tests.e2e.test_measures import URGENT
from tests.e2e.town import OTHER_THREAT, THREAT, Town

NOBODY = "**Nobody has it yet.** Press **Claim** if you take it."


def status(alert: Message) -> str:
    """The line under the headline."""
    return alert.text.splitlines()[1]


def alters_facts(database: Path, facts: str) -> None:
    """Write over what was assessed. In a thread of its own: the bot may have to finish a write."""
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("UPDATE evidence SET facts = ? WHERE kind = 'assessment'", [facts])


async def resolves(town: Town, verdict: str, alert: Message | None = None, **fields: str) -> Answer:
    """Mo resolves the case of an alert."""
    page = await town.mo.presses(alert or town.alert, "Resolve")
    form = await town.mo.presses(page, verdict)
    return await town.mo.submits(form, dict(fields))


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(town: Town) -> None:
    kit = town.server.join("kit", roles=[town.moderators])
    await town.settled(await town.threatens())
    assert status(town.alert) == NOBODY
    alert = town.alert
    answers = await asyncio.gather(kit.presses(alert, "Claim"), town.mo.presses(alert, "Claim"))
    await town.settled()

    holder = (await town.case()).progress.holder
    assert holder in {kit.id, town.mo.id}
    assert sorted(answer.text.partition(" is yours")[0] for answer in answers) == sorted(
        [
            "Case 1",
            (
                f"<@{holder}> has this case. Talk to them, or press **More…** and **Release** "
                "if they cannot go on."
            ),
        ]
    )
    assert status(town.alert).startswith(f"**<@{holder}> has it**, since ")
    assert "Claim" not in town.alert.buttons


async def test_a_case_is_resolved_with_a_reason_which_its_history_keeps(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.mo.presses(town.alert, "Claim")
    note = await town.mo.presses(await town.mo.presses(town.alert, "More…"), "Write a note")
    await town.mo.submits(
        note, {"note": "ava is with her mother. @everyone [x](https://x.example)"}
    )
    page = await town.mo.presses(town.alert, "Resolve")
    assert page.buttons == ["Confirmed", "False alarm", "Unclear", "No action"]
    form = await town.mo.presses(page, "Confirmed")
    assert form.modal is not None
    assert [(field.custom_id, field.required) for field in form.modal.fields] == [("reason", True)]
    await town.restart()  # a form that was open meanwhile can still be sent
    await town.mo.submits(form, {"reason": "clear words"})
    await town.settled()

    progress = (await town.case()).progress
    assert (progress.state, progress.verdict) == (CaseState.RESOLVED, Verdict.CONFIRMED)
    assert status(town.alert).startswith(f"**Resolved: confirmed.** By {town.mo.mention}, ")
    assert town.alert.buttons == ["Show evidence", "More…", "Go to the message"]
    more = await town.mo.presses(town.alert, "More…")
    history = (await town.mo.presses(more, "History")).text
    assert "wrote a note.\n> ava is with her mother." in history
    assert "resolved it: confirmed.\n> clear words" in history
    assert "https://x" not in history


async def test_commands_do_what_the_buttons_do(town: Town) -> None:
    await town.settled(await town.threatens())
    for command, told in (
        ("case claim", "Case 1 is yours. The alert says so."),
        ("case release", "Case 1 is free again. The alert says so."),
        ("case reopen", "This case is not resolved."),
    ):
        assert (await town.mo.runs(command, channel=town.alerts, case=1)).text == told
    note = await town.mo.runs("case note", channel=town.alerts, case=1)
    assert (await town.mo.submits(note, {"note": "n"})).text == "Noted in case 1."
    form = await town.mo.runs("case resolve", channel=town.alerts, case=1, outcome="unclear")
    await town.mo.submits(form, {"reason": "r"})
    reopened = await town.mo.runs("case reopen", channel=town.alerts, case=1)
    assert reopened.text == "Case 1 is open again."
    await town.settled()
    shown = await town.mo.runs("case show", channel=town.alerts, case=1)
    assert shown.ephemeral
    assert shown.text == town.alert.text
    gone = await town.mo.runs("case show", channel=town.alerts, case=7)
    assert gone.text == "This case is no longer kept."
    care = await town.mo.runs("case care", channel=town.alerts)
    assert care.text.startswith("**Looking after yourself**")


async def test_a_list_is_filtered_and_turned_page_by_page(town: Town) -> None:
    people = [town.server.join(f"x{number}") for number in range(9)]
    for person in people:
        await person.writes(THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(await town.threatens())
    await town.mo.runs("case claim", channel=town.alerts, case=3)

    page = await town.mo.runs("case list", channel=town.alerts)
    assert page.text.splitlines()[0] == (
        "**Cases: not resolved** · 10 in all · page 1 of 2 · open one with `/case show`"
    )
    await town.restart()
    turned = await town.mo.presses(page, "Next page")
    assert [line.partition(" ")[0] for line in turned.text.splitlines()[1:]] == ["**2**", "**1**"]
    mine = await town.mo.runs("case list", channel=town.alerts, show="mine")
    assert [line.partition(" ")[0] for line in mine.text.splitlines()[1:]] == ["**3**"]
    grave = await town.mo.runs("case list", channel=town.alerts, show="all", level="urgent")
    assert grave.text.endswith("No case here. That is good.")


async def test_a_false_alarm_erases_the_words_wherever_the_bot_wrote_them(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    await town.settled(await town.threatens(OTHER_THREAT))
    assert len(town.alert_messages()) == 2
    answer = await resolves(town, "False alarm", town.alert_messages()[1], why="joke")
    await town.settled()

    assert answer.text.startswith("Case 1 was a false alarm. Its words are erased.")
    words = ("i have your pics", "your photos", "leo", "ava")
    older, newer = town.alert_messages()
    assert [word for word in words if word in older.text + newer.text] == []
    assert older.text.startswith("Case 1: there is a newer alert about the same person.")
    assert status(newer).startswith("**Resolved: false alarm.**")
    case = await town.case()
    assert (case.findings, case.is_erased, case.fault) == (2, True, None)
    page = await town.mo.presses(newer, "More…")
    assert "Reopen" not in page.buttons

    await town.settled(await town.threatens())
    earlier = "Earlier: Case 1 (false alarm)"
    assert [earlier in alert.text for alert in town.alert_messages()] == [False, False, True]


async def test_an_erased_case_promises_no_words(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    await town.leo.edits(message, "hello")
    await town.until_case(lambda case: case.edits)
    await town.leo.deletes(message)
    await town.until_case(lambda case: case.deletions)
    await town.settled()
    promises = ("Edited later: 1.", "Deleted: 1.", "preserved")
    assert [promise in town.alert.text for promise in promises] == [True] * 3
    await resolves(town, "False alarm", why="joke")
    await town.settled()

    assert [promise in town.alert.text for promise in promises] == [False] * 3
    assert "The words of this case were erased." in town.alert.text


@pytest.mark.parametrize("facts", ["{", "{}", '{"rules": 5, "channel_id": "x"}'])
async def test_altered_evidence_is_told_and_hinders_nobody(town: Town, facts: str) -> None:
    await town.settled(await town.threatens())
    await asyncio.to_thread(alters_facts, town.folder / "notalone.db", facts)
    await town.mo.presses(town.alert, "Claim")
    await town.settled()

    assert "The chain is not intact" in town.alert.text
    assert (await town.case()).progress.state is CaseState.CLAIMED
    measures = await town.mo.presses(await town.mo.presses(town.alert, "More…"), "Act…")
    assert "Nothing happens yet" in measures.text
    await resolves(town, "False alarm", why="trade")
    assert (await town.case()).progress.verdict is Verdict.FALSE_ALARM


async def test_what_was_quieted_alerts_nobody_here_until_it_is_taken_back(town: Town) -> None:
    await town.settled(await town.threatens())
    await resolves(town, "False alarm", why="trade", quiet="phrase")
    again = [await town.threatens() for _ in range(2)]
    await town.settled(*again)
    assert len(town.alert_messages()) == 1
    assert town.advised() == {"ava": 1}
    await town.settled(await town.threatens(OTHER_THREAT))
    assert len(town.alert_messages()) == 2

    rules = await town.mo.runs("rules", channel=town.alerts)
    assert "after case 1: A trade, a debt or a game. Messages since then: 2." in rules.text
    await town.restart()
    lifted = await town.mo.presses(rules, "Alert again: 1")
    assert lifted.text.startswith("That alerts again from now on.")
    acts = [i.facts["what"] for i in await town.evidence(1) if i.kind is ItemKind.ACTION]
    assert acts == ["quieted", "resolved", "alerts again"]
    await town.let_pass(hours=2)
    await town.settled(await town.threatens())
    assert len(town.alert_messages()) == 3


async def test_a_quiet_rule_never_silences_what_is_urgent(town: Town) -> None:
    await town.settled(await town.threatens(URGENT))
    await resolves(town, "False alarm", why="fiction", quiet="rules")
    await town.settled(await town.threatens(URGENT))
    assert len(town.alert_messages()) == 2
    rules = await town.mo.runs("rules", channel=town.alerts)
    assert "Messages since then: 0." in rules.text


async def test_urgent_evidence_comes_after_a_warning(town: Town) -> None:
    await town.settled(await town.threatens(URGENT))
    warning = await town.mo.presses(town.alert, "Show evidence")
    assert "may be hard to read" in warning.text
    assert "action" not in await town.kinds()
    evidence = await town.mo.presses(warning, "Show it to me")
    assert URGENT in evidence.text
    care = await town.mo.presses(warning, "Looking after yourself")
    assert "You may stop at any time." in care.text


async def test_at_night_only_what_is_grave_comes_at_once(quiet_town: Town) -> None:
    town, now = quiet_town, datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    await town.start(quiet_hours=hours, alert_from="low")
    mild = "your friends would love that video, dont you think"
    await town.settled(await town.sam.writes(mild, channel=town.general, mentions=[town.ava]))
    (case,) = await town.cases()
    assert case.level.label in {"low", "medium"}
    assert town.alert_messages() == []

    await town.settled(await town.threatens())
    assert [alert.text.splitlines()[2] for alert in town.alert_messages()] == [
        f"**Who** {town.leo.mention} (`leo`)"
    ]
    threat = await town.sam.writes(THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(threat)  # the case that waited has become grave: one alert, now
    assert len(town.alert_messages()) == 2

    await town.settled(await town.kim.writes(mild, channel=town.general, mentions=[town.ava]))
    await town.restart(quiet_hours=hours, alert_from="low")
    assert len(town.alert_messages()) == 2
    await town.let_pass(hours=3)
    await town.until(lambda: len(town.alert_messages()) == 3)


async def test_cases_that_wait_are_brought_up_again_also_after_a_restart(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(reminder_hours=2)
    await town.settled(await town.threatens())
    await town.let_pass(hours=3)
    await town.restart(reminder_hours=2)
    await town.until(lambda: len(town.alert_messages()) == 2)
    reminder = town.alert_messages()[1]
    assert reminder.text.splitlines() == ["### Waiting for a moderator: 1", "high 1"]
    assert reminder.pings == frozenset()
    shown = await town.mo.presses(reminder, "Show the cases")
    assert shown.ephemeral
    assert shown.text.splitlines()[0].startswith("**Cases: not resolved** · 1 in all")

    await town.restart(reminder_hours=2)
    await town.settled()
    assert len(town.alert_messages()) == 2


async def test_once_a_week_moderators_read_what_the_week_brought(quiet_town: Town) -> None:
    town, today = quiet_town, f"{datetime.now(UTC):%A}".lower()
    await town.start(digest_day=None)
    await town.settled(await town.threatens())
    await resolves(town, "Confirmed", reason="clear words")
    ann = town.server.join("ann")
    await town.settled(await ann.writes(THREAT, channel=town.general, mentions=[town.kim]))
    await town.restart(digest_day=today, reminder_hours=0)
    await town.bot.upkeep.tick()  # or else it might be queued, for the morning, only afterwards
    await town.let_pass(hours=24)
    await town.until(lambda: len(town.alert_messages()) == 3)

    lines = town.alert_messages()[2].text.splitlines()
    assert lines[0].startswith("### The week from ")
    assert lines[1:5] == [
        "Cases opened: **2** · waiting now: **1**",
        "Resolved: confirmed 1",
        "Cases taken: **1**, half of them within 1 min.",
        "Advice: 2 delivered, 0 could not be delivered.",
    ]
    assert "100 % of 1" in lines[6]


async def test_nothing_is_told_twice_about_a_case_that_is_erased_while_it_is_sent(
    town: Town,
) -> None:
    """The alert is edited at the same time as its words are erased."""
    await town.settled(await town.threatens())
    town.sandbox.faults.delay(0.3, method="PATCH", path=r"/messages/", times=1)
    claim = asyncio.create_task(town.mo.presses(town.alert, "Claim"))
    await resolves(town, "False alarm", why="other")
    await claim
    await town.settled()

    assert "i have your pics" not in town.alert.text
    async with town.store._engine.connect() as connection:
        kinds = list(await connection.scalars(outbox.select().with_only_columns(outbox.c.kind)))
    assert sorted(kinds) == ["advice", "alert"]


async def test_what_is_due_waits_for_a_server_that_discord_has_not_announced_yet(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(reminder_hours=2)
    await town.settled(await town.threatens())
    await town.stop()
    town.sandbox.set_available(town.server, available=False)
    await town.start(armed=False, reminder_hours=2)
    await town.let_pass(hours=3)
    await town.bot.upkeep.tick()

    async def was_tried() -> bool:
        async with town.store._engine.connect() as connection:
            query = select(outbox.c.reason).where(outbox.c.kind == "reminder")
            return await connection.scalar(query) == "server_not_here"

    await town.until_true(was_tried)
    assert len(town.alert_messages()) == 1
    town.sandbox.set_available(town.server, available=True)
    await town.armed()
    await town.let_pass(hours=1)
    await town.until(lambda: len(town.alert_messages()) == 2)
    assert town.advised() == {"ava": 1}
