"""The only module that knows how a REST request is read: body, files, and what its path names."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson
from aiohttp import BodyPartReader, web

from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.permissions import require
from bot.sandbox.world import Attachment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.channels import Channel
    from bot.sandbox.commands import Commands
    from bot.sandbox.gateway import Gateway
    from bot.sandbox.interactions import Interactions
    from bot.sandbox.messages import Message
    from bot.sandbox.protocol import AuditAction, Json
    from bot.sandbox.servers import Server
    from bot.sandbox.world import Member, User, World


@dataclass(frozen=True)
class Discord:
    """The parts of the sandbox that routes act on."""

    world: World
    gateway: Gateway
    interactions: Interactions
    commands: Commands
    direct_messages: Callable[[User], Channel]


@dataclass
class Call:
    """One request, with the objects its path names; a missing one raises Discord's 404."""

    discord: Discord
    params: dict[str, str]
    query: dict[str, str]
    json: Any
    reason: str | None
    files: list[Attachment] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The register of everything."""
        return self.discord.world

    @property
    def bot(self) -> User:
        """The account that makes the request."""
        return self.world.bot

    @property
    def body(self) -> Json:
        """The JSON object that was sent; {} for none."""
        return self.json if isinstance(self.json, dict) else {}

    def number(self, name: str) -> int:
        """Return a path parameter as an id; raises 50035 when it is none."""
        value = self.params[name]
        if not value.isdigit():
            problem = {
                "code": "NUMBER_TYPE_COERCE",
                "message": f'Value "{value}" is not snowflake.',
            }
            tree = {f"{name}_id": {"_errors": [problem]}}
            raise ApiError(50035, message="Invalid Form Body", errors=tree)
        return int(value)

    def channel(self, permission: int = 0) -> Channel:
        """Return the channel; raises 10003, 50001 or 50013."""
        channel = self.world.channels.get(self.number("channel"))
        if channel is None:
            raise ApiError(10003)
        require(channel, self.bot, permission)
        return channel

    def message(self, permission: int = 0) -> Message:
        """Return the message of the channel; raises 10008."""
        found = self.channel(permission).messages.get(self.number("message"))
        if found is None:
            raise ApiError(10008)
        return found

    def server(self) -> Server:
        """Return the server; raises 10004, also for one that the bot is not in."""
        server = self.world.servers.get(self.number("guild"))
        if server is None or self.bot.id not in server.members:
            raise ApiError(10004)
        return server

    def me(self) -> Member:
        """Return the bot as a member of the server."""
        return self.server().members[self.bot.id]

    def user(self) -> User:
        """Return the account; raises 10013."""
        user = self.world.users.get(self.number("user"))
        if user is None:
            raise ApiError(10013)
        return user

    def member(self) -> Member:
        """Return the member; raises 10007."""
        server = self.server()
        member = server.members.get(self.number("user"))
        if member is None:
            raise ApiError(10013 if self.number("user") not in self.world.users else 10007)
        return member


def check_name(body: Json, *, default: str = "") -> None:
    """Raise 50035 for the name of a channel or thread that is not 1 to 100 characters long."""
    errors = FormErrors()
    errors.length("name", body.get("name", default), least=1, most=100)
    errors.check()


def record(call: Call, action: AuditAction, channel: Channel) -> None:
    """Write what the bot did with a channel into the audit log."""
    if channel.server is not None:
        channel.server.record(action, by=call.bot, target_id=channel.id, reason=call.reason)


Route = tuple[str, str, "Callable[[Call], Awaitable[object]]"]


async def read(request: web.Request, discord: Discord) -> Call:
    """Read a request; raises 50109 for broken JSON."""
    files: list[Attachment] = []
    if request.content_type == "multipart/form-data":
        body, files = await _read_multipart(request, discord.world)
    else:
        body = _decoded(await request.read())
    reason = request.headers.get("X-Audit-Log-Reason")
    return Call(
        discord,
        dict(request.match_info),
        dict(request.query),
        body,
        unquote(reason) if reason else None,
        files,
    )


def _decoded(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError(50109) from None


async def _read_multipart(request: web.Request, world: World) -> tuple[Any, list[Attachment]]:
    body: Any = None
    files: list[Attachment] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = _decoded(content)
        else:
            name = part.filename or "file"
            kind = mimetypes.guess_type(name)[0]
            files.append(
                Attachment(world.snowflakes.next(), name, len(content), kind, content=content)
            )
    return body, files
