"""The only module that knows what was said recently: bounded in time and count, in memory only."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

from bot.detection.closely import Closely
from bot.domain.message import Message, Person, Window


class Gate(Protocol):
    """The part of the detector that is asked about every message."""

    def gate(self, text: str) -> int:
        """The concepts that may occur in `text`, one bit each."""

    @property
    def heard(self) -> int:
        """The bits that matter even when others than the author said them."""

    def closely(self, text: str) -> Closely:
        """The concepts that do stand in `text`, dearest of all."""

    def worthwhile(self, here: int, said: int = 0, *, text: str | None = None) -> bool:
        """Whether something could be found in `text` with the bits `here` after one's `said`."""

    def confirmed(self, here: Closely, said: int, text: str) -> bool:
        """The same by the concepts that do stand in a message."""


class _Channel:
    """The remembered messages of one channel with their bits, and a summary of who said what.

    The summary may still hold what is forgotten already: it spares most messages the exact look,
    and is made anew once the channel has turned over.
    """

    __slots__ = ("age", "bits", "exact", "heard", "is_busy", "messages", "said")

    def __init__(self, limit: int) -> None:
        # side by side: an object more for each message is one more for the collector to look at
        self.messages: deque[Message] = deque(maxlen=limit)
        self.bits: deque[int] = deque(maxlen=limit)
        self.exact: deque[int | None] = deque(maxlen=limit)
        """What stands in each message, None as long as nobody asked."""
        self.said: dict[int, int] = {}
        self.heard = 0
        self.age = 0
        """How many messages were forgotten since the summary was made."""
        self.is_busy = True

    def add(self, message: Message, bits: int, heard: int) -> None:
        """Summarise what `bits` say of a message; `heard` are those that matter whoever says it."""
        author = message.author.id
        self.said[author] = self.said.get(author, 0) | bits
        self.heard |= bits & heard

    def turn(self, heard: int) -> None:
        """Note that a message was forgotten."""
        self.age += 1
        if self.age >= len(self.messages):
            self.renew(heard)

    def renew(self, heard: int) -> None:
        """Make the summary anew from what is still remembered."""
        self.age = self.heard = 0
        self.said.clear()
        for message, bits in zip(self.messages, self.bits, strict=True):
            if bits:
                self.add(message, bits, heard)

    def closely(self, author: int, heard: int, look: Callable[[str], int]) -> int:
        """What `author` said, each message looked at once by `look`, and what others said."""
        said = 0
        for place, (message, bits) in enumerate(zip(self.messages, self.bits, strict=True)):
            if not bits:
                continue
            if message.author.id != author:
                said |= bits & heard
                continue
            exact = self.exact[place]
            if exact is None:
                exact = self.exact[place] = look(message.wording)
            said |= exact
        return said


class Conversations:
    """Recent messages of every channel; says which of them are worth judging.

    `minutes` and `per_channel` bound a channel's memory, `messages` bounds all of it: the channel
    that was silent longest is forgotten first. Nothing is ever written anywhere.
    """

    def __init__(
        self, detector: Gate, *, minutes: float = 30, per_channel: int = 50, messages: int = 20_000
    ) -> None:
        self._gate = detector.gate
        self._closely = detector.closely
        self._confirmed = detector.confirmed
        self._worthwhile = detector.worthwhile
        self._heard = detector.heard
        self._seconds = minutes * 60
        self._per_channel = per_channel
        self._limit = messages
        self._count = 0
        self._channels: OrderedDict[int, _Channel] = OrderedDict()

    def __len__(self) -> int:
        """How many messages are remembered, over all channels."""
        return self._count

    def observe(self, message: Message) -> Window | None:
        """Remember `message`; its window if its author's recent words make judging worthwhile.

        An edited message counts as one more message and stands in the window once per version.
        """
        text = message.text  # what can only be plain text need not be put together and turned round
        if message.forwarded or message.embedded or "<" in text or not text.isascii():
            text = message.wording
        bits = self._gate(text)
        channel = self._channels.get(message.channel_id)
        if channel is None:
            channel = self._channels[message.channel_id] = _Channel(self._per_channel)
        else:
            self._channels.move_to_end(message.channel_id)  # the last one to be forgotten
            channel.is_busy = True
        messages = channel.messages
        if messages and messages[0].at < message.at - self._seconds:
            self._expire(channel, message.at - self._seconds)
        window = None
        if bits:
            said = channel.said.get(message.author.id, 0) | channel.heard
            if self._worthwhile(bits, said, text=text):
                window = self._window(channel, message, said)
            channel.add(message, bits, self._heard)
        full = len(messages) == self._per_channel
        messages.append(message)  # the oldest makes room if need be
        channel.bits.append(bits)
        channel.exact.append(None)
        if full:
            channel.turn(self._heard)
        else:
            self._count += 1
            if self._count > self._limit:
                self._evict()
        return window

    def context(self, channel_id: int) -> tuple[Message, ...]:
        """What is remembered of a channel, oldest first."""
        channel = self._channels.get(channel_id)
        return tuple(channel.messages) if channel else ()

    def people(self, guild_id: int | None) -> tuple[Person, ...]:
        """Everyone who wrote in a server's channels and is remembered; nobody outside of servers.

        It looks at every message that is remembered: dear, and meant for what was found.
        """
        if guild_id is None:
            return ()
        found: dict[int, Person] = {}
        for channel in self._channels.values():
            for message in channel.messages:
                if message.guild_id == guild_id:
                    found[message.author.id] = message.author
        return tuple(found.values())

    def forget(self, channel_id: int) -> None:
        """Drop everything that is remembered of a channel."""
        channel = self._channels.pop(channel_id, None)
        if channel is not None:
            self._count -= len(channel.messages)

    def forget_old(self, now: float) -> None:
        """Forget what is too old at `now` (seconds since 1970) in channels that are silent.

        Those are silent in which nothing was observed since the last time that this was asked: in
        the others history may be read, which is old and needed.
        """
        for channel_id, channel in list(self._channels.items()):
            if channel.is_busy:
                channel.is_busy = False
                continue
            self._expire(channel, now - self._seconds)
            if not channel.messages:
                del self._channels[channel_id]

    def _expire(self, channel: _Channel, earliest: float) -> None:
        """Forget what was written before `earliest`."""
        messages = channel.messages
        while messages and messages[0].at < earliest:
            messages.popleft()
            channel.bits.popleft()
            channel.exact.popleft()
            self._count -= 1
            channel.turn(self._heard)

    def _window(self, channel: _Channel, message: Message, said: int) -> Window | None:
        """The window of a message that may be worth judging; `said` is the channel's summary."""
        text = message.wording
        here = self._closely(text)
        if not self._confirmed(here, said, text):
            return None
        if said:
            said = channel.closely(message.author.id, self._heard, self._all)
            if not self._confirmed(here, said, text):
                return None
        return Window(
            message, tuple(channel.messages), known=partial(self.people, message.guild_id)
        )

    def _all(self, text: str) -> int:
        return self._closely(text).all()

    def _evict(self) -> None:
        while self._count > self._limit and self._channels:
            _, channel = self._channels.popitem(last=False)
            self._count -= len(channel.messages)
