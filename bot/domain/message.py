"""What a message is to this project: text, people and metadata, never media."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import floor
from typing import NamedTuple

_MARKUP = re.compile(r"<(?:@[!&]?|#|t:-?|a?:\w{2,32}:|/[\w -]{1,99}:)\d{1,20}(?::\w)?>")
_SIGNS = re.compile(r"[^A-Za-z_ ]")
_OVERRIDE = "\u202e"
_TURNED = re.compile("(\u202e)([^\u202c\u2029\n]+)")
"""Text behind RIGHT-TO-LEFT OVERRIDE, up to what ends it (Unicode Annex 9, "X5")."""

DISCORD_EPOCH = 1_420_070_400.0
"""Unix seconds at which Discord's snowflakes begin (Discord API reference, "Snowflakes")."""


def snowflake_time(snowflake: int) -> float:
    """Unix seconds (UTC) at which Discord says that this identifier was made."""
    return (snowflake >> 22) / 1000 + DISCORD_EPOCH


def time_snowflake(at: float) -> int:
    """The smallest snowflake of the millisecond in which `at` (Unix seconds, UTC) lies."""
    milliseconds = round((at - DISCORD_EPOCH) * 1000, 3)  # a float of today is no finer
    return max(0, floor(milliseconds)) << 22


class Person(NamedTuple):
    """Someone who can write or be written to: Discord's identifier and the name shown."""

    id: int
    name: str


class Attachment(NamedTuple):
    """What Discord says about a file. There are no bytes and no address, so none can be fetched."""

    id: int
    filename: str
    size: int
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None


class Origin(NamedTuple):
    """Where a forwarded message was written, as far as Discord says."""

    guild_id: int | None
    channel_id: int
    message_id: int | None


class Message(NamedTuple):
    """A frozen snapshot of one version of a message, as it was seen.

    A named tuple, because one is made for every message of every channel: it is the cheapest
    immutable object that Python has.
    """

    id: int
    channel_id: int
    author: Person
    text: str
    at: float
    """Unix seconds (UTC) at which the message was written, by its snowflake."""
    guild_id: int | None = None
    mentions: tuple[Person, ...] = ()
    reply_to: int | None = None
    reply_author: Person | None = None
    forwarded: tuple[str, ...] = ()
    """The texts of forwarded messages (`message_snapshots`): somebody else's words, passed on."""
    embedded: tuple[str, ...] = ()
    """The texts of embeds: words that the author did not type but made appear."""
    attachments: tuple[Attachment, ...] = ()
    edited_at: float | None = None
    """Unix seconds (UTC) of this version's edit; None for the first version."""
    forwarded_from: Origin | None = None

    @property
    def is_passed_on(self) -> bool:
        """Whether it is a forwarded message: who wrote what is in it, Discord does not say."""
        return bool(self.forwarded) or self.forwarded_from is not None

    @property
    def wording(self) -> str:
        """Everything that can be read in the message, own words first, parts by line breaks.

        Discord's markup (`<@id>`, `<#id>`, `<:name:id>`, `<t:…>`) is blanked out, all else stays in
        its place: an identifier is no amount. What a direction override turns round stands here as
        it is seen.
        """
        text = self.text
        if self.forwarded or self.embedded:
            text = "\n".join(part for part in (text, *self.forwarded, *self.embedded) if part)
        if _OVERRIDE in text:
            text = _TURNED.sub(_turned, text)
        return _MARKUP.sub(_blank, text) if "<" in text else text


def _blank(match: re.Match[str]) -> str:
    """Markup of the same length in which only names are left."""
    return _SIGNS.sub(" ", match[0])


def _turned(match: re.Match[str]) -> str:
    """The characters in the order in which they are seen; the sign stays before them."""
    return match[1] + match[2][::-1]


class Profile(NamedTuple):
    """What Discord says of a person at one time. When the account was made, the id itself says."""

    id: int
    account_name: str
    global_name: str | None
    shown_name: str
    joined_at: float | None = None
    """Unix seconds (UTC) since when they are a member of the server; None where not known."""
    roles: tuple[tuple[int, str], ...] = ()
    """Identifier and name of each role besides the one that everyone has."""


class Circumstances(NamedTuple):
    """What came with a message and is worth keeping only if it becomes evidence."""

    profiles: tuple[Profile, ...] = ()
    answered: Message | None = None
    """The message that it replies to, as Discord sent it along."""


class Window(NamedTuple):
    """A message together with what was said in its channel shortly before it."""

    message: Message
    before: tuple[Message, ...] = ()
    """Earlier messages of the channel by everyone, oldest first, bounded in time and count. An
    edited message stands here once per version."""
    present: tuple[Person, ...] = ()
    """Everyone who can be in the conversation, where that is known (a private chat); else empty."""
    known: Callable[[], Iterable[Person]] = tuple
    """Who else may be named: those who wrote in the server lately. Asked for only if needed."""
