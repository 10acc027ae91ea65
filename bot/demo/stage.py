"""A server in the sandbox with the real bot in it, on which a script is played."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import App, point_to
from bot.config import parse_config
from bot.sandbox import Channel, Message, Person, Role, Sandbox, Server
from bot.services.durable import insist
from bot.storage import Keyring
from bot.transcripts import Entry

SERVER = "Harbour"
ALERTS = "notalone-alerts"
_MODERATORS = "Moderators"
_PATIENCE = 15.0
_LATER = timedelta(seconds=3)
_LOOK_AGAIN = 0.02


@dataclass
class Stage:
    """The running sandbox and bot, and the people and channels that the script has so far."""

    sandbox: Sandbox
    app: App
    working: asyncio.Task[None]
    server: Server
    alerts: Channel
    moderator: Person
    people: dict[str, Person] = field(default_factory=dict)
    _channels: dict[int, Channel] = field(default_factory=dict)
    _messages: dict[int, Message] = field(default_factory=dict)

    @property
    def public_words(self) -> list[Message]:
        """What the bot wrote in the channels of the script, where everyone there reads it."""
        return [
            message
            for channel in self._channels.values()
            for message in channel.messages.values()
            if message.author is self.sandbox.bot
        ]

    def announce(self, entries: Iterable[Entry]) -> None:
        """Let everyone join whom the script names, so that the bot meets a complete server."""
        for entry in entries:
            for person in (entry.message.author, *entry.message.mentions, *entry.present):
                self._member(person.name)

    async def play(self, entry: Entry) -> Message:
        """Let one message of the script be written; returns it once the bot is done with it."""
        seen = entry.message
        message = await self._member(seen.author.name).writes(
            seen.text,
            channel=self._channel(entry),
            mentions=[self._member(person.name) for person in seen.mentions],
            reply_to=self._messages.get(seen.reply_to or 0),
        )
        self._messages[seen.id] = message
        await self.settled(message)
        return message

    async def armed(self) -> None:
        """Wait until the bot watches the server, as one that it has watched before."""

        async def is_armed() -> bool:
            return self.server.id in self.app.bot.parts.watch.armed

        await self._until(is_armed)
        await insist(self.app.store, lambda tx: tx.memory.mark(self.server.id))
        await self.sandbox.ready(commands=True)

    async def settled(self, message: Message | None = None) -> None:
        """Wait until the bot has screened this message, and sent what is due."""
        await self._until(partial(self._is_settled, message))

    async def _until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        """Raises what ended the bot, or TimeoutError where it does not come to that."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await is_so():
                    if self.working.done():
                        self.working.result()
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer within {_PATIENCE:.0f} seconds") from None

    async def _is_settled(self, message: Message | None) -> bool:
        if message and self.app.screening.newest(self.server.id) < message.id:
            return False
        await self.app.screening.settled()
        async with self.app.store.transaction() as tx:
            return not await tx.standings.unsent(due_before=tx.now + _LATER)

    def _member(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = self.server.join(name)
        return self.people[name]

    def _channel(self, entry: Entry) -> Channel:
        """The channel in which this conversation is played; a private chat has only two in it."""
        place = entry.message.channel_id if entry.conversation else 0
        if place not in self._channels:
            name = re.sub(r"[^\w-]+", "-", entry.conversation or "general").strip("-").lower()
            inside = [self._member(person.name) for person in entry.present]
            self._channels[place] = self.server.create_channel(
                name or "general",
                visible_to=[*inside, self.sandbox.bot] if inside else None,
            )
        return self._channels[place]


@asynccontextmanager
async def raised(taken_names: Sequence[str]) -> AsyncIterator[Stage]:
    """Start sandbox and bot in a folder that vanishes; the moderator takes a free name."""
    name = next(n for n in ("sol", "moderator", "moderator-1") if n not in taken_names)
    with TemporaryDirectory(prefix="notalone-demo-") as folder:
        async with Sandbox() as sandbox:
            server = sandbox.create_server(SERVER, owner="owner of the server")
            moderators = server.create_role(_MODERATORS)
            alerts = server.create_channel(ALERTS, visible_to=[moderators, sandbox.bot])
            moderator = server.join(name, roles=[moderators])
            app = _app(sandbox, Path(folder), alerts, moderators)
            working = asyncio.create_task(app.run(sandbox.token, signals=False))
            stage = Stage(sandbox, app, working, server, alerts, moderator)
            try:
                await stage.armed()
                yield stage
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


def _app(sandbox: Sandbox, folder: Path, alerts: Channel, moderators: Role) -> App:
    written = {
        "discord": {
            "api_url": sandbox.api_url,
            "gateway_url": sandbox.gateway_url,
            "guild_ready_seconds": 0,
        },
        "defaults": {
            "alert_channel": str(alerts.id),  # a conversation of the script may bear its name
            "moderator_roles": [moderators.name],
            "ping_role": moderators.name,
        },
    }
    config = parse_config(written, path=folder / "config.yaml")
    point_to(config)
    return App(config, keyring=Keyring.load_or_create(config.database.key_file))
