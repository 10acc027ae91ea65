"""Which servers are watched, and what reaches screening from them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import discord
import structlog

from bot.domain.delivery import NoticeReason
from bot.domain.message import Circumstances, Message, Person
from bot.services.policies import Policies
from bot.services.readiness import Readiness
from bot.services.screening import Screening, safely
from bot.transport.catching_up import Missed
from bot.transport.inbound import circumstances, to_message
from bot.transport.payload import Payload, came_with, read_message
from bot.transport.places import (
    alert_channel,
    case_forum,
    channels_of,
    obstacle,
    present_in,
)
from bot.transport.posted import exposed

_log = structlog.get_logger(__name__)

_Held = list[tuple[int | None, Callable[[], None]]]
"""What happened meanwhile: the identifier of a new message, and how to hand it on."""

_WITHOUT_MESSAGES = (discord.CategoryChannel, discord.ForumChannel)

_SETTINGS_PATIENCE = 3.0


class Watch:
    """Lets a server's messages through to screening once its moderators can be alerted.

    Until what was missed is screened, what happens meanwhile is held back, so that every channel is
    screened in its own order.
    """

    def __init__(
        self,
        client: discord.Client,
        screening: Screening,
        readiness: Readiness,
        policies: Policies,
        *,
        window_minutes: float,
        hours_back: float,
        per_channel: int,
    ) -> None:
        self._client = client
        self._screening = screening
        self._readiness = readiness
        self._policies = policies
        self._missed = Missed(
            client,
            screening,
            window_minutes=window_minutes,
            hours_back=hours_back,
            per_channel=per_channel,
        )
        self._gates: dict[int, _Held | None] = {}
        self._webhooks: set[int] = set()
        self._ignored: frozenset[int] = frozenset()
        self._present: dict[int, tuple[Person, ...]] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def armed(self) -> frozenset[int]:
        """The servers that are watched now."""
        return frozenset(self._gates)

    def hear(self, data: Payload) -> bool:
        """Screen a new message, unless it is nobody's or its server is not watched.

        False if it may be meant for the bot itself, by mention or direct message: then it is an
        event like any other too.
        """
        if "guild_id" not in data:
            return False
        guild = self._client.get_guild(int(data["guild_id"]))
        if guild is not None:
            channel = guild.get_channel_or_thread(int(data["channel_id"]))
            watched = guild.id in self._gates and not self._is_ignored(channel)
            if watched and self._is_persons(data, guild.id):
                self._take(guild, data)
            if channel is not None and not isinstance(channel, _WITHOUT_MESSAGES):
                channel.last_message_id = int(data["id"])  # by which catching up finds the channel
        return not self._mentions_me(data)

    def _take(self, guild: discord.Guild, data: Payload) -> None:
        message = read_message(data, guild)
        screen = partial(
            self._screening.screen,
            message,
            self._present.get(message.channel_id, ()),
            circumstances=partial(came_with, data, guild),
        )
        held = self._gates[guild.id]
        if held is None:
            screen()
        else:
            held.append((message.id, screen))

    def see_edit(self, message: discord.Message) -> None:
        """Hand a new version on. Discord reports link previews as edits too, without a time."""
        guild = message.guild
        if guild is None or guild.id not in self._gates or message.edited_at is None:
            return
        if self._is_somebodys(message):
            snapshot = to_message(message)
            present = self._present.get(snapshot.channel_id, ())
            edited = partial(
                self._screening.edited,
                snapshot,
                present,
                circumstances=partial(circumstances, message),
            )
            self._pass(guild.id, edited)

    def see_deletion(self, message_ids: set[int], *, guild_id: int, channel_id: int) -> None:
        """Hand on that messages were deleted."""
        deleted = partial(
            self._screening.deleted,
            message_ids,
            guild_id=guild_id,
            channel_id=channel_id,
            bulk=len(message_ids) > 1,
        )
        self._pass(guild_id, deleted)

    def see_ban(self, person_id: int, *, guild_id: int) -> None:
        """Hand on that somebody was banned."""
        self._pass(guild_id, partial(self._screening.banned, person_id, guild_id=guild_id))

    async def consider(self, guild: discord.Guild, *, missed: bool = False) -> None:
        """Arm a server whose moderators can be alerted, or tell its owner why that cannot be.

        A server that is armed stays so, after a restart as well: what is found is kept until it can
        be alerted. `missed` says that events may have been lost, so that an armed server is caught
        up too. What was written about cases where everyone can read by now is taken back.
        """
        self._apply_policy(guild)
        async with self._locks[guild.id]:
            reason = await self._obstacle(guild)
            if self._client.get_guild(guild.id) is None:
                return  # the bot was removed meanwhile
            armed = guild.id in self._gates
            bare = exposed(guild, self._policies.of(guild.id))
            await self._readiness.exposed(guild.id, bare)
            begun = armed or reason is None or await self._screening.mark(guild.id) is not None
            if reason is not None:
                told = NoticeReason.ALERTS_FAIL if begun else reason
                await self._readiness.cannot_alert(guild.id, told)
            if missed if armed else begun:
                await self._arm(guild)
            if reason is None:
                await self._readiness.can_alert(guild.id, without=bare)

    async def _obstacle(self, guild: discord.Guild) -> NoticeReason | None:
        """Why moderators cannot be alerted, once it is known what the server itself chose.

        While the database is away, config.yaml alone may be enough to begin.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTINGS_PATIENCE):
                await self._policies.known()
        self._apply_policy(guild)
        reason = obstacle(guild, self._policies.of(guild.id))
        if reason is None or self._policies.are_known:
            return reason
        await self._policies.known()
        self._apply_policy(guild)
        return obstacle(guild, self._policies.of(guild.id))

    def leave(self, guild_id: int) -> None:
        """Stop watching a server that the bot is no longer in."""
        self._gates.pop(guild_id, None)
        self._readiness.forget(guild_id)

    def _is_somebodys(self, message: discord.Message) -> bool:
        if self._is_ignored(message.channel):
            return False
        if message.webhook_id is None:
            return not message.author.bot
        return self._is_wanted(message.guild.id if message.guild else 0, message.author.id)

    def _is_persons(self, data: Payload, guild_id: int) -> bool:
        """The same of a payload whose channel is not ignored."""
        author = data["author"]
        if "webhook_id" not in data:
            return not author.get("bot")
        return self._is_wanted(guild_id, int(author["id"]))

    def _is_wanted(self, guild_id: int, webhook_id: int) -> bool:
        """Whether what a webhook writes is to be screened; never the bot's own."""
        own = self._client.user is not None and webhook_id == self._client.user.id
        return not own and guild_id in self._webhooks

    def _mentions_me(self, data: Payload) -> bool:
        me = self._client.user
        return me is not None and any(user["id"] == str(me.id) for user in data["mentions"])

    def _is_ignored(self, channel: object) -> bool:
        """Whether the channel, or the one that the thread belongs to, is not to be screened."""
        return (
            getattr(channel, "id", None) in self._ignored
            or getattr(channel, "parent_id", None) in self._ignored
        )

    def _pass(self, guild_id: int, event: Callable[[], None]) -> None:
        held = self._gates.get(guild_id)
        if held is None:
            event()
        else:
            held.append((None, event))

    async def _arm(self, guild: discord.Guild) -> None:
        held: _Held = []
        self._gates[guild.id] = held
        seen: set[int] = set()
        try:
            with self._screening.catching_up(guild.id):
                await self._missed.catch_up(guild, partial(self._see_past, held, seen))
        except Exception:  # noqa: BLE001 - what happens now must not wait for it without end
            _log.exception("catching_up_broke_off", guild=guild.id)
        for message_id, event in held:
            if message_id not in seen:
                with safely():
                    event()
        if self._gates.get(guild.id) is held:  # else the bot was removed meanwhile
            self._gates[guild.id] = None

    async def _see_past(
        self, held: _Held, seen: set[int], messages: Sequence[discord.Message]
    ) -> None:
        """Screen what the history of one channel brings, save what is nobody's or `held`.

        What is held is what was written first; history has only the latest version.
        """
        heard = {message_id for message_id, _ in held}
        titled = all(m.type is not discord.MessageType.channel_name_change for m in messages)
        past: dict[Message, Callable[[], Circumstances]] = {}
        for message in messages:
            with safely():
                if message.id not in heard and self._is_somebodys(message):
                    past[to_message(message, titled=titled)] = partial(circumstances, message)
                    seen.add(message.id)
        if past:
            channel_id = messages[0].channel.id
            await self._screening.reread(channel_id, past, self._present.get(channel_id, ()))

    def _apply_policy(self, guild: discord.Guild) -> None:
        policy = self._policies.of(guild.id)
        here = {channel.id for channel in guild.channels}
        unwatched: set[discord.abc.GuildChannel | None]
        unwatched = {alert_channel(guild, policy), case_forum(guild, policy)}
        for wanted in policy.ignored_channels:
            unwatched.update(channels_of(guild, wanted))
        ignored = {channel.id for channel in unwatched if channel is not None}
        self._ignored = frozenset(self._ignored - here | ignored)
        self._present.update({c.id: present_in(c) for c in guild.text_channels})
        self._webhooks.discard(guild.id)
        if policy.webhooks:
            self._webhooks.add(guild.id)
