"""The only module that knows what exists: users, roles, members, files and the register of all."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.snowflakes import Snowflakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.channels import Channel
    from bot.sandbox.messages import Message
    from bot.sandbox.protocol import AuditAction, Json
    from bot.sandbox.servers import Server


@dataclass(eq=False)
class User:
    """An account: a person's or the bot's."""

    id: int
    name: str
    display: str
    bot: bool = False
    locale: str = "en-US"
    accepts_direct_messages: bool = True
    blocked_bot: bool = False
    has_app: bool = False

    @property
    def mention(self) -> str:
        """The text that mentions this account."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role of one server; a higher position stands above."""

    id: int
    server: Server
    name: str
    permissions: int
    position: int
    mentionable: bool = False
    managed_by: int | None = None

    @property
    def mention(self) -> str:
        """The text that mentions this role."""
        return f"<@&{self.id}>"


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows and denies to one role (`member=False`) or one member."""

    target_id: int
    member: bool
    allow: int
    deny: int


@dataclass(eq=False)
class Member:
    """An account in a server; times are seconds since 1970."""

    user: User
    server: Server
    roles: list[Role]
    joined_at: float
    nick: str | None = None
    timeout_until: float | None = None

    @property
    def top_position(self) -> int:
        """The position of the highest role, 0 for none."""
        return max((role.position for role in self.roles), default=0)

    @property
    def display(self) -> str:
        """The name that others see in this server."""
        return self.nick or self.user.display


@dataclass(frozen=True)
class Attachment:
    """A file's metadata; `content` holds only what the bot itself uploaded."""

    id: int
    filename: str
    size: int
    content_type: str | None
    width: int | None = None
    height: int | None = None
    description: str | None = None
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Invite:
    """A way into a server, made by somebody for a channel."""

    code: str
    channel: Channel
    inviter: User


@dataclass(frozen=True)
class ForumTag:
    """A tag that posts of a forum can carry."""

    id: int
    name: str


@dataclass(frozen=True)
class AuditEntry:
    """One line of a server's audit log."""

    id: int
    action: AuditAction
    author: User
    target_id: int | None
    reason: str | None
    changes: tuple[Json, ...] = ()
    options: Json | None = None


@dataclass(frozen=True)
class Event:
    """Something to tell connected clients.

    `intents` are bits of which one must have been asked for (0: always). With `channel`, only a
    bot that can view it is told. `payload(full)` makes the data, with or without message content.
    `free` says that the content is this application's to see in any case.
    """

    name: str
    payload: Callable[[bool], Json]
    intents: int = 0
    server: Server | None = None
    channel: Channel | None = None
    free: bool = True


class World:
    """The register of everything that exists on this small Discord.

    Args:
        clock: Seconds since 1970; ids and times come from it.
        history: Messages kept per channel, None for all.
        nonce_window: Seconds during which a nonce is remembered.
    """

    def __init__(
        self, *, clock: Callable[[], float], history: int | None, nonce_window: float
    ) -> None:
        self.clock = clock
        self.snowflakes = Snowflakes(clock)
        self.history = history
        self.nonce_window = nonce_window
        self.media_url = ""
        self.revision = 0
        self.users: dict[int, User] = {}
        self.servers: dict[int, Server] = {}
        self.channels: dict[int, Channel] = {}
        self.ephemeral: dict[int, Message] = {}
        self.subscribers: list[Callable[[Event], None]] = []
        self.drained: Callable[[], asyncio.Future[None] | None] = lambda: None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.application_id = self.snowflakes.next()
        self.bot = self.add_user(User(self.application_id, "notalone", "NotAlone", bot=True))

    def add_user(self, user: User) -> User:
        """Register an account."""
        self.users[user.id] = user
        return user

    def publish(self, event: Event) -> None:
        """Tell the connected clients, and wake everyone who waits for a change."""
        for subscriber in self.subscribers:
            subscriber(event)
        self.changed()

    def changed(self) -> None:
        """Wake everyone who waits for a change."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)

    async def next_change(self, timeout: float) -> None:  # noqa: ASYNC109 -- the wait is the purpose
        """Return at the next change, or after `timeout` seconds."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await asyncio.wait([future], timeout=timeout)
        future.cancel()

    def permissions_changed(self) -> None:
        """Forget computed permissions, because roles, overwrites or members changed."""
        self.revision += 1
