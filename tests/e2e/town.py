"""A server in the sandbox with the real bot in it, in this process: what the tests play in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.app import App, point_to
from bot.config import Config, parse_config
from bot.domain.case import CaseView
from bot.domain.evidence import EvidenceItem, first_fault
from bot.sandbox import Channel, Message, Person, Sandbox, Server
from bot.services.casework import case_view
from bot.storage import Keyring, Store, Transaction
from bot.storage.engine import transaction
from bot.storage.schema import UTCDateTime, metadata

ALERTS = "notalone-alerts"
THREAT = "i have your pics. pay me 100 dollars tonight or i post them to all your followers"
OTHER_THREAT = "pay me 80 dollars or your photos go to everyone you know"
SPREAD = (
    "hey @ava",
    "i have your pics",
    "pay me 100 dollars by tonight or i post them to all your followers",
)
"""A threat that is complete only with its last message."""
PATIENCE = 60.0
_SOON = timedelta(seconds=3)
_LOOK_AGAIN = 0.01
KEY = bytes(range(32))
KEYRING = Keyring(KEY)

_PARTS = ("catch_up", "deliveries", "discord")
"""Parts of config.yaml that a test may choose something of."""


class Town:
    """The server, its people and channels, and the bot, which can be started again and again.

    `mo` is a moderator, `ava` the target, `leo` the offender; `sam` and `kim` are bystanders.
    """

    def __init__(self, sandbox: Sandbox, *, folder: Path, database_url: str) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.database_url = database_url
        self.server = sandbox.create_server("Harbour", owner="olga")
        self.owner = self.server.owner
        self.moderators = self.server.create_role("Moderators", mentionable=True)
        self.general = self.server.create_channel("general")
        self.alerts = self.create_alert_channel()
        self.mo = self.server.join("mo", roles=[self.moderators])
        self.ava, self.leo = self.server.join("ava"), self.server.join("leo")
        self.sam, self.kim = self.server.join("sam"), self.server.join("kim")
        self.contact: str | None = None
        self.app: App | None = None
        self._own_store: Store | None = None
        self._working: asyncio.Task[None] | None = None

    # -- the bot -----------------------------------------------------------------------------

    def config(self, **policy: Any) -> Config:
        """What the operator of this town chose; `policy` goes before the defaults."""
        return parse_config(self.written(**policy), path=self.folder / "config.yaml")

    def written(self, **policy: Any) -> dict[str, Any]:
        """The same as it stands in a file; whole parts of it may stand in `policy`."""
        own = {key: policy.pop(key) for key in _PARTS if key in policy}
        return {
            "contact": self.contact,
            "discord": {
                "api_url": self.sandbox.api_url,
                "gateway_url": self.sandbox.gateway_url,
                "guild_ready_seconds": 0,
                **own.get("discord", {}),
            },
            "database": {"url": self.database_url, "key_file": "notalone.key"},
            "deliveries": {"lease_seconds": 1, **own.get("deliveries", {})},
            "catch_up": own.get("catch_up", {}),
            "defaults": {"moderator_roles": ["Moderators"], **policy},
        }

    async def start(self, *, armed: bool = True, **policy: Any) -> None:
        """Start the bot, and wait until it watches the server."""
        config = self.config(**policy)
        point_to(config)
        self.app = App(config, keyring=KEYRING)
        self._working = asyncio.create_task(self.app.run(self.sandbox.token))
        await self.until(lambda: self.sandbox.commands.synchronised > 0)
        await self.until(lambda: bool(self.sandbox.gateway.connected))
        if armed:
            await self.armed()

    async def armed(self) -> None:
        """Wait until the bot watches the server, and has caught up."""
        gates = self.bot.bot.parts.watch._gates
        await self.until(lambda: gates.get(self.server.id, ()) is None)

    async def watches_another(self, *people: Person) -> tuple[Server, Channel]:
        """A second server with these people, once the bot watches it, and a channel there."""
        other = self.sandbox.create_server("Elsewhere", owner="otto")
        room = other.create_channel("general")
        moderators = other.create_role("Moderators")
        other.create_channel(ALERTS, visible_to=[moderators, self.sandbox.bot])
        for person in people:
            person.joins(other)
        gates = self.bot.bot.parts.watch._gates
        await self.until(lambda: gates.get(other.id, ()) is None)
        return other, room

    async def stop(self) -> None:
        """Stop the bot in good order, if it runs."""
        if self._working is None:
            return
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)
        self._working, self.app = None, None
        await self.until(lambda: not self.sandbox.gateway.connected)

    async def restart(self, **policy: Any) -> None:
        """Stop the bot and start it again on the same database."""
        await self.stop()
        await self.start(**policy)

    @property
    def bot(self) -> App:
        """The bot that runs, or ran last."""
        assert self.app is not None
        return self.app

    @property
    def store(self) -> Store:
        """The database: the bot's own door to it, or another one where it is another process."""
        if self.app is not None:
            return self.app.store
        if self._own_store is None:
            self._own_store = Store(self.database_url, KEYRING)
        return self._own_store

    async def close(self) -> None:
        """Stop everything."""
        await self.stop()
        if self._own_store is not None:
            await self._own_store.close()

    # -- waiting -----------------------------------------------------------------------------

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something in this process, or in the sandbox, is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._must_work()
                await asyncio.sleep(_LOOK_AGAIN)

    async def settled(self, *seen: Message) -> None:
        """Wait until the bot screened these messages, and sent everything that is due."""
        newest = max((message.id for message in seen), default=0)
        await self.until(lambda: self.bot.screening.newest(self.server.id) >= newest)
        await self.until_true(self._is_settled)

    async def until_case(self, condition: Callable[[CaseView], object]) -> CaseView:
        """Wait until the newest case is so, and return it."""

        async def holds() -> bool:
            views = await self.cases()
            return bool(views) and bool(condition(views[-1]))

        await self.until_true(holds)
        return (await self.cases())[-1]

    async def until_true(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """As `until`, for what has to be asked for."""
        async with asyncio.timeout(PATIENCE):
            while not await condition():
                self._must_work()
                await asyncio.sleep(_LOOK_AGAIN)

    async def _is_settled(self) -> bool:
        await self.bot.screening.settled()
        return await self.is_sent()

    async def is_sent(self) -> bool:
        """Whether nothing is due."""
        async with self.store.transaction() as tx:
            return not await tx.standings.unsent(due_before=tx.now + _SOON)

    def _must_work(self) -> None:
        if self._working is not None and self._working.done():
            self._working.result()
            raise AssertionError("the bot has ended")

    # -- acting ------------------------------------------------------------------------------

    def create_alert_channel(self) -> Channel:
        """A channel that only moderators and the bot can read."""
        return self.server.create_channel(ALERTS, visible_to=[self.moderators, self.sandbox.bot])

    def elsewhere(self, *people: Person) -> Channel:
        """A channel that the bot cannot see."""
        return self.server.create_channel("elsewhere", visible_to=[self.leo, *people])

    async def threatens(
        self, text: str = THREAT, *, channel: Channel | None = None, target: Person | None = None
    ) -> Message:
        """Leo threatens ava."""
        mentioned = [target or self.ava]
        return await self.leo.writes(text, channel=channel or self.general, mentions=mentioned)

    async def let_pass(self, **amount: float) -> None:
        """Let time pass for everything that is stored, as if it had happened earlier."""
        by = timedelta(**amount)
        async with transaction(self.store._engine) as connection:
            for table in metadata.sorted_tables:
                times = [c for c in table.columns if isinstance(c.type, UTCDateTime)]
                for row in (await connection.execute(select(table))).mappings().all():
                    earlier = {c.name: row[c.name] - by for c in times if row[c.name]}
                    this = [column == row[column.name] for column in table.primary_key]
                    if earlier:
                        await connection.execute(update(table).where(*this).values(earlier))
        self.bot.dispatcher.wake()

    # -- seeing ------------------------------------------------------------------------------

    def alert_messages(self, channel: Channel | None = None) -> list[Message]:
        """What the bot wrote in the alert channel and is still there."""
        return self.written_in(channel or self.alerts)

    @property
    def alert(self) -> Message:
        """The only alert."""
        (message,) = self.alert_messages()
        return message

    def written_in(self, channel: Channel) -> list[Message]:
        """What the bot wrote in a channel and is still there."""
        return [m for m in channel.messages.values() if m.author is self.sandbox.bot]

    def advised(self) -> dict[str, int]:
        """How many direct messages everybody was sent unasked, those without any left out."""
        counts = {
            member.user.name: len([m for m in member.user.direct_messages() if not m.ephemeral])
            for member in self.server.members.values()
            if isinstance(member.user, Person)
        }
        return {name: count for name, count in counts.items() if count}

    def public_words(self) -> list[Message]:
        """What the bot wrote where everyone can read it."""
        places = [*self.server.channels.values(), *self.server.threads.values()]
        return [m for c in places if c.visible_to(self.sam) for m in self.written_in(c)]

    async def cases(self) -> list[CaseView]:
        """Every case as an alert shows it, oldest first."""
        async with self.store.transaction() as tx:
            return [await case_view(tx, case_id) for case_id in await tx.cases.ids()]

    async def case(self) -> CaseView:
        """The only case."""
        (view,) = await self.cases()
        return view

    async def evidence(self, case_id: int = 1) -> list[EvidenceItem]:
        """A case's items, after its chain was verified."""
        async with self.store.transaction() as tx:
            return await intact_items(tx, case_id)

    async def kinds(self, case_id: int = 1) -> list[str]:
        """What kinds of items a case holds, in order."""
        return [item.kind.value for item in await self.evidence(case_id)]


async def intact_items(tx: Transaction, case_id: int) -> list[EvidenceItem]:
    """A case's items, after its chain was verified."""
    case, items = await tx.cases.get(case_id), await tx.evidence.items(case_id)
    assert first_fault(items, count=case.items, head=case.head) is None
    return items
