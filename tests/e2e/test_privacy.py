"""`/privacy`: what is kept about a person, in their hands; and nothing that could harm another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.sandbox import Answer, Person
from bot.storage.engine import transaction
from bot.storage.personal import IMPERSONAL, PATHS
from bot.storage.schema import metadata
from tests.e2e.town import THREAT, Town

_COMMAND = "Get help with this message"


async def _keep(town: Town, person: Person, *, tell: bool = False) -> None:
    """The person shows the bot a private threat of leo's, keeps it, or tells moderators too."""
    person.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(person, town.leo))
    shown = await person.runs_on(threat, _COMMAND)
    if not tell:
        await person.presses(shown, "Keep this as evidence")
        return
    question = await person.presses(shown, "Tell the moderators of …")
    asked = await person.selects(question, "Choose a server", ["Harbour"])
    await person.presses(asked, "Yes, send it")
    await town.settled()


async def _in_public(town: Town) -> None:
    """Kim writes something ordinary, leo threatens ava, and ava answers before it is read."""
    await town.kim.writes("who is coming to the concert", channel=town.general)
    await town.leo.writes("i have your pics", channel=town.general, mentions=[town.ava])
    await town.ava.writes("what pics? leave me alone", channel=town.general)
    await town.settled(await town.threatens())


async def _exported(person: Person, answer: Answer) -> dict[str, Any]:
    copied = await person.presses(answer, "Get a copy")
    assert copied.ephemeral
    (file,) = copied.messages[0].attachments
    assert file.filename == "notalone.json"
    found: dict[str, Any] = json.loads(file.content or b"")
    return found


async def _everything(town: Town) -> str:
    """Every cell of the database, and the words that the case's keys open."""
    async with transaction(town.store._engine) as connection:
        rows = [(await connection.execute(select(t))).all() for t in metadata.sorted_tables]
    async with town.store.transaction() as tx:
        items = [await tx.evidence.items(case_id) for case_id in await tx.cases.ids()]
    return repr(rows) + repr(items)


def test_every_column_that_says_something_about_a_person_has_a_path() -> None:
    """A new column stands in one of the two lists, with a path if it is about somebody."""
    columns = {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}
    listed = {name: set(PATHS.get(name, {})) | set(IMPERSONAL.get(name, set())) for name in columns}

    assert listed == columns
    assert {n for n in PATHS if set(PATHS[n]) & set(IMPERSONAL.get(n, set()))} == set()


async def test_whoever_left_nothing_here_is_told_so(town: Town) -> None:
    answer = await town.sam.runs("privacy", channel=town.general)

    assert answer.ephemeral
    assert "I keep nothing that you can see or erase here." in answer.text
    assert answer.buttons == ["Stop these messages", "Hide this"]


async def test_it_works_in_every_place(town: Town) -> None:
    town.ava.installs_app()
    for place in (town.general, None, town.sandbox.private_chat(town.ava, town.leo)):
        answer = await town.ava.runs("privacy", channel=place)
        assert (answer.ephemeral, "What I keep about you" in answer.text) == (True, True)


async def test_everything_is_counted(town_on_each: Town) -> None:
    town = town_on_each
    await _in_public(town)
    await _keep(town, town.ava, tell=True)
    answer = await town.ava.runs("privacy")

    assert answer.text.split("\n\n")[1].splitlines() == [
        "- Messages that you kept as evidence: 1",
        "- Times that you told moderators: 1",
        "- Messages that I sent to you first: 1",
        "- Messages of yours that moderators keep as proof: 1",
        "- Cases in which someone may have threatened you: 1",
    ]


async def test_the_copy_holds_what_was_kept_written_and_sent(town_on_each: Town) -> None:
    town = town_on_each
    await _in_public(town)
    await _keep(town, town.ava, tell=True)
    exported = await _exported(town.ava, await town.ava.runs("privacy"))

    assert exported["account"] == str(town.ava.id)
    (kept,) = exported["kept_by_you"]
    assert kept["message"]["content"]["text"] == THREAT
    assert [s["guild_id"] for s in kept["shown_to_moderators"]] == [town.server.id]
    assert [w["content"]["text"] for w in exported["written_by_you"]] == [
        "what pics? leave me alone"
    ]
    assert [s["state"] for s in exported["sent_to_you"]] == ["delivered"]
    assert [act["what"] for act in exported["done_by_you"]] == ["told moderators"]
    assert exported["cases_that_name_you"] == 1


async def test_erasing_takes_the_words_and_leaves_the_chain_whole(town_on_each: Town) -> None:
    town = town_on_each
    await _in_public(town)
    await _keep(town, town.ava)
    before = await _everything(town)
    asked = await town.ava.presses(await town.ava.runs("privacy"), "Erase it")
    assert "some things stay until a case ends: your account number" in asked.text
    done = await town.ava.presses(asked, "Erase it")
    await town.settled()

    assert done.text == "Done. It is erased. Messages erased: 2"
    after = await _everything(town)
    assert ("leave me alone" in before, "leave me alone" in after) == (True, False)
    assert "who is coming to the concert" in after
    items = await town.evidence()
    assert items[-1].facts["what"] == "words erased"
    assert "chain intact" in town.alert.text
    evidence = await town.mo.presses(town.alert, "Show evidence")
    assert "These words were erased." in evidence.text
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert "Some words of this case were erased later" in town.alert.text
    again = await town.ava.runs("privacy")
    assert "Messages of yours that moderators keep" not in again.text
    async with town.store.transaction() as tx:
        assert await tx.records.of(town.ava.id) == []


