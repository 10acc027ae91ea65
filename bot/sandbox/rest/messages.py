"""The only module that knows the routes of messages, reactions and pins."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.sandbox import events, message_payload, posting, serialise
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.messages import Draft, Message
from bot.sandbox.permissions import can
from bot.sandbox.protocol import AuditAction, Intent, Json, MessageFlag, Permission
from bot.sandbox.snowflakes import iso
from bot.sandbox.validation import changes_of, check_message

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.rest.call import Call, Route

FORTNIGHT = 14 * 24 * 3600
_MAY_SET = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS
_SENT_FLAGS = _MAY_SET | MessageFlag.IS_COMPONENTS_V2


def seen_by_app(call: Call, message: Message) -> Json:
    """Return a message as this application may read it by REST."""
    granted = bool(call.discord.gateway.granted & Intent.MESSAGE_CONTENT)
    return message_payload.message(message, full=granted or message_payload.free_content(message))


async def create_message(call: Call) -> Json:
    """Post a message; the same nonce with enforce_nonce answers the earlier one."""
    channel = call.channel()
    _check_may_post(call, channel)
    check_message(call.body, files=len(call.files))
    draft = draft_of(call, channel)
    return seen_by_app(call, posting.post(channel, call.bot, draft))


def _check_may_post(call: Call, channel: Channel) -> None:
    if not channel.takes_messages:
        raise ApiError(50008)
    if channel.is_direct:
        check_recipient(call, channel)
        return
    sending = Permission.SEND_MESSAGES
    if channel.is_thread:
        sending = Permission.SEND_MESSAGES_IN_THREADS
    wanted = int(sending)
    if call.body.get("embeds"):
        wanted |= Permission.EMBED_LINKS
    if call.files:
        wanted |= Permission.ATTACH_FILES
    call.channel(wanted)
    if (
        channel.archived
        and channel.locked
        and not can(channel, call.bot, Permission.MANAGE_THREADS)
    ):
        raise ApiError(50083)


def check_recipient(call: Call, channel: Channel) -> None:
    """Raise 50278 or 50007 when the person cannot be written to."""
    person = next(user for user in channel.recipients if not user.bot)
    servers = [s for s in call.world.servers.values() if call.bot.id in s.members]
    if not any(person.id in server.members for server in servers):
        raise ApiError(50278)
    if person.blocked_bot or not person.accepts_direct_messages:
        raise ApiError(50007)


def check_awake(channel: Channel) -> None:
    """Raise 50083 for an archived thread, in which nothing changes."""
    if channel.archived:
        raise ApiError(50083)


def draft_of(call: Call, channel: Channel) -> Draft:
    """Return what the request wants posted; raises for a reference that cannot be."""
    body = call.body
    return Draft(
        content=str(body.get("content") or ""),
        embeds=body.get("embeds") or [],
        components=body.get("components") or [],
        attachments=call.files,
        flags=int(body.get("flags") or 0) & int(_SENT_FLAGS),
        allowed_mentions=body.get("allowed_mentions"),
        reply_to=_replied(call, channel),
        nonce=body.get("nonce"),
        enforce_nonce=bool(body.get("enforce_nonce")),
        poll=body.get("poll"),
    )


def _replied(call: Call, channel: Channel) -> Message | None:
    reference = call.body.get("message_reference")
    if not reference:
        return None
    if not can(channel, call.bot, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(160002)
    found = channel.messages.get(int(reference["message_id"]))
    if found is None and reference.get("fail_if_not_exists", True):
        errors = FormErrors()
        errors.add(
            "message_reference",
            code="MESSAGE_REFERENCE_UNKNOWN_MESSAGE",
            message="Unknown message",
        )
        errors.check()
    return found


async def get_messages(call: Call) -> list[Json]:
    """Answer the newest messages first; none without READ_MESSAGE_HISTORY."""
    channel = call.channel()
    if not can(channel, call.bot, Permission.READ_MESSAGE_HISTORY):
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        errors = FormErrors()
        message = "int value should be between 1 and 100."
        errors.add("limit", code="NUMBER_TYPE_MAX", message=message)
        errors.check()
    found = _selected(list(channel.messages.values()), call.query, limit)
    return [seen_by_app(call, message) for message in sorted(found, key=lambda m: -m.id)]


def _selected(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    if "around" in query:
        around = int(query["around"])
        older = [m for m in messages if m.id < around][-(limit // 2) :]
        rest = limit - len(older)
        return older + [m for m in messages if m.id >= around][:rest]
    if "after" in query:
        return [m for m in messages if m.id > int(query["after"])][:limit]
    if "before" in query:
        messages = [m for m in messages if m.id < int(query["before"])]
    return messages[-limit:]


async def get_message(call: Call) -> Json:
    """Answer one message."""
    channel = call.channel()
    if not can(channel, call.bot, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(50001)
    return seen_by_app(call, call.message())


async def edit_message(call: Call) -> Json:
    """Edit an own message; 50005 for somebody else's."""
    message = call.message()
    if message.author is not call.bot:
        raise ApiError(50005)
    check_awake(message.channel)
    changes = changes_of(message, call.body, call.files)
    posting.edit(message, changes, allowed_mentions=call.body.get("allowed_mentions"))
    return seen_by_app(call, message)


