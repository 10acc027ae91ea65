"""The only module that knows where texts come from: one file per language, held to English."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.advice.files import AdviceFileError, problems_of, read_yaml
from bot.advice.templates import differences, flatten, misfits, placeholders, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = Path(__file__).parent / "locales"
DESK = "desk"
REFERENCE = "en"
_FIRST = f"{REFERENCE}.yaml"


class TextError(LookupError):
    """The code asked for a text that does not exist, or left out what stands in a placeholder."""


class LocaleFile(BaseModel):
    """A language's file as it is written: who it is for, who reviewed it, and its texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    locale: str = Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2}|-419)?$")
    name: str = Field(min_length=1)
    reviewed_by: str | None = Field(min_length=1)
    texts: dict[str, Any]


class _Source(NamedTuple):
    """A file and its texts by dotted key, with references to others not yet resolved."""

    file: LocaleFile
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Language:
    """All texts of one language by dotted key, references to one another already resolved."""

    locale: str
    name: str
    reviewed_by: str | None
    texts: Mapping[str, str]

    def text(self, key: str, **values: object) -> str:
        """The text of `key` with its placeholders filled in.

        Values are put in as they are: whoever passes a name has made it harmless. Values that the
        text does not use are ignored. Raises TextError for an unknown key or a missing value.
        """
        template = self.texts.get(key)
        if template is None:
            near = get_close_matches(key, self.texts, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TextError(f"{self.locale}: there is no text {key!r}{hint}")
        missing = placeholders(template) - values.keys()
        if missing:
            raise TextError(f"{self.locale}: {key!r} needs {', '.join(sorted(missing))}")
        return template.format(**values)


@dataclass(frozen=True, slots=True)
class Texts:
    """Every language that there is a file for, by locale."""

    languages: Mapping[str, Language]

    def get(self, locale: str | None) -> Language:
        """The nearest language: this locale, else its language in any region, else English."""
        if locale is not None and locale in self.languages:
            return self.languages[locale]
        base = (locale or REFERENCE).replace("_", "-").split("-")[0].lower()
        near = (tag for tag in sorted(self.languages) if tag.split("-")[0] == base)
        return self.languages[next(near, REFERENCE)]


@cache
def load_texts(directory: Path = LOCALES) -> Texts:
    """All languages of a folder, read once.

    Raises AdviceFileError with everything that is wrong in a file.

    A language is a file of `directory`, held to English. What moderators read is in its folder
    `desk`, in a file of the same name or else in the English one.
    """
    everybody, desk = _read_all(directory), _read_all(directory / DESK)
    languages = {}
    for path, source in everybody.items():
        moderators = desk.get(directory / DESK / path.name) or desk.get(directory / DESK / _FIRST)
        languages[source.file.locale] = _language(path, source, moderators)
    return Texts(MappingProxyType(languages))


def _read_all(directory: Path) -> dict[Path, _Source]:
    """Every file of a folder by path, each held to the English one beside it."""
    paths = dict.fromkeys([directory / _FIRST, *sorted(directory.glob("*.yaml"))])
    sources = {path: _source(path) for path in paths if path.exists() or directory.name != DESK}
    english = sources.get(directory / _FIRST)
    for path, source in sources.items():
        assert english is not None
        _raise_any(path, sorted(differences(source.templates, english.templates)))
    return sources


def _language(path: Path, source: _Source, desk: _Source | None) -> Language:
    templates = dict(source.templates)
    if desk is not None:
        twice = sorted(templates.keys() & desk.templates.keys())
        _raise_any(path, [f"{key}: stands in {DESK}/ too; remove one of them" for key in twice])
        templates |= desk.templates
    try:
        texts = {key: resolve(template, templates) for key, template in templates.items()}
    except ValueError as error:
        raise _located(path, error) from error
    _raise_any(path, sorted(misfits(texts)))
    file = source.file
    return Language(file.locale, file.name, file.reviewed_by, MappingProxyType(texts))


def _source(path: Path) -> _Source:
    file = _read(path)
    try:
        templates = dict(flatten(file.texts))
        for template in templates.values():
            placeholders(template)
    except ValueError as error:
        raise _located(path, error) from error
    return _Source(file, templates)


def _read(path: Path) -> LocaleFile:
    try:
        file = LocaleFile.model_validate(read_yaml(path))
    except ValidationError as error:
        raise AdviceFileError(path, problems_of(error)) from error
    if file.locale != path.stem:
        raise AdviceFileError(path, [f"locale: {file.locale!r} is not the file's name"])
    return file


def _located(path: Path, error: ValueError) -> AdviceFileError:
    return error if isinstance(error, AdviceFileError) else AdviceFileError(path, [str(error)])


def _raise_any(path: Path, problems: list[str]) -> None:
    if problems:
        raise AdviceFileError(path, problems)
