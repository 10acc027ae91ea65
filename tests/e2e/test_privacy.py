"""`/privacy`: what is kept about a person, in their hands; and nothing that could harm another."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.case import CaseView
from bot.sandbox import Answer, Message, Person
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
    assert [s["server"] for s in kept["shown_to_moderators"]] == [str(town.server.id)]
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
    assert "Some words of this case were erased later" in town.alert.text
    again = await town.ava.runs("privacy")
    assert "Messages of yours that moderators keep" not in again.text
    async with town.store.transaction() as tx:
        assert await tx.records.of(town.ava.id) == []


async def test_a_bystander_can_erase_what_was_kept_as_context(town: Town) -> None:
    """Once moderators are done with it: before, it would tell that a threat was noticed."""
    await _in_public(town)
    await _resolve(town, "No action")
    asked = await town.kim.presses(await town.kim.runs("privacy"), "Erase it")
    done = await town.kim.presses(asked, "Erase it")

    assert done.text.endswith("Messages erased: 1")
    assert "who is coming to the concert" not in await _everything(town)
    assert await town.evidence()


async def test_moderators_know_beforehand_what_whoever_wrote_it_can_do(town: Town) -> None:
    await town.settled(await town.threatens())
    page = await town.mo.presses(town.alert, "Resolve")

    lines = page.text.splitlines()
    assert "**Confirmed**: it was a threat, also if somebody else goes on with it." in lines
    assert "**No action**: nothing needs to be done." in lines
    assert lines[-1].endswith("can see by `/privacy` that their words are kept, and erase them.")


async def test_whom_advice_only_reached_is_not_offered_to_erase(town: Town) -> None:
    await town.settled(await town.threatens())
    answer = await town.ava.runs("privacy")

    assert "Messages that I sent to you first: 1" in answer.text
    assert answer.buttons == ["Get a copy", "Stop these messages", "Hide this"]


async def test_what_came_under_a_legal_hold_is_not_said_to_be_erased(town: Town) -> None:
    """It is not listed anymore; that there is a hold is nothing that anybody reads."""
    await _in_public(town)
    asked = await town.ava.presses(await town.ava.runs("privacy"), "Erase it")
    await _hold(town)
    answer = await town.ava.presses(asked, "Erase it")

    assert "Messages of yours that moderators keep" not in answer.text
    assert answer.text == (await town.ava.runs("privacy")).text
    assert answer.buttons == ["Get a copy", "Stop these messages", "Hide this"]
    assert "leave me alone" in await _everything(town)
    for reader in (town.ava, town.leo, town.sam):
        text = (await reader.runs("privacy")).text
        assert "What has to be kept for a legal reason is not here either." in text


async def _hold(town: Town) -> None:
    async with town.store.transaction() as tx:
        hold = await tx.keeping.hold(1, by=town.mo.id, until=tx.now + timedelta(days=90))
        await tx.keeping.confirm_hold(hold, by=town.owner.id)


async def test_what_moderators_did_is_theirs_to_see_and_nobodys_to_erase(
    town_on_each: Town,
) -> None:
    """Their looks stay as long as the case, and their changes with the last hundred."""
    town = town_on_each
    await town.settled(await town.threatens())
    await town.mo.presses(town.alert, "Show evidence")
    await town.bot.settings.change(town.server.id, {"webhooks": True}, by=town.mo.id)
    answer = await town.mo.runs("privacy")
    assert "- Things that you did as a moderator or in the settings: 2" in answer.text
    assert answer.buttons == ["Get a copy", "Stop these messages", "Hide this"]
    exported = await _exported(town.mo, answer)

    assert [act["what"] for act in exported["done_by_you"]] == ["evidence shown"]
    (changed,) = exported["set_by_you"]
    assert (changed["server"], changed["settings"]) == (str(town.server.id), ["webhooks"])
    assert await town.bot.bot.parts.privacy.erase(town.mo.id) == 0
    changes = await town.bot.settings.changes(town.server.id)
    assert [change.changed_by for change in changes] == [town.mo.id]


async def test_what_people_told_or_erased_is_no_moderators_work(town: Town) -> None:
    """Whoever looks over their shoulder later cannot read from a count that they told."""
    before = await town.ava.runs("privacy")
    await _keep(town, town.ava, tell=True)
    await town.bot.bot.parts.privacy.erase(town.ava.id)

    assert (await town.ava.runs("privacy")).text == before.text


async def _sees_nothing(town: Town, person: Person, before: Answer) -> bool:
    """Whether `/privacy` is to this person what it was before, and what it is to a stranger."""
    after, stranger = await person.runs("privacy"), await town.sam.runs("privacy")
    privacy = town.bot.bot.parts.privacy
    exported = await privacy.export(person.id)
    lists = ("kept_by_you", "sent_to_you", "written_by_you", "done_by_you", "set_by_you")
    return (
        before.text == after.text == stranger.text
        and before.buttons == after.buttons == stranger.buttons
        and [exported[key] for key in lists] == [[] for _ in lists]
        and exported["cases_that_name_you"] == 0
        and await privacy.erase(person.id) == 0
    )


@pytest.mark.parametrize("verdict", [None, "Confirmed"])
async def test_a_second_account_of_the_offender_learns_nothing_from_its_own_words(
    town_on_each: Town, verdict: str | None
) -> None:
    """What it wrote before the threat is in the evidence: to count it would tell of the case."""
    town = town_on_each
    before = await town.kim.runs("privacy")
    await _in_public(town)
    if verdict:
        await _resolve(town, verdict)

    assert await _sees_nothing(town, town.kim, before)
    assert "who is coming to the concert" in await _everything(town)


@pytest.mark.parametrize("why", ["too many", "refused"])
async def test_whoever_is_only_named_in_a_case_learns_nothing_of_it(town: Town, why: str) -> None:
    """The offender may have named a second account, to see what comes of it."""
    before = await town.kim.runs("privacy")
    await town.kim.writes("lol", channel=town.general)
    named = [town.kim]
    if why == "too many":
        named += [town.ava, town.server.join("nia"), town.server.join("tom")]
    if why == "refused":
        town.kim.closes_direct_messages()
    threat = await town.leo.writes(THREAT, channel=town.general, mentions=named)
    await town.settled(threat)
    assert town.kim.id in {person.id for person in (await town.case()).targets}

    assert await _sees_nothing(town, town.kim, before)


@pytest.mark.parametrize("told_in", ["public", "private"])
async def test_whoever_threatened_reads_what_everybody_reads(town: Town, told_in: str) -> None:
    """Neither that there is a case nor that somebody asked for help can be found out."""
    before = await town.leo.runs("privacy")
    if told_in == "public":
        await town.settled(await town.threatens())
    else:
        await _keep(town, town.ava, tell=True)
    assert len(await town.cases()) == 1

    assert await _sees_nothing(town, town.leo, before)
    assert "it is not listed here and cannot be erased here." in before.text
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


async def _tell_of(town: Town, message: Message, server: str, *, by: Person | None = None) -> None:
    """Ava, or somebody else, shows the bot a message, and tells the moderators of a server."""
    teller = by or town.ava
    shown = await teller.runs_on(message, _COMMAND)
    question = await teller.presses(shown, "Tell the moderators of …")
    asked = await teller.selects(question, "Choose a server", [server])
    await teller.presses(asked, "Yes, send it")
    await town.settled()


async def test_editing_does_not_find_out_what_was_told_in_private(town_on_each: Town) -> None:
    """Nor does what stood around it: nothing of it was found, so whoever sees it knows of ava."""
    town = town_on_each
    before = await town.leo.runs("privacy")
    around = await town.leo.writes("what a day", channel=town.general)
    message = await town.leo.writes("we talked about that", channel=town.general)
    await _tell_of(town, message, "Harbour")
    evidence = await town.mo.presses(town.alert, "Show evidence")
    await town.mo.presses(evidence, "More around it")
    for times, each in enumerate((message, around), start=1):
        await town.leo.edits(each, f"{each.content}, or not")
        await town.until_case(partial(_was_edited, times))
    await _resolve(town, "Unclear")

    assert await _sees_nothing(town, town.leo, before)
    assert (await town.kinds()).count("edit") == 2


def _was_edited(times: int, case: CaseView) -> bool:
    return case.edits == times


async def test_whoever_tells_of_their_own_other_account_learns_of_no_case(town: Town) -> None:
    """Sam is a second account of leo's: a case's number would tell it how many there are."""
    await town.settled(await town.threatens())
    message = await town.leo.writes("nice weather today", channel=town.general)
    await _tell_of(town, message, "Harbour", by=town.sam)
    exported = await _exported(town.sam, await town.sam.runs("privacy"))

    (kept,) = exported["kept_by_you"]
    assert [set(shown) for shown in kept["shown_to_moderators"]] == [{"server", "at"}]


async def test_an_edit_is_not_told_to_another_server(town: Town) -> None:
    """Of a message of Harbour, the moderators of Lake were told; its next version is Harbour's."""
    lake = town.sandbox.create_server("Lake", owner="otto")
    moderators = lake.create_role("Moderators")
    lake.create_channel("notalone-alerts", visible_to=[moderators, town.sandbox.bot])
    town.ava.joins(lake)
    await town.until(lambda: town.bot.bot.parts.watch._gates.get(lake.id, ()) is None)
    message = await town.leo.writes("we talked about that", channel=town.general)
    await _tell_of(town, message, "Lake")
    before = await town.kinds()
    await town.leo.edits(message, "or not")
    await town.settled(await town.threatens())

    told, found = await town.cases()
    assert (told.guild_id, found.guild_id) == (lake.id, town.server.id)
    assert (told.edits, await town.kinds(told.id)) == (0, before)


