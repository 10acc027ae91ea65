"""The only module that knows what people can do on this Discord, and what they see there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox import posting
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SandboxError
from bot.sandbox.messages import Draft, Message
from bot.sandbox.permissions import base_permissions, can
from bot.sandbox.protocol import AuditAction, Json, MessageType, Permission
from bot.sandbox.snowflakes import iso
from bot.sandbox.using import Client
from bot.sandbox.world import Attachment, Invite, Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.sandbox.servers import Server

_DAY = 24 * 3600.0


class Person(Client):
    """A person with an account; verbs are what they do, `sees` and the like what they see.

    What no person could do on Discord raises SandboxError.
    """

    def __repr__(self) -> str:
        """Show the name, for assertion messages."""
        return f"<Person {self.name}>"

    # -- writing -----------------------------------------------------------------------------

    async def writes(
        self,
        text: str = "",
        *,
        channel: Channel,
        mentions: Iterable[User | Role] = (),
        reply_to: Message | None = None,
        ping: bool = True,
        forwards: Message | None = None,
        attachments: Iterable[str | Attachment] = (),
        embeds: Iterable[Json] = (),
        poll: Sequence[str] = (),
        nonce: str | None = None,
    ) -> Message:
        """Post a message.

        "@name" becomes a mention for everyone in `mentions`, who are mentioned first when the
        text does not name them. Attachments are metadata, or just file names. A poll is its
        question and then its answers.
        """
        self._must(channel, "write", _sending(channel))
        if channel.locked and not can(channel, self, Permission.MANAGE_THREADS):
            raise SandboxError(f"{self.name} cannot write in #{channel.name}: it is locked")
        draft = Draft(
            content=with_mentions(text, mentions),
            embeds=list(embeds),
            attachments=[self._file(a) for a in attachments],
            allowed_mentions={"parse": ["users", "roles", "everyone"], "replied_user": ping},
            reply_to=reply_to,
            forwards=forwards,
            nonce=nonce,
            poll=_poll(poll, ends=self.sandbox.world.clock() + _DAY) if poll else None,
        )
        message = posting.post(channel, self, draft)
        if (drained := self.sandbox.world.drained()) is not None:
            await drained
        return message

    async def writes_to_bot(
        self,
        text: str = "",
        *,
        forwards: Message | None = None,
        attachments: Iterable[str | Attachment] = (),
    ) -> Message:
        """Send the bot a direct message."""
        if self.blocked_bot:
            raise SandboxError(f"{self.name} has blocked the bot")
        return await self.writes(
            text, channel=self.conversation, forwards=forwards, attachments=attachments
        )

    def _file(self, given: str | Attachment) -> Attachment:
        if isinstance(given, Attachment):
            return given
        image = given.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp"))
        kind = f"image/{given.rsplit('.', 1)[1]}" if image else None
        side = 640 if image else None
        return Attachment(self.sandbox.world.snowflakes.next(), given, 1024, kind, side, side)

    async def edits(self, message: Message, text: str) -> None:
        """Change an own message's text."""
        if message.author is not self:
            raise SandboxError(f"{self.name} did not write {message!r}")
        posting.edit(message, {"content": text})

    async def renames(self, thread: Channel, name: str) -> Message:
        """Rename an own thread or post, or as a moderator anybody's; return what says so there."""
        if thread.owner is not self:
            self._must(thread, "rename it", Permission.MANAGE_THREADS)
        thread.rename(name)
        return posting.post(thread, self, Draft(name, type=MessageType.CHANNEL_NAME_CHANGE))

    async def deletes(self, message: Message) -> None:
        """Delete an own message, or as a moderator anybody's."""
        if message.author is not self:
            self._must(message.channel, "delete messages", Permission.MANAGE_MESSAGES)
            assert message.channel.server is not None
            message.channel.server.record(
                AuditAction.MESSAGE_DELETE,
                by=self,
                target_id=message.author.id,
                options={"channel_id": str(message.channel.id), "count": "1"},
            )
        posting.delete([message])

    async def bulk_deletes(self, messages: list[Message]) -> None:
        """Delete several messages of one channel as a moderator."""
        self._must(messages[0].channel, "delete messages", Permission.MANAGE_MESSAGES)
        posting.delete(messages, bulk=True)

    async def reacts(self, message: Message, emoji: str) -> None:
        """Add a reaction."""
        self._must(message.channel, "react", Permission.ADD_REACTIONS)
        posting.react(message, self, emoji)

    # -- being a member ----------------------------------------------------------------------

    def joins(self, server: Server, *, roles: Iterable[Role] = ()) -> None:
        """Become a member."""
        server.join(self, roles=roles)

    def leaves(self, server: Server) -> None:
        """Stop being a member."""
        server.remove_member(self)

    async def bans(
        self, user: User, *, server: Server | None = None, delete_messages: bool = False
    ) -> None:
        """Ban somebody; without `server`, from the one that both are in."""
        place = server or self._shared_server(user)
        self._must_in_server(place, "ban", Permission.BAN_MEMBERS)
        for channel in (*place.channels.values(), *place.threads.values()):
            found = [m for m in channel.messages.values() if m.author is user]
            if delete_messages and found:
                posting.delete(found, bulk=len(found) > 1)
        place.record(AuditAction.MEMBER_BAN_ADD, by=self, target_id=user.id)
        place.ban(user)

    async def kicks(self, user: User, *, server: Server | None = None) -> None:
        """Remove somebody."""
        place = server or self._shared_server(user)
        self._must_in_server(place, "kick", Permission.KICK_MEMBERS)
        place.record(AuditAction.MEMBER_KICK, by=self, target_id=user.id)
        place.remove_member(user)

    def invites(self, channel: Channel) -> Invite:
        """Make an invite to a channel."""
        self._must(channel, "invite to it", Permission.VIEW_CHANNEL)
        assert channel.server is not None
        invite = Invite(f"inv{self.sandbox.world.snowflakes.next()}", channel, self)
        channel.server.invites[invite.code] = invite
        return invite

    async def times_out(self, user: User, *, seconds: float, server: Server | None = None) -> None:
        """Put somebody in a timeout."""
        place = server or self._shared_server(user)
        self._must_in_server(place, "time out", Permission.MODERATE_MEMBERS)
        member = place.members[user.id]
        member.timeout_until = place.world.clock() + seconds
        place.record(AuditAction.MEMBER_UPDATE, by=self, target_id=user.id)
        place.member_updated(member)

    def _shared_server(self, user: User) -> Server:
        servers = self.sandbox.world.servers.values()
        shared = [s for s in servers if self.id in s.members and user.id in s.members]
        if len(shared) != 1:
            raise SandboxError(f"{self.name} and {user.name} share {len(shared)} servers; name one")
        return shared[0]

    # -- direct messages ---------------------------------------------------------------------

    def installs_app(self) -> None:
        """Add the bot to the own account, so that it can be used in every chat."""
        self.has_app = True

    def direct_messages(self) -> list[Message]:
        """Return what the bot has sent this person directly, in order."""
        return [m for m in self.sees(self.conversation) if m.author is not self]

    def closes_direct_messages(self) -> None:
        """Accept no direct messages from members of shared servers."""
        self.accepts_direct_messages = False

    def opens_direct_messages(self) -> None:
        """Accept direct messages again."""
        self.accepts_direct_messages = True

    def blocks_bot(self) -> None:
        """Block the bot."""
        self.blocked_bot = True

    def unblocks_bot(self) -> None:
        """Unblock the bot."""
        self.blocked_bot = False

    # -- what is not possible ----------------------------------------------------------------

    def _must(self, channel: Channel, verb: str, permission: int) -> None:
        if not channel.takes_messages or not can(channel, self, permission):
            raise SandboxError(f"{self.name} cannot {verb} in #{channel.name}")

    def _must_in_server(self, server: Server, verb: str, permission: int) -> None:
        if not base_permissions(server.members[self.id]) & permission:
            raise SandboxError(f"{self.name} cannot {verb} in {server.name}")


def _sending(channel: Channel) -> int:
    if channel.is_thread:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES


def _poll(texts: Sequence[str], *, ends: float) -> Json:
    question, *answers = texts
    return {
        "question": {"text": question},
        "answers": [
            {"answer_id": number, "poll_media": {"text": text}}
            for number, text in enumerate(answers, start=1)
        ],
        "expiry": iso(ends),
        "allow_multiselect": False,
        "layout_type": 1,
    }


def with_mentions(text: str, mentions: Iterable[User | Role]) -> str:
    """Turn "@name" into a mention; those who are not named are put in front."""
    for target in mentions:
        pattern = re.compile(rf"@{re.escape(target.name)}(?!\w)", re.IGNORECASE)
        text, found = pattern.subn(target.mention, text)
        if not found and target.mention not in text:
            text = f"{target.mention} {text}"
    return text
