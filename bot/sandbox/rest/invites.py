"""The only module that knows the routes of invites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import serialise
from bot.sandbox.errors import ApiError
from bot.sandbox.permissions import base_permissions, can, require_in_server
from bot.sandbox.protocol import AuditAction, Json, Permission

if TYPE_CHECKING:
    from bot.sandbox.rest.call import Call, Route


async def get_invites(call: Call) -> list[Json]:
    """Answer the invites of a server; needs MANAGE_GUILD."""
    require_in_server(call.me(), Permission.MANAGE_GUILD)
    return [serialise.invite(invite) for invite in call.server().invites.values()]


async def delete_invite(call: Call) -> Json:
    """Delete an invite with MANAGE_GUILD, or MANAGE_CHANNELS in its channel; raises 10006."""
    code = call.params["invite"]
    servers = [s for s in call.world.servers.values() if code in s.invites]
    if not servers or call.bot.id not in servers[0].members:
        raise ApiError(10006)
    server = servers[0]
    invite = server.invites[code]
    own = base_permissions(server.members[call.bot.id])
    if not own & Permission.MANAGE_GUILD and not can(
        invite.channel, call.bot, Permission.MANAGE_CHANNELS
    ):
        raise ApiError(50013)
    del server.invites[code]
    server.record(AuditAction.INVITE_DELETE, by=call.bot, target_id=None, reason=call.reason)
    return serialise.invite(invite)


ROUTES: tuple[Route, ...] = (
    ("GET", "/guilds/{guild}/invites", get_invites),
    ("DELETE", "/invites/{invite}", delete_invite),
)
