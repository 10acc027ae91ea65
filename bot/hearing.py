"""The only module that knows how `scan` comes by messages: from files, or from what is typed."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TextIO

from bot.detection import Conversations, Detector
from bot.domain.message import Window
from bot.transcripts import Entry, TranscriptError, is_export, read_transcript

_TYPED = "-"
_HOW_TO_TYPE = (
    "Type a message on each line. To end, press Ctrl+D at the beginning of a line "
    "(on Windows Ctrl+Z, then Enter)."
)
_WINDOW_MINUTES = 24 * 60
"""A transcript is judged after the fact, so that a day may lie between a threat's parts."""


class Heard(NamedTuple):
    """A message of a transcript, with what was said before it."""

    entry: Entry
    window: Window
    is_worthwhile: bool
    """Whether the detector could find something in it."""


def hear(path: Path, detector: Detector) -> Iterator[Heard]:
    """Every message of the transcript at `path`, in order; streamed.

    Raises:
        TranscriptError: if the file cannot be read, after what stands before that place.
    """
    conversations = Conversations(detector, minutes=_WINDOW_MINUTES)
    for entry in read_transcript(path):
        message = entry.message
        found = conversations.observe(message)
        before = conversations.context(message.channel_id)[:-1]
        if entry.conversation is None:
            conversations.forget(message.channel_id)
        window = found or Window(message, before)
        window = window._replace(present=entry.present, known=entry.known)
        yield Heard(entry, window, found is not None)


def read_each(
    files: Sequence[Path | str], read: Callable[[Path, str], None], *, err: TextIO
) -> int:
    """Have `read` read every file, given its path and its name; `-` stands for standard input.

    Returns how many could not be read (`read` raised TranscriptError), which is said on `err`.
    """
    unread = 0
    with TemporaryDirectory() as folder:
        for file in map(str, files):
            path = _typed(Path(folder), sys.stdin, err) if file == _TYPED else Path(file)
            try:
                read(path, file)
            except TranscriptError as error:
                err.write(f"{error}\n".replace(str(path), file, 1))  # it begins with it
                unread += 1
    return unread


def _typed(folder: Path, source: TextIO, err: TextIO) -> Path:
    """Standard input as a transcript: JSON lines as they are, any other line as a message.

    An export of DiscordChatExporter is left as it is. Who types is told on `err` how to end.
    """
    path = folder / "typed.jsonl"
    if source.isatty():
        err.write(f"{_HOW_TO_TYPE}\n")
        err.flush()
    first = source.readline()
    lines = itertools.chain([first], source)
    with path.open("w", encoding="utf-8") as file:
        if is_export(first.encode()):
            file.writelines(lines)
            return path
        for line in map(str.strip, lines):
            is_said = line and not line.startswith("{")
            file.write((json.dumps({"text": line}) if is_said else line) + "\n")
    return path
