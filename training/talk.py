"""The only module that knows where openly licensed talk comes from.

It is what is said in a game, sayings, and small talk with robots, in the packages that
`training/fetch-talk` brings. It teaches what is innocent, most of all lines that sound grave. None
of it is kept in the project.
"""

from __future__ import annotations

import gettext
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from training.sentences import LANGUAGES, Sentence
from training.settings import SEED, TALK_PER_LANGUAGE

HAND = "talk"

_GAME = "usr/share/games/wesnoth/1.16/locale"
_SAYINGS = "usr/share/games/fortunes"
_ROBOTS = "chatterbot_corpus/data"
_ALIASES = {
    "nb_NO": "no", "pt_BR": "pt", "zh_CN": "zh", "zh_TW": "zh", "tl": "fil", "sr@latin": "sr",
    "brasil": "pt", "cz": "cs", "dutch": "nl", "english": "en", "french": "fr", "german": "de",
    "hindi": "hi", "hinglish": "hi", "indonesia": "id", "indonesian": "id", "italian": "it",
    "japanese": "ja", "korean": "ko", "portuguese": "pt", "russian": "ru", "spanish": "es",
    "chinese": "zh", "swedish": "sv", "thai": "th", "tchinese": "zh", "turkish": "tr",
    "ukrainian": "uk",
}  # fmt: skip
"""Languages as the packages call them, where that is not as the project does."""

_MARKUP = re.compile(r"<[^>]+>")
_TEMPLATES = frozenset("$%=")
_SENTENCES = re.compile(r"(?<=[.!?…。！？])\s+")
_TOGETHER = (1, 1, 2, 3)
_SHORTEST, _LONGEST = 6, 240
_SAYING = re.compile(r"\n%+\n")
_SOURCE = re.compile(r"\n\s+--|\n\t")


def read_talk(folder: Path) -> list[Sentence]:
    """Some thousand lines of talk in each language, the same ones each time.

    Raises FileNotFoundError, which says how to fetch them.
    """
    chance = random.Random(SEED)
    found: dict[str, set[str]] = {}
    for language, text in (*_game(folder), *_sayings(folder), *_robots(folder)):
        found.setdefault(language, set()).update(_lines(text, chance))
    if not found:
        raise FileNotFoundError(f"no talk in {folder}: training/fetch-talk {folder}")
    return [
        Sentence(line, "innocent", HAND, language)
        for language in sorted(found)
        for line in _some(sorted(found[language]), chance)
    ]


def _some(lines: list[str], chance: random.Random) -> list[str]:
    return chance.sample(lines, min(TALK_PER_LANGUAGE, len(lines)))


def _lines(text: str, chance: random.Random) -> Iterator[str]:
    """A text as it might stand in a chat: one to three sentences at a time."""
    plain = " ".join(_MARKUP.sub("", text).split())
    if not _TEMPLATES.isdisjoint(plain):
        return
    sentences = _SENTENCES.split(plain)
    while sentences:
        count = chance.choice(_TOGETHER)
        line = " ".join(sentences[:count])
        del sentences[:count]
        if _SHORTEST <= len(line) <= _LONGEST:
            yield line


def _language(name: str) -> str | None:
    language = _ALIASES.get(name, name)
    return language if language in LANGUAGES else None


def _game(folder: Path) -> Iterator[tuple[str, str]]:
    """What the people of The Battle for Wesnoth's campaigns say, and the texts around them."""
    for path in sorted((folder / _GAME).rglob("*.mo")):
        language = _language(path.parent.parent.name)
        if language is None:
            continue
        with path.open("rb") as file:
            catalogue: dict[Any, str] = vars(gettext.GNUTranslations(file))["_catalog"]
        for original, translated in catalogue.items():
            if isinstance(original, str) and original and translated != original:
                yield language, translated.split("^")[-1]
                if language == "de":
                    yield "en", original.split("\x04")[-1].split("^")[-1]


def _sayings(folder: Path) -> Iterator[tuple[str, str]]:
    """Sayings, quotations and jokes of the fortune collections."""
    for path in sorted((folder / _SAYINGS).rglob("*")):
        inner = path.relative_to(folder / _SAYINGS).parts
        language = _language(inner[0] if len(inner) > 1 else path.name)
        if language is None or not path.is_file() or path.suffix in {".dat", ".u8"}:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for saying in _SAYING.split(text):
            yield language, _SOURCE.split(saying)[0]


def _robots(folder: Path) -> Iterator[tuple[str, str]]:
    """Small talk of the ChatterBot corpus."""
    for path in sorted((folder / _ROBOTS).rglob("*.y*ml")):
        language = _language(path.parent.name)
        if language is None:
            continue
        content = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for conversation in content.get("conversations", ()):
            for said in conversation:
                if isinstance(said, str):
                    yield language, said
