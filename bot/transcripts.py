"""The only module that knows the files that hold conversations: JSON Lines and Discord exports."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from bot.domain.message import Message, Person

_LONGEST_LINE = 16 * 1024 * 1024
_LARGEST_EXPORT = 512 * 1024 * 1024
_LOOK_AHEAD = 400
"""Lines read ahead, so that a private chat knows who is in it before anything is judged."""

_OPEN_CONVERSATIONS = 4_000
_REMEMBERED_REPLIES = 1_000
_MILLISECONDS_FROM = 100_000_000_000
"""A Unix time above this one (the year 5138 in seconds) is taken for milliseconds."""


class TranscriptError(Exception):
    """Input that cannot be read; the message names file and line and what to mend."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {problem}")
        self.path = path
        self.line = line


class Entry(NamedTuple):
    """One message of a transcript, in its place."""

    message: Message
    conversation: str | None
    """The conversation's name in the file; None for a line that stands alone."""
    place: int
    """The place of the message in its conversation, from 0."""
    id: str | int | None
    """The message's identifier in the file, as it is written there."""
    present: tuple[Person, ...] = ()
    """Everyone seen in the conversation if it is a private one; empty for a group."""
    offset: int = 0
    """Bytes of the file that were read up to here."""


def person(name: str) -> Person:
    """The person called `name`; the same name always gets the same identifier."""
    return Person(_number("person", name), name)