async def delete_message(call: Call) -> None:
    """Delete an own message, or with MANAGE_MESSAGES any."""
    message = call.message()
    server = message.channel.server
    if message.author is not call.bot:
        if server is None:
            raise ApiError(50003)
        call.channel(Permission.MANAGE_MESSAGES)
        server.record(
            AuditAction.MESSAGE_DELETE,
            by=call.bot,
            target_id=message.author.id,
            reason=call.reason,
            options={"channel_id": str(message.channel.id), "count": "1"},
        )
    posting.delete([message])


async def delete_messages(call: Call) -> None:
    """Delete 2 to 100 messages that are younger than two weeks."""
    channel = call.channel(Permission.MANAGE_MESSAGES)
    ids = {int(i) for i in call.body.get("messages") or []}
    if not 2 <= len(ids) <= 100:
        raise ApiError(50016)
    found = [channel.messages[i] for i in sorted(ids) if i in channel.messages]
    if any(m.created_at < call.world.clock() - FORTNIGHT for m in found):
        raise ApiError(50034)
    if found and channel.server is not None:
        channel.server.record(
            AuditAction.MESSAGE_BULK_DELETE,
            by=call.bot,
            target_id=channel.id,
            reason=call.reason,
            options={"count": str(len(found))},
        )
        posting.delete(found, bulk=True)


async def start_typing(call: Call) -> None:
    """Show that the bot is typing."""
    channel = call.channel()
    _check_may_post(call, channel)
    events.typing_started(channel, call.bot)


async def add_reaction(call: Call) -> None:
    """React as the bot."""
    message = call.message(Permission.READ_MESSAGE_HISTORY)
    check_awake(message.channel)
    emoji = unquote(call.params["emoji"])
    if emoji not in message.reactions:
        call.channel(Permission.ADD_REACTIONS)
    posting.react(message, call.bot, emoji)


async def remove_own_reaction(call: Call) -> None:
    """Take the bot's reaction away."""
    posting.unreact(call.message(), call.bot, unquote(call.params["emoji"]))


async def remove_reaction(call: Call) -> None:
    """Take somebody's reaction away."""
    message = call.message(Permission.MANAGE_MESSAGES)
    posting.unreact(message, call.user(), unquote(call.params["emoji"]))


async def get_reactions(call: Call) -> list[Json]:
    """Answer who reacted."""
    users = call.message().reactions.get(unquote(call.params["emoji"]), [])
    return [serialise.user(user) for user in users]


async def get_pins(call: Call) -> Json:
    """Answer the pinned messages, newest first."""
    pinned = [m for m in call.channel().messages.values() if m.pinned]
    items = [
        {"pinned_at": iso(m.edited_at or m.created_at), "message": seen_by_app(call, m)}
        for m in reversed(pinned)
    ]
    return {"items": items, "has_more": False}


async def pin(call: Call) -> None:
    """Pin a message."""
    _set_pinned(call, pinned=True)


async def unpin(call: Call) -> None:
    """Unpin a message."""
    _set_pinned(call, pinned=False)


def _set_pinned(call: Call, *, pinned: bool) -> None:
    message = call.message(Permission.PIN_MESSAGES)
    message.pinned = pinned
    events.pins_changed(message.channel)
    events.message_updated(message)


_ONE = "/channels/{channel}/messages/{message}"

ROUTES: tuple[Route, ...] = (
    ("POST", "/channels/{channel}/messages", create_message),
    ("GET", "/channels/{channel}/messages", get_messages),
    ("POST", "/channels/{channel}/messages/bulk-delete", delete_messages),
    ("GET", "/channels/{channel}/messages/pins", get_pins),
    ("PUT", "/channels/{channel}/messages/pins/{message}", pin),
    ("DELETE", "/channels/{channel}/messages/pins/{message}", unpin),
    ("PUT", "/channels/{channel}/pins/{message}", pin),
    ("DELETE", "/channels/{channel}/pins/{message}", unpin),
    ("GET", _ONE, get_message),
    ("PATCH", _ONE, edit_message),
    ("DELETE", _ONE, delete_message),
    ("PUT", _ONE + "/reactions/{emoji}/@me", add_reaction),
    ("DELETE", _ONE + "/reactions/{emoji}/@me", remove_own_reaction),
    ("DELETE", _ONE + "/reactions/{emoji}/{user}", remove_reaction),
    ("GET", _ONE + "/reactions/{emoji}", get_reactions),
    ("POST", "/channels/{channel}/typing", start_typing),
)
