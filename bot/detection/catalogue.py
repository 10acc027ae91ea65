"""The only module that knows that concepts, languages and rules are YAML files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from bot.domain.assessment import Category, Kind, Level
from bot.yaml_text import parse_words, slip_in

HERE = Path(__file__).parent

SHARED = "und"
"""The language of what all languages share: emoji, names of payment services (ISO 639)."""

_LEVELS = {level.label: level for level in Level if level is not Level.NONE}


class CatalogueError(Exception):
    """A concept, language or rule file that cannot be used: names the file, the key, the remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ConceptEntry(_Strict):
    """One element of the crime (or of innocent speech), whatever the language."""

    meaning: str = Field(min_length=10)
    negatable: bool = False
    attributing: bool = False
    weak: bool = False


class ConceptFile(_Strict):
    """`concepts.yaml`: the concepts that languages word and rules combine, and groups of them."""

    concepts: dict[str, ConceptEntry]
    groups: dict[str, list[str]]


Example = str | list[str]
"""One message, or the messages of one author in order, of which the last is judged. What begins
with `> ` is said by somebody else."""


class LanguageExamples(_Strict):
    """Sentences of a language that must, and must not, be found."""

    match: list[Example] = Field(min_length=1)
    no_match: list[Example] = Field(min_length=1)
    disclosure: list[Example] = Field(min_length=1)


class LanguageFile(_Strict):
    """`languages/*.yaml`: one language's wording of the concepts."""

    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")
    name: str
    words: dict[str, list[str]] = {}
    common: list[str] = []
    negators: list[str] = []
    subjects: list[str] = []
    conditionals: list[str] = []
    disguised: list[str] = []
    towards: list[str] = []
    mine: list[str] = []
    concepts: dict[str, list[str]] = {}
    examples: LanguageExamples | None = None


def _level_of(value: object) -> Level:
    if not isinstance(value, str) or value not in _LEVELS:
        message = f"there is no level {value!r}; write {', '.join(_LEVELS)}"
        raise PydanticCustomError("level", "{message}", {"message": message})
    return _LEVELS[value]


class When(_Strict):
    """The condition of a rule. An inner list, or a group's name, means: one of these."""

    all: list[str | list[str]] = Field(min_length=1)
    any: list[str] = []
    none: list[str] = []
    own: list[str] = []
    order: list[str] = []
    heard: list[str] = []
    within: int | None = Field(default=None, ge=1, le=400)
    apart: bool = False


class RuleEntry(_Strict):
    """One rule as it is written."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]+$")
    version: int = Field(ge=1)
    title: str
    kind: Kind = Kind.THREAT
    level: Annotated[Level, BeforeValidator(_level_of)]
    category: Category
    status: Literal["stable", "experimental"]
    false_positives: str = Field(min_length=10)
    scope: Literal["message", "author"] = "message"
    foreign: bool = False
    when: When
    match: list[Example] = Field(min_length=1)
    no_match: list[Example] = Field(min_length=1)


class RuleFile(_Strict):
    """`rules/*.yaml`: rules of one kind of harm."""

    rules: list[RuleEntry] = Field(min_length=1)


Entry = TypeVar("Entry", bound=BaseModel)


def read_concepts(folder: Path = HERE) -> ConceptFile:
    """The concepts and groups of `folder`/concepts.yaml. Raises CatalogueError."""
    path = folder / "concepts.yaml"
    file = _read(path, ConceptFile)
    for group, members in file.groups.items():
        for member in members:
            require_known(member, file.concepts, path=path, key=f"groups.{group}")
    return file


def read_languages(folder: Path = HERE) -> Iterator[tuple[Path, LanguageFile]]:
    """Every language file of `folder`/languages, what all share first. Raises CatalogueError."""
    paths = (folder / "languages").glob("*.yaml")
    for path in sorted(paths, key=lambda path: (path.stem != SHARED, path.stem)):
        file = _read(path, LanguageFile)
        if file.language != path.stem:
            message = (
                f"{path}: language: {file.language!r} is not the file's name; write {path.stem}"
            )
            raise CatalogueError(message)
        if file.examples is None and file.language != SHARED:
            message = f"{path}: examples: there are none; write match, no_match and disclosure"
            raise CatalogueError(message)
        yield path, file


def read_rules(folder: Path = HERE) -> Iterator[tuple[Path, RuleEntry]]:
    """Every rule of `folder`/rules, by file name and place. Raises CatalogueError."""
    seen: set[str] = set()
    for path in sorted((folder / "rules").glob("*.yaml")):
        for rule in _read(path, RuleFile).rules:
            if rule.id in seen:
                message = f"{path}: rules: the id {rule.id!r} is used twice; choose another"
                raise CatalogueError(message)
            seen.add(rule.id)
            yield path, rule


def require_known(name: str, known: Mapping[str, object], *, path: Path, key: str) -> None:
    """Raise CatalogueError, naming the nearest known concept, unless `name` is one of `known`."""
    if name in known:
        return
    nearest = get_close_matches(name, known, n=1)
    hint = (
        f"; did you mean {nearest[0]!r}?" if nearest else "; see concepts.yaml for the known ones"
    )
    message = f"{path}: {key}: there is no concept {name!r}{hint}"
    raise CatalogueError(message)


def _read(path: Path, model: type[Entry]) -> Entry:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise CatalogueError(message) from error
    try:
        return model.model_validate(parse_words(text))
    except yaml.YAMLError as error:
        line, slip = slip_in(text, error)
        message = f"{path}:{line}: {slip}"
        raise CatalogueError(message) from error
    except ValidationError as error:
        raise CatalogueError(_explained(path, text, error)) from error


def _explained(path: Path, text: str, error: ValidationError) -> str:
    lines = []
    for each in error.errors(include_url=False):
        key = ".".join(str(part) for part in each["loc"]) or "(the whole file)"
        lines.append(f"{path}:{_line(text, each['loc'])}: {key}: {each['msg']}")
    return "\n".join(lines)


def _line(text: str, keys: tuple[Any, ...]) -> int:
    """The line (from 1) of the deepest part of `keys` that the file has."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for key in keys:
        child = _child(node, key)
        if child is None:
            break
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, key: object) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: yaml.Node = node.value[key]
        return found
    return None
