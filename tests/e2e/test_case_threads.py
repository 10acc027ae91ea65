"""A case's private thread or forum post: made once, kept up to date, and made anew when deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from bot.domain.delivery import DeliveryState
from bot.sandbox import BOT_BY_DEFAULT, MODERATOR_BY_DEFAULT, Channel, Permission, Request
from bot.sandbox.faults import Fault
from bot.sandbox.protocol import ChannelType
from bot.sandbox.world import ForumTag
from tests.e2e.town import OTHER_THREAT, THREAT, Town

POWERS = BOT_BY_DEFAULT | MODERATOR_BY_DEFAULT | Permission.MANAGE_CHANNELS


def threads(town: Town) -> list[Channel]:
    """The cases' threads and posts that are there."""
    return [t for t in town.server.threads.values() if t.owner is town.sandbox.bot]


def forum_of(town: Town, *, public: bool = False) -> Channel:
    visible = None if public else [town.moderators, town.sandbox.bot]
    return town.server.create_channel("cases", kind="forum", visible_to=visible)


async def resolves(town: Town) -> None:
    page = await town.mo.presses(town.alert_messages()[-1], "Resolve")
    form = await town.mo.presses(page, "Unclear")
    await town.mo.submits(form, {"reason": "so"})
    await town.settled()


async def test_a_private_thread_shows_the_case_and_lets_in_whoever_has_it(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    await town.settled(await town.threatens())
    (thread,) = threads(town)
    assert (thread.kind, thread.name, thread.parent) == (
        ChannelType.PRIVATE_THREAD,
        "Case 1",
        town.alerts,
    )
    assert not thread.invitable
    (first,) = town.written_in(thread)
    assert f"Talk about it in {thread.mention}." in town.alert.text

    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert set(thread.thread_members) == {town.sandbox.bot.id, town.mo.id}
    assert f"**{town.mo.mention} has it**" in first.text
    assert town.mo.can_see(first)
    await town.mo.presses(first, "Resolve")  # the controls work there too
    await resolves(town)
    assert thread.archived
    assert "**Resolved: unclear.**" in first.text
    await town.mo.runs("case reopen", channel=town.alerts, case=1)
    await town.settled()
    assert not thread.archived
    assert len(town.written_in(thread)) == 1
    for person in (town.leo, town.ava, town.sam):
        assert not thread.visible_to(person)


async def test_a_forum_post_carries_the_state_as_its_tag(quiet_town: Town) -> None:
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.set_permissions(town.server.bot_role, POWERS)
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    assert (post.parent, post.name, post.tags) == (forum, "Case 1", ["open"])
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert post.tags == ["claimed"]
    await resolves(town)
    assert (post.tags, post.archived) == (["resolved"], True)
    assert [tag.name for tag in forum.available_tags] == ["open", "claimed", "resolved"]


@pytest.mark.parametrize(
    ("powers", "there", "tagged"),
    [
        (POWERS, [], "open"),
        (POWERS, ["talk", "open"], "open"),
        (BOT_BY_DEFAULT, ["talk"], "talk"),
        (BOT_BY_DEFAULT, [], None),
    ],
)
async def test_where_a_forum_demands_a_tag_the_post_is_made_with_one(
    quiet_town: Town, powers: int, there: list[str], tagged: str | None
) -> None:
    town = quiet_town
    assert town.server.bot_role is not None
    town.server.set_permissions(town.server.bot_role, powers)
    forum = forum_of(town)
    forum.requires_tag = True
    forum.available_tags = [ForumTag(number, name) for number, name in enumerate(there, start=1)]
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    await town.settled()

    assert [post.tags for post in threads(town)] == ([[tagged]] if tagged else [])
    told = "its forum demands a tag and has none that I may use."
    assert (told in town.alert.text) is (tagged is None)


async def test_what_moderators_write_there_is_not_screened(quiet_town: Town) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    await town.mo.writes(THREAT, channel=post, mentions=[town.ava])
    await town.settled(await town.sam.writes("hello", channel=town.general))
    assert len(await town.cases()) == 1


@pytest.mark.parametrize("kind", ["thread", "forum"])
async def test_a_thread_that_was_deleted_is_made_anew(quiet_town: Town, kind: str) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    (thread,) = threads(town)
    thread.delete()
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    (anew,) = threads(town)
    assert anew is not thread
    assert len(town.written_in(anew)) == 1
    assert f"Talk about it in {anew.mention}." in town.alert.text


async def test_a_post_where_cases_had_their_place_before_is_taken_back(quiet_town: Town) -> None:
    """Everyone may read there by now."""
    town = quiet_town
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)

    await town.stop()
    forum.allow(town.server.everyone, allow=Permission.VIEW_CHANNEL)
    await town.start(case_threads="thread")
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.until(lambda: len(threads(town)) == 2)
    await town.settled()

    (thread,) = (each for each in threads(town) if each is not post)
    assert thread.parent is town.alerts
    (taken_back,) = town.written_in(post)
    assert (
        taken_back.text == "Case 1 is no longer shown here. Moderators find it with `/case show`."
    )
    assert f"Talk about it in {thread.mention}." in town.alert.text


