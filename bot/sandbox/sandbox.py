"""The only module that knows how the parts make a server on loopback, and how to drive it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self, TypeVar

from aiohttp import web

from bot.sandbox import events
from bot.sandbox.answers import until
from bot.sandbox.channels import Channel
from bot.sandbox.commands import Commands
from bot.sandbox.connection import Connection
from bot.sandbox.errors import ApiError, SandboxError
from bot.sandbox.faults import Faults
from bot.sandbox.gateway import Gateway
from bot.sandbox.interactions import Interactions
from bot.sandbox.people import Person
from bot.sandbox.protocol import BOT_BY_DEFAULT, ChannelType, Intent
from bot.sandbox.rest.call import Discord
from bot.sandbox.rest.limits import RateLimits
from bot.sandbox.rest.server import PREFIX, Hook, Request, Rest
from bot.sandbox.servers import Server
from bot.sandbox.world import User, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

T = TypeVar("T")
HOST = "127.0.0.1"


class Sandbox:
    """A small Discord on loopback, used as `async with Sandbox(token="…") as sandbox`.

    Args:
        token: The bot's token; anything else is refused.
        message_content: Whether the MESSAGE_CONTENT intent is granted.
        server_members: Whether the GUILD_MEMBERS intent is granted.
        presences: Whether the GUILD_PRESENCES intent is granted.
        port: Where to listen, 0 for any free port.
        clock: Seconds since 1970; ids, times and expiries come from it.
        history: Messages kept per channel, None for all.
        nonce_window: Seconds during which a nonce with enforce_nonce is remembered.
        heartbeat_interval: Seconds between a client's heartbeats.
        answer_window: Seconds for the first answer to an interaction.
        token_lifetime: Seconds for follow-ups to an interaction.
        real_rate_limits: Whether buckets are as small as Discord's and refuse.

    Attributes:
        quarantined: While true, opening a new conversation is refused with 20026.
        conversations_left: New conversations until 40003; None for no limit.
        media_requests: Paths of media that somebody fetched; always empty for a good bot.
    """

    def __init__(
        self,
        *,
        token: str = "sandbox.token",  # noqa: S107 -- it opens nothing but this sandbox
        message_content: bool = True,
        server_members: bool = False,
        presences: bool = False,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        history: int | None = None,
        nonce_window: float = 180.0,
        heartbeat_interval: float = 41.25,
        answer_window: float = 3.0,
        token_lifetime: float = 900.0,
        real_rate_limits: bool = False,
    ) -> None:
        self.token = token
        self.quarantined = False
        self.conversations_left: int | None = None
        self.media_requests: list[str] = []
        self.faults = Faults()
        self.world = World(clock=clock, history=history, nonce_window=nonce_window)
        granted = Intent.MESSAGE_CONTENT * message_content
        granted |= Intent.GUILD_MEMBERS * server_members | Intent.GUILD_PRESENCES * presences
        self.gateway = Gateway(self.world, granted=granted, heartbeat_interval=heartbeat_interval)
        self.gateway.token = token
        self.commands = Commands(self.world)
        self.interactions = Interactions(
            self.world, answer_window=answer_window, token_lifetime=token_lifetime
        )
        self._rest = Rest(
            Discord(
                self.world, self.gateway, self.interactions, self.commands, self._open_conversation
            ),
            token=token,
            faults=self.faults,
            limits=RateLimits(clock, real=real_rate_limits),
        )
        self._conversations: dict[int, Channel] = {}
        self._opened: set[int] = set()
        self._people: dict[str, Person] = {}
        self._port = port
        self._runner: web.AppRunner | None = None

    # -- running -----------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen on loopback; `api_url` and `gateway_url` are known from here on."""
        application = web.Application(client_max_size=32 * 1024 * 1024)
        self._rest.add_to(application)
        application.router.add_get("/gateway", self._serve_gateway)
        application.router.add_get("/gateway/", self._serve_gateway)
        application.router.add_route("*", "/media/{path:.*}", self._serve_media)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        self.world.media_url = f"http://{HOST}:{self._port}/media"

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        self.gateway.stop()
        for session in self.gateway.connected:
            if session.connection is not None:
                session.connection.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    async def _serve_gateway(self, request: web.Request) -> web.StreamResponse:
        return await Connection(self.gateway, request).run()

    async def _serve_media(self, request: web.Request) -> web.StreamResponse:
        self.media_requests.append(request.path)
        self.world.changed()
        return web.Response(status=403, text="the sandbox serves no media")

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def api_url(self) -> str:
        """What the bot's REST base must be."""
        return f"http://{HOST}:{self._port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """What the bot's gateway must be."""
        return f"ws://{HOST}:{self._port}/gateway"

    @property
    def application_id(self) -> int:
        """The application's id, which is also the bot account's."""
        return self.world.application_id

    @property
    def bot(self) -> User:
        """The bot's account."""
        return self.world.bot

    # -- the world ---------------------------------------------------------------------------

    def person(self, name: str, *, locale: str = "en-US") -> Person:
        """Return the person of that name, made up at first mention."""
        if name not in self._people:
            person = Person(self, name, locale=locale)
            self._people[name] = person
            self.world.add_user(person)
        return self._people[name]

    def create_server(
        self,
        name: str,
        *,
        owner: Person | str = "owner",
        locale: str = "en-US",
        bot_permissions: int | None = BOT_BY_DEFAULT,
    ) -> Server:
        """Create a server that the bot is in, with a role of its own; None leaves the bot out."""
        person = self.person(owner) if isinstance(owner, str) else owner
        server = Server(self.world.snowflakes.next(), self.world, name, person, locale)
        self.world.servers[server.id] = server
        server.add_member(person)
        if bot_permissions is not None:
            self.add_bot(server, permissions=bot_permissions)
        return server

    def add_bot(self, server: Server, *, permissions: int = BOT_BY_DEFAULT) -> None:
        """Invite the bot to a server."""
        role = server.create_role(self.bot.display, permissions=permissions, managed_by=self.bot.id)
        server.add_member(self.bot, roles=[role])
        events.server_joined(server)

    def remove_bot(self, server: Server) -> None:
        """Remove the bot from a server."""
        if (role := server.bot_role) is not None:
            server.delete_role(role)
        server.remove_member(self.bot)

    def set_available(self, server: Server, *, available: bool) -> None:
        """Begin or end an outage of one server."""
        server.available = available
        tell = events.server_joined if available else events.server_unavailable
        tell(server)

    def conversation(self, person: User) -> Channel:
        """Return the direct messages between a person and the bot."""
        if person.id not in self._conversations:
            channel = Channel(
                self.world.snowflakes.next(),
                self.world,
                ChannelType.DIRECT,
                f"direct messages of {person.name}",
                recipients=(person, self.bot),
            )
            self._conversations[person.id] = self.world.channels[channel.id] = channel
        return self._conversations[person.id]

    def private_chat(self, *people: Person) -> Channel:
        """Open a chat between two people, or a group: the bot is not in it."""
        kind = ChannelType.DIRECT if len(people) == 2 else ChannelType.GROUP
        name = "chat of " + ", ".join(person.name for person in people)
        channel = Channel(self.world.snowflakes.next(), self.world, kind, name, recipients=people)
        self.world.channels[channel.id] = channel
        return channel

    def _open_conversation(self, user: User) -> Channel:
        """Open a conversation for the bot; a new one may be refused with 20026 or 40003."""
        channel = self.conversation(user)
        if user.id in self._opened or channel.messages:
            return channel
        if self.quarantined:
            raise ApiError(20026)
        if self.conversations_left is not None:
            if self.conversations_left <= 0:
                raise ApiError(40003)
            self.conversations_left -= 1
        self._opened.add(user.id)
        return channel

    # -- watching ----------------------------------------------------------------------------

    @property
    def requests(self) -> list[Request]:
        """Every REST request so far, in order of arrival."""
        return self._rest.requests

    def on_request(self, hook: Hook) -> None:
        """Call `hook` (or await it) with each request before it is carried out."""
        self._rest.before.append(hook)

    def after_request(self, hook: Hook) -> None:
        """Call `hook` (or await it) with each request after it was carried out."""
        self._rest.after.append(hook)

    async def wait_for(
        self,
        condition: Callable[[], T],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 -- the wait is the purpose
    ) -> T:
        """Wait until `condition()` is truthy and return it; raises SandboxError after `timeout`."""
        if not await until(self.world, condition, seconds=timeout):
            raise SandboxError(f"still {condition()!r} after {timeout} s")
        return condition()

    async def ready(
        self,
        *,
        commands: bool = False,
        timeout: float = 10.0,  # noqa: ASYNC109 -- the wait is the purpose
    ) -> None:
        """Wait until the bot has identified, and with `commands` also registered its commands."""

        def is_ready() -> bool:
            synchronised = self.commands.synchronised > 0 or not commands
            return bool(self.gateway.connected) and synchronised

        await self.wait_for(is_ready, timeout=timeout)
