"""The only module that knows JSON Lines: one message per line, streamed in bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from bot.domain.message import Message
from bot.transcripts.entry import Entry, TranscriptError, person
from bot.transcripts.fields import Fields
from bot.transcripts.thread import OpenConversation

LONGEST_LINE = 16 * 1024 * 1024
_LOOK_AHEAD = 400
"""Lines read ahead, so that a private chat knows who is in it before anything is judged."""

_OPEN_CONVERSATIONS = 4_000
_REMEMBERED_MESSAGES = 20_000
"""Messages of all open conversations that later lines can reply to."""


def with_present(lines: Iterator[tuple[Entry, OpenConversation]]) -> Iterator[Entry]:
    """`lines` with those present in private chats, and who is known, also from lines that follow.

    What stands before a broken line is still yielded before the error is raised.
    """
    ahead: deque[tuple[Entry, OpenConversation]] = deque()
    problem: TranscriptError | None = None
    ended = False
    while ahead or not ended:
        while not ended and len(ahead) < _LOOK_AHEAD:
            try:
                ahead.append(next(lines))
            except StopIteration:
                ended = True
            except TranscriptError as error:
                problem, ended = error, True
        if ahead:
            entry, conversation = ahead.popleft()
            people = tuple(conversation.people.values()) if conversation.private else ()
            yield entry._replace(present=people, known=conversation.people.values)
    if problem is not None:
        raise problem


def read_lines(path: Path, file: BinaryIO) -> Iterator[tuple[Entry, OpenConversation]]:
    """Each line's entry with its conversation. Raises TranscriptError for a line that is broken."""
    conversations: OrderedDict[str, OpenConversation] = OrderedDict()
    number = offset = remembered = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        offset += len(raw)
        if len(raw) == LONGEST_LINE:
            raise TranscriptError(path, number, "the line is longer than 16 MB; split it")
        if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
            continue
        fields = Fields(path, number, raw)
        name = fields.name("conversation")
        conversation = (
            _open(conversations, name) if name is not None else OpenConversation(str(number))
        )
        before = len(conversation.by_index)
        entry = _entry(fields, conversation, name)
        if name is not None:
            remembered += len(conversation.by_index) - before
        if remembered > _REMEMBERED_MESSAGES:
            remembered = _forget(conversations)
        yield entry._replace(offset=offset), conversation


def _forget(conversations: OrderedDict[str, OpenConversation]) -> int:
    """Drop the remembered messages of the half that was silent longest; says how many are left."""
    half = len(conversations) // 2 or 1
    for conversation in islice(conversations.values(), half):
        conversation.forget()
    return sum(len(conversation.by_index) for conversation in conversations.values())


def _open(conversations: OrderedDict[str, OpenConversation], name: str) -> OpenConversation:
    found = conversations.get(name)
    if found is None:
        found = conversations[name] = OpenConversation(name)
        if len(conversations) > _OPEN_CONVERSATIONS:
            conversations.popitem(last=False)
    conversations.move_to_end(name)
    return found


def _entry(fields: Fields, conversation: OpenConversation, name: str | None) -> Entry:
    identifier = fields.identifier("id")
    answered = conversation.answered(fields.identifier("reply_to"))
    at = fields.timestamp()
    message = Message(
        id=fields.line,
        channel_id=conversation.channel,
        author=person(fields.name("author") or ""),
        text=fields.text(),
        at=conversation.at + 1 if at is None else at,
        mentions=tuple(person(each.removeprefix("@")) for each in fields.names("mentions")),
        reply_to=answered.id if answered else None,
        reply_author=answered.author if answered else None,
    )
    conversation.private = conversation.private or fields.is_private()
    place = conversation.count
    conversation.remember(message, identifier)
    return Entry(message, name, place, identifier)