@pytest.mark.parametrize("kind", ["thread", "forum"])
@pytest.mark.parametrize("lost", ["thread", "message"])
async def test_an_answer_that_was_lost_makes_no_second_thread(
    quiet_town: Town, kind: str, lost: str
) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads=kind, case_forum="cases")
    if lost == "message":
        lose = town.sandbox.faults.lose_answer
        town.sandbox.after_request(partial(_strike_first_message, town, partial(lose, times=1)))
    else:
        town.sandbox.faults.lose_answer(method="POST", path=r"/channels/\d+/threads$", times=1)
    await town.settled(await town.threatens())
    await town.until(lambda: bool(threads(town)) and bool(town.written_in(threads(town)[0])))
    await town.settled()
    (thread,) = threads(town)
    assert len(town.written_in(thread)) == 1


def _strike_first_message(town: Town, strike: Callable[..., Fault], request: Request) -> None:
    """Once a thread is there, something happens to what is posted in it."""
    if request.method == "POST" and request.path.endswith("/threads"):
        for thread in threads(town):
            strike(method="POST", path=rf"/channels/{thread.id}/messages$")


async def test_a_thread_whose_first_message_is_refused_is_made_once(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    refuse = partial(town.sandbox.faults.fail, status=403, code=50013, times=2)
    town.sandbox.after_request(partial(_strike_first_message, town, refuse))
    await town.settled(await town.threatens())
    await town.settled()
    assert "The thread for this case could not be made" in town.alert.text

    for command in ("claim", "release"):
        assert [town.written_in(thread) for thread in threads(town)] == [[]]
        await town.mo.runs(f"case {command}", channel=town.alerts, case=1)
        await town.settled()
        await town.settled()
    (thread,) = threads(town)
    assert len(town.written_in(thread)) == 1
    assert f"Talk about it in {thread.mention}." in town.alert.text


async def test_a_thread_whose_first_message_must_wait_is_made_once(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    limit = partial(town.sandbox.faults.limit, retry_after=3600.0, times=1)
    town.sandbox.after_request(partial(_strike_first_message, town, limit))
    await town.settled(await town.threatens())
    await town.settled()
    (thread,) = threads(town)
    assert town.written_in(thread) == []

    await town.let_pass(hours=1)
    await town.settled()
    assert threads(town) == [thread]
    assert len(town.written_in(thread)) == 1


async def test_a_thread_that_is_made_in_the_last_attempt_is_filled(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread", deliveries={"attempts": 1})
    await town.settled(await town.threatens())
    await town.settled()
    (thread,) = threads(town)
    assert len(town.written_in(thread)) == 1
    assert f"Talk about it in {thread.mention}." in town.alert.text


async def test_a_message_written_anew_whose_answer_is_lost_is_written_once(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    await town.settled(await town.threatens())
    (thread,) = threads(town)
    (first,) = town.written_in(thread)
    await town.mo.deletes(first)
    path = rf"/channels/{thread.id}/messages$"
    town.sandbox.faults.lose_answer(method="POST", path=path, times=1)
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert len(town.written_in(thread)) == 1


@pytest.mark.parametrize(
    ("kind", "mend"),
    [("thread", "making"), ("thread", "writing"), ("forum", "missing"), ("forum", "public")],
)
async def test_a_thread_that_cannot_be_made_is_told_and_made_once_that_is_mended(
    quiet_town: Town, kind: str, mend: str
) -> None:
    town = quiet_town
    assert town.server.bot_role is not None
    lacks = Permission.CREATE_PRIVATE_THREADS
    if mend == "writing":
        lacks = Permission.SEND_MESSAGES_IN_THREADS
    may_not = BOT_BY_DEFAULT & ~lacks
    town.server.set_permissions(town.server.everyone, may_not)
    town.server.set_permissions(town.server.bot_role, may_not)
    forum = forum_of(town, public=True) if mend == "public" else None
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    await town.settled()
    assert threads(town) == []
    assert "The thread for this case could not be made or updated" in town.alert.text
    async with town.store.transaction() as tx:
        thread = await tx.standings.thread_of(1)
    assert thread is not None
    assert thread.state is DeliveryState.REFUSED

    if mend in ("making", "writing"):
        town.server.set_permissions(town.server.bot_role, BOT_BY_DEFAULT)
    elif mend == "missing":
        forum_of(town)
    elif forum is not None:
        forum.allow(town.server.everyone, deny=Permission.VIEW_CHANNEL)
        forum.allow(town.sandbox.bot, allow=Permission.VIEW_CHANNEL)
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    await town.settled()
    assert len(threads(town)) == 1
    assert "could not be made" not in town.alert.text


async def test_what_failed_is_not_tried_anew_at_every_change_of_a_server(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    making = town.sandbox.faults.fail(path=r"/threads$", status=403, code=50013, times=None)
    await town.settled(await town.threatens())
    await town.settled()

    tried = making.struck

    async def changes(name: str) -> None:
        town.server.create_channel(name)
        await town.until(lambda: any(c.name == name for c in town.bot.bot.guilds[0].channels))
        await town.settled(await town.sam.writes(name, channel=town.general))

    await changes("one")
    await changes("two")
    assert making.struck == tried
    await town.let_pass(hours=1)
    await changes("three")
    await town.until(lambda: making.struck == tried + 1)
    await town.settled()
    await changes("four")
    assert making.struck == tried + 1

    town.alerts.delete()
    await changes("five")
    town.alerts = town.create_alert_channel()
    await town.until(lambda: making.struck == tried + 2)


@pytest.mark.parametrize("kind", ["thread", "forum"])
async def test_a_case_that_is_reopened_before_its_thread_is_known_to_be_archived(
    quiet_town: Town, kind: str
) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    (thread,) = threads(town)
    town.sandbox.gateway.delay_next(3.0, event="THREAD_UPDATE")
    await resolves(town)
    await town.until(lambda: thread.archived)
    await town.mo.runs("case reopen", channel=town.alerts, case=1)
    await town.settled()

    assert not thread.archived
    assert f"Talk about it in {thread.mention}." in town.alert.text
    assert len(town.written_in(thread)) == 1


async def test_a_resolved_cases_deleted_alert_and_thread_stay_workable(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    await town.settled(await town.threatens())
    await town.mo.deletes(town.alert)
    await town.mo.runs("case claim", channel=town.alerts, case=1)
    await town.settled()
    assert f"**{town.mo.mention} has it**" in town.alert.text
