"""The only module that knows what is kept of a conversation while its file is read."""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.message import Message, Person
from bot.transcripts.entry import numbered

_REMEMBERED_REPLIES = 1_000


class OpenConversation:
    """What is kept of an open conversation while its lines are read."""

    def __init__(self, name: str) -> None:
        self.channel = numbered("conversation", name)
        self.count = 0
        self.at = 0.0
        self.people: OrderedDict[int, Person] = OrderedDict()
        self.by_id: OrderedDict[str | int, Message] = OrderedDict()
        self.by_index: OrderedDict[int, Message] = OrderedDict()
        self.private = False

    def remember(self, message: Message, identifier: str | int | None) -> None:
        """Count `message` in and keep it so that later lines can reply to it."""
        if identifier is not None:
            self.by_id[identifier] = message
        self.by_index[self.count] = message
        for known in (self.by_id, self.by_index):
            while len(known) > _REMEMBERED_REPLIES:
                known.popitem(last=False)
        self.people[message.author.id] = message.author
        while len(self.people) > _REMEMBERED_REPLIES:
            self.people.popitem(last=False)
        self.count += 1
        self.at = message.at

    def forget(self) -> int:
        """Drop the messages that later lines could reply to; says how many they were."""
        dropped = len(self.by_index)
        self.by_id.clear()
        self.by_index.clear()
        return dropped

    def answered(self, reply_to: str | int | None) -> Message | None:
        """The message that `reply_to` (an identifier or an index) means, if it is remembered."""
        if reply_to is None:
            return None
        found = self.by_id.get(reply_to)
        if found is None and isinstance(reply_to, int):
            found = self.by_index.get(reply_to)
        return found
