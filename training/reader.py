"""The only module that knows which concepts the detector finds in a sentence."""

from __future__ import annotations

from functools import cache

from bot.detection import load_detector


@cache
def concepts(text: str) -> frozenset[str]:
    """The concepts in `text`, whoever's words they are and whatever the rules make of them."""
    reading = load_detector(learned=False).read(text)
    return reading.own | reading.foreign
