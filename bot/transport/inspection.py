"""Looks at the bot's servers, to say what keeps it from its work there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

import aiohttp
import discord

from bot.advice import Language
from bot.domain.delivery import NoticeReason
from bot.domain.policy import Policy
from bot.services.choices import as_written
from bot.services.policies import Policies
from bot.transport.choices_here import Reason, objections
from bot.transport.places import (
    IN_FORUM,
    PERMISSIONS,
    alert_channel,
    missing_permissions,
    obstacle,
    role,
)
from bot.transport.wording import name

_PATIENCE = 60.0

BAD_TOKEN = "Discord does not accept this bot token: reset it in the Developer Portal"  # noqa: S105
NO_CONTENT = (
    "the Message Content intent is off: turn it on in the Developer Portal "
    "(your application, Bot, Privileged Gateway Intents)"
)


_CHECKED: dict[Reason, str] = {
    "unknown_channel": "there is no channel",
    "unknown_role": "there is no role",
    "several_channels": "several channels are called",
    "several_roles": "several roles are called",
    "everyone": "everyone has the role",
    "not_a_forum": "there is a channel that is no forum,",
    "public_forum": "everyone can see the forum",
    "missing_permissions": "the bot may not work in the forum",
}
_IN_ITS_PLACE: dict[Reason, str] = {
    "several_channels": ": write the identifier of the one that is meant",
    "several_roles": ": write the identifier of the one that is meant",
    "missing_permissions": f": give it {', '.join(PERMISSIONS[flag] for flag in IN_FORUM)} there",
}


def intents() -> discord.Intents:
    """The least that is needed: servers, messages there and to the bot, what is written, and bans.

    Of bans Discord tells a bot only where it may ban or see the audit log.
    """
    return discord.Intents(guilds=True, messages=True, message_content=True, moderation=True)


def why_not(
    language: Language,
    guild: discord.Guild,
    policy: Policy,
    reason: NoticeReason,
    *,
    shown: Callable[[str], str] = name,
) -> str:
    """Why a server's moderators cannot be alerted, and how to mend it, for its owner.

    `shown` makes names harmless where the text is shown; by default in a message on Discord.
    """
    why, remedy = reason_and_remedy(language, guild, policy, reason, shown=shown)
    server = shown(guild.name)
    return language.text("owner.cannot_alert", reason=why, remedy=remedy, server=server)


def reason_and_remedy(
    language: Language,
    guild: discord.Guild,
    policy: Policy,
    reason: NoticeReason,
    *,
    shown: Callable[[str], str] = name,
) -> tuple[str, str]:
    """Why moderators cannot be alerted, and what mends it; `shown` as in `why_not`."""
    channel = alert_channel(guild, policy)
    values = {
        "channel": shown(channel.name if channel else policy.alert_channel),
        "permissions": ", ".join(missing_permissions(channel)) if channel else "",
    }
    return (
        language.text(f"owner.reason.{reason.value}", **values),
        language.text(f"owner.remedy.{reason.value}", **values),
    )


async def inspect_servers(
    token: str, *, policies: Policies, language: Language, expected: Iterable[int]
) -> list[str]:
    """Connect, look at every server once, disconnect; what is wrong, each with its mend.

    `expected` are servers that the configuration names.
    """
    try:
        async with asyncio.timeout(_PATIENCE), discord.AutoShardedClient(intents=intents()) as seen:
            await _connect(seen, token)
            present = {guild.id for guild in seen.guilds}
            problems = [
                f"server {guild_id}: the configuration names it, but the bot is not in it"
                for guild_id in expected
                if guild_id not in present
            ]
            for guild in seen.guilds:
                policy = policies.of(guild.id)
                reason = obstacle(guild, policy)
                if reason is not None:
                    problems.append(why_not(language, guild, policy, reason, shown=str))
                problems.extend(_unknown_names(guild, policies))
            return problems
    except discord.LoginFailure:
        return [BAD_TOKEN]
    except discord.PrivilegedIntentsRequired:
        return [NO_CONTENT]
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        return [f"Discord cannot be reached ({type(error).__name__}): check this machine's network"]


def _unknown_names(guild: discord.Guild, policies: Policies) -> Iterator[str]:
    """What cannot hold in the server, by whoever chose it, and a role that may not be pinged."""
    for fault in policies.faults(guild.id):
        yield f"server {guild.name}: a stored setting cannot be used: {fault}"
    settings = policies.settings(guild.id)
    for found in objections(guild, as_written(settings)):
        stored = found.key in policies.stored(guild.id)
        yield f"server {guild.name}: {_CHECKED[found.reason]} {found.value!r}, which " + (
            f"the stored setting {found.key} names: type /setup settings there"
            if stored
            else f"the configuration names{_IN_ITS_PLACE.get(found.reason, '')}"
        )
    policy = policies.of(guild.id)
    pinged, channel = role(guild, policy.ping_role), alert_channel(guild, policy)
    if pinged is None or channel is None or pinged.mentionable:
        return
    if not channel.permissions_for(guild.me).mention_everyone:
        yield (
            f"server {guild.name}: the bot may not ping the role {pinged.name!r}: let everyone "
            f"mention that role, or give the bot Mention Everyone in the channel {channel.name!r}"
        )


async def _connect(client: discord.Client, token: str) -> None:
    """Return once every server was announced; raise what ends the connection before that."""
    await client.login(token)
    connection = asyncio.create_task(client.connect(reconnect=False))
    ready = asyncio.create_task(client.wait_until_ready())
    try:
        await asyncio.wait((connection, ready), return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            connection.result()
    finally:
        ready.cancel()
        connection.cancel()
        await asyncio.gather(ready, connection, return_exceptions=True)
