"""The only module that knows where talk stands in what `training/fetch-talk` brings.

It is what is said in games, what programs and a wiki say to their users, sayings, and small talk
with robots.
"""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from training.sentences import LANGUAGES

Said = Iterator[tuple[str, str]]
"""Languages and texts."""

_ALIASES = {
    "nb_NO": "no", "nb": "no", "pt_BR": "pt", "zh_CN": "zh", "zh_TW": "zh", "zh-hans": "zh",
    "tl": "fil", "sr@latin": "sr", "sr-el": "sr", "sr-ec": "sr", "brasil": "pt", "cz": "cs",
    "dutch": "nl", "english": "en", "french": "fr", "german": "de", "hindi": "hi",
    "hinglish": "hi", "indonesia": "id", "indonesian": "id", "italian": "it", "japanese": "ja",
    "korean": "ko", "portuguese": "pt", "russian": "ru", "spanish": "es", "chinese": "zh",
    "swedish": "sv", "thai": "th", "tchinese": "zh", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip
"""Languages as the packages call them, where that is not as the project does."""

_ORIGINALS_BESIDE = "de"
"""The language beside whose translations the English originals are read."""
_SAYING = re.compile(r"\n%+\n")
_SOURCE = re.compile(r"\n\s+--|\n\t")
_FISH = re.compile(r'dialogStr\("(.*)"\)')
_SPACE = re.compile(r"`([^`]*)`")
_TYPED = re.compile(r"<pattern>([^<*_]+)</pattern>")
_ANSWERED = re.compile(r"<template>([^<]+)</template>")


def _language(name: str) -> str | None:
    language = _ALIASES.get(name, name)
    return language if language in LANGUAGES else None


def _catalogues(folder: Path) -> Said:
    """What is said in Wesnoth, Widelands and FreedroidRPG, and what Pidgin tells its users."""
    for path in sorted(folder.rglob("*.mo")):
        language = _language(path.parent.parent.name)
        if language is None:
            continue
        with path.open("rb") as file:
            catalogue: dict[Any, str] = vars(gettext.GNUTranslations(file))["_catalog"]
        for original, translated in catalogue.items():
            if isinstance(original, str) and original and translated != original:
                yield language, translated.split("^")[-1]
                if language == _ORIGINALS_BESIDE:
                    yield "en", original.split("\x04")[-1].split("^")[-1]


def _wiki(folder: Path) -> Said:
    """What MediaWiki tells its users."""
    for path in sorted(folder.rglob("i18n/**/*.json")):
        language = _language(path.stem)
        if language is None:
            continue
        for text in json.loads(path.read_text("utf-8")).values():
            if isinstance(text, str):
                yield language, text


def _fish(folder: Path) -> Said:
    """What the fish of Fish Fillets say to each other."""
    for path in sorted(folder.rglob("fillets-ng/script/*/dialogs_*.lua")):
        language = _language(path.stem.removeprefix("dialogs_"))
        if language:
            for text in _FISH.findall(path.read_text("utf-8")):
                yield language, text


def _space(folder: Path) -> Said:
    """What is told and said in Endless Sky."""
    for path in sorted(folder.rglob("endless-sky/data/*.txt")):
        for text in _SPACE.findall(path.read_text("utf-8")):
            yield "en", text


def _sayings(folder: Path) -> Said:
    """Sayings, quotations and jokes of the fortune collections."""
    root = folder / "usr/share/games/fortunes"
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root).parts
        language = _language(inner[0] if len(inner) > 1 else path.name)
        if language is None or not path.is_file() or path.suffix in {".dat", ".u8"}:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for saying in _SAYING.split(text):
            yield language, _SOURCE.split(saying)[0]


def _small_talk(folder: Path) -> Said:
    """The small talk of the ChatterBot corpus."""
    for path in sorted((folder / "chatterbot_corpus/data").rglob("*.y*ml")):
        language = _language(path.parent.name)
        if language is None:
            continue
        content = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for conversation in content.get("conversations", ()):
            for said in conversation:
                if isinstance(said, str):
                    yield language, said


def _alice(folder: Path) -> Said:
    """What the robot A.L.I.C.E. is asked, and answers."""
    for path in sorted((folder / "aiml/botdata/alice").glob("*.aiml")):
        content = path.read_text("utf-8", "replace")
        for typed in _TYPED.findall(content):
            yield "en", typed.lower()
        for answered in _ANSWERED.findall(content):
            yield "en", answered


SOURCES: tuple[Callable[[Path], Said], ...] = (
    _catalogues,
    _wiki,
    _fish,
    _space,
    _sayings,
    _small_talk,
    _alice,
)
