"""The only module that knows how a message comes to be, whom it pings, how it changes and goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox import events, message_payload
from bot.sandbox.messages import Draft, Message
from bot.sandbox.permissions import can
from bot.sandbox.protocol import Json, MessageFlag, MessageType, Permission
from bot.sandbox.reading import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.channels import Channel
    from bot.sandbox.world import Role, User

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_ANYTHING: Json = {"parse": ["users", "roles", "everyone"], "replied_user": True}


def post(channel: Channel, author: User, draft: Draft) -> Message:
    """Create a message from a draft and tell everyone; a remembered nonce returns the earlier one.

    It checks no permissions: persons and REST do, each in their own words.
    """
    if draft.enforce_nonce and (earlier := _remembered(channel, author, draft)) is not None:
        return earlier
    message = Message(
        _identifier(channel),
        channel,
        author,
        content=draft.content,
        embeds=draft.embeds,
        components=numbered(draft.components),
        attachments=draft.attachments,
        flags=draft.flags,
        type=MessageType.REPLY if draft.reply_to else draft.type,
        reply_to=draft.reply_to,
        forwards=draft.forwards,
        nonce=draft.nonce,
        poll=draft.poll,
        interaction=draft.interaction,
        only_for=draft.only_for,
    )
    if draft.forwards is not None:
        message.flags |= MessageFlag.HAS_SNAPSHOT
        message.snapshots = [message_payload.snapshot(draft.forwards)]
    address(message, draft.allowed_mentions)
    _keep(message, draft)
    events.message_created(message)
    return message


def _identifier(channel: Channel) -> int:
    """A new one; what begins a post in a forum has the post's own."""
    if channel.is_post and channel.last_message_id is None:
        return channel.id
    return channel.world.snowflakes.next()


def _keep(message: Message, draft: Draft) -> None:
    channel = message.channel
    if message.only_for is not None:
        channel.world.ephemeral[message.id] = message
        return
    if channel.archived:
        channel.archive(archived=False)
    channel.remember(message)
    if draft.enforce_nonce and draft.nonce is not None:
        key = (message.author.id, str(draft.nonce))
        channel.nonces[key] = (message, channel.world.clock())


def _remembered(channel: Channel, author: User, draft: Draft) -> Message | None:
    limit = channel.world.clock() - channel.world.nonce_window
    for key, (_, at) in list(channel.nonces.items()):
        if at > limit:
            break
        del channel.nonces[key]
    found = channel.nonces.get((author.id, str(draft.nonce)))
    return None if found is None else found[0]


def numbered(components: list[Json]) -> list[Json]:
    """Return a copy in which every component has an `id`, as Discord's answers have."""
    counter = iter(range(1, 10_000))

    def copied(component: Json) -> Json:
        copy = dict(component)
        copy["id"] = copy.get("id") or next(counter)
        for key in ("accessory", "component"):
            if isinstance(copy.get(key), dict):
                copy[key] = copied(copy[key])
        if isinstance(copy.get("components"), list):
            copy["components"] = [copied(child) for child in copy["components"]]
        return copy

    return [copied(component) for component in components]


def address(message: Message, allowed: Json | None) -> None:
    """Find out whom the text mentions and who is really notified."""
    text = message.content
    if message.components:
        text = "\n".join((text, *texts_of(message.components)))
    message.mentions, message.mention_roles, message.mention_everyone = [], [], False
    if message.reply_to is None and "@" not in text:
        message.pings = frozenset()
        return
    rules = _ANYTHING if allowed is None else allowed
    message.mentions = _mentioned_users(message, text, rules)
    message.mention_roles = _mentioned_roles(message, text, rules)
    message.mention_everyone = _mentions_everyone(message, text, rules)
    message.pings = frozenset(_notified(message))


def _allowed(rules: Json, kind: str, identifier: int) -> bool:
    return kind in rules.get("parse", []) or str(identifier) in map(str, rules.get(kind, []))


def _mentioned_users(message: Message, text: str, rules: Json) -> list[User]:
    users = message.channel.world.users
    found: dict[int, User] = {}
    if message.reply_to is not None and rules.get("replied_user"):
        found[message.reply_to.author.id] = message.reply_to.author
    for identifier in map(int, _USER.findall(text)):
        if identifier in users and _allowed(rules, "users", identifier):
            found[identifier] = users[identifier]
    return list(found.values())


def _mentioned_roles(message: Message, text: str, rules: Json) -> list[Role]:
    server = message.channel.server
    if server is None:
        return []
    found = [server.roles.get(identifier) for identifier in map(int, _ROLE.findall(text))]
    return [r for r in dict.fromkeys(found) if r is not None and _allowed(rules, "roles", r.id)]


def _mentions_everyone(message: Message, text: str, rules: Json) -> bool:
    return (
        "everyone" in rules.get("parse", [])
        and _EVERYONE.search(text) is not None
        and can(message.channel, message.author, Permission.MENTION_EVERYONE)
    )


def _notified(message: Message) -> Iterable[User]:
    channel = message.channel
    candidates = list(message.mentions)
    if channel.server is not None:
        roles = {role for role in message.mention_roles if _may_ping(message, role)}
        candidates += [
            member.user
            for member in channel.server.members.values()
            if message.mention_everyone or not roles.isdisjoint(member.roles)
        ]
    return (u for u in candidates if u is not message.author and channel.visible_to(u))


def _may_ping(message: Message, role: Role) -> bool:
    return role.mentionable or can(message.channel, message.author, Permission.MENTION_EVERYONE)


def edit(message: Message, changes: Json, *, allowed_mentions: Json | None = None) -> None:
    """Change a message and tell everyone; `changes` holds attributes of Message."""
    if "components" in changes:
        changes = changes | {"components": numbered(changes["components"])}
    for name, value in changes.items():
        setattr(message, name, value)
    message.edited_at = message.channel.world.clock()
    pinged = message.pings
    address(message, allowed_mentions)
    message.pings = pinged
    events.message_updated(message)


def delete(messages: list[Message], *, bulk: bool = False) -> None:
    """Delete messages of one channel and tell everyone."""
    channel = messages[0].channel
    for message in messages:
        message.deleted = True
        channel.messages.pop(message.id, None)
        channel.world.ephemeral.pop(message.id, None)
    events.messages_deleted(messages, bulk=bulk)


def react(message: Message, user: User, emoji: str) -> None:
    """Add a reaction, once per account."""
    users = message.reactions.setdefault(emoji, [])
    if user not in users:
        users.append(user)
        events.reaction_changed(message, user, emoji, added=True)


def unreact(message: Message, user: User, emoji: str) -> None:
    """Take a reaction away."""
    users = message.reactions.get(emoji, [])
    if user in users:
        users.remove(user)
        events.reaction_changed(message, user, emoji, added=False)
    if not users:
        message.reactions.pop(emoji, None)
