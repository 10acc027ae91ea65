"""Who may use which control: every one, pressed by everybody, before and after a restart.

What is allowed is read from the table in docs/moderate.md, so that the table is true.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.assessment import Level
from bot.domain.case import Verdict
from bot.domain.measure import Measure
from bot.sandbox import BOT_BY_DEFAULT, MODERATOR_BY_DEFAULT, Answer, Message, Permission
from bot.sandbox import Person as Actor
from bot.transport import case_ids
from tests.e2e.town import THREAT, Town

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "moderate.md"
REFUSAL = "This is only for this server's moderators."
POWERS = (
    BOT_BY_DEFAULT
    | MODERATOR_BY_DEFAULT
    | Permission.MANAGE_ROLES
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_CHANNELS
)
CONTROLS = {
    "Show evidence": case_ids.evidence_id(1),
    "Show evidence, after the warning": case_ids.warned_id(1, token=""),
    "More around it": case_ids.more_around_id(1),
    "Offer help": case_ids.offer_help_id(1),
    "Whom to offer help": case_ids.offered_people_id(1),
    "Claim": case_ids.press_id("claim", 1),
    "Release": case_ids.press_id("release", 1),
    "Resolve": case_ids.press_id("resolve", 1),
    "Confirmed": case_ids.verdict_id(1, Verdict.CONFIRMED),
    "False alarm": case_ids.verdict_id(1, Verdict.FALSE_ALARM),
    "Reopen": case_ids.press_id("reopen", 1),
    "More…": case_ids.press_id("more", 1),
    "Write a note": case_ids.press_id("note", 1),
    "History": case_ids.press_id("history", 1),
    "Next page of a history": case_ids.history_id(1, 1),
    "Show the cases": case_ids.list_id("waiting", Level.NONE, 0),
    "How to report": case_ids.press_id("report", 1),
    "It was reported": case_ids.press_id("reported", 1),
    "Looking after yourself": case_ids.press_id("care", 1),
    "Act…": case_ids.press_id("act", 1),
    "Time out": case_ids.measure_id(1, Measure.TIMEOUT, 1),
    "Quarantine": case_ids.measure_id(1, Measure.QUARANTINE),
    "Ban": case_ids.measure_id(1, Measure.BAN),
    "Remove an invite": case_ids.measure_id(1, Measure.INVITE),
    "Pause direct messages": case_ids.measure_id(1, Measure.PAUSE),
    "Lock the thread": case_ids.measure_id(1, Measure.LOCK),
    "Delete a message": case_ids.measure_id(1, Measure.DELETE),
    "Which message": case_ids.pick_id(1, Measure.DELETE),
    "Yes, do it": case_ids.doing_id(1, Measure.TIMEOUT, 1, 12345),
    "Alert again": case_ids.unquiet_id(1),
}
MENUS = {
    "Whom to offer help": lambda town: str(town.ava.id),
    "Which message": lambda town: str(next(iter(town.server.channel("talk").messages))),
}
"""Those of them that are menus, with what is chosen."""
COMMANDS = {"/case": "case list", "/rules": "rules"}
PERMISSIONS = {
    "Timeout Members": Permission.MODERATE_MEMBERS,
    "Manage Roles": Permission.MANAGE_ROLES,
    "Ban Members": Permission.BAN_MEMBERS,
    "Manage Server": Permission.MANAGE_GUILD,
    "Manage Threads": Permission.MANAGE_THREADS,
    "Manage Messages": Permission.MANAGE_MESSAGES,
}


def table() -> dict[str, list[str]]:
    """By control what stands in the columns: everybody else, moderator, administrator."""
    text = DOCUMENT.read_text("utf-8").partition("| control |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("\n")[2:]]
    return {name: cells for name, *cells in rows}


def _former(town: Town) -> Actor:
    """Somebody who still has a moderator's permissions, but not the role anymore."""
    helpers = town.server.create_role("Helpers")
    person = town.server.join("fin", roles=[helpers, town.moderators])
    town.server.take_role(person, town.moderators)
    return person


TABLE = table()
PEOPLE: dict[str, tuple[int, Callable[[Town], Actor]]] = {
    "stranger": (0, lambda town: town.sam),
    "target": (0, lambda town: town.ava),
    "offender": (0, lambda town: town.leo),
    "former moderator": (0, _former),
    "moderator": (1, lambda town: town.mo),
    "second moderator": (1, lambda town: town.server.join("kit", roles=[town.moderators])),
    "third moderator": (1, lambda town: town.server.join("zoe", roles=[town.moderators])),
    "administrator": (2, lambda town: town.owner),
}


