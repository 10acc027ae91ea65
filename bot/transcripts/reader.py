"""The only module that knows which kind of transcript a file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.transcripts.entry import Entry, TranscriptError
from bot.transcripts.exports import is_export, read_export
from bot.transcripts.lines import LONGEST_LINE, read_lines, with_present


def read_transcript(path: Path) -> Iterator[Entry]:
    """The messages of `path` in order. JSON Lines are streamed in bounded memory.

    Raises:
        TranscriptError: if the file cannot be read, with the line where that is known.
    """
    try:
        with path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
            file.seek(0)
            if is_export(first):
                yield from read_export(path, file)
            else:
                yield from with_present(read_lines(path, file))
    except OSError as error:
        raise TranscriptError(path, None, f"cannot be opened: {error.strerror or error}") from error
