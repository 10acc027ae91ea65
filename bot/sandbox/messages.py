"""The only module that knows what a message is, and what a person sees of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import reading
from bot.sandbox.protocol import Json, MessageFlag, MessageType
from bot.sandbox.snowflakes import seconds_of

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.world import Attachment, Role, User


@dataclass(eq=False)
class Message:
    """A message, also after its deletion; what it shows is always its present state.

    `pings` holds the accounts that were really notified, after `allowed_mentions` and
    permissions. `only_for` is the one person who sees an ephemeral message.
    """

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: MessageType = MessageType.DEFAULT
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[Role] = field(default_factory=list)
    mention_everyone: bool = False
    pings: frozenset[User] = frozenset()
    reply_to: Message | None = None
    forwards: Message | None = None
    snapshots: list[Json] = field(default_factory=list)
    nonce: str | int | None = None
    poll: Json | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    interaction: Json | None = None
    only_for: User | None = None
    thread: Channel | None = None
    edited_at: float | None = None
    pinned: bool = False
    deleted: bool = False

    def __repr__(self) -> str:
        """Show where, by whom and what, for assertion messages."""
        return f"<Message {self.id} in {self.channel.name} by {self.author.name}: {self.text!r}>"

    @property
    def is_from_webhook(self) -> bool:
        """Whether a webhook wrote it: a bot's name in a server that the bot is no member of."""
        server = self.channel.server
        outside = server is not None and self.author.id not in server.members
        return outside and self.author.bot and self.author is not self.channel.world.bot

    @property
    def text(self) -> str:
        """Everything readable: content, embeds, text displays, forwarded text, poll; no labels."""
        return reading.text_of(
            {
                "content": self.content,
                "embeds": self.embeds,
                "components": self.components,
                "message_snapshots": self.snapshots,
                "poll": self.poll,
            }
        )

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons, in reading order."""
        return [button.label for button in self.button_details]

    @property
    def button_details(self) -> list[reading.Button]:
        """The buttons with custom id, link, style and whether they can be pressed."""
        return reading.buttons_of(self.components)

    @property
    def selects(self) -> list[reading.Select]:
        """The select menus."""
        return reading.selects_of(self.components)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def created_at(self) -> float:
        """Seconds since 1970."""
        return seconds_of(self.id)

    @property
    def url(self) -> str:
        """The link to the message, as Discord's own clients copy it."""
        place = self.channel.server.id if self.channel.server else "@me"
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"


@dataclass
class Draft:
    """What somebody wants to post; `allowed_mentions` None means that everything may ping."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    type: MessageType = MessageType.DEFAULT
    allowed_mentions: Json | None = None
    reply_to: Message | None = None
    forwards: Message | None = None
    nonce: str | int | None = None
    enforce_nonce: bool = False
    poll: Json | None = None
    interaction: Json | None = None
    only_for: User | None = None
