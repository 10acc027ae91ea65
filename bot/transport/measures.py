"""Does what a moderator asks for to an offender, once permissions and the order of roles allow it.

Nothing here decides: a measure is prepared, shown to the moderator, and done when they say so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import discord

from bot.domain.measure import AGAINST_PERSON, PAUSE_HOURS, PERMISSION, Measure, Obstacle
from bot.services.acting import Ground, Written
from bot.services.policies import Policies
from bot.transport.marks import mention, moment
from bot.transport.places import role
from bot.transport.wording import name

_GONE = (10003, 10006, 10007, 10008, 10013)
"""Discord's codes for a channel, invite, member, message or user that does not exist."""
_ABSENT = {
    Measure.INVITE: Obstacle.NO_INVITE,
    Measure.LOCK: Obstacle.NO_THREAD,
    Measure.DELETE: Obstacle.NO_MESSAGE,
}


class BarredError(Exception):
    """A measure cannot be taken; `values` fill the text that says what to do instead."""

    def __init__(self, obstacle: Obstacle, **values: object) -> None:
        self.obstacle = obstacle
        self.values = values
        super().__init__(obstacle.value)

    @property
    def told(self) -> str:
        """The same in a word, for the record."""
        code = self.values.get("code")
        return self.obstacle.value if code is None else f"{self.obstacle.value} {code}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A measure that could be taken now: what its page says, and how it is done."""

    act: Callable[[str], Awaitable[object]]
    values: Mapping[str, object] = field(default_factory=dict)
    is_last_copy: bool = False
    """Whether it deletes words that the evidence no longer has."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for: the case's ground, the moderator, and what they chose."""

    ground: Ground
    moderator: discord.Member
    argument: str

    @property
    def guild(self) -> discord.Guild:
        return self.moderator.guild


class Measures:
    """Prepares and takes measures by the bot's own client. All raise BarredError."""

    def __init__(self, client: discord.Client, policies: Policies) -> None:
        self._client = client
        self._policies = policies

    def offered(self, ground: Ground, guild: discord.Guild) -> list[Measure]:
        """The measures that make sense in this case, whoever asks."""
        without = set()
        if self._policies.of(guild.id).quarantine_role is None:
            without.add(Measure.QUARANTINE)
        if ground.is_elsewhere or guild.get_channel(ground.channel_id) is not None:
            without.add(Measure.LOCK)
        if ground.is_elsewhere and not ground.messages:
            without.add(Measure.DELETE)
        return [measure for measure in Measure if measure not in without]

    async def prepare(
        self, measure: Measure, argument: str, ground: Ground, moderator: discord.Member
    ) -> Prepared:
        """Check everything that can be known beforehand; nothing is done yet."""
        request = _Request(ground, moderator, argument)
        ways = {
            Measure.TIMEOUT: self._timeout,
            Measure.QUARANTINE: self._quarantine,
            Measure.BAN: self._ban,
            Measure.INVITE: self._invite,
            Measure.PAUSE: self._pause,
            Measure.LOCK: self._lock,
            Measure.DELETE: self._delete,
        }
        if measure in AGAINST_PERSON and ground.offender_id == moderator.id:
            raise BarredError(Obstacle.IS_SELF)
        with_permission = measure not in (Measure.LOCK, Measure.DELETE)
        if with_permission:
            _require(measure, moderator.guild_permissions, moderator.guild.me.guild_permissions)
        prepared: Prepared = await _asked(measure, ways[measure](request))
        return prepared

    async def take(self, measure: Measure, prepared: Prepared, *, reason: str) -> None:
        """Do it. Raises BarredError when Discord refuses, or does not answer."""
        await _asked(measure, prepared.act(reason))

    async def invites(self, ground: Ground, moderator: discord.Member) -> list[discord.Invite]:
        """The invites that the offender made and that still work."""
        _require(Measure.INVITE, moderator.guild_permissions, moderator.guild.me.guild_permissions)
        every = await _asked(Measure.INVITE, moderator.guild.invites())
        return [i for i in every if i.inviter is not None and i.inviter.id == ground.offender_id]

    async def _timeout(self, request: _Request) -> Prepared:
        member = await self._member_below(request)
        if member is None:
            raise BarredError(Obstacle.GONE)
        hours = int(request.argument)
        return Prepared(
            lambda reason: member.timeout(timedelta(hours=hours), reason=reason),
            {"who": mention(member.id)},
        )

    async def _quarantine(self, request: _Request) -> Prepared:
        wanted = self._policies.of(request.guild.id).quarantine_role
        given = role(request.guild, wanted) if wanted else None
        if given is None:
            raise BarredError(Obstacle.NO_ROLE)
        if given >= request.guild.me.top_role or not _above(request.moderator, given):
            raise BarredError(Obstacle.ROLE_ABOVE, role=name(given.name, limit=40))
        member = await self._member_below(request)
        if member is None:
            raise BarredError(Obstacle.GONE)
        return Prepared(
            lambda reason: member.add_roles(given, reason=reason),
            {"who": mention(member.id), "role": name(given.name, limit=40)},
        )

    async def _ban(self, request: _Request) -> Prepared:
        """Whoever has left can be banned too. Discord would delete a day's messages: never here."""
        await self._member_below(request)
        person = discord.Object(request.ground.offender_id)
        return Prepared(
            lambda reason: request.guild.ban(person, reason=reason, delete_message_seconds=0),
            {"who": mention(person.id)},
        )

    async def _invite(self, request: _Request) -> Prepared:
        found = await self.invites(request.ground, request.moderator)
        invite = next((i for i in found if i.code == request.argument), None)
        if invite is None:
            raise BarredError(Obstacle.NO_INVITE)
        values = {"invite": invite.code, "who": mention(request.ground.offender_id)}
        return Prepared(lambda reason: invite.delete(reason=reason), values)

    async def _pause(self, request: _Request) -> Prepared:
        hours = timedelta(hours=PAUSE_HOURS) - timedelta(minutes=1)  # Discord's clock may be ahead
        return Prepared(
            lambda reason: request.guild.edit(
                dms_disabled_until=discord.utils.utcnow() + hours, reason=reason
            )
        )

    async def _lock(self, request: _Request) -> Prepared:
        thread = await self._channel(request, request.ground.channel_id)
        if not isinstance(thread, discord.Thread):
            raise BarredError(Obstacle.NO_THREAD)
        _require_in(Measure.LOCK, thread, request.moderator)
        return Prepared(  # an archived thread takes no other change, and may be archived any time
            lambda reason: thread.edit(archived=False, locked=True, reason=reason),
            {"channel": f"<#{thread.id}>"},
        )

    async def _delete(self, request: _Request) -> Prepared:
        if not request.ground.is_reported:
            raise BarredError(Obstacle.NOT_REPORTED)
        written = _written(request.ground, int(request.argument))
        place: Any = await self._channel(request, written.channel_id)
        _require_in(Measure.DELETE, place, request.moderator)
        delete = self._client.http.delete_message  # the public way to it takes no reason
        return Prepared(
            lambda reason: delete(place.id, written.message_id, reason=reason),
            {"channel": f"<#{written.channel_id}>", "when": moment(written.at)},
            is_last_copy=written.is_erased,
        )

    async def _member_below(self, request: _Request) -> discord.Member | None:
        """The offender, if they are a member and stand below moderator and bot."""
        guild = request.guild
        if request.ground.offender_id == guild.owner_id:
            raise BarredError(Obstacle.IS_OWNER)
        try:
            member = await guild.fetch_member(request.ground.offender_id)
        except discord.NotFound:
            return None
        if not _above(request.moderator, member.top_role):
            raise BarredError(Obstacle.MODERATOR_BELOW)
        if member.top_role >= guild.me.top_role:
            raise BarredError(Obstacle.BOT_BELOW)
        return member

    async def _channel(self, request: _Request, channel_id: int) -> object:
        return request.guild.get_channel_or_thread(channel_id) or await request.guild.fetch_channel(
            channel_id
        )


def _written(ground: Ground, message_id: int) -> Written:
    found = next((w for w in ground.messages if w.message_id == message_id), None)
    if found is None:
        raise BarredError(Obstacle.NO_MESSAGE)
    return found


def _above(moderator: discord.Member, other: discord.Role) -> bool:
    return moderator.id == moderator.guild.owner_id or moderator.top_role > other


def _require(measure: Measure, theirs: discord.Permissions, own: discord.Permissions) -> None:
    """Raise BarredError when the moderator, or else the bot, lacks the permission."""
    permission = PERMISSION[measure]
    if not getattr(theirs, permission):
        raise BarredError(Obstacle.MODERATOR_LACKS, permission=permission)
    if not getattr(own, permission):
        raise BarredError(Obstacle.BOT_LACKS, permission=permission)


def _require_in(
    measure: Measure, place: discord.Thread | discord.TextChannel, moderator: discord.Member
) -> None:
    own = place.permissions_for(moderator.guild.me)
    _require(measure, place.permissions_for(moderator), own)


async def _asked(measure: Measure, work: Awaitable[Any]) -> Any:
    """What Discord answers; its refusals and silences as BarredError."""
    try:
        return await work
    except discord.HTTPException as error:
        if error.code in _GONE and measure in _ABSENT:
            raise BarredError(_ABSENT[measure]) from error
        if error.status >= 500:  # noqa: PLR2004 - server errors
            raise BarredError(Obstacle.FAILED) from error
        raise BarredError(Obstacle.REFUSED, code=error.code) from error
    except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise BarredError(Obstacle.FAILED) from error
