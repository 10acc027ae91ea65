"""Where messages are screened, where not, and what the place says of who is meant."""

from __future__ import annotations

from functools import partial

import pytest

from bot.domain.evidence import ItemKind
from bot.sandbox import Message, Webhook
from tests.e2e.test_later_changes import texts, was_edited
from tests.e2e.town import OTHER_THREAT, THREAT, Town


async def _is_found(town: Town, message: Message) -> None:
    await town.settled(message)
    assert town.advised() == {"ava": 1}
    assert message.url in town.alert.text


async def test_a_thread_is_screened(town: Town) -> None:
    thread = town.general.create_thread("tonight", owner=town.leo)
    await _is_found(town, await town.threatens(channel=thread))


async def test_a_forum_post_is_screened(town: Town) -> None:
    forum = town.server.create_channel("questions", kind="forum")
    post = forum.create_thread("my new post", owner=town.leo)
    await _is_found(town, await town.threatens(channel=post))


_TITLE = "ava i have your pics. pay me 100 dollars tonight or i post them to all your followers"


@pytest.mark.parametrize("away", [False, True])
@pytest.mark.parametrize("body", ["", "you know what to do"])
async def test_the_title_of_a_post_is_read_with_what_begins_it(
    town: Town, body: str, *, away: bool
) -> None:
    forum = town.server.create_channel("questions", kind="forum")
    if away:
        await town.stop()
    post = forum.create_thread(_TITLE, owner=town.leo)
    message = await town.leo.writes(
        body, channel=post, attachments=["proof.png"], mentions=[town.ava] if body else []
    )
    if away:
        await town.start()
    await town.until(town.alert_messages)
    await town.settled()

    assert message.url in town.alert.text
    assert town.advised() == ({"ava": 1} if body else {})  # a name that is no mention is unsure
    said = "\n".join(part for part in (_TITLE, message.content) if part)
    assert await texts(town, ItemKind.MESSAGE) == [said]


async def test_what_is_said_below_a_post_is_not_taken_for_its_title(town: Town) -> None:
    forum = town.server.create_channel("questions", kind="forum")
    post = forum.create_thread(_TITLE, owner=town.leo)
    first = await town.leo.writes(f"{town.ava.mention} look", channel=post)
    await town.settled(first)
    await town.settled(await town.sam.writes("what is that?", channel=post, reply_to=first))
    await town.leo.edits(first, f"{town.ava.mention} so")
    await town.until_case(partial(was_edited, 1))

    (case,) = await town.cases()
    assert case.offender.name == "leo"
    assert await texts(town, ItemKind.EDIT) == [first.content]


async def test_a_title_that_becomes_a_threat_is_found(town: Town) -> None:
    post = town.server.create_channel("questions", kind="forum").create_thread(
        "how to", owner=town.leo
    )
    await town.settled(await town.ava.writes("good question", channel=post))
    await _is_found(town, await town.leo.renames(post, _TITLE))


@pytest.mark.parametrize("away", [False, True])
async def test_a_title_that_somebody_else_gave_is_not_its_authors(
    town: Town, *, away: bool
) -> None:
    forum = town.server.create_channel("questions", kind="forum")
    post = forum.create_thread("hi all", owner=town.leo)
    first = await town.leo.writes(f"{town.ava.mention} look", channel=post)
    await town.settled(first)
    if away:
        await town.stop()
    await town.owner.renames(post, _TITLE)
    if away:
        await town.start()
    else:
        await town.leo.edits(first, f"{town.ava.mention} look here")
    await town.settled(await town.sam.writes("what is that?", channel=town.general))

    assert [case.offender.name for case in await town.cases()] == [town.owner.name]


async def test_the_text_of_a_voice_channel_is_screened(town: Town) -> None:
    voice = town.server.create_channel("talk", kind="voice")
    await _is_found(town, await town.threatens(channel=voice))


