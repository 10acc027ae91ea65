"""The only module that knows where a person is offered a command, and as whose app the bot acts.

An app is installed to a server or to a person; a command says for which of them it is meant
(`integration_types`) and in which places (`contexts`):
https://docs.discord.com/developers/interactions/application-commands#contexts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.commands import MESSAGE
from bot.sandbox.permissions import base_permissions, permissions_in
from bot.sandbox.protocol import Json, Permission

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.world import User

_TO_SERVER, _TO_PERSON = 0, 1
_IN_SERVER, _WITH_BOT, _IN_PRIVATE = 0, 1, 2


def context_of(channel: Channel) -> int:
    """Return the interaction context of a place."""
    if channel.server is not None:
        return _IN_SERVER
    return _WITH_BOT if channel.world.bot in channel.recipients else _IN_PRIVATE


def owners_of(channel: Channel, user: User) -> dict[str, str]:
    """Return by which installations the bot is there; empty when there is none."""
    owners: dict[str, str] = {}
    if channel.server is not None and channel.world.bot.id in channel.server.members:
        owners[str(_TO_SERVER)] = str(channel.server.id)
    if context_of(channel) == _WITH_BOT:
        owners[str(_TO_SERVER)] = "0"
    if user.has_app:
        owners[str(_TO_PERSON)] = str(user.id)
    return owners


def is_offered(command: Json, user: User, channel: Channel) -> bool:
    """Return whether the person can choose the command in this place."""
    context = context_of(channel)
    contexts = command["contexts"]
    if contexts is None:
        contexts = [_IN_SERVER, _WITH_BOT] if command["dm_permission"] else [_IN_SERVER]
    kinds = {str(kind) for kind in command["integration_types"] or [_TO_SERVER]}
    owners = owners_of(channel, user)
    if context not in contexts or kinds.isdisjoint(owners):
        return False
    return channel.server is None or _is_permitted(command, user, channel)


def _is_permitted(command: Json, user: User, channel: Channel) -> bool:
    """Return whether the person's permissions in the server suffice.

    A message command fails for whoever may not write there (discord-api-docs#6761).
    """
    allowed = permissions_in(channel, user)
    needed = command["default_member_permissions"]
    if not allowed & Permission.USE_APPLICATION_COMMANDS:
        return False
    if command["type"] == MESSAGE and not allowed & _writing(channel):
        return False
    if needed is None:
        return True
    assert channel.server is not None
    own = base_permissions(channel.server.members[user.id]) | allowed
    if int(needed) == 0:
        return bool(own & Permission.ADMINISTRATOR)
    return own & int(needed) == int(needed)


def _writing(channel: Channel) -> Permission:
    if channel.is_thread:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES
