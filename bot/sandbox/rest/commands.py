"""The only module that knows the routes of application commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from bot.sandbox.protocol import Json
    from bot.sandbox.rest.call import Call, Route


def _place(call: Call) -> int | None:
    if call.number("application") != call.world.application_id:
        raise ApiError(50001)
    return call.server().id if "guild" in call.params else None


async def get_commands(call: Call) -> list[Json]:
    """Answer the commands of a place."""
    return call.discord.commands.by_place.get(_place(call), [])


async def put_commands(call: Call) -> list[Json]:
    """Replace the commands of a place."""
    return call.discord.commands.replace(_place(call), call.json or [])


async def get_command(call: Call) -> Json:
    """Answer one command."""
    for command in call.discord.commands.by_place.get(_place(call), []):
        if command["id"] == call.params["command"]:
            return command
    raise ApiError(10063)


ROUTES: tuple[Route, ...] = (
    ("GET", "/applications/{application}/commands", get_commands),
    ("PUT", "/applications/{application}/commands", put_commands),
    ("GET", "/applications/{application}/commands/{command}", get_command),
    ("GET", "/applications/{application}/guilds/{guild}/commands", get_commands),
    ("PUT", "/applications/{application}/guilds/{guild}/commands", put_commands),
)
