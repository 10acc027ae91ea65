"""Where the threat is: a chat between two people, in which the bot is a person's own app."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.assessment import Level
from bot.domain.message import Person as Author
from bot.sandbox import Answer, Message, Person, SandboxError
from bot.storage import StoreUnavailableError
from bot.storage.engine import transaction
from bot.storage.schema import cases, evidence, opt_outs, outbox, records
from tests.e2e.town import THREAT, Town

COMMAND = "Get help with this message"


async def _threat(town: Town, text: str = THREAT) -> Message:
    """Leo threatens ava where only the two can read it."""
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    return await town.leo.writes(text, channel=chat)


async def _rows(town: Town) -> dict[str, int]:
    """How many rows every table has that could hold something about somebody."""
    tables = (cases, evidence, outbox, records, opt_outs)
    async with transaction(town.store._engine) as connection:
        return {
            table.name: len((await connection.execute(select(table))).all()) for table in tables
        }


async def _chosen(town: Town, threat: Message) -> Answer:
    """Ava asks to tell the moderators of Harbour, and is shown what they would get."""
    shown = await town.ava.runs_on(threat, COMMAND)
    question = await town.ava.presses(shown, "Tell the moderators of …")
    return await town.ava.selects(question, "Choose a server", ["Harbour"])


async def test_the_message_is_explained_to_the_person_alone_and_nothing_is_stored(
    town: Town,
) -> None:
    threat = await _threat(town)
    answer = await town.ava.runs_on(threat, COMMAND)

    assert (answer.kind, answer.ephemeral) == ("message", True)
    assert answer.text.startswith("**If you are not safe, or think of hurting yourself:**")
    assert "This looks like someone is putting pressure on you." in answer.text
    assert "It seems to ask for money." in answer.text
    assert "Asking me keeps nothing and tells nobody, unless you choose it below." in answer.text
    assert "Do not pay, not even a little." in answer.text
    assert answer.buttons == [
        *("Keep this as evidence", "Tell the moderators of …"),
        *("The five steps", "More help", "I am not safe", "How to report", "Hide this"),
    ]
    for words in ("leo", town.leo.mention, "100 dollars"):
        assert words not in answer.text
    assert town.leo.sees(threat.channel) == [threat]
    assert set((await _rows(town)).values()) == {0}


async def test_a_message_that_shows_nothing_is_no_reason_to_doubt_the_person(town: Town) -> None:
    answer = await town.ava.runs_on(await _threat(town, "hey, how was school?"), COMMAND)

    assert "If it feels wrong to you, that is reason enough to get help." in answer.text
    assert "Keep this as evidence" in answer.buttons


async def test_whoever_goads_into_death_brings_the_crisis_line_first(town: Town) -> None:
    answer = await town.ava.runs_on(await _threat(town, f"{THREAT}. kill yourself"), COMMAND)

    assert answer.text.startswith("**Are you in danger right now?")


async def test_every_page_leads_back_to_the_message(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    first = shown.text
    for label in ("More help", "I am not safe", "How to report", "The five steps"):
        page = await town.ava.presses(shown, label)
        assert page.text != first
        assert "Keep this as evidence" in page.buttons
        back = await town.ava.presses(page, "Go back")
        assert back.text == first
    advice = await town.ava.selects(shown, "What is going on?", ["I already paid"])
    assert advice.text.startswith("**I already paid**")
    assert len(town.ava.sees(shown.messages[0].channel)) == 2


async def test_hide_this_takes_it_away_at_once(town: Town) -> None:
    threat = await _threat(town)
    shown = await town.ava.runs_on(threat, COMMAND)
    page = await town.ava.presses(shown, "More help")
    await town.ava.presses(page, "Hide this")

    assert town.ava.sees(threat.channel) == [threat]


async def test_what_is_kept_is_the_persons_alone(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    for _ in range(2):
        kept = await town.ava.presses(shown, "Keep this as evidence")
        assert kept.messages[-1].text.startswith("Kept, and locked with a key. It is yours:")
        assert kept.messages[-1].text.endswith("Nobody was told.")
        assert kept.messages[-1].ephemeral
    await town.settled()

    assert await _rows(town) == {
        **dict.fromkeys(("cases", "evidence", "outbox", "opt_outs"), 0),
        "records": 1,
    }
    async with town.store.transaction() as tx:
        (record,) = await tx.records.of(town.ava.id)
        assert await tx.records.of(town.leo.id) == []
    assert record.content["content"]["text"] == THREAT
    assert record.content["facts"]["author_id"] == town.leo.id
    stored = b"".join(path.read_bytes() for path in town.folder.glob("notalone.db*"))
    assert b"followers" not in stored


async def _fill_up(town: Town) -> None:
    """Ava keeps as many messages as the bot holds."""
    async with town.store.transaction() as tx:
        for number in range(await tx.records.count(town.ava.id), 50):
            await tx.records.keep(town.ava.id, str(number), {"text": "…"})


async def test_nobody_keeps_more_than_fits(town: Town) -> None:
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    await _fill_up(town)
    shown = await town.ava.runs_on(await town.leo.writes(THREAT, channel=chat), COMMAND)
    kept = await town.ava.presses(shown, "Keep this as evidence")

    assert kept.messages[-1].text.startswith("You have kept as many messages as I can hold.")


async def test_what_is_kept_already_is_kept_however_full_it_is(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    await town.ava.presses(shown, "Keep this as evidence")
    await _fill_up(town)
    kept = await town.ava.presses(shown, "Keep this as evidence")

    assert kept.messages[-1].text.startswith("Kept, and locked with a key.")


async def test_whoever_has_kept_all_that_fits_can_tell_moderators_all_the_same(
    town_on_each: Town,
) -> None:
    town = town_on_each
    threat = await _threat(town)
    await _fill_up(town)
    answer = await town.ava.presses(await _chosen(town, threat), "Yes, send it")
    await town.settled()

    assert answer.text.startswith("The moderators of Harbour have it now.")
    assert "I keep it for you too" in answer.text
    assert len(await town.cases()) == 1
    async with town.store.transaction() as tx:
        assert len((await tx.records.of(town.ava.id))[-1].shared) == 1


async def test_moderators_are_told_after_a_look_at_what_they_get_and_a_yes(
    town_on_each: Town,
) -> None:
    town = town_on_each
    threat = await _threat(town)
    asked = await _chosen(town, threat)
    assert asked.text.startswith("**Nothing is sent yet.** The moderators of Harbour")
    assert "Who wrote it: `leo`. Who tells them: you, `ava`." in asked.text
    assert THREAT in asked.text
    assert await town.cases() == []

    sent = await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert sent.text.startswith("The moderators of Harbour have it now.")
    assert sent.ephemeral
    (case,) = await town.cases()
    assert (case.offender.id, case.level >= Level.HIGH) == (town.leo.id, True)
    assert [person.id for person in case.targets] == [town.ava.id]
    assert await town.kinds() == ["message", "assessment", "report", "delivery"]
    consent = [i for i in await town.evidence() if i.kind.value == "report"]
    assert [(i.facts["what"], i.facts["by"]) for i in consent] == [("told moderators", town.ava.id)]
    assert "Somebody told us of it in private, and agreed that you see it" in town.alert.text
    assert "In a chat that you cannot open." in town.alert.text
    assert "Go to the message" not in town.alert.buttons
    assert (town.advised(), town.public_words()) == ({}, [])
    assert town.leo.sees(threat.channel) == [threat]


async def test_what_moderators_would_get_is_shown_however_long_it_is(town: Town) -> None:
    """Links grow when they are made unclickable, and ten files may have names of any length."""
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    files = [f"{number} {'proof' * 20}.png" for number in range(10)]
    threat = await town.leo.writes("aa." * 600, channel=chat, attachments=files)
    asked = await _chosen(town, threat)

    assert asked.text.startswith("**Nothing is sent yet.**")
    assert f"{'aa[.]' * 139}aa[.…\n```" in asked.text
    lines = asked.text.splitlines()
    assert [line[1] for line in lines if line.startswith("`") and "proof" in line] == [*"012"]
    assert "+7" in lines


async def test_servers_that_are_called_alike_can_be_told_apart(town: Town) -> None:
    """Whoever threatens may own a server too, called like one that the person trusts."""
    alike = town.sandbox.create_server("Har\u200bbour\u202e\nhttps://evil.example")
    town.ava.joins(alike)
    mods = alike.create_role("Moderators")
    alike.create_channel("notalone-alerts", visible_to=[mods, town.sandbox.bot])
    await town.until(lambda: alike.id in town.bot.bot.parts.watch.armed)
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    question = await town.ava.presses(shown, "Tell the moderators of …")

    options = question.messages[0].components[0]["components"][0]["options"]
    assert sorted((o["label"], o["description"]) for o in options) == sorted(
        [
            ("Harbour", str(town.server.id)),
            ("Harbour https[:]//evil[.]example", str(alike.id)),
        ]
    )


async def test_the_words_are_in_the_evidence_that_moderators_open(town: Town) -> None:
    asked = await _chosen(town, await _threat(town))
    await town.ava.presses(asked, "Yes, send it")
    await town.settled()
    evidence = await town.mo.presses(town.alert, "Show evidence")

    assert THREAT in evidence.text
    assert "The chain is intact" in evidence.text


async def test_going_back_sends_nothing(town: Town) -> None:
    asked = await _chosen(town, await _threat(town))
    await town.ava.presses(asked, "Go back")
    await town.settled()

    assert set((await _rows(town)).values()) == {0}


async def test_only_servers_that_both_share_and_that_are_watched_can_be_chosen(
    town: Town,
) -> None:
    quiet = town.sandbox.create_server("No alerts here")
    town.ava.joins(quiet)
    other = town.sandbox.create_server("Not hers")
    other.create_channel(
        "notalone-alerts", visible_to=[other.create_role("Moderators"), town.sandbox.bot]
    )
    await town.until(lambda: other.id in town.bot.bot.parts.watch.armed)
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    question = await town.ava.presses(shown, "Tell the moderators of …")

    (menu,) = question.messages[0].selects
    assert list(menu.options.values()) == ["Harbour"]


async def test_whoever_shares_no_server_is_told_what_else_helps(town: Town) -> None:
    nia = town.sandbox.person("nia")
    nia.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(nia, town.leo))
    shown = await nia.runs_on(threat, COMMAND)
    answer = await nia.presses(shown, "Tell the moderators of …")

    assert answer.text.startswith("I found no server that you and I share")


async def test_who_left_the_server_meanwhile_cannot_tell_there(town: Town) -> None:
    asked = await _chosen(town, await _threat(town))
    town.ava.leaves(town.server)
    answer = await town.ava.presses(asked, "Yes, send it")

    assert answer.text.startswith("I found no server that you and I share")
    assert await town.cases() == []


async def test_nobody_can_flood_moderators_by_telling(town: Town) -> None:
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    said = []
    for number in range(6):
        threat = await town.leo.writes(f"{THREAT} {number}", channel=chat)
        answer = await town.ava.presses(await _chosen(town, threat), "Yes, send it")
        said.append(answer.text.split(".")[0])
    await town.settled()

    assert said[:5] == ["The moderators of Harbour have it now"] * 5
    assert said[5] == "You told moderators a lot of things today"
    assert len(await town.cases()) == 1


async def test_erasing_what_was_kept_does_not_make_room_for_a_flood(town: Town) -> None:
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    for number in range(6):
        threat = await town.leo.writes(f"{THREAT} {number}", channel=chat)
        answer = await town.ava.presses(await _chosen(town, threat), "Yes, send it")
        await town.bot.bot.parts.privacy.erase(town.ava.id)

    assert answer.text.startswith("You told moderators a lot of things today.")


async def test_a_message_of_this_server_can_be_told_of_and_is_found_there(town: Town) -> None:
    note = await town.leo.writes("you know what i have of you", channel=town.general)
    await town.ava.presses(await _chosen(town, note), "Yes, send it")
    await town.settled(note)

    assert "Go to the message" in town.alert.buttons
    assert f"**Where** {town.general.mention}" in town.alert.text
    assert (await town.case()).offender.id == town.leo.id


async def test_what_a_bot_wrote_accuses_nobody(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    shown = await town.ava.runs_on(advice, COMMAND)

    assert "Tell the moderators of …" not in shown.buttons


async def test_the_same_message_told_twice_is_one_item(town: Town) -> None:
    threat = await _threat(town)
    for _ in range(2):
        await town.ava.presses(await _chosen(town, threat), "Yes, send it")
    await town.settled()

    assert len(town.alert_messages()) == 1
    assert (await town.kinds()).count("message") == 1


async def test_ones_own_words_accuse_nobody(town: Town) -> None:
    town.ava.installs_app()
    chat = town.sandbox.private_chat(town.ava, town.leo)
    own = await town.ava.writes("he has my pics and wants money, what do i do", channel=chat)
    shown = await town.ava.runs_on(own, COMMAND)

    assert "Tell the moderators of …" not in shown.buttons
    assert "Keep this as evidence" in shown.buttons


CALL = "someone has my pics and says they send them to my friends if i do not pay. what do i do"


@pytest.mark.parametrize("place", ["server", "private"])
async def test_a_call_for_help_accuses_nobody(town: Town, place: str) -> None:
    """Its author is the one who is threatened: no case may name them as the offender."""
    town.sam.installs_app()
    private = town.sandbox.private_chat(town.ava, town.sam)
    call = await town.ava.writes(CALL, channel=town.general if place == "server" else private)
    shown = await town.sam.runs_on(call, COMMAND)

    assert "This looks like someone is under pressure and may need help." in shown.text
    assert "Tell the moderators of …" not in shown.buttons
    assert "Keep this as evidence" in shown.buttons


async def test_a_call_for_help_is_not_told_of_whoever_asks(town: Town) -> None:
    """Not even through a question that is open already."""
    asked = await _chosen(town, await _threat(town))
    call = await town.sam.writes(CALL, channel=town.sandbox.private_chat(town.ava, town.sam))
    guidance = town.bot.bot.parts.guidance
    (token,) = guidance._shown
    at, owner, look = guidance._shown[token]
    message = look.message._replace(id=call.id, author=Author(town.sam.id, "sam"), text=CALL)
    guidance._shown[token] = (at, owner, guidance.look(message))
    answer = await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert "This looks like someone is under pressure and may need help." in answer.text
    assert set((await _rows(town)).values()) == {0}


async def test_what_was_shown_to_one_is_nothing_to_another(town: Town) -> None:
    """Custom ids are seen by whoever pressed; knowing one must not help anybody else."""
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    keep = shown.messages[0].button_details[0].custom_id
    token = str(keep).rpartition(":")[2]

    assert town.bot.bot.parts.guidance.recall(token, person_id=town.leo.id) is None


async def test_what_was_shown_half_an_hour_ago_is_forgotten_with_the_next(town: Town) -> None:
    first = await town.ava.runs_on(await _threat(town), COMMAND)
    guidance = town.bot.bot.parts.guidance
    (token,) = guidance._shown
    at, owner, look = guidance._shown[token]
    guidance._shown[token] = (at - 31 * 60, owner, look)
    kept = await town.ava.presses(first, "Keep this as evidence")
    await town.ava.runs_on(await _threat(town, "pay me"), COMMAND)

    assert kept.text.startswith("I no longer have this message in mind.")
    assert [look.message.text for _, _, look in guidance._shown.values()] == ["pay me"]


async def test_nobody_pushes_out_what_others_showed(town: Town) -> None:
    """Five messages are remembered for each person: the sixth takes the place of their first."""
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    town.sam.installs_app()
    other = await town.leo.writes("hey", channel=town.sandbox.private_chat(town.sam, town.leo))
    first, *later = [await town.sam.runs_on(other, COMMAND) for _ in range(6)]
    gone = await town.sam.presses(first, "Keep this as evidence")
    kept = [await town.sam.presses(each, "Keep this as evidence") for each in later]
    own = await town.ava.presses(shown, "Keep this as evidence")

    assert gone.text.startswith("I no longer have this message in mind.")
    assert {answer.messages[-1].text.partition(",")[0] for answer in (*kept, own)} == {"Kept"}
    assert len(town.bot.bot.parts.guidance._shown) == 6


async def test_discord_is_asked_once_in_a_minute_where_somebody_is(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    question = await town.ava.presses(shown, "Tell the moderators of …")
    for _ in range(3):
        again = await town.ava.presses(question, "Go back")
        question = await town.ava.presses(again, "Tell the moderators of …")
    assert _asked(town, town.ava) == 1
    membership = town.bot.bot.parts.membership
    clock = membership._clock
    membership._clock = lambda: clock() + 61
    await town.ava.selects(question, "Choose a server", ["Harbour"])
    again = await town.ava.presses(question, "Go back")
    await town.ava.presses(again, "Tell the moderators of …")

    assert _asked(town, town.ava) == 2


async def test_what_discord_did_not_answer_is_asked_again(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    path = rf"/members/{town.ava.id}$"
    town.sandbox.faults.fail(status=403, method="GET", path=path, times=1)
    nowhere = await town.ava.presses(shown, "Tell the moderators of …")
    assert nowhere.text.startswith("I found no server that you and I share")
    again = await town.ava.presses(nowhere, "Go back")
    question = await town.ava.presses(again, "Tell the moderators of …")

    assert [menu.placeholder for menu in question.messages[0].selects] == ["Choose a server"]


def _asked(town: Town, person: Person) -> int:
    """How often the bot asked Discord whether somebody is in a server."""
    return sum(r.path.endswith(f"/members/{person.id}") for r in town.sandbox.requests)


async def test_after_a_restart_the_person_is_asked_to_show_it_once_more(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    await town.restart()
    answer = await town.ava.presses(shown, "Keep this as evidence")

    assert answer.text.startswith("I no longer have this message in mind.")


async def test_help_is_there_in_groups_and_in_servers_without_the_bot(town: Town) -> None:
    town.ava.installs_app()
    elsewhere = town.sandbox.create_server("Elsewhere", bot_permissions=None)
    for person in (town.ava, town.leo):
        person.joins(elsewhere)
    group = town.sandbox.private_chat(town.ava, town.leo, town.kim)
    for place in (group, elsewhere.create_channel("general")):
        threat = await town.leo.writes(THREAT, channel=place)
        asked = await town.ava.runs("help-sextortion", channel=place)
        shown = await town.ava.runs_on(threat, COMMAND)
        assert (asked.ephemeral, shown.ephemeral) == (True, True)
        assert town.leo.sees(place) == [threat]


async def test_whoever_may_not_write_in_a_channel_has_the_slash_command(town: Town) -> None:
    threat = await town.threatens()
    town.general.deny(town.ava, 1 << 11)

    answer = await town.ava.runs("help-sextortion", channel=town.general)
    assert "Don't share more, don't pay anything." in answer.text
    with pytest.raises(SandboxError, match="not offered"):
        await town.ava.runs_on(threat, COMMAND)


async def test_keeping_says_so_when_the_database_is_away(town: Town) -> None:
    shown = await town.ava.runs_on(await _threat(town), COMMAND)
    await town.store.close()
    with pytest.raises(StoreUnavailableError):
        await town.bot.bot.parts.privacy.overview(town.ava.id)
    kept = await town.ava.presses(shown, "Keep this as evidence")

    assert kept.messages[-1].text == "This did not work just now. Please try again in a minute."
