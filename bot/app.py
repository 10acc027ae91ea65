"""The composition root: builds every part from the configuration, and decides nothing."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial

import discord
import structlog
from yarl import URL

from bot.advice import load_resources, load_texts
from bot.client import NotAlone, Parts
from bot.config import Config
from bot.detection import Conversations, load_detector, spare_what_stays
from bot.domain.evidence import TOLD
from bot.services.acting import Acting
from bot.services.casework import Casework
from bot.services.condition import Inspection
from bot.services.desk import Desk
from bot.services.dispatch import Dispatcher
from bot.services.durable import insist_on
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
from bot.services.telling import TOLD_TITLE, Telling
from bot.services.upkeep import Upkeep
from bot.storage import Keyring, Signer, Store
from bot.transport.courier import DiscordCourier
from bot.transport.inspection import BAD_TOKEN, NO_CONTENT
from bot.transport.languages import Languages
from bot.transport.making import AlertChannels
from bot.transport.measures import Measures
from bot.transport.membership import Membership
from bot.transport.rehearsal import RehearsingCourier
from bot.transport.watch import Watch

_log = structlog.get_logger(__name__)

_GOODBYE = 5.0
"""Seconds in which Discord may answer that the connection ends; discord.py would wait for 30."""
_LAST_WORDS = 5.0
_LETTING_GO = 25.0
"""Seconds in which the workers end: `services/durable.py` gives each transaction ten of them."""


class StartError(Exception):
    """Discord does not let the bot in; the message says how to mend it."""


class App:
    """The bot with its database and its workers, ready to run once."""

    def __init__(self, config: Config, *, keyring: Keyring) -> None:
        texts, detector = load_texts(), load_detector()
        policies = Policies(config.defaults, config.servers)
        languages = Languages()
        self.config = config
        self.bot = NotAlone(guild_ready_timeout=config.discord.guild_ready_seconds)
        self.store = Store(config.database.url, keyring)
        self.settings = Settings(
            self.store, policies, changed=partial(self.bot.dispatch, "settings_changed")
        )
        titles = {rule.id: rule.title for rule in detector.rules} | {TOLD: TOLD_TITLE}
        self.dispatcher = Dispatcher(
            self.store,
            DiscordCourier(self.bot, texts, policies, titles=titles, languages=languages),
            policies,
            rehearsal=RehearsingCourier(
                self.bot, texts, policies, titles=titles, languages=languages
            ),
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
        readiness = Readiness(self.store, wake=wake)
        self.upkeep = Upkeep(self.store, policies, wake=wake, forget=self.screening.forget_old)
        self.bot.parts = Parts(
            texts=texts,
            resources=load_resources(),
            policies=policies,
            settings=self.settings,
            alert_channels=AlertChannels(policies, self.settings),
            inspection=Inspection(self.store, self.screening, config.budgets()),
            screening=self.screening,
            casework=Casework(self.store, wake=wake),
            desk=Desk(self.store, wake=wake),
            acting=Acting(self.store, wake=wake),
            quieting=Quieting(self.store),
            measures=Measures(self.bot, policies),
            titles=titles,
            support=Support(self.store, wake=wake, clock=time.monotonic),
            readiness=readiness,
            guidance=Guidance(detector, clock=time.monotonic, token=self.store.token),
            telling=Telling(self.store, wake=wake),
            privacy=Privacy(self.store, wake=wake, clock=time.monotonic),
            membership=Membership(self.bot, clock=time.monotonic),
            languages=languages,
            contact=config.contact,
            watch=Watch(
                self.bot,
                self.screening,
                readiness,
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

    async def run(self, token: str, *, signals: bool = True) -> None:
        """Connect and work until closed, or until the machine asks, unless `signals` is off.

        A database that cannot be used is waited for; help is given meanwhile. Raises StartError
        when Discord does not let the bot in, and KeyFileError when the master key is not the one
        that belongs to the database.
        """
        spare_what_stays()
        self.store.expect_migration()
        work = asyncio.create_task(self._work())
        client = asyncio.create_task(self.bot.start(token))
        try:
            with _closing_on_signals(client) if signals else nullcontext():
                await asyncio.wait((work, client), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(client, work)
        _raise_failure(client)
        _raise_failure(work)

    async def _work(self) -> None:
        await insist_on(self.store.migrate)
        await insist_on(self.store.check_key)
        await insist_on(self.settings.load)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.screening.run())
            tasks.create_task(self.dispatcher.run())
            tasks.create_task(self.settings.run())
            tasks.create_task(self.bot.parts.keeper.run())
            tasks.create_task(self.upkeep.run())

    async def _stop(self, client: asyncio.Task[None], work: asyncio.Task[None]) -> None:
        """Stop listening first, then store what was heard, then let go of the database.

        Every wait has an end, whatever Discord and the database do: what is not stored by then is
        screened again at the next start, and what is not sent keeps its place in the outbox.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self.bot.close()
        client.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self.screening.settled()
                await insist_on(self.screening.set_marks)
        work.cancel()
        _, left = await asyncio.wait((client, work), timeout=_LETTING_GO)
        if left:
            _log.error("did_not_end", tasks=len(left))
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self.store.close()


def _raise_failure(task: asyncio.Task[None]) -> None:
    """Pass on what ended a task, in words for the operator where it was Discord's doing."""
    try:
        if task.done() and not task.cancelled():
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
