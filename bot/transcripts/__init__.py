"""Files that hold conversations: JSON Lines and Discord exports → messages in order."""

from bot.transcripts.entry import Entry, TranscriptError, moment, person
from bot.transcripts.exports import is_export
from bot.transcripts.reader import read_transcript

__all__ = ["Entry", "TranscriptError", "is_export", "moment", "person", "read_transcript"]