async def test_a_false_alarm_leaves_no_words_to_erase(town: Town) -> None:
    await town.settled(await town.threatens())
    await _resolve(town, "False alarm", why="joke")

    assert THREAT not in await _everything(town)
    assert (await town.bot.bot.parts.privacy.overview(town.leo.id)).words == 0


async def test_of_a_confirmed_threat_the_words_of_bystanders_go_when_their_time_has_come(
    town: Town,
) -> None:
    """They are not shown, so that no second account learns of the case; but they do not stay."""
    await _in_public(town)
    await _resolve(town, "Confirmed")
    await town.let_pass(days=31)
    await town.bot.bot.parts.keeper.round()

    assert "who is coming to the concert" not in await _everything(town)


async def test_the_words_of_whom_advice_reached_stay_theirs_whatever_becomes_of_the_case(
    town: Town,
) -> None:
    await _in_public(town)
    await _resolve(town, "Confirmed")

    assert await town.bot.bot.parts.privacy.erase(town.ava.id) == 1
    assert "leave me alone" not in await _everything(town)


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


async def test_who_asks_all_the_time_is_asked_to_wait_and_nobody_else(town: Town) -> None:
    await _keep(town, town.kim)
    for _ in range(10):
        page = await town.kim.runs("privacy")
        assert "Messages that you kept as evidence: 1" in page.text
    wait = "This did not work just now. Please try again in a minute."

    assert (await town.kim.runs("privacy")).text == wait
    assert (await town.kim.presses(page, "Get a copy")).text == wait
    assert "What I keep about you" in (await town.sam.runs("privacy")).text
    assert "Look for help" in (await town.kim.runs("help-sextortion")).text


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


async def test_what_fails_can_be_gone_back_from(town: Town) -> None:
    await town.store.close()
    failed = await town.ava.runs("privacy")

    assert failed.text.startswith("This did not work just now.")
    assert failed.buttons == ["Go back", "Hide this"]