def read_transcript(path: Path) -> Iterator[Entry]:
    """The messages of `path` in order. JSON Lines are streamed in bounded memory.

    Raises:
        TranscriptError: if the file cannot be read, with the line where that is known.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(_LONGEST_LINE)
            file.seek(0)
            if _is_export(first):
                yield from _read_export(path, file)
            else:
                yield from _with_present(_read_lines(path, file))
    except OSError as error:
        raise TranscriptError(path, None, f"cannot be opened: {error.strerror or error}") from error


def _number(kind: str, name: str) -> int:
    digest = blake2b(f"{kind}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def _is_export(first: bytes) -> bool:
    """Whether the first line begins a DiscordChatExporter file, pretty-printed or on one line."""
    start = first.removeprefix(b"\xef\xbb\xbf").strip()
    if start == b"{":
        return True
    head = start[:2000]
    return head.startswith((b'{"guild"', b'{"messages"')) and b'"text":' not in head.split(b"[")[0]


class _Conversation:
    """What is kept of an open conversation while its lines are read."""

    def __init__(self, name: str) -> None:
        self.channel = _number("conversation", name)
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

    def answered(self, reply_to: str | int | None) -> Message | None:
        """The message that `reply_to` (an identifier or an index) means, if it is remembered."""
        if reply_to is None:
            return None
        found = self.by_id.get(reply_to)
        if found is None and isinstance(reply_to, int):
            found = self.by_index.get(reply_to)
        return found


def _with_present(lines: Iterator[tuple[Entry, _Conversation]]) -> Iterator[Entry]:
    """`lines` with those present in private chats, known from the lines that follow as well.

    What stands before a broken line is still yielded before the error is raised.
    """
    ahead: deque[tuple[Entry, _Conversation]] = deque()
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
            yield entry._replace(present=people)
    if problem is not None:
        raise problem


def _read_lines(path: Path, file: BinaryIO) -> Iterator[tuple[Entry, _Conversation]]:
    conversations: OrderedDict[str, _Conversation] = OrderedDict()
    number = offset = 0
    while raw := file.readline(_LONGEST_LINE):
        number += 1
        offset += len(raw)
        if len(raw) == _LONGEST_LINE:
            raise TranscriptError(path, number, "the line is longer than 16 MB; split it")
        if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
            continue
        fields = _Fields(path, number, raw)
        name = fields.name("conversation")
        conversation = (
            _open(conversations, name) if name is not None else _Conversation(str(number))
        )
        yield _entry(fields, conversation, name)._replace(offset=offset), conversation


def _open(conversations: OrderedDict[str, _Conversation], name: str) -> _Conversation:
    found = conversations.get(name)
    if found is None:
        found = conversations[name] = _Conversation(name)
        if len(conversations) > _OPEN_CONVERSATIONS:
            conversations.popitem(last=False)
    conversations.move_to_end(name)
    return found


def _entry(fields: _Fields, conversation: _Conversation, name: str | None) -> Entry:
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


class _Fields:
    """One line's object, read field by field with errors that name the line."""

    def __init__(self, path: Path, line: int, raw: bytes) -> None:
        self.path = path
        self.line = line
        self._object = self._parsed(raw)

    def text(self) -> str:
        text = self._object.get("text")
        if not isinstance(text, str):
            problem = "has no `text`" if text is None else "`text` is not a string"
            raise self._error(f'{problem}; every line needs one, as in {{"text": "hello"}}')
        return text

    def name(self, key: str) -> str | None:
        value = self._object.get(key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._error(f"`{key}` is {value!r:.80}; write a string")

    def names(self, key: str) -> list[str]:
        value = self._object.get(key) or []
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return value
        raise self._error(f"`{key}` is {value!r:.80}; write a list of names")

    def identifier(self, key: str) -> str | int | None:
        value = self._object.get(key)
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
            return value
        raise self._error(f"`{key}` is {value!r:.80}; write a string or a whole number")

    def is_private(self) -> bool:
        channel = self._object.get("channel")
        if channel not in (None, "dm", "group"):
            raise self._error(f"`channel` is {channel!r:.80}; write dm or group")
        return bool(channel == "dm")

    def timestamp(self) -> float | None:
        value = self._object.get("timestamp")
        if value is None:
            return None
        at = moment(value)
        if at is None:
            raise self._error(f"`timestamp` is {value!r:.80}; write an ISO 8601 or a Unix time")
        return at

    def _parsed(self, raw: bytes) -> dict[str, Any]:
        if b"\0" in raw:
            raise self._error("holds binary characters; is this a text file in UTF-8?")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._error(
                f"is not UTF-8 at byte {error.start}; save the file as UTF-8"
            ) from error
        try:
            found = orjson.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._error(f"is not JSON: {error}; write one JSON object per line") from error
        if not isinstance(found, dict):
            raise self._error("is not a JSON object; write one object with `text` per line")
        return found

    def _error(self, problem: str) -> TranscriptError:
        return TranscriptError(self.path, self.line, problem)


def moment(value: object) -> float | None:
    """Unix seconds of an ISO 8601 text (UTC where it names no zone) or a Unix time; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value / 1000 if abs(value) > _MILLISECONDS_FROM else float(value)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _read_export(path: Path, file: BinaryIO) -> Iterator[Entry]:
    """The messages of a DiscordChatExporter JSON file, which is read as a whole."""
    raw = file.read(_LARGEST_EXPORT + 1)
    if len(raw) > _LARGEST_EXPORT:
        raise TranscriptError(path, None, "is larger than 512 MB; export it in parts")
    content = _export_object(path, raw)
    channel = _mapping(content.get("channel"))
    name = str(channel.get("id") or channel.get("name") or path.name)
    private = "Direct" in str(channel.get("type", ""))
    conversation = _Conversation(name)
    entries = [
        _exported(path, place, each, conversation=conversation, name=name)
        for place, each in enumerate(content["messages"])
    ]
    people = tuple(conversation.people.values()) if private else ()
    for entry in entries:
        if entry is not None:
            yield entry._replace(present=people, offset=len(raw))


def _export_object(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise TranscriptError(path, error.lineno, f"is not JSON: {error.msg}") from error
    if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
        problem = "has no list of `messages`; export as JSON, or write one object per line"
        raise TranscriptError(path, 1, problem)
    return content


def _exported(
    path: Path, place: int, each: object, *, conversation: _Conversation, name: str
) -> Entry | None:
    """The entry of one exported message; None for what a bot wrote, which is never judged."""
    if not isinstance(each, dict) or not isinstance(each.get("author"), dict):
        raise TranscriptError(path, None, f"messages[{place}] has no `author`; export it again")
    author = each["author"]
    reference = _mapping(each.get("reference"))
    answered = conversation.answered(reference.get("messageId"))
    forwarded = each.get("forwardedMessage")
    message = Message(
        id=int(each["id"]) if str(each.get("id", "")).isdecimal() else place + 1,
        channel_id=conversation.channel,
        author=person(str(author.get("name") or author.get("id") or "")),
        text=str(each.get("content") or ""),
        at=moment(each.get("timestamp")) or conversation.at + 1,
        mentions=tuple(_mentioned(each)),
        reply_to=answered.id if answered else None,
        reply_author=answered.author if answered else None,
        forwarded=(str(forwarded.get("content")),) if isinstance(forwarded, dict) else (),
        embedded=tuple(_embedded(each)),
    )
    index = conversation.count
    if author.get("isBot"):
        conversation.count += 1
        return None
    conversation.remember(message, each.get("id"))
    return Entry(message, name, index, each.get("id"))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mentioned(each: dict[str, Any]) -> Iterator[Person]:
    for mention in each.get("mentions") or ():
        if isinstance(mention, dict) and mention.get("name"):
            yield person(str(mention["name"]))


def _embedded(each: dict[str, Any]) -> Iterator[str]:
    for embed in each.get("embeds") or ():
        if isinstance(embed, dict):
            parts = [str(embed[key]) for key in ("title", "description") if embed.get(key)]
            if parts:
                yield "\n".join(parts)
