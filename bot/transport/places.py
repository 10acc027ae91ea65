"""Where a server's alerts go, and whether they can go there: the conditions for being armed."""

from __future__ import annotations

from collections.abc import Sequence

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


def channel_of(guild: discord.Guild, wanted: str) -> discord.abc.GuildChannel | None:
    """The channel with this identifier or name."""
    bare = wanted.removeprefix("#")
    return next((c for c in guild.channels if bare in (str(c.id), c.name)), None)


def alert_channel(guild: discord.Guild, policy: Policy) -> discord.TextChannel | None:
    """The text channel that the policy names, by identifier or by name."""
    wanted = policy.alert_channel.removeprefix("#")
    found = (c for c in guild.text_channels if wanted in (str(c.id), c.name))
    return next(found, None)


def case_forum(guild: discord.Guild, policy: Policy) -> discord.ForumChannel | None:
    """The forum for cases that the policy names, by identifier or by name."""
    wanted = (policy.case_forum or "").removeprefix("#")
    return next((c for c in guild.forums if wanted in (str(c.id), c.name)), None)


def is_public(channel: discord.abc.GuildChannel) -> bool:
    """Whether everyone in the server can see a channel."""
    return channel.permissions_for(channel.guild.default_role).view_channel


def role(guild: discord.Guild, wanted: str | None) -> discord.Role | None:
    """The role with this identifier or name."""
    return next((r for r in guild.roles if wanted in (str(r.id), r.name)), None)


def missing_permissions(
    channel: discord.abc.GuildChannel, needed: Sequence[str] = _NEEDED
) -> list[str]:
    """The permissions, as Discord's settings name them, that the bot lacks in a channel."""
    has = channel.permissions_for(channel.guild.me)
    return [PERMISSIONS[flag] for flag in needed if not getattr(has, flag)]


def obstacle(guild: discord.Guild, policy: Policy) -> NoticeReason | None:
    """Why the moderators of this server cannot be alerted as it is set up; None if they can."""
    return obstacle_in(alert_channel(guild, policy))


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
        return any(_moderates(r, policy) for r in member.roles if not r.is_default())
    return permissions.moderate_members or permissions.manage_guild


def is_administrator(member: discord.User | discord.Member) -> bool:
    """Whether someone may set the bot up: whoever may manage the server."""
    return isinstance(member, discord.Member) and member.guild_permissions.manage_guild


def moderators(guild: discord.Guild, policy: Policy) -> list[discord.Role]:
    """The roles whose members are moderators; bots' own roles and everyone's are none."""
    return [
        r for r in guild.roles if not r.is_default() and not r.managed and _moderates(r, policy)
    ]


def _moderates(one: discord.Role, policy: Policy) -> bool:
    if policy.moderator_roles:
        return bool({str(one.id), one.name} & set(policy.moderator_roles))
    return one.permissions.moderate_members or one.permissions.manage_guild
