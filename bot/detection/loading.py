"""The only module that knows how concepts, languages and rules become a detector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from bot.detection.catalogue import (
    HERE,
    CatalogueError,
    ConceptFile,
    LanguageFile,
    RuleEntry,
    read_concepts,
    read_languages,
    read_rules,
    require_known,
)
from bot.detection.detector import Detector
from bot.detection.index import SHARED, Wording
from bot.detection.learned import MODEL, LearnedJudge
from bot.detection.lexicon import Lexicon
from bot.detection.normalise import fold
from bot.detection.phrases import Element, Parser, PhraseError, Step, element_of
from bot.detection.reading import Stances
from bot.detection.rules import AnyOf, Rule
from bot.detection.vetoes import Innocence


@cache
def load_detector(folder: Path = HERE, *, learned: bool = True) -> Detector:
    """The detector of the concepts, languages and rules under `folder`, read once.

    With the learned judge if `folder` has its model, unless it is not wanted.

    Raises:
        CatalogueError: if a file is wrong; the message names file, key and what to mend.
        ModelError: if the model cannot be read.
    """
    concepts = read_concepts(folder)
    languages = list(read_languages(folder))
    shared = [file for _, file in languages if file.language == SHARED]
    wordings: list[Wording] = []
    for path, file in languages:
        wordings.extend(_wordings(path, file, shared=shared, concepts=concepts))
    rules = [_rule(path, entry, concepts) for path, entry in read_rules(folder)]
    wanted = sorted(frozenset().union(*(rule.concepts for rule in rules)))
    gated = [concept for concept in wanted if not concepts.concepts[concept].weak]
    looked = [concept for concept in wanted if concepts.concepts[concept].weak]
    lexicon = Lexicon(
        wordings,
        concepts=tuple(concepts.concepts),
        gated=gated,
        looked=looked,
        disguised={file.language: list(map(fold, file.disguised)) for _, file in languages},
    )
    stances = _stances(concepts, (file for _, file in languages))
    model = folder / MODEL.name
    detector = Detector(lexicon, rules, stances=stances, seen=(gated, looked))
    return detector.advised_by(LearnedJudge.load(model)) if learned and model.exists() else detector


def _stances(concepts: ConceptFile, languages: Iterable[LanguageFile]) -> Stances:
    entries = concepts.concepts.items()
    files = tuple(languages)
    return Stances(
        negatable=frozenset(name for name, entry in entries if entry.negatable),
        attributing=frozenset(name for name, entry in entries if entry.attributing),
        negators=frozenset(fold(word) for file in files for word in file.negators),
        subjects=frozenset(fold(word) for file in files for word in file.subjects),
        conditionals=frozenset(fold(word) for file in files for word in file.conditionals),
    )


def _wordings(
    path: Path, file: LanguageFile, *, shared: Sequence[LanguageFile], concepts: ConceptFile
) -> Iterable[Wording]:
    parser = Parser(_classes(path, file, shared))
    common = {fold(word): rank for rank, word in reversed(tuple(enumerate(file.common)))}
    for concept, phrases in file.concepts.items():
        require_known(concept, concepts.concepts, path=path, key=f"concepts.{concept}")
        for phrase in phrases:
            try:
                steps = parser.parse(phrase)
            except PhraseError as error:
                message = f"{path}: concepts.{concept}: {error}"
                raise CatalogueError(message) from error
            yield Wording(concept, steps, common, _language(file, steps))


def _language(file: LanguageFile, steps: Iterable[Step]) -> str:
    """The language of a phrase; figures alone belong to all of them."""
    in_figures = not any(step.element.words or step.element.stems for step in steps)
    return SHARED if in_figures else file.language


def _classes(path: Path, file: LanguageFile, shared: Sequence[LanguageFile]) -> dict[str, Element]:
    """The word classes of `file`, each with the shared words of the same name."""
    classes: dict[str, Element] = {}
    names = dict.fromkeys([*(name for each in shared for name in each.words), *file.words])
    for name in names:
        entries = [
            *(entry for each in shared if each is not file for entry in each.words.get(name, [])),
            *file.words.get(name, []),
        ]
        try:
            classes[name] = element_of(name, entries, classes)
        except PhraseError as error:
            message = f"{path}: words.{name}: {error}"
            raise CatalogueError(message) from error
    return classes


def _rule(path: Path, entry: RuleEntry, concepts: ConceptFile) -> Rule:
    def some(names: Iterable[str]) -> AnyOf:
        members: set[str] = set()
        for name in names:
            if name not in concepts.groups:
                require_known(name, concepts.concepts, path=path, key=f"{entry.id}.when")
            members.update(concepts.groups.get(name, (name,)))
        return frozenset(members)

    needs = [some([need] if isinstance(need, str) else need) for need in entry.when.all]
    if entry.when.any:
        needs.append(some(entry.when.any))
    return Rule(
        id=entry.id,
        title=entry.title,
        version=entry.version,
        kind=entry.kind,
        level=entry.level,
        category=entry.category,
        stable=entry.status == "stable",
        needs=tuple(needs),
        vetoes=some(entry.when.none),
        own_vetoes=some(entry.when.own),
        order=tuple(entry.when.order),
        across=entry.scope == "author",
        foreign=entry.foreign,
        weak=frozenset(name for name, concept in concepts.concepts.items() if concept.weak),
        heard=some(entry.when.heard),
        within=entry.when.within,
        apart=entry.when.apart,
        innocence=Innocence(
            *(frozenset(concepts.groups.get(group, ())) for group in Innocence._fields)
        ),
    )
