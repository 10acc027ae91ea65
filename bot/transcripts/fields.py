"""The only module that knows how one line of JSON Lines is read field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from bot.transcripts.entry import TranscriptError, moment


class Fields:
    """One line's object, read field by field with errors that name the line."""

    def __init__(self, path: Path, line: int, raw: bytes) -> None:
        self.path = path
        self.line = line
        self._object = self._parsed(raw)

    def text(self) -> str:
        """The message's words, which every line needs."""
        text = self._object.get("text")
        if not isinstance(text, str):
            problem = "has no `text`" if text is None else "`text` is not a string"
            raise self._error(f'{problem}; every line needs one, as in {{"text": "hello"}}')
        return text

    def name(self, key: str) -> str | None:
        """A name under `key`, if there is one."""
        value = self._object.get(key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._error(f"`{key}` is {value!r:.80}; write a string")

    def names(self, key: str) -> list[str]:
        """The names under `key`, none if it is missing."""
        value = self._object.get(key) or []
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return value
        raise self._error(f"`{key}` is {value!r:.80}; write a list of names")

    def identifier(self, key: str) -> str | int | None:
        """An identifier under `key`, as it is written."""
        value = self._object.get(key)
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
            return value
        raise self._error(f"`{key}` is {value!r:.80}; write a string or a whole number")

    def is_private(self) -> bool:
        """Whether the line says that it stands in a private chat."""
        channel = self._object.get("channel")
        if channel not in (None, "dm", "group"):
            raise self._error(f"`channel` is {channel!r:.80}; write dm or group")
        return bool(channel == "dm")

    def timestamp(self) -> float | None:
        """When the message was written, in Unix seconds, if the line says so."""
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
