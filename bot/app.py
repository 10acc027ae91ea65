"""The composition root: builds every part from the configuration, and decides nothing."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import structlog
from discord.ext import commands
from yarl import URL

from bot.advice import Resources, Texts, load_resources, load_texts
from bot.config import Config
from bot.detection import Conversations, load_detector
from bot.services.acting import Acting
from bot.services.casework import Casework
from bot.services.desk import Desk
from bot.services.dispatch import Dispatcher
from bot.services.durable import insist_on
from bot.services.exporting import Exporting
from bot.services.gathering import Gathering
from bot.services.holding import Holding
from bot.services.keeping import Keeper
from bot.services.policies import Policies
from bot.services.quieting import Quieting
from bot.services.readiness import Readiness
from bot.services.screening import Screening
from bot.services.support import Support
from bot.services.upkeep import Upkeep
from bot.storage import Keyring, Signer, Store
from bot.transport.courier import DiscordCourier
from bot.transport.inspection import BAD_TOKEN, NO_CONTENT, intents
from bot.transport.measures import Measures
from bot.transport.watch import Watch

_log = structlog.get_logger(__name__)

COGS = (
    "cogs.screening",
    "cogs.setup",
    "cogs.help",
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
_LAST_WORDS = 5.0


class StartError(Exception):
    """Discord does not let the bot in; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the cogs may call."""

    texts: Texts
    resources: Resources
    policies: Policies
    screening: Screening
    casework: Casework
    desk: Desk
    acting: Acting
    quieting: Quieting
    measures: Measures
    titles: Mapping[str, str]
    """The rules' titles by their names."""
    support: Support
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

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand a new message on at once; everything else goes discord.py's way.

        discord.py makes a task for every event and listener. For each message of every channel,
        that would cost more than looking at it does.
        """
        if event_name != "message":
            super().dispatch(event_name, *args, **kwargs)
            return
        try:
            self.parts.watch.see(*args)
        except Exception:  # noqa: BLE001 - the border: one message must not end the connection
            _log.exception("message_not_screened")

    async def setup_hook(self) -> None:
        """Load the cogs and tell Discord which commands there are."""
        for cog in COGS:
            await self.load_extension(cog)
        try:
            await self.tree.sync()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.error("commands_not_synchronised", error=type(error).__name__)


class App:
    """The bot with its database and its workers, ready to run once."""

    def __init__(self, config: Config, *, keyring: Keyring) -> None:
        texts, detector = load_texts(), load_detector()
        titles = {rule.id: rule.title for rule in detector.rules}
        policies = Policies(
            config.defaults.policy(), {g: s.policy() for g, s in config.servers.items()}
        )
        self.config = config
        self.bot = NotAlone(guild_ready_timeout=config.discord.guild_ready_seconds)
        self.store = Store(config.database.url, keyring)
        self.dispatcher = Dispatcher(
            self.store,
            DiscordCourier(self.bot, texts, policies, titles=titles),
            policies,
            budgets=config.budgets(),
            patience=config.patience(),
        )
        wake = self.dispatcher.wake
        window = config.conversation
        conversations = Conversations(
            detector,
            minutes=window.minutes,
            per_channel=window.messages_per_channel,
            messages=window.messages,
        )
        self.screening = Screening(self.store, detector, conversations, policies, wake=wake)
        self.upkeep = Upkeep(self.store, policies, wake=wake)
        self.bot.parts = Parts(
            texts=texts,
            resources=load_resources(),
            policies=policies,
            screening=self.screening,
            casework=Casework(self.store, wake=wake),
            desk=Desk(self.store, wake=wake),
            acting=Acting(self.store, wake=wake),
            quieting=Quieting(self.store),
            measures=Measures(self.bot, policies),
            titles=titles,
            support=Support(self.store, wake=wake),
            watch=Watch(
                self.bot,
                self.screening,
                Readiness(self.store, wake=wake),
                policies,
                window_minutes=window.minutes,
                hours_back=config.catch_up.hours,
                per_channel=config.catch_up.messages_per_channel,
            ),
            gathering=Gathering(self.store),
            exporting=Exporting(self.store),
            signer=Signer.load_or_create(config.database.signing_key_file),
            holding=Holding(self.store),
            keeper=Keeper(self.store, policies, wake=wake),
        )

    async def run(self, token: str) -> None:
        """Connect and work until closed.

        A database that cannot be used is waited for; help is given meanwhile. Raises StartError
        when Discord does not let the bot in, and KeyFileError when the master key is not the one
        that belongs to the database.
        """
        _spare_what_stays()
        work = asyncio.create_task(self._work())
        client = asyncio.create_task(self.bot.start(token))
        try:
            with _closing_on_signals(client):
                await asyncio.wait((work, client), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(client, work)
        _raise_failure(client)
        _raise_failure(work)

    async def _work(self) -> None:
        await insist_on(self.store.migrate)
        await insist_on(self.store.check_key)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.screening.run())
            tasks.create_task(self.dispatcher.run())
            tasks.create_task(self.bot.parts.keeper.run())
            tasks.create_task(self.upkeep.run())

    async def _stop(self, client: asyncio.Task[None], work: asyncio.Task[None]) -> None:
        """Stop listening first, then store what was heard, then let go of the database."""
        await self.bot.close()
        client.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self.screening.settled()
                await insist_on(self.screening.set_marks)
        work.cancel()
        await asyncio.gather(client, work, return_exceptions=True)
        await self.store.close()


def _spare_what_stays() -> None:
    """Leave what is loaded for good, rules above all, out of every later garbage collection.

    Looking through it again and again took a third of the time that screening takes.
    """
    gc.collect()
    gc.freeze()


def _raise_failure(task: asyncio.Task[None]) -> None:
    """Pass on what ended a task, in words for the operator where it was Discord's doing."""
    try:
        if not task.cancelled():
            task.result()
    except discord.LoginFailure:
        raise StartError(BAD_TOKEN) from None
    except discord.PrivilegedIntentsRequired:
        raise StartError(NO_CONTENT) from None


def point_to(config: Config) -> None:
    """Tell discord.py where Discord is. It keeps both addresses for the whole process."""
    discord.http.Route.BASE = config.discord.api_url.rstrip("/")
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(config.discord.gateway_url)


@contextmanager
def _closing_on_signals(client: asyncio.Task[None]) -> Iterator[None]:
    """End in good order when the machine asks; Windows knows no such request."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):
        for number in signals:
            loop.add_signal_handler(number, client.cancel)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in signals:
                loop.remove_signal_handler(number)
