"""The client, what its cogs may call, and which cogs there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot.advice import Resources, Texts
from bot.services.acting import Acting
from bot.services.casework import Casework
from bot.services.condition import Inspection
from bot.services.desk import Desk
from bot.services.exporting import Exporting
from bot.services.gathering import Gathering
from bot.services.guidance import Guidance
from bot.services.holding import Holding
from bot.services.keeping import Keeper
from bot.services.policies import Policies
from bot.services.privacy import Privacy
from bot.services.quieting import Quieting
from bot.services.readiness import Readiness
from bot.services.screening import Screening
from bot.services.settings import Settings
from bot.services.support import Support
from bot.services.telling import Telling
from bot.storage import Signer
from bot.transport.command_texts import CommandTexts
from bot.transport.inspection import intents
from bot.transport.languages import Languages
from bot.transport.making import AlertChannels
from bot.transport.measures import Measures
from bot.transport.membership import Membership
from bot.transport.payload import Payload, hear_first
from bot.transport.watch import Watch

_log = structlog.get_logger(__name__)

COGS = (
    "cogs.screening",
    "cogs.arming",
    "cogs.setup",
    "cogs.status",
    "cogs.help",
    "cogs.answers",
    "cogs.telling",
    "cogs.privacy",
    "cogs.cases",
    "cogs.case_desk",
    "cogs.case_help",
    "cogs.case_measures",
    "cogs.case_commands",
    "cogs.evidence",
    "cogs.export",
    "cogs.keeping",
)
_LONGEST_RATE_LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What the cogs may call."""

    texts: Texts
    resources: Resources
    policies: Policies
    settings: Settings
    alert_channels: AlertChannels
    inspection: Inspection
    screening: Screening
    casework: Casework
    desk: Desk
    acting: Acting
    quieting: Quieting
    measures: Measures
    titles: Mapping[str, str]
    """The rules' titles by their names."""
    support: Support
    readiness: Readiness
    guidance: Guidance
    telling: Telling
    privacy: Privacy
    membership: Membership
    languages: Languages
    contact: str | None
    watch: Watch
    gathering: Gathering
    exporting: Exporting
    signer: Signer
    holding: Holding
    keeper: Keeper


class NotAlone(commands.AutoShardedBot):
    """The client. Its cogs translate; its parts do the work."""

    parts: Parts

    def __init__(self, *, guild_ready_timeout: float) -> None:
        super().__init__(
            guild_ready_timeout=guild_ready_timeout,
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT,
        )
        hear_first(self, self.hear)

    def hear(self, data: Payload) -> bool:
        """Screen a new message before discord.py sees it; False if it is for the bot itself."""
        try:
            return self.parts.watch.hear(data)
        except Exception:  # noqa: BLE001 - the border: one message must not end the connection
            _log.exception("message_not_screened")
            return False

    async def on_message(self, message: discord.Message, /) -> None:
        """What comes as an event is for the bot itself: a direct message, or a mention of it."""
        if message.guild is None or self.user in message.mentions:
            self.dispatch("spoken_to", message)

    async def setup_hook(self) -> None:
        """Load the cogs and tell Discord which commands there are."""
        await self.tree.set_translator(CommandTexts(self.parts.texts))
        for cog in COGS:
            await self.load_extension(cog)
        try:
            await self.tree.sync()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.error("commands_not_synchronised", error=type(error).__name__)
