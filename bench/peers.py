"""What else a server could use: lists of words as admins write them, in English."""

from __future__ import annotations

import re
from collections.abc import Callable

Matcher = Callable[[str], bool]

PHRASES = (
    "leak*",
    "your nudes",
    "ur nudes",
    "send nudes",
    "nude pic*",
    "nude vid*",
    "naked pic*",
    "private pic*",
    "private vid*",
    "sextort*",
    "blackmail*",
    "expose you",
    "expose u",
    "exposing you",
    "i have your pic*",
    "i have ur pic*",
    "i have your vid*",
    "i got your pic*",
    "i got ur pic*",
    "i recorded you",
    "screen recorded",
    "send me money",
    "pay me",
    "pay or",
    "pay up",
    "or else",
    "gift card*",
    "steam card*",
    "cashapp me",
    "paypal me",
    "bitcoin",
    "your followers",
    "ur followers",
    "your family will",
    "tell your mom",
    "tell your parents",
    "send it to everyone",
    "send to all your friends",
    "post your pic*",
    "post ur pic*",
    "ruin your life",
    "do what i say",
)
"""Keywords as Discord's AutoMod takes them: whole words, `*` for any continuation."""

EXPRESSIONS = (
    r"(?:send|pay).{0,40}\bor\b.{0,40}(?:post|leak|share|send)",
    r"i (?:have|got|saved).{0,20}(?:pics|photos|video|nudes)",
    r"\d+ ?(?:dollars|euros?|usd|bucks).{0,40}\bor\b",
)


def automod() -> Matcher:
    """Keywords with wildcards and a few regular expressions, as a server's AutoMod."""
    keywords = "|".join(re.escape(phrase).replace(r"\*", r"\w*") for phrase in PHRASES)
    pattern = re.compile(rf"(?<!\w)(?:{keywords})(?!\w)|{'|'.join(EXPRESSIONS)}", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def red() -> Matcher:
    """The method of Red's filter: one alternation of the same words between word boundaries."""
    words = "|".join(re.escape(phrase.rstrip("*")) for phrase in PHRASES)
    pattern = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None


def alt_profanity() -> Matcher | None:
    """The model of alt-profanity-check, where somebody installed it; else None."""
    try:
        import profanity_check  # noqa: PLC0415 - it is no dependency of this project
    except ImportError:
        return None
    return lambda text: bool(profanity_check.predict([text])[0])
