"""The only module that knows which concepts may occur in a text, at one look or another."""

from __future__ import annotations

from bot.detection.closely import Closely
from bot.detection.lexicon import Lexicon
from bot.detection.normalise import fold
from bot.detection.reading import read_part


class Looks:
    """Looks at texts, the dearer ones the closer; of the last one it remembers what it saw."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._bits = lexicon.bits
        self._gated, self._words_gated = "", list[str]()
        self._looked = ("", 0)

    def forget(self) -> None:
        """Forget the last text."""
        self._gated, self._words_gated, self._looked = "", [], ("", 0)

    def gate(self, text: str) -> int:
        """The concepts that may occur in `text`, one bit each: cheap, and misses none that does."""
        if text != self._gated:
            words = fold(text).split() if text.isascii() else self._lexicon.words(text)
            self._gated, self._words_gated = text, words
        return self._bits(self._words_gated)

    def look(self, text: str) -> int:
        """Like `gate`, closer and dearer: with the concepts that are too common for the gate."""
        looked, bits = self._looked
        if looked != text:
            bits = self._lexicon.all_bits(self._words(text))
            self._looked = (text, bits)
        return bits

    def closely(self, text: str) -> Closely:
        """The concepts that do stand in what is read of `text`."""
        return self._lexicon.closely(self._words(read_part(text)))

    def _words(self, text: str) -> list[str]:
        """The words of `text`, known already if the gate saw it last."""
        return self._words_gated if self._gated == text else self._lexicon.words(text)
