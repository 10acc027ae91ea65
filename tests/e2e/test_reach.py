"""What the bot wrote about a case stays within its reach, whatever becomes of the channel."""

from __future__ import annotations

import pytest

from bot.sandbox import Channel, Message, Permission
from tests.e2e.test_case_threads import forum_of, threads
from tests.e2e.test_case_work import resolves, status
from tests.e2e.town import OTHER_THREAT, Town

_SEE = Permission.VIEW_CHANNEL
_WITHDRAWN = "Case 1 is no longer shown here. Moderators find it with `/case show`."


async def _moves(town: Town, **choices: str) -> Channel:
    """The owner chooses another alert channel, and whatever else."""
    new = town.server.create_channel("desk", visible_to=[town.moderators, town.sandbox.bot])
    choices = {"alert_channel": str(new.id)} | choices
    await town.bot.settings.change(town.server.id, choices, by=town.owner.id)
    return new


def _says_nothing(message: Message) -> bool:
    return (message.text, message.buttons) == (_WITHDRAWN, [])


def _names_somebody(message: Message, town: Town) -> bool:
    return any(str(person.id) in message.text for person in (town.ava, town.leo))


async def test_an_alert_moves_to_the_channel_that_was_chosen_since(town: Town) -> None:
    await town.settled(await town.threatens())
    new = await _moves(town)
    await town.mo.presses(town.alert, "Claim")
    await town.settled()

    (moved,) = town.alert_messages(new)
    assert _says_nothing(town.alert)
    assert status(moved).startswith(f"**{town.mo.mention} has it**")
    await resolves(town, "False alarm", moved, why="joke")
    await town.settled()
    assert status(moved).startswith("**Resolved: false alarm.**")
    assert _says_nothing(town.alert)


async def test_a_false_alarm_takes_back_what_stands_in_a_former_channel(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    await town.settled(await town.threatens(OTHER_THREAT))
    older, newer = town.alert_messages()
    new = await _moves(town)
    await resolves(town, "False alarm", newer, why="joke")
    await town.settled()

    words = ("i have your pics", "your photos", "leo", "ava")
    assert [word for word in words if word in older.text + newer.text] == []
    assert _says_nothing(newer)
    assert town.alert_messages(new) == []  # nothing waits there


async def test_an_older_alert_points_to_the_newer_one_from_a_former_channel(town: Town) -> None:
    await town.settled(await town.threatens())
    new = await _moves(town)
    await town.let_pass(hours=2)
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.settled()

    (newer,) = town.alert_messages(new)
    place = f"https://discord.com/channels/{town.server.id}/{new.id}/{newer.id}"
    assert town.alert.text.endswith(f"there is a newer alert about the same person. {place}")


async def test_a_former_channel_that_cannot_be_written_in_holds_nothing_up(town: Town) -> None:
    await town.settled(await town.threatens())
    old = town.alert
    new = await _moves(town)
    town.alerts.allow(town.sandbox.bot, deny=_SEE)
    await town.mo.presses(old, "Claim")
    await town.settled()

    (moved,) = town.alert_messages(new)
    assert status(moved).startswith(f"**{town.mo.mention} has it**")


@pytest.mark.parametrize("kind", ["thread", "forum"])
async def test_a_false_alarm_takes_back_what_stands_in_a_former_thread(
    quiet_town: Town, kind: str
) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    (thread,) = threads(town)
    (first,) = town.written_in(thread)
    new = await _moves(town, case_threads="thread")
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    await town.settled()
    (moved,) = town.alert_messages(new)
    await resolves(town, "False alarm", moved, why="joke")
    await town.settled()

    assert _says_nothing(first)
    assert thread.archived
    (other,) = (each for each in threads(town) if each is not thread)
    (shown,) = town.written_in(other)
    assert other.parent is new
    assert status(shown).startswith("**Resolved: false alarm.**")


async def test_an_alert_is_taken_back_while_everyone_can_read_it(town: Town) -> None:
    await town.settled(await town.threatens())
    before = town.alert.text
    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: _says_nothing(town.alert))
    await town.settled()
    await town.mo.runs("case claim", channel=town.general, case=1)
    await town.settled()
    assert _says_nothing(town.alert)

    town.alerts.deny(town.server.everyone)
    await town.until(lambda: not _says_nothing(town.alert))
    await town.settled()
    assert town.alert.text.splitlines()[0] == before.splitlines()[0]
    assert status(town.alert).startswith(f"**{town.mo.mention} has it**")


async def test_an_alert_that_could_not_be_edited_is_taken_back(town: Town) -> None:
    await town.settled(await town.threatens())
    town.sandbox.faults.fail(method="PATCH", path=r"/messages/\d+$", status=403, code=50013)
    await town.mo.runs("case claim", channel=town.general, case=1)
    await town.settled()
    assert not _says_nothing(town.alert)

    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: _says_nothing(town.alert))


