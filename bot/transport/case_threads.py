"""A case's private thread or forum post: made, found again, and kept up to date."""

from __future__ import annotations

from functools import partial
from typing import Literal

import discord
import structlog

from bot.advice import Language
from bot.domain.case import CaseState, CaseView
from bot.domain.delivery import CASE_PLACE_PUBLIC, Delivered, Delivery, Postponed
from bot.domain.policy import CaseThreads, Policy
from bot.transport import layouts, posted
from bot.transport.outcomes import MISSING_PERMISSIONS, UNKNOWN_CHANNEL, UndeliverableError
from bot.transport.places import alert_channel, case_forum, is_public

_log = structlog.get_logger(__name__)

_A_WEEK: Literal[10080] = 10080
"""Minutes; one of the values that Discord takes."""
_MOST_TAGS = 20
_SEARCHED = 20
_Place = discord.TextChannel | discord.ForumChannel


async def carry(
    delivery: Delivery,
    case: CaseView,
    look: discord.ui.LayoutView,
    *,
    guild: discord.Guild,
    policy: Policy,
    language: Language,
) -> Delivered | Postponed:
    """Make the case's thread, or bring it up to date; one that was deleted is made anew.

    What was made is only told: whatever fails in it later must not have it made once more.
    Raises UndeliverableError, and what discord.py raises when Discord refuses or cannot be reached.
    """
    stands = await posted.of(guild, delivery)
    place, here = await posted.home(
        partial(_place, guild, policy),
        stands,
        look=look,
        instead=layouts.withdrawn(language, case.id),
    )
    if stands != here and case.progress.state is CaseState.RESOLVED:
        return Delivered(channel_id=delivery.channel_id, message_id=delivery.message_id)
    thread = _thread(here) or await _begun(guild, delivery, place)
    if thread is None:
        title = language.text("thread.name", case=case.id)
        lost = await _lost(guild, place, title) if delivery.uncertain else None
        tag = language.text(f"thread.tag.{case.progress.state.value}")
        begun = Delivered(lost.id, None) if lost else await _made(place, title, look, tag=tag)
        return Postponed("thread_begun", begun=begun)
    message_id = await _shown(thread, look, delivery)
    await _apply_state(thread, place, case, language)
    return Delivered(channel_id=thread.id, message_id=message_id)


def _place(guild: discord.Guild, policy: Policy) -> _Place:
    by_forum = policy.case_threads is CaseThreads.FORUM
    place = case_forum(guild, policy) if by_forum else alert_channel(guild, policy)
    if place is None:
        raise UndeliverableError(UNKNOWN_CHANNEL, "case_place_gone")
    if is_public(place):
        raise UndeliverableError(0, CASE_PLACE_PUBLIC)
    return place


def _thread(here: posted.Posted | None) -> discord.Thread | None:
    return here.channel if here is not None and isinstance(here.channel, discord.Thread) else None


async def _begun(guild: discord.Guild, delivery: Delivery, place: _Place) -> discord.Thread | None:
    """The thread that was made in today's place and has no message yet."""
    if delivery.message_id is not None:
        return None
    thread = await posted.channel_of(guild, delivery)
    if not isinstance(thread, discord.Thread) or thread.parent_id != place.id:
        return None
    return thread


async def _lost(guild: discord.Guild, place: _Place, title: str) -> discord.Thread | None:
    """The thread of an attempt whose answer was lost: the bot's own, by its name."""
    own = guild.me.id
    found = await guild.active_threads()
    return next(
        (t for t in found if (t.parent_id, t.owner_id, t.name) == (place.id, own, title)), None
    )


