"""A case's private thread or forum post: made once, kept up to date, and made anew when deleted."""

from __future__ import annotations

from functools import partial

import pytest

from bot.domain.delivery import DeliveryState
from bot.sandbox import BOT_BY_DEFAULT, MODERATOR_BY_DEFAULT, Channel, Permission, Request
from bot.sandbox.protocol import ChannelType
from tests.e2e.town import OTHER_THREAT, Town

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


async def test_what_moderators_write_there_is_not_screened(quiet_town: Town) -> None:
    town = quiet_town
    forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    quote = await town.mo.writes(f"he wrote: {OTHER_THREAT}", channel=post, mentions=[town.ava])
    after = await town.sam.writes("hello", channel=town.general)
    await town.settled(after)
    assert quote.id < after.id
    assert [case.findings for case in await town.cases()] == [1]


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


async def test_a_post_where_cases_had_their_place_before_is_not_written_to_anymore(
    quiet_town: Town,
) -> None:
    """Everyone may read there by now."""
    town = quiet_town
    forum = forum_of(town)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = threads(town)
    (first,) = town.written_in(post)
    before = first.text

    await town.stop()
    forum.allow(town.server.everyone, allow=Permission.VIEW_CHANNEL)
    await town.start(case_threads="thread")
    await town.settled(await town.threatens(OTHER_THREAT))
    await town.until(lambda: len(threads(town)) == 2)
    await town.settled()

    (thread,) = (each for each in threads(town) if each is not post)
    assert thread.parent is town.alerts
    assert [message.text for message in town.written_in(post)] == [before]
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
        town.sandbox.after_request(partial(_lose_first_message, town))
    else:
        town.sandbox.faults.lose_answer(method="POST", path=r"/channels/\d+/threads$", times=1)
    await town.settled(await town.threatens())
    await town.until(lambda: bool(threads(town)) and bool(town.written_in(threads(town)[0])))
    await town.settled()
    (thread,) = threads(town)
    assert len(town.written_in(thread)) == 1


def _lose_first_message(town: Town, request: Request) -> None:
    """Once the thread is there, the answer to what is posted in it is lost."""
    if request.method == "POST" and request.path.endswith("/threads"):
        for thread in threads(town):
            posts = rf"/channels/{thread.id}/messages$"
            town.sandbox.faults.lose_answer(method="POST", path=posts, times=1)


@pytest.mark.parametrize(
    ("kind", "mend"),
    [("thread", "permission"), ("forum", "missing"), ("forum", "public")],
)
async def test_a_thread_that_cannot_be_made_is_told_and_made_once_that_is_mended(
    quiet_town: Town, kind: str, mend: str
) -> None:
    town = quiet_town
    assert town.server.bot_role is not None
    may_not = BOT_BY_DEFAULT & ~Permission.CREATE_PRIVATE_THREADS
    town.server.set_permissions(town.server.everyone, may_not)
    town.server.set_permissions(town.server.bot_role, may_not)
    forum = forum_of(town, public=True) if mend == "public" else None
    await town.start(case_threads=kind, case_forum="cases")
    await town.settled(await town.threatens())
    await town.settled()
    assert threads(town) == []
    assert "The thread for this case could not be made" in town.alert.text
    async with town.store.transaction() as tx:
        thread = await tx.standings.thread_of(1)
    assert thread is not None
    assert thread.state is DeliveryState.REFUSED

    if mend == "permission":
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


async def test_a_resolved_cases_deleted_alert_and_thread_stay_workable(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    await town.settled(await town.threatens())
    await town.mo.deletes(town.alert)
    await town.mo.runs("case claim", channel=town.alerts, case=1)
    await town.settled()
    assert f"**{town.mo.mention} has it**" in town.alert.text
