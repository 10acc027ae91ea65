"""The only module that knows how a sentence is varied each time it is learned.

People type sloppily, and say more than one thing in a message.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from training import settings
from training.sentences import Sentence

_LATIN = "LATIN"
_MARKS = re.compile(r"[.,!?;:]+")
_SWAPPED = re.compile(r"(?<=\w)\w\w")
_SLIPS = 0.25
_LONG = 200
"""Innocent texts may grow to so many characters before nothing more is added."""


class Variety:
    """Varies texts by `random`; what is added to one is an innocent line of its language."""

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._ordinary: defaultdict[str, list[str]] = defaultdict(list)
        for each in sentences:
            if each.label == "innocent":
                self._ordinary[each.language].append(each.text)

    def of(self, sentence: Sentence) -> str:
        """The text of `sentence`, now and then joined to others, or typed sloppily."""
        return _sloppy(self._joined(sentence))

    def _joined(self, sentence: Sentence) -> str:
        text = sentence.text
        if random.random() >= settings.JOINED:
            return text
        text = self._beside(text, sentence.language)
        while sentence.label == "innocent" and len(text) < _LONG and random.random() < 1 / 2:
            text = self._beside(text, sentence.language)
        return text

    def _beside(self, text: str, language: str) -> str:
        other = random.choice(self._ordinary[language])
        between = random.choice(" \n")
        return between.join(random.sample((text, other), 2))


def _sloppy(text: str) -> str:
    chance = random.random()
    if chance < settings.BARE:
        return _bare(text)
    chance -= settings.BARE
    if chance < settings.UNMARKED:
        return _MARKS.sub("", text)
    if chance - settings.UNMARKED < settings.MISTYPED and len(text) > 1:
        return _mistyped(text)
    return text


def _mistyped(text: str) -> str:
    """`text` with one letter left out, or with some that changed places with the next one."""
    place = random.randrange(len(text) - 1)
    if random.random() < 1 / 2:
        return text[:place] + text[place + 1 :]
    return _SWAPPED.sub(
        lambda found: found[0][::-1] if random.random() < _SLIPS else found[0], text
    )


def _bare(text: str) -> str:
    """`text` without the marks of Latin letters."""
    letters = filter(str.isalpha, text)
    if not all(unicodedata.name(letter, "").startswith(_LATIN) for letter in letters):
        return text
    opened = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in opened if unicodedata.category(letter) != "Mn")
