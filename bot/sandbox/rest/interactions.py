"""The only module that knows the routes that answer interactions and follow them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import message_payload, posting
from bot.sandbox.errors import ApiError
from bot.sandbox.protocol import CallbackType, MessageFlag

if TYPE_CHECKING:
    from bot.sandbox.interactions import Interaction
    from bot.sandbox.protocol import Json
    from bot.sandbox.rest.call import Call, Route


async def answer(call: Call) -> Json | None:
    """Take the first answer; with `with_response`, answer what came of it."""
    interaction = call.discord.interactions.answer(
        call.number("interaction"), call.params["token"], call.body, files=call.files
    )
    wanted = call.query.get("with_response", "0") in {"1", "true"}
    return _resource(interaction) if wanted else None


def _resource(interaction: Interaction) -> Json:
    assert interaction.answered is not None
    state: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    flags = interaction.flags | (interaction.original.flags if interaction.original else 0)
    state["response_message_ephemeral"] = bool(flags & MessageFlag.EPHEMERAL)
    loading = interaction.answered is CallbackType.DEFERRED_MESSAGE
    state["response_message_loading"] = loading
    resource: Json = {"type": int(interaction.answered)}
    if interaction.original is not None:
        state["response_message_id"] = str(interaction.original.id)
        resource["message"] = message_payload.message(interaction.original)
    return {"interaction": state, "resource": resource}


def _check_application(call: Call) -> None:
    if call.number("application") != call.world.application_id:
        raise ApiError(10015)


async def follow_up(call: Call) -> Json | None:
    """Post a follow-up message."""
    _check_application(call)
    message = call.discord.interactions.follow_up(call.params["token"], call.body, files=call.files)
    wanted = call.query.get("wait", "1") in {"1", "true"}
    return message_payload.message(message) if wanted else None


async def get_message(call: Call) -> Json:
    """Answer the interaction's answer or a follow-up."""
    _check_application(call)
    found = call.discord.interactions.find(call.params["token"], call.params["message"])
    return message_payload.message(found)


async def edit_message(call: Call) -> Json:
    """Edit the interaction's answer or a follow-up."""
    _check_application(call)
    message = call.discord.interactions.edit(
        call.params["token"], call.params["message"], call.body, files=call.files
    )
    return message_payload.message(message)


async def delete_message(call: Call) -> None:
    """Delete the interaction's answer or a follow-up."""
    _check_application(call)
    found = call.discord.interactions.find(call.params["token"], call.params["message"])
    posting.delete([found])


_WEBHOOK = "/webhooks/{application}/{token}"

ROUTES: tuple[Route, ...] = (
    ("POST", "/interactions/{interaction}/{token}/callback", answer),
    ("POST", _WEBHOOK, follow_up),
    ("GET", _WEBHOOK + "/messages/{message}", get_message),
    ("PATCH", _WEBHOOK + "/messages/{message}", edit_message),
    ("DELETE", _WEBHOOK + "/messages/{message}", delete_message),
)
