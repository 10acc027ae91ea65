"""Where a server's alerts go, and whether they can go there: the conditions for being armed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import discord

from bot.domain.delivery import NoticeReason
from bot.domain.message import Person
from bot.domain.policy import Policy

ALERT_CHANNEL = "alert_channel"
"""The key of the setting that everything else rests on."""

CASE_FORUM = "case_forum"
"""The key of the setting that names the forum for cases."""

PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_private_threads": "Create Private Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
"""The permissions that the bot asks for, as Discord's settings name them."""
_NEEDED = ("view_channel", "send_messages", "read_message_history")
IN_FORUM = (*_NEEDED, "send_messages_in_threads")
"""What the bot needs in the forum for cases: to make posts there, write in them and find them."""


_Named = TypeVar("_Named", bound=discord.abc.GuildChannel | discord.Role)


def bearers(among: Iterable[_Named], wanted: str) -> list[_Named]:
    """Those with this identifier or, where it is not all digits, those with this name.

    Names are not unique, and anybody's name may be another's identifier.
    """
    is_identifier = wanted.isascii() and wanted.isdecimal()
    return [one for one in among if wanted == (str(one.id) if is_identifier else one.name)]


def channels_of(guild: discord.Guild, wanted: str) -> list[discord.abc.GuildChannel]:
    """The channels of any kind with this identifier or name."""
    return bearers(guild.channels, wanted.removeprefix("#"))


def alert_channels(guild: discord.Guild, wanted: str) -> list[discord.TextChannel]:
    """The text channels with this identifier or name; alerts go nowhere unless it is one."""
    return bearers(guild.text_channels, wanted.removeprefix("#"))


def case_forums(guild: discord.Guild, wanted: str) -> list[discord.ForumChannel]:
    """The forums with this identifier or name; cases go nowhere unless it is one."""
    return bearers(guild.forums, wanted.removeprefix("#"))


def alert_channel(guild: discord.Guild, policy: Policy) -> discord.TextChannel | None:
    """The one text channel that the policy names, by identifier or by name."""
    return _only(alert_channels(guild, policy.alert_channel))


def case_forum(guild: discord.Guild, policy: Policy) -> discord.ForumChannel | None:
    """The one forum for cases that the policy names, by identifier or by name."""
    return _only(case_forums(guild, policy.case_forum)) if policy.case_forum else None


def is_for_moderators(guild: discord.Guild, policy: Policy, channel: discord.abc.Snowflake) -> bool:
    """Whether alerts or cases go to this channel, or to the one that the thread belongs to."""
    found = (alert_channel(guild, policy), case_forum(guild, policy))
    theirs = {place.id for place in found if place is not None}
    return not theirs.isdisjoint((channel.id, getattr(channel, "parent_id", None)))


def role(guild: discord.Guild, wanted: str | None) -> discord.Role | None:
    """The one role with this identifier or name."""
    return _only(bearers(guild.roles, wanted)) if wanted else None


def _only(found: Sequence[_Named]) -> _Named | None:
    return found[0] if len(found) == 1 else None


def is_public(channel: discord.abc.GuildChannel) -> bool:
    """Whether everyone in the server can see a channel."""
    return channel.permissions_for(channel.guild.default_role).view_channel


def missing_permissions(
    channel: discord.abc.GuildChannel, needed: Sequence[str] = _NEEDED
) -> list[str]:
    """The permissions, as Discord's settings name them, that the bot lacks in a channel."""
    has = channel.permissions_for(channel.guild.me)
    return [PERMISSIONS[flag] for flag in needed if not getattr(has, flag)]


def obstacle(guild: discord.Guild, policy: Policy) -> NoticeReason | None:
    """Why the moderators of this server cannot be alerted as it is set up; None if they can."""
    found = alert_channels(guild, policy.alert_channel)
    if len(found) > 1:
        return NoticeReason.SEVERAL_ALERT_CHANNELS
    return obstacle_in(_only(found))


def obstacle_in(channel: discord.TextChannel | None) -> NoticeReason | None:
    """Why moderators could not be alerted in this channel; None if they could."""
    if channel is None:
        return NoticeReason.NO_ALERT_CHANNEL
    if missing_permissions(channel):
        return NoticeReason.MISSING_PERMISSIONS
    if is_public(channel):
        return NoticeReason.PUBLIC_ALERT_CHANNEL
    return None


def present_in(channel: discord.abc.GuildChannel) -> tuple[Person, ...]:
    """Everyone whom a private channel's settings let in, if they let in people only, no roles.

    Empty where that is not known. Administrators, who see every channel, are not counted.
    """
    guild = channel.guild
    if channel.overwrites_for(guild.default_role).view_channel is not False:
        return ()
    people: list[Person] = []
    for target, choices in channel.overwrites.items():
        if not choices.view_channel or target.id == guild.me.id:
            continue
        kind = target.type if isinstance(target, discord.Object) else type(target)
        if kind is discord.Role:
            return ()
        people.append(Person(target.id, getattr(target, "display_name", "")))
    return tuple(people)


def is_moderator(member: discord.User | discord.Member, policy: Policy) -> bool:
    """Whether someone may see evidence: by a role that the policy names, else by permission."""
    if not isinstance(member, discord.Member):
        return False
    permissions = member.guild_permissions
    if permissions.administrator:
        return True
    if policy.moderator_roles:
        return not _chosen(member.guild, policy).isdisjoint(member.roles)
    return _may_moderate(permissions)


def reads_alerts(member: discord.Member, policy: Policy) -> bool:
    """Whether someone can read what moderators are told: as one of them, or where it is written."""
    where = (alert_channel(member.guild, policy), case_forum(member.guild, policy))
    return is_moderator(member, policy) or any(
        place.permissions_for(member).view_channel for place in where if place is not None
    )


def is_administrator(member: discord.User | discord.Member) -> bool:
    """Whether someone may set the bot up: whoever may manage the server."""
    return isinstance(member, discord.Member) and member.guild_permissions.manage_guild


def moderators(guild: discord.Guild, policy: Policy) -> list[discord.Role]:
    """The roles whose members are moderators; bots' own roles and everyone's are none."""
    chosen = _chosen(guild, policy)
    return [
        r
        for r in guild.roles
        if not r.is_default()
        and not r.managed
        and (r in chosen if policy.moderator_roles else _may_moderate(r.permissions))
    ]


def _chosen(guild: discord.Guild, policy: Policy) -> set[discord.Role]:
    """The roles that the policy gives power. A name that several bear gives it to none of them."""
    found = (role(guild, wanted) for wanted in policy.moderator_roles)
    return {r for r in found if r is not None and not r.is_default()}


def _may_moderate(permissions: discord.Permissions) -> bool:
    return permissions.moderate_members or permissions.manage_guild