async def test_what_cannot_be_taken_back_is_not_tried_at_every_change(town: Town) -> None:
    await town.settled(await town.threatens())
    edit = r"/messages/\d+$"
    taking = town.sandbox.faults.fail(method="PATCH", path=edit, status=403, code=50013, times=None)
    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: taking.struck == 1)
    await town.settled()

    async def changes(name: str) -> None:
        town.server.create_channel(name)
        await town.until(lambda: any(c.name == name for c in town.bot.bot.guilds[0].channels))
        await town.settled(await town.sam.writes(name, channel=town.general))

    await changes("one")
    assert taking.struck == 1
    await town.let_pass(hours=1)
    await changes("two")
    await town.until(lambda: taking.struck == 2)


async def test_an_alert_is_taken_back_although_a_newer_one_is_not_posted(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    posting = rf"/channels/{town.alerts.id}/messages$"
    town.sandbox.faults.fail(method="POST", path=posting, status=403, code=50013, times=None)
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.settled()
    assert not _says_nothing(town.alert)

    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: _says_nothing(town.alert))


async def test_an_alert_exposed_while_the_bot_was_away_is_taken_back(town: Town) -> None:
    await town.settled(await town.threatens())
    await town.stop()
    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.start(armed=False)
    await town.until(lambda: _says_nothing(town.alert))


async def test_a_post_is_taken_back_while_everyone_can_read_the_forum(quiet_town: Town) -> None:
    town = quiet_town
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    (first,) = town.written_in(post)
    before = first.text
    forum.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: _says_nothing(first))
    await town.settled()
    assert post.archived

    forum.allow(town.server.everyone, deny=_SEE)
    await town.until(lambda: not _says_nothing(first))
    await town.settled()
    assert first.text.splitlines()[0] == before.splitlines()[0]
    assert not post.archived
    assert len(threads(town)) == 1


async def test_a_post_is_taken_back_before_it_is_known_to_be_archived(quiet_town: Town) -> None:
    town = quiet_town
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    (first,) = town.written_in(post)
    town.sandbox.gateway.delay_next(3.0, event="THREAD_UPDATE")
    await resolves(town, "Unclear", town.alert, reason="so")
    await town.until(lambda: post.archived)
    await town.settled()
    forum.allow(town.server.everyone, allow=_SEE)

    await town.until(lambda: _says_nothing(first))
    await town.settled()
    assert post.archived


async def test_an_alert_is_brought_up_to_date_in_a_channel_that_no_setting_names(
    town: Town,
) -> None:
    await town.settled(await town.threatens())
    town.create_alert_channel()  # of the same name, so that nobody knows which is meant
    await town.mo.presses(town.alert, "Claim")
    await town.settled()

    assert status(town.alert).startswith(f"**{town.mo.mention} has it**")


@pytest.mark.parametrize("before", [{"dry_run": True}, {}])
async def test_nothing_that_everyone_can_read_later_names_anybody(
    quiet_town: Town, before: dict[str, bool]
) -> None:
    town = quiet_town
    await town.start(reminder_hours=2, **before)
    await town.settled(await town.threatens())
    await town.let_pass(hours=3)
    await town.bot.upkeep.tick()
    await town.settled()
    others = town.alert_messages()[1:]
    assert len(others) == (2 if before else 1)
    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: any(_says_nothing(m) for m in town.alert_messages()))
    await town.settled()

    assert len(town.public_words()) == len(others) + 1
    assert [m.text for m in town.public_words() if _names_somebody(m, town)] == []


async def test_a_reminder_accuses_nobody_after_a_false_alarm(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(reminder_hours=2)
    await town.settled(await town.threatens())
    await town.let_pass(hours=3)
    await town.bot.upkeep.tick()
    await town.settled()
    alert, reminder = town.alert_messages()
    await resolves(town, "False alarm", alert, why="joke")
    await town.settled()

    assert not _names_somebody(reminder, town)


@pytest.mark.parametrize("kind", ["thread", "forum"])
async def test_what_was_posted_says_nothing_once_its_case_is_deleted(
    quiet_town: Town, kind: str
) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.settled()
    (thread,) = threads(town)
    shown = [*town.alert_messages(), *town.written_in(thread)]
    await resolves(town, "Confirmed", shown[1], reason="so")
    await town.settled()
    await town.let_pass(days=400)  # its words are due as well, in the same round
    await town.bot.bot.parts.keeper.round()
    await town.settled()

    assert await town.cases() == []
    assert [(m.text, m.buttons) for m in shown] == [("This case is no longer kept.", [])] * 3
    assert thread.archived


async def test_what_cannot_be_taken_back_of_a_deleted_case_is_tried_later(town: Town) -> None:
    await town.settled(await town.threatens())
    await resolves(town, "False alarm", why="joke")
    await town.settled()
    town.sandbox.faults.fail(method="PATCH", path=r"/messages/\d+$", status=403, code=50013)
    await town.let_pass(days=8)
    await town.bot.bot.parts.keeper.round()
    await town.settled()
    assert (await town.cases(), _names_somebody(town.alert, town)) == ([], True)
    assert "olga" not in town.advised()  # alerts arrive: this is none

    town.alerts.allow(town.server.everyone, allow=_SEE)
    await town.until(lambda: not _names_somebody(town.alert, town))