async def test_a_private_thread_that_the_bot_is_in_is_screened(town: Town) -> None:
    thread = town.general.create_thread(
        "secret", private=True, members=[town.leo, town.ava, town.sandbox.bot]
    )
    await _is_found(town, await town.threatens(channel=thread))


async def test_threads_are_caught_up_too(town: Town) -> None:
    thread = town.general.create_thread("tonight")
    await town.stop()
    message = await town.threatens(channel=thread)
    await town.start()
    await _is_found(town, message)


async def test_ignored_channels_and_their_threads_are_not_screened(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(ignored_channels=["general"])
    later = town.general.create_thread("opened later")
    heard = town.server.create_channel("heard")
    await town.threatens()
    await town.threatens(channel=later)
    last = await town.sam.writes("hello", channel=heard)
    await town.settled(last)

    assert await town.cases() == []


async def test_an_edit_in_an_ignored_channel_is_not_screened(quiet_town: Town) -> None:
    town = quiet_town
    memes = town.server.create_channel("memes")
    await town.start(ignored_channels=["memes"])
    message = await town.leo.writes("hello", channel=memes)
    await town.leo.edits(message, f"{town.ava.mention} {THREAT}")
    await town.settled(await town.sam.writes("hello", channel=town.general))

    assert await town.cases() == []


async def test_the_history_of_an_ignored_channel_is_not_screened(quiet_town: Town) -> None:
    town = quiet_town
    memes = town.server.create_channel("memes")
    await town.start(ignored_channels=["memes"])
    await town.settled(await town.sam.writes("hello", channel=town.general))
    await town.stop()
    await town.threatens(channel=memes)
    await town.start(ignored_channels=["memes"])
    await town.settled(await town.sam.writes("hello again", channel=town.general))

    assert await town.cases() == []


@pytest.mark.parametrize("is_for_a_role", [False, True])
async def test_who_alone_is_let_into_a_private_channel_is_meant(
    quiet_town: Town, *, is_for_a_role: bool
) -> None:
    """Where a role is let in, nobody knows who reads there."""
    town = quiet_town
    let_in = [town.leo, town.ava, town.sandbox.bot, *([town.moderators] * is_for_a_role)]
    room = town.server.create_channel("room", visible_to=let_in)
    await town.start()
    await town.settled(await town.leo.writes(THREAT, channel=room))

    case = await town.case()
    meant = [] if is_for_a_role else [town.ava.id]
    assert [person.id for person in case.targets] == meant
    assert case.aimed_at == frozenset(meant)
    assert town.advised() == ({} if is_for_a_role else {"ava": 1})


async def test_webhooks_are_skipped_by_default(town: Town) -> None:
    await Webhook(town.general, "bridge").posts(f"{town.ava.mention} {THREAT}")
    await town.settled(await town.sam.writes("hello", channel=town.general))

    assert await town.cases() == []


async def test_webhooks_are_screened_where_the_server_wants_it(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(webhooks=True)
    message = await Webhook(town.general, "bridge").posts(f"{town.ava.mention} {THREAT}")
    await town.settled(message)

    assert len(town.alert_messages()) == 1


async def test_other_bots_are_skipped(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(webhooks=True)
    other = town.server.join("jukebox")
    other.bot = True
    await other.writes(THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(await town.sam.writes("hello", channel=town.general))

    assert await town.cases() == []


async def test_direct_messages_to_the_bot_are_not_screened(town: Town) -> None:
    await town.leo.writes_to_bot(THREAT)
    await town.settled(await town.sam.writes("hello", channel=town.general))

    assert await town.cases() == []


async def test_another_server_is_another_matter(town: Town) -> None:
    other, room = await town.watches_another(town.ava, town.leo)
    first = await town.threatens()
    second = await town.leo.writes(OTHER_THREAT, channel=room, mentions=[town.ava])
    await town.until(lambda: town.bot.screening.newest(other.id) >= second.id)
    await town.settled(first)

    assert [case.guild_id for case in await town.cases()] == [town.server.id, other.id]
    assert len(town.alert_messages()) == 1
