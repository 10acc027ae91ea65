"""Tries out what the bot needs in a server, as far as possible by doing it; says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import aiohttp
import discord

from bot.advice import Language
from bot.domain.delivery import NoticeReason
from bot.domain.policy import AdviceMode, CaseThreads, Disclosures, Fallback, Policy
from bot.transport.choices_here import own_role
from bot.transport.inspection import reason_and_remedy
from bot.transport.places import (
    IN_FORUM,
    PERMISSIONS,
    alert_channel,
    case_forum,
    channels_of,
    missing_permissions,
    moderators,
    obstacle,
    role,
)

_SHOWN = 8
_READING = ("view_channel", "read_message_history")
_WRITING = ("view_channel", "send_messages")
_THREADS = ("create_private_threads", "send_messages_in_threads")
_OPEN_KINDS = (
    discord.TextChannel,
    discord.VoiceChannel,
    discord.StageChannel,
    discord.ForumChannel,
)


class Mark(StrEnum):
    """How one thing that was tried came out; HINT is wrong, and keeps nothing from working."""

    GOOD = "good"
    BAD = "bad"
    HINT = "hint"


class Result(NamedTuple):
    """What came of one thing, in words."""

    mark: Mark
    line: str


class Trial:
    """One go through everything. Writes a test alert, and a thread that it takes away again."""

    def __init__(self, language: Language, guild: discord.Guild, policy: Policy) -> None:
        self._language = language
        self._guild = guild
        self._policy = policy

    async def run(self) -> list[Result]:
        """What came of everything, in order. Whatever Discord answers is a result."""
        channel = alert_channel(self._guild, self._policy)
        reason = obstacle(self._guild, self._policy)
        if channel is None or reason is NoticeReason.PUBLIC_ALERT_CHANNEL:
            assert reason is not None
            return [self._unusable(reason), *self._reach()]
        results = [self._said("channel", channel=channel.mention)]
        try:
            results += [
                *await self._alert(channel),
                *await self._case_place(channel),
            ]
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            fault = self._language.text("setup.test.fault", error=type(error).__name__)
            results.append(Result(Mark.BAD, fault))
        return [*results, *self._people(channel), *self._reach()]

    def _unusable(self, reason: NoticeReason) -> Result:
        why, remedy = reason_and_remedy(self._language, self._guild, self._policy, reason)
        line = self._language.text("setup.test.channel_bad", reason=why, remedy=remedy)
        return Result(Mark.BAD, line)

    async def _alert(self, channel: discord.TextChannel) -> list[Result]:
        """Write a test alert, and read it back."""
        text = self._language.text("setup.test.alert")
        try:
            message = await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        except discord.Forbidden:
            return [self._lacking("post", channel, _WRITING)]
        written = self._said("post", link=message.jump_url)
        try:
            read = [m.id async for m in channel.history(limit=10)]
        except discord.Forbidden:
            read = []
        if message.id not in read:
            return [written, self._lacking("history", channel, ("read_message_history",))]
        return [written, self._said("history")]

    async def _case_place(self, channel: discord.TextChannel) -> list[Result]:
        """Where cases get their threads or posts, if they do."""
        if self._policy.case_threads is CaseThreads.THREAD:
            return [await self._thread(channel)]
        forum = case_forum(self._guild, self._policy)
        if self._policy.case_threads is CaseThreads.NONE or forum is None:
            return []
        if missing_permissions(forum, IN_FORUM):
            return [self._lacking("forum", forum, IN_FORUM, mark=Mark.HINT)]
        return [self._said("forum", channel=forum.mention)]

    async def _thread(self, channel: discord.TextChannel) -> Result:
        """Open a private thread, write in it, and take it away."""
        thread = None
        try:
            thread = await channel.create_thread(
                name=self._language.text("setup.test.thread_name"),
                type=discord.ChannelType.private_thread,
                invitable=False,
            )
            await thread.send(self._language.text("setup.test.thread"))
        except discord.Forbidden:
            return self._lacking("thread", channel, _THREADS, mark=Mark.HINT)
        finally:
            if thread is not None:
                await _take_away(thread)
        return self._said("thread")

    def _people(self, channel: discord.TextChannel) -> list[Result]:
        """Whether moderators see the alerts, and whether they can be called."""
        results = [self._moderators(channel)]
        pinged = role(self._guild, self._policy.ping_role)
        if pinged is not None:
            may = pinged.mentionable or channel.permissions_for(self._guild.me).mention_everyone
            mark = Mark.GOOD if may else Mark.HINT
            results.append(self._said("ping", mark, ping=pinged.mention))
        return results

    def _moderators(self, channel: discord.TextChannel) -> Result:
        chosen = self._policy.moderator_roles
        if chosen and not any(role(self._guild, wanted) for wanted in chosen):
            return self._said("roles", Mark.HINT)
        blind = [
            one
            for one in moderators(self._guild, self._policy)
            if not channel.permissions_for(one).view_channel
        ]
        return self._said(
            "moderators",
            Mark.HINT if blind else Mark.GOOD,
            channel=channel.mention,
            roles=", ".join(one.mention for one in blind[:_SHOWN]),
        )

    def _reach(self) -> list[Result]:
        """Whether what everyone can see is read, and whether help can be offered there."""
        everyone = self._guild.default_role
        names = self._policy.ignored_channels
        ignored = {channel for wanted in names for channel in channels_of(self._guild, wanted)}
        public = [
            c
            for c in self._guild.channels
            if isinstance(c, _OPEN_KINDS) and c.permissions_for(everyone).view_channel
        ]
        watched = [c for c in public if c not in ignored]
        results = [self._in_all("reading", watched, _READING)]
        if _offers(self._policy):
            writable = [c for c in watched if c.permissions_for(everyone).send_messages]
            results.append(self._in_all("offering", writable, _WRITING))
        return results

    def _in_all(
        self, what: str, channels: Sequence[discord.abc.GuildChannel], needed: tuple[str, ...]
    ) -> Result:
        lacking = {c: missing_permissions(c, needed) for c in channels}
        closed = [channel for channel, missing in lacking.items() if missing]
        more = f" +{len(closed) - _SHOWN}" if len(closed) > _SHOWN else ""
        labels = dict.fromkeys(label for missing in lacking.values() for label in missing)
        return self._said(
            what,
            Mark.HINT if closed else Mark.GOOD,
            channels=" ".join(c.mention for c in closed[:_SHOWN]) + more,
            permissions=", ".join(labels),
            count=len(channels),
        )

    def _lacking(
        self,
        what: str,
        channel: discord.TextChannel | discord.ForumChannel,
        needed: tuple[str, ...],
        mark: Mark = Mark.BAD,
    ) -> Result:
        """What Discord refused, with the permissions that seem to be missing, else all needed."""
        missing = missing_permissions(channel, needed) or [PERMISSIONS[flag] for flag in needed]
        return self._said(what, mark, channel=channel.mention, permissions=", ".join(missing))

    def _said(self, what: str, mark: Mark = Mark.GOOD, **values: object) -> Result:
        suffix = "good" if mark is Mark.GOOD else "bad"
        line = self._language.text(
            f"setup.test.{what}_{suffix}", role=own_role(self._guild), **values
        )
        return Result(mark, line)


def _offers(policy: Policy) -> bool:
    """Whether the bot may come to write in channels that everyone sees."""
    return (
        policy.disclosures is Disclosures.OFFER
        or policy.advice is AdviceMode.BUTTON
        or policy.fallback is Fallback.BUTTON
    )


async def _take_away(thread: discord.Thread) -> None:
    """Delete the thread; whoever may not, may close their own."""
    try:
        await thread.delete()
    except discord.Forbidden:
        await thread.edit(archived=True)