async def _made(place: _Place, title: str, look: discord.ui.LayoutView, *, tag: str) -> Delivered:
    """Make a post with its message, or a thread that has none yet."""
    if isinstance(place, discord.ForumChannel):
        made = await place.create_thread(
            name=title,
            view=look,
            allowed_mentions=discord.AllowedMentions.none(),
            auto_archive_duration=_A_WEEK,
            applied_tags=await _first_tags(place, tag),
        )
        return Delivered(made.thread.id, made.message.id)
    if not place.permissions_for(place.guild.me).send_messages_in_threads:
        raise UndeliverableError(MISSING_PERMISSIONS, "case_thread_mute")
    thread = await place.create_thread(
        name=title,
        type=discord.ChannelType.private_thread,
        invitable=False,
        auto_archive_duration=_A_WEEK,
    )
    return Delivered(thread.id, None)


async def _shown(thread: discord.Thread, look: discord.ui.LayoutView, delivery: Delivery) -> int:
    """Bring the thread's first message up to date, or write it anew where it is missing."""
    known = delivery.message_id or await _own_message(thread)
    message = await posted.Posted(thread, known).becomes(look) if known is not None else None
    if message is None:
        again = str(known or thread.id)  # what it is written for: it is new once
        quiet = discord.AllowedMentions.none()
        send = partial(thread.send, view=look, nonce=again, allowed_mentions=quiet)
        message = await posted.opened(thread, send)
    return message.id


async def _own_message(thread: discord.Thread) -> int | None:
    """The bot's first message there: of an attempt whose answer was lost."""
    own = thread.guild.me.id
    async for message in thread.history(limit=_SEARCHED, oldest_first=True):
        if message.author.id == own and message.components:
            return message.id
    return None


async def _apply_state(
    thread: discord.Thread, place: _Place, case: CaseView, language: Language
) -> None:
    """Let in whoever has the case, put the tag on, and close the thread of a resolved case."""
    progress = case.progress
    if isinstance(place, discord.ForumChannel):
        await _tag(thread, place, language.text(f"thread.tag.{progress.state.value}"))
    elif progress.holder is not None:
        await _let_in(thread, progress.holder)
    if progress.state is CaseState.RESOLVED:
        await thread.edit(archived=True)


async def _let_in(thread: discord.Thread, moderator: int) -> None:
    try:
        await thread.add_user(discord.Object(moderator))
    except discord.HTTPException as error:
        # they may be unable to see the alert channel: the alert itself still reaches the others
        _log.warning("not_let_into_thread", thread=thread.id, code=error.code)


async def _tag(thread: discord.Thread, forum: discord.ForumChannel, wanted: str) -> None:
    """Tags are a help, not the record: where they cannot be made, the post says it all."""
    try:
        tag = _named(forum, wanted) or await _made_tag(forum, wanted)
        if tag is not None and [t.id for t in thread.applied_tags] != [tag.id]:
            await thread.edit(applied_tags=[tag])
    except discord.HTTPException as error:
        _log.warning("case_not_tagged", thread=thread.id, code=error.code)


async def _first_tags(forum: discord.ForumChannel, wanted: str) -> list[discord.ForumTag]:
    """What a new post is tagged with: where the forum demands a tag, any rather than none."""
    tag = None
    try:
        tag = _named(forum, wanted) or await _made_tag(forum, wanted)
    except discord.HTTPException as error:
        _log.warning("case_not_tagged", forum=forum.id, code=error.code)
    if tag is None and forum.flags.require_tag:
        tag = min(forum.available_tags, key=lambda each: each.moderated, default=None)
    return [] if tag is None else [tag]


def _named(forum: discord.ForumChannel, wanted: str) -> discord.ForumTag | None:
    return next((t for t in forum.available_tags if t.name.lower() == wanted.lower()), None)


async def _made_tag(forum: discord.ForumChannel, wanted: str) -> discord.ForumTag | None:
    """The tag, made where the bot may; all tags are sent anew then, so they are looked up first."""
    if not forum.permissions_for(forum.guild.me).manage_channels:
        return None
    fresh = await forum.guild.fetch_channel(forum.id)
    if not isinstance(fresh, discord.ForumChannel) or len(fresh.available_tags) >= _MOST_TAGS:
        return None
    return _named(fresh, wanted) or await fresh.create_tag(name=wanted)
