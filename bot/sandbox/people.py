"""The only module that knows what people can do on this Discord, and what they see there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox import acting, posting
from bot.sandbox.answers import Answer, Modal, answer_to
from bot.sandbox.channels import Channel
from bot.sandbox.commands import CHAT_INPUT, MESSAGE, USER
from bot.sandbox.errors import SandboxError
from bot.sandbox.messages import Draft, Message
from bot.sandbox.permissions import base_permissions, can
from bot.sandbox.protocol import AuditAction, InteractionType, Json, Permission
from bot.sandbox.world import Attachment, Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.sandbox.acting import FieldValue, Value
    from bot.sandbox.interactions import Interaction
    from bot.sandbox.sandbox import Sandbox
    from bot.sandbox.servers import Server

PATIENCE = 5.0


class Person(User):
    """A person with an account; verbs are what they do, `sees` and the like what they see.

    What no person could do on Discord raises SandboxError.
    """

    def __init__(self, sandbox: Sandbox, name: str, *, locale: str = "en-US") -> None:
        super().__init__(sandbox.world.snowflakes.next(), name, name, locale=locale)
        self.sandbox = sandbox

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
        nonce: str | None = None,
    ) -> Message:
        """Post a message.

        "@name" becomes a mention for everyone in `mentions`, who are mentioned first when the
        text does not name them. Attachments are metadata, or just file names.
        """
        self._must(channel, "write", _sending(channel))
        draft = Draft(
            content=with_mentions(text, mentions),
            embeds=list(embeds),
            attachments=[self._file(a) for a in attachments],
            allowed_mentions={"parse": ["users", "roles", "everyone"], "replied_user": ping},
            reply_to=reply_to,
            forwards=forwards,
            nonce=nonce,
        )
        message = posting.post(channel, self, draft)
        if (drained := self.sandbox.world.drained()) is not None:
            await drained
        return message

    async def writes_to_bot(
        self, text: str = "", *, attachments: Iterable[str | Attachment] = ()
    ) -> Message:
        """Send the bot a direct message."""
        if self.blocked_bot:
            raise SandboxError(f"{self.name} has blocked the bot")
        return await self.writes(text, channel=self.conversation, attachments=attachments)

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

    @property
    def conversation(self) -> Channel:
        """The direct messages between this person and the bot."""
        return self.sandbox.conversation(self)

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

    # -- seeing ------------------------------------------------------------------------------

    def can_see(self, message: Message) -> bool:
        """Return whether this person can read the message now."""
        if message.deleted or message.only_for not in {None, self}:
            return False
        return message.channel.visible_to(self)

    def sees(self, channel: Channel) -> list[Message]:
        """Return the messages that this person can read there, ephemeral ones included."""
        hidden = self.sandbox.world.ephemeral.values()
        private = [m for m in hidden if m.channel is channel]
        every = [*channel.messages.values(), *private]
        return sorted((m for m in every if self.can_see(m)), key=lambda m: m.id)

    def pinged_by(self, channel: Channel) -> list[Message]:
        """Return the messages there that notified this person."""
        return [m for m in self.sees(channel) if self in m.pings]

    # -- using the bot -----------------------------------------------------------------------

    async def runs(
        self,
        command: str,
        *,
        channel: Channel | None = None,
        patience: float = PATIENCE,
        **options: Value,
    ) -> Answer:
        """Run a slash command, subcommands separated by spaces; without `channel`, directly."""
        place = channel or self.conversation
        self._must_see(place)
        name, *path = command.split()
        found = acting.find_command(self.sandbox.commands, self, place, name=name, kind=CHAT_INPUT)
        data = acting.command_data(found, path=path, options=options, server=place.server)
        return await self._does(InteractionType.COMMAND, place, data, patience=patience)

    async def runs_on(
        self,
        target: Message | User,
        command: str,
        *,
        channel: Channel | None = None,
        patience: float = PATIENCE,
    ) -> Answer:
        """Run a message or user command from the context menu."""
        if isinstance(target, Message):
            place, kind = target.channel, MESSAGE
            self._must_read(target)
        else:
            place, kind = channel or self.conversation, USER
            self._must_see(place)
        found = acting.find_command(self.sandbox.commands, self, place, name=command, kind=kind)
        data = acting.menu_data(found, target, place.server)
        return await self._does(InteractionType.COMMAND, place, data, patience=patience)

    async def presses(
        self, on: Message | Answer, button: str, *, patience: float = PATIENCE
    ) -> Answer:
        """Press a button, named by label or custom id."""
        message = self._message_with(on, button)
        data = acting.button_data(message, button)
        return await self._does(
            InteractionType.COMPONENT, message.channel, data, message=message, patience=patience
        )

    async def selects(
        self,
        on: Message | Answer,
        menu: str,
        values: Iterable[str | User | Role | Channel],
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """Choose in a menu, named by custom id or placeholder."""
        messages = [on] if isinstance(on, Message) else on.messages
        named = [
            m for m in messages if any(menu in {s.custom_id, s.placeholder} for s in m.selects)
        ]
        message = (named or messages)[-1]
        self._must_read(message)
        data = acting.select_data(message, menu, values)
        return await self._does(
            InteractionType.COMPONENT, message.channel, data, message=message, patience=patience
        )

    async def submits(
        self,
        form: Answer | Modal,
        values: Mapping[str, FieldValue],
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """Fill in a form and send it; fields are named by custom id or label."""
        modal = form if isinstance(form, Modal) else form.modal
        if modal is None or modal.interaction.user is not self:
            raise SandboxError(f"{self.name} has no form open")
        source: Interaction = modal.interaction
        data = acting.modal_data(modal, values, source.channel.server)
        return await self._does(
            InteractionType.MODAL, source.channel, data, message=source.message, patience=patience
        )

    def _message_with(self, on: Message | Answer, button: str) -> Message:
        messages = [on] if isinstance(on, Message) else on.messages
        if not messages:
            raise SandboxError(f"there is no message with a button {button!r}")
        named = [
            m for m in messages if any(button in {b.label, b.custom_id} for b in m.button_details)
        ]
        message = (named or messages)[-1]
        self._must_read(message)
        return message

    async def _does(
        self,
        kind: InteractionType,
        channel: Channel,
        data: Json,
        *,
        message: Message | None = None,
        patience: float,
    ) -> Answer:
        if not self.sandbox.gateway.connected:
            raise SandboxError("no bot is connected")
        interactions = self.sandbox.interactions
        interaction = interactions.send(
            kind, user=self, channel=channel, data=data, message=message
        )
        window = interactions.answer_window
        return await answer_to(self.sandbox.world, interaction, window=window, patience=patience)

    # -- what is not possible ----------------------------------------------------------------

    def _must(self, channel: Channel, verb: str, permission: int) -> None:
        if not channel.takes_messages or not can(channel, self, permission):
            raise SandboxError(f"{self.name} cannot {verb} in #{channel.name}")

    def _must_in_server(self, server: Server, verb: str, permission: int) -> None:
        if not base_permissions(server.members[self.id]) & permission:
            raise SandboxError(f"{self.name} cannot {verb} in {server.name}")

    def _must_see(self, channel: Channel) -> None:
        if not channel.visible_to(self):
            raise SandboxError(f"{self.name} cannot see #{channel.name}")

    def _must_read(self, message: Message) -> None:
        if not self.can_see(message):
            raise SandboxError(f"{self.name} cannot see {message!r}")


def _sending(channel: Channel) -> int:
    if channel.is_thread:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES


def with_mentions(text: str, mentions: Iterable[User | Role]) -> str:
    """Turn "@name" into a mention; those who are not named are put in front."""
    for target in mentions:
        pattern = re.compile(f"@{re.escape(target.name)}\\b", re.IGNORECASE)
        text, found = pattern.subn(target.mention, text)
        if not found and target.mention not in text:
            text = f"{target.mention} {text}"
    return text