@pytest.fixture
async def town(quiet_town: Town) -> Town:
    """A town with a case about a threat in a thread, in which all measures make sense."""
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.create_role("Quarantined", permissions=0)
    town.server.set_permissions(town.moderators, MODERATOR_BY_DEFAULT)
    town.server.bot_role.position, town.moderators.position = 20, 19
    town.server.set_permissions(town.server.bot_role, POWERS)
    await town.start(quarantine_role="Quarantined", advice="moderator")
    thread = town.general.create_thread("talk", owner=town.leo, members=[town.sandbox.bot])
    await town.settled(await town.threatens(THREAT, channel=thread))
    return town


async def uses(town: Town, person: Actor, control: str, on: Message | None = None) -> Answer:
    """Press a control, or choose in it, as somebody may still have it on the screen."""
    custom_id, message = CONTROLS[control], on or shown(town, control)
    if control in MENUS:
        return await person.selects(message, custom_id, [MENUS[control](town)])
    return await person.presses(message, custom_id)


def shown(town: Town, control: str) -> Message:
    """A message of the bot with that control."""
    component = {"type": 2, "style": 2, "label": "?", "custom_id": CONTROLS[control]}
    if control in MENUS:
        value = MENUS[control](town)
        options = [{"label": "?", "value": value}]
        component = {"type": 3, "custom_id": CONTROLS[control], "options": options}
    message = Message(
        town.sandbox.world.snowflakes.next(),
        town.general,
        town.sandbox.bot,
        content="?",
        components=[{"type": 1, "components": [component]}],
    )
    town.general.remember(message)
    return message


async def verdict(town: Town, person: Actor, control: str) -> str:
    """Whether the control lets this person in: no, yes, or with which permission."""
    return _read(await uses(town, person, control))


def _read(answer: Answer) -> str:
    if answer.text == REFUSAL:
        assert answer.ephemeral
        return "no"
    assert answer.kind == "modal" or answer.interaction.original is None or answer.ephemeral
    lacking = re.search(r"You need the permission \*\*(.+?)\*\*", answer.text)
    return f"with {lacking[1]}" if lacking else "yes"


def expected(column: int, permissions: int) -> dict[str, str]:
    """What the table says of somebody with these permissions."""
    cells = {control: TABLE[control][column] for control in CONTROLS}
    return {
        control: "yes"
        if cell.startswith("with ") and permissions & PERMISSIONS[cell.removeprefix("with ")]
        else cell
        for control, cell in cells.items()
    }


def test_the_table_names_every_control_and_no_other() -> None:
    assert list(TABLE) == [*CONTROLS, *COMMANDS]


@pytest.mark.parametrize("who", PEOPLE)
async def test_every_control_lets_in_whom_the_table_says(town: Town, who: str) -> None:
    column, find = PEOPLE[who]
    person = find(town)
    told = expected(column, MODERATOR_BY_DEFAULT)
    before = await town.kinds()

    assert {control: await verdict(town, person, control) for control in CONTROLS} == told
    await town.restart(quarantine_role="Quarantined", advice="moderator")
    assert {control: await verdict(town, person, control) for control in CONTROLS} == told

    if column == 0:
        assert await town.kinds() == before
        assert town.server.members[town.leo.id].timeout_until is None


@pytest.mark.parametrize("who", ["former moderator", "moderator", "administrator"])
async def test_commands_let_in_whom_the_table_says(town: Town, who: str) -> None:
    column, find = PEOPLE[who]
    person = find(town)
    told = {
        name: _read(await person.runs(command, channel=town.general))
        for name, command in COMMANDS.items()
    }
    assert told == {name: TABLE[name][column] for name in COMMANDS}
    typed = await person.completes("case show", "case", "1", channel=town.general)
    assert len(typed) == (1 if column else 0)


async def test_without_permissions_of_their_own_moderators_are_told_which_they_need(
    town: Town,
) -> None:
    town.server.set_permissions(town.moderators, 0)
    told = expected(1, 0)
    assert {control: await verdict(town, town.mo, control) for control in CONTROLS} == told
    assert town.server.members[town.leo.id].timeout_until is None


async def test_a_form_sent_by_somebody_who_lost_the_role_meanwhile_does_nothing(
    town: Town,
) -> None:
    form = await town.mo.presses(town.alert, "More…")
    form = await town.mo.presses(form, "Write a note")
    town.server.take_role(town.mo, town.moderators)
    answer = await town.mo.submits(form, {"note": "let me in"})

    assert answer.text == REFUSAL
    assert "action" not in await town.kinds()


async def test_every_control_pressed_twice_at_once_is_answered_twice(town: Town) -> None:
    for control in CONTROLS:
        message = shown(town, control)
        answers = await asyncio.gather(*(uses(town, town.owner, control, message) for _ in "ab"))
        assert [_read(answer) for answer in answers] == ["yes", "yes"], control
    timeouts = [e for e in town.server.audit_log if e.action.name == "MEMBER_UPDATE"]
    assert len(timeouts) == 1
    await town.evidence()
