"""Who is named, who may know, and what else there is, where somebody tells moderators."""

from __future__ import annotations

from bot.sandbox import Answer, Message, Permission, Person
from tests.e2e.town import THREAT, Town

COMMAND = "Get help with this message"
TELL = "Tell the moderators of …"
LEFT_OUT = "I leave out servers where the one who wrote this may be able to read it."
CALL = "someone has my pics and says they send them to my friends if i do not pay. what do i do"


async def _passed_on(town: Town, text: str = THREAT) -> Message:
    """Ava forwards to sam, in a chat of the two, what leo wrote to her."""
    for person in (town.ava, town.sam):
        person.installs_app()
    written = await town.leo.writes(text, channel=town.sandbox.private_chat(town.ava, town.leo))
    chat = town.sandbox.private_chat(town.ava, town.sam)
    return await town.ava.writes(channel=chat, forwards=written)


async def _question(town: Town, threat: Message, person: Person) -> Answer:
    """The question whether the moderators of Harbour shall really be told."""
    shown = await person.runs_on(threat, COMMAND)
    chosen = await person.presses(shown, TELL)
    return await person.selects(chosen, "Choose a server", ["Harbour"])


async def test_whoever_passes_a_threat_on_is_not_accused_of_it(town: Town) -> None:
    """Its author is not known: ava, who forwards it, is the one who is threatened."""
    shown = await town.sam.runs_on(await _passed_on(town), COMMAND)

    assert "It seems to ask for money." in shown.text
    assert TELL not in shown.buttons
    assert "Keep this as evidence" in shown.buttons


async def test_what_was_passed_on_is_not_told_of_whatever_is_open(town: Town) -> None:
    town.ava.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    asked = await _question(town, threat, town.ava)
    guidance = town.bot.bot.parts.guidance
    (token,) = guidance._shown
    at, owner, look = guidance._shown[token]
    message = look.message._replace(text="", forwarded=(THREAT,))
    guidance._shown[token] = (at, owner, guidance.look(message))
    answer = await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert "Keep this as evidence" in answer.buttons
    assert await town.cases() == []


async def test_what_one_passed_on_oneself_reads_the_same_after_going_back(town: Town) -> None:
    town.ava.installs_app()
    call = await town.sam.writes(CALL, channel=town.general)
    chat = town.sandbox.private_chat(town.ava, town.leo)
    shown = await town.ava.runs_on(await town.ava.writes(channel=chat, forwards=call), COMMAND)
    first = shown.text
    page = await town.ava.presses(shown, "How to report")
    back = await town.ava.presses(page, "Go back")

    assert "Listen, and believe them." in first
    assert back.text == first


async def _in_a_group(town: Town) -> Message:
    """Leo threatens ava, by mentioning her, where sam reads it too."""
    town.sam.installs_app()
    group = town.sandbox.private_chat(town.sam, town.leo, town.ava)
    return await town.leo.writes(THREAT, channel=group, mentions=[town.ava])


async def test_a_friend_who_tells_is_not_taken_for_the_one_who_is_threatened(town: Town) -> None:
    asked = await _question(town, await _in_a_group(town), town.sam)
    await town.sam.presses(asked, "Yes, send it")
    await town.settled()

    assert [person.id for person in (await town.case()).targets] == [town.ava.id]
    assert f"**To whom** {town.ava.mention}" in town.alert.text
    assert town.sam.mention not in town.alert.text


async def test_whoever_tells_may_be_meant_where_the_message_does_not_say(town: Town) -> None:
    town.ava.installs_app()
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    await town.ava.presses(await _question(town, threat, town.ava), "Yes, send it")
    await town.settled()

    assert f"**Possibly aimed at** {town.ava.mention}" in town.alert.text


async def test_a_friend_reads_a_friends_advice(town: Town) -> None:
    threat = await _in_a_group(town)
    town.ava.installs_app()
    friends, own = [await p.runs_on(threat, COMMAND) for p in (town.sam, town.ava)]

    assert "This looks like someone is under pressure and may need help." in friends.text
    assert "Listen, and believe them." in friends.text
    assert "about you" not in friends.text
    assert "This looks like someone is putting pressure on you." in own.text


async def _from(town: Town, author: Person) -> Message:
    """The author threatens ava where only the two can read it."""
    town.ava.installs_app()
    return await author.writes(THREAT, channel=town.sandbox.private_chat(town.ava, author))


