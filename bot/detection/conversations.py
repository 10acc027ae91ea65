"""The only module that knows what was said recently: bounded in time and count, in memory only."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Protocol

from bot.domain.message import Message, Window


class Gate(Protocol):
    """The part of the detector that is asked about every message."""

    def gate(self, text: str) -> int:
        """The concepts that may occur in `text`, one bit each."""

    @property
    def heard(self) -> int:
        """The bits that matter even when others than the author said them."""

    def look(self, text: str) -> int:
        """The same, closer and dearer: for the few texts that the gate lets through."""

    def worthwhile(self, here: int, said: int = 0, *, closely: bool = False) -> bool:
        """Whether a rule could fire on a message with the bits `here` after one's `said`."""


class _Channel:
    """The remembered messages of one channel with their bits, and a summary of who said what.

    The summary may still hold what is forgotten already: it spares most messages the exact look,
    and is made anew once the channel has turned over.
    """

    __slots__ = ("age", "entries", "heard", "said")

    def __init__(self) -> None:
        self.entries: deque[tuple[Message, int]] = deque()
        self.said: dict[int, int] = {}
        self.heard = 0
        self.age = 0

    def add(self, message: Message, bits: int, heard: int) -> None:
        """Remember `message` with its `bits`; `heard` are those that matter whoever says them."""
        self.entries.append((message, bits))
        if bits:
            author = message.author.id
            self.said[author] = self.said.get(author, 0) | bits
            self.heard |= bits & heard

    def renew(self, heard: int) -> None:
        """Make the summary anew from what is still remembered."""
        self.age = self.heard = 0
        self.said.clear()
        for message, bits in self.entries:
            if bits:
                author = message.author.id
                self.said[author] = self.said.get(author, 0) | bits
                self.heard |= bits & heard

    def exactly(self, author: int, heard: int) -> int:
        """What `author` said, and what others said that matters."""
        said = 0
        for message, bits in self.entries:
            if bits:
                said |= bits if message.author.id == author else bits & heard
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
        self._look = detector.look
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
        bits = self._gate(message.wording)
        channel = self._channel(message)
        window = self._window(channel, message, bits) if bits else None
        channel.add(message, bits, self._heard)
        self._count += 1
        if self._count > self._limit:
            self._evict()
        return window

    def context(self, channel_id: int) -> tuple[Message, ...]:
        """What is remembered of a channel, oldest first."""
        channel = self._channels.get(channel_id)
        return tuple(message for message, _ in channel.entries) if channel else ()

    def find(self, channel_id: int, message_id: int) -> Message | None:
        """The latest remembered version of a message."""
        for message in reversed(self.context(channel_id)):
            if message.id == message_id:
                return message
        return None

    def forget(self, channel_id: int) -> None:
        """Drop everything that is remembered of a channel."""
        channel = self._channels.pop(channel_id, None)
        if channel is not None:
            self._count -= len(channel.entries)

    def _channel(self, message: Message) -> _Channel:
        """The channel of `message`, without what is too old or too much."""
        channel = self._channels.get(message.channel_id)
        if channel is None:
            channel = self._channels[message.channel_id] = _Channel()
            return channel
        self._channels.move_to_end(message.channel_id)
        entries = channel.entries
        earliest = message.at - self._seconds
        while entries and (entries[0][0].at < earliest or len(entries) >= self._per_channel):
            entries.popleft()
            self._count -= 1
            channel.age += 1
        if channel.age >= self._per_channel:
            channel.renew(self._heard)
        return channel

    def _window(self, channel: _Channel, message: Message, bits: int) -> Window | None:
        author = message.author.id
        if not self._worthwhile(bits, channel.said.get(author, 0) | channel.heard):
            return None
        said = channel.exactly(author, self._heard)
        if not self._worthwhile(bits, said):
            return None
        if not self._worthwhile(self._look(message.wording), said, closely=True):
            return None
        return Window(message, tuple(earlier for earlier, _ in channel.entries))

    def _evict(self) -> None:
        while self._count > self._limit and self._channels:
            _, channel = self._channels.popitem(last=False)
            self._count -= len(channel.entries)
