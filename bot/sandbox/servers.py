"""The only module that knows what a server is, and how it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.sandbox import events
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SandboxError
from bot.sandbox.protocol import (
    EVERYONE_BY_DEFAULT,
    MODERATOR_BY_DEFAULT,
    AuditAction,
    ChannelType,
    Json,
    Permission,
)
from bot.sandbox.world import AuditEntry, Invite, Member, Overwrite, Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.messages import Message
    from bot.sandbox.people import Person
    from bot.sandbox.world import World

ChannelKind = Literal["text", "voice", "forum", "category"]
_KINDS = {
    "text": ChannelType.TEXT,
    "voice": ChannelType.VOICE,
    "forum": ChannelType.FORUM,
    "category": ChannelType.CATEGORY,
}


@dataclass(eq=False)
class Server:
    """A server with its roles, channels, members, bans and audit log."""

    id: int
    world: World
    name: str
    owner: Person
    locale: str = "en-US"
    available: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    threads: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    audit_log: list[AuditEntry] = field(default_factory=list)
    invites: dict[str, Invite] = field(default_factory=dict)
    messages_paused_until: str | None = None
    """Until when members cannot write to one another directly, as it was given: ISO 8601."""

    def __post_init__(self) -> None:
        """Create the @everyone role, whose id is the server's."""
        self.roles[self.id] = Role(self.id, self, "@everyone", int(EVERYONE_BY_DEFAULT), 0)

    def __repr__(self) -> str:
        """Show the name, for assertion messages."""
        return f"<Server {self.id} {self.name!r}>"

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return self.roles[self.id]

    @property
    def bot_role(self) -> Role | None:
        """The managed role of the bot, None when it is not here."""
        bot_id = self.world.bot.id
        return next((r for r in self.roles.values() if r.managed_by == bot_id), None)

    def channel(self, name: str) -> Channel:
        """Return the channel or thread of that name; raises SandboxError when there is none."""
        for channel in (*self.channels.values(), *self.threads.values()):
            if channel.name == name:
                return channel
        raise SandboxError(f"{self.name} has no channel #{name}")

    def create_role(
        self,
        name: str,
        *,
        permissions: int = MODERATOR_BY_DEFAULT,
        mentionable: bool = False,
        managed_by: int | None = None,
    ) -> Role:
        """Create a role above all others; by default with what moderators usually have."""
        role = Role(
            self.world.snowflakes.next(),
            self,
            name,
            int(permissions),
            max(r.position for r in self.roles.values()) + 1,
            mentionable=mentionable,
            managed_by=managed_by,
        )
        self.roles[role.id] = role
        self.world.permissions_changed()
        events.role_changed(role, "GUILD_ROLE_CREATE")
        return role

    def set_permissions(self, role: Role, permissions: int) -> None:
        """Replace a role's permissions."""
        role.permissions = int(permissions)
        self.world.permissions_changed()
        events.role_changed(role, "GUILD_ROLE_UPDATE")

    def delete_role(self, role: Role) -> None:
        """Delete a role and take it from its members."""
        del self.roles[role.id]
        for member in self.members.values():
            member.roles = [r for r in member.roles if r is not role]
        self.world.permissions_changed()
        events.role_deleted(role)

    def create_channel(
        self,
        name: str,
        *,
        kind: ChannelKind = "text",
        visible_to: Iterable[Role | User] | None = None,
        parent: Channel | None = None,
        topic: str | None = None,
        overwrites: Iterable[Overwrite] = (),
    ) -> Channel:
        """Create a channel; with `visible_to`, only those see it (and write in it)."""
        channel = Channel(
            self.world.snowflakes.next(),
            self.world,
            _KINDS[kind],
            name,
            server=self,
            parent=parent,
            topic=topic,
            position=len(self.channels),
            overwrites={o.target_id: o for o in overwrites},
        )
        if visible_to is not None:
            channel.overwrites |= self._only(visible_to)
        self.channels[channel.id] = self.world.channels[channel.id] = channel
        events.channel_changed(channel, "CHANNEL_CREATE")
        return channel

    def _only(self, targets: Iterable[Role | User]) -> dict[int, Overwrite]:
        seeing = int(Permission.VIEW_CHANNEL)
        found = {self.id: Overwrite(self.id, member=False, allow=0, deny=seeing)}
        for target in targets:
            member = isinstance(target, User)
            found[target.id] = Overwrite(target.id, member=member, allow=seeing, deny=0)
        return found

    def add_thread(self, thread: Channel, message: Message | None) -> None:
        """Register a thread and tell the clients."""
        self.threads[thread.id] = self.world.channels[thread.id] = thread
        if message is not None:
            message.thread = thread
        self.world.permissions_changed()
        events.thread_created(thread)
        if message is not None:
            events.message_updated(message)

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel or thread with everything below it."""
        for thread in channel.threads:
            thread.deleted = True
            self.threads.pop(thread.id, None)
            self.world.channels.pop(thread.id, None)
        events.channel_changed(channel, "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE")
        channel.deleted = True
        self.channels.pop(channel.id, None)
        self.threads.pop(channel.id, None)
        self.world.channels.pop(channel.id, None)

    def add_member(
        self, user: User, *, roles: Iterable[Role] = (), nick: str | None = None
    ) -> Member:
        """Let an account in; raises SandboxError when it is banned."""
        if user.id in self.bans:
            raise SandboxError(f"{user.name} is banned from {self.name}")
        member = Member(user, self, list(roles), self.world.clock(), nick)
        self.members[user.id] = member
        self.world.permissions_changed()
        if user is not self.world.bot:
            events.member_changed(member, "GUILD_MEMBER_ADD")
        return member

    def remove_member(self, user: User) -> None:
        """Let an account go, also out of threads."""
        if self.members.pop(user.id, None) is None:
            return
        for thread in self.threads.values():
            thread.thread_members.pop(user.id, None)
        if user is self.world.bot:
            events.server_left(self)
        else:
            events.member_removed(self, user)
        self.world.permissions_changed()

    def join(
        self, person: Person | str, *, roles: Iterable[Role] = (), nick: str | None = None
    ) -> Person:
        """Let a person in, by name or as a person of another server; returns the person."""
        found = self.owner.sandbox.person(person) if isinstance(person, str) else person
        if found.id in self.members:
            raise SandboxError(f"{found.name} is already in {self.name}")
        self.add_member(found, roles=roles, nick=nick)
        return found

    def give_role(self, user: User, role: Role) -> None:
        """Give a member a role."""
        member = self.members[user.id]
        if role not in member.roles:
            member.roles.append(role)
            self.member_updated(member)

    def take_role(self, user: User, role: Role) -> None:
        """Take a role from a member."""
        member = self.members[user.id]
        member.roles = [r for r in member.roles if r is not role]
        self.member_updated(member)

    def member_updated(self, member: Member) -> None:
        """Tell the clients that roles, nick or timeout changed."""
        self.world.permissions_changed()
        events.member_changed(member, "GUILD_MEMBER_UPDATE")

    def ban(self, user: User, *, reason: str | None = None) -> None:
        """Ban an account, which also removes it."""
        self.bans[user.id] = reason
        self.remove_member(user)
        events.ban_changed(self, user, "GUILD_BAN_ADD")

    def unban(self, user: User) -> None:
        """Lift a ban."""
        self.bans.pop(user.id, None)
        events.ban_changed(self, user, "GUILD_BAN_REMOVE")

    def record(
        self,
        action: AuditAction,
        *,
        by: User,
        target_id: int | None,
        reason: str | None = None,
        changes: Iterable[Json] = (),
        options: Json | None = None,
    ) -> None:
        """Write a line of the audit log."""
        entry = AuditEntry(
            self.world.snowflakes.next(), action, by, target_id, reason, tuple(changes), options
        )
        self.audit_log.append(entry)
        events.audit_entry_created(self, entry)
