"""The only module that knows where texts come from: one file per language, held to English."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.advice.files import AdviceFileError, problems_of, read_yaml
from bot.advice.templates import differences, flatten, misfits, placeholders, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = Path(__file__).parent / "locales"
REFERENCE = "en"


class TextError(LookupError):
    """The code asked for a text that does not exist, or left out what stands in a placeholder."""


class LocaleFile(BaseModel):
    """A language's file as it is written: who it is for, who reviewed it, and its texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    locale: str = Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2}|-419)?$")
    name: str = Field(min_length=1)
    reviewed_by: str | None = Field(min_length=1)
    texts: dict[str, Any]


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


def load_texts(directory: Path = LOCALES) -> Texts:
    """All languages of a folder. Raises AdviceFileError with everything that is wrong in a file."""
    paths = [directory / f"{REFERENCE}.yaml", *sorted(directory.glob("*.yaml"))]
    files = {path: _read(path) for path in paths}
    templates = {path: _templates(path, file) for path, file in files.items()}
    english = templates[paths[0]]
    languages = {
        file.locale: _language(path, file, templates=templates[path], english=english)
        for path, file in files.items()
    }
    return Texts(MappingProxyType(languages))


def _language(
    path: Path, file: LocaleFile, *, templates: Mapping[str, str], english: Mapping[str, str]
) -> Language:
    try:
        _raise_any(path, sorted(differences(templates, english)))
        texts = {key: resolve(template, templates) for key, template in templates.items()}
    except ValueError as error:
        raise _located(path, error) from error
    _raise_any(path, sorted(misfits(texts)))
    return Language(file.locale, file.name, file.reviewed_by, MappingProxyType(texts))


def _templates(path: Path, file: LocaleFile) -> dict[str, str]:
    try:
        return dict(flatten(file.texts))
    except ValueError as error:
        raise _located(path, error) from error


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
