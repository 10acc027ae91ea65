"""The only module that knows which concepts the detector finds in a sentence."""

from __future__ import annotations

from functools import cache

from bot.detection import Reading, load_detector


@cache
def reading(text: str) -> Reading:
    """What the detector reads in `text`, whatever its rules make of it."""
    return load_detector(learned=False).read(text)


def concepts(text: str) -> frozenset[str]:
    """The concepts in `text`, whoever's words they are."""
    return reading(text).own | reading(text).foreign