async def test_moderators_are_not_told_where_the_author_is_one(town: Town) -> None:
    """What ava is promised: the one who wrote it does not hear of it."""
    other = town.sandbox.create_server("Lagoon")
    for person in (town.ava, town.mo):
        person.joins(other)
    mods = other.create_role("Moderators")
    other.create_channel("notalone-alerts", visible_to=[mods, town.sandbox.bot])
    await town.until(lambda: other.id in town.bot.bot.parts.watch.armed)
    shown = await town.ava.runs_on(await _from(town, town.mo), COMMAND)
    chosen = await town.ava.presses(shown, TELL)

    (menu,) = chosen.messages[0].selects
    assert list(menu.options.values()) == ["Lagoon"]
    assert chosen.text.startswith(LEFT_OUT)


async def test_where_only_the_author_could_be_told_there_is_other_help(town: Town) -> None:
    shown = await town.ava.runs_on(await _from(town, town.owner), COMMAND)
    chosen = await town.ava.presses(shown, TELL)

    assert chosen.text.startswith(f"{LEFT_OUT}\n\nI found no server")
    assert chosen.buttons == ["Go back", "Hide this"]


async def test_whoever_reads_the_alerts_without_moderating_is_not_told_either(town: Town) -> None:
    reader = town.server.create_role("Readers")
    town.alerts.allow(reader, allow=Permission.VIEW_CHANNEL)
    town.server.give_role(town.leo, reader)
    shown = await town.ava.runs_on(await _from(town, town.leo), COMMAND)

    assert (await town.ava.presses(shown, TELL)).text.startswith(LEFT_OUT)


async def test_an_author_who_became_a_moderator_meanwhile_is_not_told(town: Town) -> None:
    asked = await _question(town, await _from(town, town.leo), town.ava)
    town.server.give_role(town.leo, town.moderators)
    answer = await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert answer.text.startswith(LEFT_OUT)
    assert await town.cases() == []


async def test_a_server_that_is_watched_no_more_meanwhile_is_not_told(town: Town) -> None:
    asked = await _question(town, await _from(town, town.leo), town.ava)
    town.bot.bot.parts.watch.leave(town.server.id)
    await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert await town.cases() == []


async def test_where_it_is_not_known_who_the_author_is_nobody_is_told(town: Town) -> None:
    asked = await _question(town, await _from(town, town.leo), town.ava)
    path = rf"/members/{town.leo.id}$"
    town.sandbox.faults.fail(status=403, method="GET", path=path, times=1)
    answer = await town.ava.presses(asked, "Yes, send it")
    await town.settled()

    assert answer.text.startswith(LEFT_OUT)
    assert await town.cases() == []


async def test_whoever_presses_too_late_has_the_steps_and_the_ways_to_help(town: Town) -> None:
    shown = await town.ava.runs_on(await _from(town, town.leo), COMMAND)
    page = await town.ava.presses(shown, "I am not safe")
    await town.restart()
    back = await town.ava.presses(page, "Go back")

    assert back.text.startswith("I no longer have this message in mind.")
    assert "Don't share more, don't pay anything." in back.text
    assert "I am not safe" in back.buttons


async def test_what_could_not_be_sent_can_be_sent_again(town: Town) -> None:
    asked = await _question(town, await _from(town, town.leo), town.ava)
    await town.store.close()
    failed = await town.ava.presses(asked, "Yes, send it")

    assert failed.text.startswith("This did not work just now.")
    assert failed.text.endswith(asked.text)
    assert failed.buttons == ["Yes, send it", "Go back", "Hide this"]


async def test_after_telling_there_are_the_ways_to_help_and_back(town: Town) -> None:
    asked = await _question(town, await _from(town, town.leo), town.ava)
    sent = await town.ava.presses(asked, "Yes, send it")

    assert "I am not safe" in sent.buttons
    back = await town.ava.presses(sent, "Go back")
    assert "It seems to ask for money." in back.text


async def test_what_moderators_were_told_of_is_not_said_to_be_known_to_nobody(town: Town) -> None:
    threat = await _from(town, town.leo)
    asked = await _question(town, threat, town.ava)
    await town.ava.presses(asked, "Yes, send it")
    shown = await town.ava.runs_on(threat, COMMAND)
    kept = await town.ava.presses(shown, "Keep this as evidence")

    assert kept.messages[-1].text.startswith("Kept, and locked with a key.")
    assert "Nobody was told" not in kept.messages[-1].text
