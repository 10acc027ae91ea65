"""The only module that knows what a channel is: text, voice, forum, thread or private chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import events, permissions
from bot.sandbox.errors import SandboxError
from bot.sandbox.protocol import ChannelType, Permission
from bot.sandbox.world import ForumTag, Overwrite, Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.messages import Message
    from bot.sandbox.servers import Server
    from bot.sandbox.world import World

_THREADS = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)
_PRIVATE = (ChannelType.DIRECT, ChannelType.GROUP)
_WITH_MESSAGES = (ChannelType.TEXT, ChannelType.VOICE, *_PRIVATE, *_THREADS)


@dataclass(eq=False)
class Channel:
    """A place for messages; threads have a `parent`, direct messages have `recipients`."""

    id: int
    world: World
    kind: ChannelType
    name: str
    server: Server | None = None
    parent: Channel | None = None
    recipients: tuple[User, ...] = ()
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    slow_mode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    nonces: dict[tuple[int, str], tuple[Message, float]] = field(default_factory=dict)
    last_message_id: int | None = None
    owner: User | None = None
    thread_members: dict[int, float] = field(default_factory=dict)
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    archive_minutes: int = 1440
    message_count: int = 0
    available_tags: list[ForumTag] = field(default_factory=list)
    requires_tag: bool = False
    applied_tags: list[int] = field(default_factory=list)
    deleted: bool = False
    _cache: tuple[int, dict[int, int]] = (-1, {})

    def __repr__(self) -> str:
        """Show kind and name, for assertion messages."""
        return f"<Channel {self.id} {self.kind.name} {self.name!r}>"

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread or a forum post."""
        return self.kind in _THREADS

    @property
    def is_post(self) -> bool:
        """Whether it is a post in a forum: its name is the title."""
        return self.parent is not None and self.parent.kind is ChannelType.FORUM

    @property
    def is_direct(self) -> bool:
        """Whether it is a chat between two, or a group; the bot is in it or not."""
        return self.kind in _PRIVATE

    @property
    def tags(self) -> list[str]:
        """The names of the tags that a forum post carries."""
        known = {} if self.parent is None else {t.id: t.name for t in self.parent.available_tags}
        return [known[tag] for tag in self.applied_tags if tag in known]

    @property
    def takes_messages(self) -> bool:
        """Whether messages can be posted (not in forums and categories themselves)."""
        return self.kind in _WITH_MESSAGES

    @property
    def mention(self) -> str:
        """The text that links to the channel."""
        return f"<#{self.id}>"

    @property
    def threads(self) -> list[Channel]:
        """The threads that exist below this channel, archived ones included."""
        if self.server is None:
            return []
        return [t for t in self.server.threads.values() if t.parent is self]

    def permission_cache(self, revision: int) -> dict[int, int]:
        """Return the computed permissions by account, emptied when the world's revision moved."""
        if self._cache[0] != revision:
            self._cache = (revision, {})
        return self._cache[1]

    def visible_to(self, user: User) -> bool:
        """Return whether the account can view the channel."""
        return permissions.can(self, user, Permission.VIEW_CHANNEL)

    def allow(self, target: Role | User, *, allow: int = 0, deny: int = 0) -> None:
        """Set the overwrite of a role or an account, and tell the clients."""
        member = isinstance(target, User)
        self.overwrites[target.id] = Overwrite(target.id, member, int(allow), int(deny))
        self.world.permissions_changed()
        events.channel_changed(self, "CHANNEL_UPDATE")

    def deny(self, target: Role | User, permission: int = Permission.VIEW_CHANNEL) -> None:
        """Deny one permission, by default the sight of the channel."""
        self.allow(target, deny=permission)

    def create_thread(
        self,
        name: str,
        *,
        private: bool = False,
        owner: User | None = None,
        members: Iterable[User] = (),
        message: Message | None = None,
    ) -> Channel:
        """Open a thread below this channel; on a `message` it takes the message's id."""
        if self.server is None:
            raise SandboxError("a conversation of direct messages has no threads")
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        thread = Channel(
            message.id if message else self.world.snowflakes.next(),
            self.world,
            kind,
            name,
            server=self.server,
            parent=self,
            owner=owner or self.server.owner,
        )
        everyone = {user.id: user for user in (thread.owner, *members) if user is not None}
        thread.thread_members = dict.fromkeys(everyone, self.world.clock())
        self.server.add_thread(thread, message)
        return thread

    def add_to_thread(self, user: User) -> None:
        """Make the account a member of this thread, once."""
        if user.id in self.thread_members:
            return
        could_see = self.visible_to(user)
        self.thread_members[user.id] = self.world.clock()
        self.world.permissions_changed()
        events.thread_member_added(self, user, could_see=could_see)

    def remove_from_thread(self, user: User) -> None:
        """Take the account out of this thread."""
        if self.thread_members.pop(user.id, None) is None:
            return
        events.thread_member_removed(self, user)
        self.world.permissions_changed()

    def archive(self, *, archived: bool = True, locked: bool | None = None) -> None:
        """Archive or wake the thread, and lock or unlock it."""
        self.archived = archived
        self.locked = self.locked if locked is None else locked
        events.channel_changed(self, "THREAD_UPDATE")

    def rename(self, name: str) -> None:
        """Give the thread another name; who did it says so there."""
        self.name = name
        events.channel_changed(self, "THREAD_UPDATE")

    def delete(self) -> None:
        """Delete the channel with its messages and threads."""
        if self.server is None:
            raise SandboxError("a conversation of direct messages cannot be deleted")
        self.server.remove_channel(self)

    def remember(self, message: Message) -> None:
        """Add a message to the history, dropping the oldest beyond the world's bound."""
        self.messages[message.id] = message
        self.last_message_id = message.id
        self.message_count += 1
        if self.world.history is not None and len(self.messages) > self.world.history:
            del self.messages[next(iter(self.messages))]