async def test_a_bystander_can_erase_what_was_kept_as_context(town: Town) -> None:
    await _in_public(town)
    asked = await town.kim.presses(await town.kim.runs("privacy"), "Erase it")
    done = await town.kim.presses(asked, "Erase it")

    assert done.text.endswith("Messages erased: 1")
    assert "who is coming to the concert" not in await _everything(town)
    assert await town.evidence()


@pytest.mark.parametrize("told_in", ["public", "private"])
async def test_whoever_threatened_reads_what_everybody_reads(town: Town, told_in: str) -> None:
    """Neither that there is a case nor that somebody asked for help can be found out."""
    before = await town.leo.runs("privacy")
    if told_in == "public":
        await town.settled(await town.threatens())
    else:
        await _keep(town, town.ava, tell=True)
    assert len(await town.cases()) == 1
    after, innocent = await town.leo.runs("privacy"), await town.sam.runs("privacy")

    assert before.text == after.text == innocent.text
    assert before.buttons == after.buttons == innocent.buttons
    assert "it is not listed here and cannot be erased here." in after.text
    erased = await town.bot.bot.parts.privacy.erase(town.leo.id)
    exported = await town.bot.bot.parts.privacy.export(town.leo.id)
    assert erased == 0
    lists = ("kept_by_you", "sent_to_you", "written_by_you", "done_by_you")
    assert [exported[key] for key in lists] == [[], [], [], []]
    assert THREAT in await _everything(town)


@pytest.mark.parametrize(
    ("verdict", "told_in", "erased"),
    [
        ("Unclear", "public", 1),
        ("No action", "public", 1),
        ("Confirmed", "public", 0),
        ("Unclear", "private", 0),
        ("Confirmed", "private", 0),
    ],
)
async def test_what_was_not_confirmed_can_go_and_nobody_is_betrayed(
    town_on_each: Town, verdict: str, told_in: str, erased: int
) -> None:
    """Whoever was suspected for nothing has their words erased; a proof that holds stays.

    And what somebody told in private is never found out.
    """
    town = town_on_each
    before = await town.leo.runs("privacy")
    if told_in == "public":
        await town.settled(await town.threatens())
    else:
        await _keep(town, town.ava, tell=True)
    await _resolve(town, verdict)
    after = await town.leo.runs("privacy")

    assert (after.text == before.text) == (erased == 0)
    assert (await town.bot.bot.parts.privacy.overview(town.leo.id)).words == erased
    assert await town.bot.bot.parts.privacy.erase(town.leo.id) == erased
    assert (THREAT in await _everything(town)) == (erased == 0)
    assert await town.evidence()


async def test_a_false_alarm_leaves_no_words_to_erase(town: Town) -> None:
    await town.settled(await town.threatens())
    await _resolve(town, "False alarm", why="joke")

    assert THREAT not in await _everything(town)
    assert (await town.bot.bot.parts.privacy.overview(town.leo.id)).words == 0


async def test_a_confirmed_threat_keeps_the_words_of_bystanders_in_their_own_hands(
    town: Town,
) -> None:
    await _in_public(town)
    await _resolve(town, "Confirmed")

    assert await town.bot.bot.parts.privacy.erase(town.kim.id) == 1
    assert "who is coming to the concert" not in await _everything(town)


async def _resolve(town: Town, verdict: str, **fields: str) -> None:
    """Mo resolves the only case."""
    page = await town.mo.presses(town.alert, "Resolve")
    form = await town.mo.presses(page, verdict)
    await town.mo.submits(form, fields or {"reason": "we looked at it"})
    await town.settled()


async def test_messages_are_turned_off_and_on(town: Town) -> None:
    stopped = await town.ava.presses(await town.ava.runs("privacy"), "Stop these messages")
    assert stopped.messages[-1].text.startswith("Done. I will not write to you again.")
    await town.settled(await town.threatens())
    assert town.advised() == {}

    again = await town.ava.runs("privacy")
    assert "I do not write to you first." in again.text
    assert "Allow these messages" in again.buttons


async def test_it_says_so_when_the_database_is_away(town: Town) -> None:
    await town.store.close()
    answer = await town.ava.runs("privacy")

    assert answer.text == "This did not work just now. Please try again in a minute."


async def test_it_says_who_can_be_asked(quiet_town: Town) -> None:
    town = quiet_town
    town.contact = "help@harbour.example"
    await town.start()
    answer = await town.ava.runs("privacy")

    assert answer.text.endswith("The people who run this bot: help@harbour.example")
