"""The only module that knows the routes of accounts, the application and the gateway's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import serialise
from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from bot.sandbox.protocol import Json
    from bot.sandbox.rest.call import Call, Route


async def get_me(call: Call) -> Json:
    """Answer the bot's own account."""
    return serialise.user(call.bot) | {"verified": True, "mfa_enabled": False, "email": None}


async def get_application(call: Call) -> Json:
    """Answer the application; its flags say which privileged intents are granted."""
    owner = next((s.owner for s in call.world.servers.values()), call.bot)
    return {
        "id": str(call.world.application_id),
        "name": call.bot.display,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": call.discord.gateway.flags,
        "owner": serialise.user(owner),
        "team": None,
        "rpc_origins": [],
        "install_params": {"scopes": ["bot", "applications.commands"], "permissions": "0"},
        "integration_types_config": {"0": {}},
    }


async def get_gateway(call: Call) -> Json:
    """Answer the gateway's address."""
    return {"url": call.discord.gateway.url}


async def get_gateway_bot(call: Call) -> Json:
    """Answer the gateway's address with shards and session starts left."""
    gateway = call.discord.gateway
    return {
        "url": gateway.url,
        "shards": gateway.recommended_shards,
        "session_start_limit": {
            "total": 1000,
            "remaining": max(0, 1000 - gateway.identifies),
            "reset_after": 14_400_000,
            "max_concurrency": 1,
        },
    }


async def get_user(call: Call) -> Json:
    """Answer any account."""
    return serialise.user(call.user())


async def get_my_servers(call: Call) -> list[Json]:
    """Answer the servers that the bot is in."""
    return [
        serialise.server_summary(s) | {"owner": False, "permissions": "0"}
        for s in call.world.servers.values()
        if call.bot.id in s.members
    ]


async def leave_server(call: Call) -> None:
    """Let the bot leave a server."""
    call.server().remove_member(call.bot)


async def open_direct_messages(call: Call) -> Json:
    """Answer the conversation with a person; 40003 and 20026 only when it is a new one."""
    user = call.world.users.get(int(call.body.get("recipient_id") or 0))
    if user is None or user.bot:
        raise ApiError(50033)
    return serialise.channel(call.discord.direct_messages(user))


ROUTES: tuple[Route, ...] = (
    ("GET", "/users/@me", get_me),
    ("GET", "/oauth2/applications/@me", get_application),
    ("GET", "/applications/@me", get_application),
    ("GET", "/gateway", get_gateway),
    ("GET", "/gateway/bot", get_gateway_bot),
    ("GET", "/users/@me/guilds", get_my_servers),
    ("DELETE", "/users/@me/guilds/{guild}", leave_server),
    ("POST", "/users/@me/channels", open_direct_messages),
    ("GET", "/users/{user}", get_user),
)
