"""The forms that moderators fill in: nobody writes for nothing, and nothing written is lost."""

from __future__ import annotations

import asyncio
import sqlite3

from tests.e2e.test_case_work import resolves
from tests.e2e.town import Town

_TAKEN = "{} has this case. Talk to them, or press **More…** and **Release** if they cannot go on."


async def test_who_may_not_resolve_a_case_is_told_before_they_write_why(town: Town) -> None:
    kit = town.server.join("kit", roles=[town.moderators])
    await town.settled(await town.threatens())
    page = await town.mo.presses(town.alert, "Resolve")
    await kit.presses(town.alert, "Claim")
    await town.settled()

    told = [
        await town.mo.presses(town.alert, "Resolve"),
        *[await town.mo.presses(page, verdict) for verdict in ("Confirmed", "Unclear")],
        await town.mo.runs("case resolve", channel=town.alerts, case=1, outcome="no_action"),
    ]
    assert [(answer.modal, answer.text) for answer in told] == [
        (None, _TAKEN.format(kit.mention))
    ] * len(told)


async def test_a_note_in_a_case_that_takes_no_more_is_refused_before_it_is_written(
    town: Town,
) -> None:
    await town.settled(await town.threatens())
    await resolves(town, "False alarm", why="joke")
    noted = await town.mo.runs("case note", channel=town.alerts, case=1)

    assert noted.modal is None
    assert noted.text.startswith("The words of this case were erased")


async def test_what_was_written_is_given_back_where_somebody_was_faster(town: Town) -> None:
    kit = town.server.join("kit", roles=[town.moderators])
    await town.settled(await town.threatens())
    form = await town.mo.presses(await town.mo.presses(town.alert, "Resolve"), "Confirmed")
    await kit.presses(town.alert, "Claim")
    answer = await town.mo.submits(form, {"reason": "ava says\nhe has `her` pics"})

    await town.until(lambda: len(answer.messages) > 1)
    assert [message.text for message in answer.messages] == [
        "Nothing was stored. You wrote:\n```text\nava says\nhe has ˋherˋ pics\n```",
        _TAKEN.format(kit.mention),
    ]
    assert answer.ephemeral


async def test_what_was_written_is_given_back_while_the_database_is_away(town: Town) -> None:
    await town.settled(await town.threatens())
    form = await town.mo.runs("case note", channel=town.alerts, case=1)
    other = sqlite3.connect(
        town.folder / "notalone.db", isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    answer = await town.mo.submits(form, {"note": "call her mother"}, patience=10)
    other.close()

    await town.until(lambda: len(answer.messages) > 1)
    assert [message.text for message in answer.messages] == [
        "Nothing was stored. You wrote:\n```text\ncall her mother\n```",
        "This did not work just now. Please try again in a minute.",
    ]
