"""The only module that knows how concepts, languages and rules become a detector."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bot.detection.catalogue import (
    HERE,
    SHARED,
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
from bot.detection.index import Language, Wording
from bot.detection.learned import MODEL, LearnedJudge
from bot.detection.lexicon import Lexicon
from bot.detection.normalise import fold
from bot.detection.phrases import Element, Parser, PhraseError, element_of
from bot.detection.reading import Stances
from bot.detection.rules import WITHIN, WITHIN_IF_SURE, AnyOf, Rule
from bot.detection.vetoes import Innocence
from bot.domain.assessment import Level


@cache
def load_detector(folder: Path = HERE, *, learned: bool = True) -> Detector:
    """The detector of the concepts, languages and rules under `folder`, read once.

    With the learned judge if `folder` has its model, unless it is not wanted.

    Raises:
        CatalogueError: if a file is wrong; the message names file, key and what to mend.
        ModelError: if the model cannot be read.
    """
    with _uncollected():
        detector = _rules_detector(folder)
    model = folder / MODEL.name
    if learned and model.exists():
        detector = detector.advised_by(LearnedJudge.load(model))
    _give_back()
    return detector


def spare_what_stays() -> None:
    """Leave what is loaded for good, rules above all, out of every later garbage collection.

    Looking through it again and again takes a sixth to a third of the time that screening takes.
    """
    gc.collect()
    gc.freeze()


def _give_back() -> None:
    """Give the memory that reading took in between back to the system, where glibc can: 4 MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Spare the garbage collector what is built to stay: it takes a third of the time to look."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _rules_detector(folder: Path) -> Detector:
    concepts = read_concepts(folder)
    rules = [_rule(path, entry, concepts) for path, entry in read_rules(folder)]
    wanted = sorted(frozenset().union(*(rule.concepts for rule in rules)))
    gated = [concept for concept in wanted if not concepts.concepts[concept].weak]
    looked = [concept for concept in wanted if concepts.concepts[concept].weak]
    stances = _Stances()
    lexicon = Lexicon(
        _languages(folder, concepts, stances),
        concepts=tuple(concepts.concepts),
        gated=gated,
        looked=looked,
    )
    return Detector(
        lexicon,
        rules,
        stances=stances.of(concepts),
        innocence=_innocence(concepts),
        seen=(gated, looked),
    )


class _Stances:
    """Gathers the words of all languages that say how concepts bear on one another."""

    def __init__(self) -> None:
        self._negators: set[str] = set()
        self._subjects: set[str] = set()
        self._conditionals: set[str] = set()

    def note(self, file: LanguageFile) -> None:
        """Take in the words of one language."""
        self._negators.update(map(fold, file.negators))
        self._subjects.update(map(fold, file.subjects))
        self._conditionals.update(map(fold, file.conditionals))

    def of(self, concepts: ConceptFile) -> Stances:
        """All that was noted, for these concepts."""
        entries = concepts.concepts.items()
        return Stances(
            negatable=frozenset(name for name, entry in entries if entry.negatable),
            attributing=frozenset(name for name, entry in entries if entry.attributing),
            negators=frozenset(self._negators),
            subjects=frozenset(self._subjects),
            conditionals=frozenset(self._conditionals),
        )


def _languages(folder: Path, concepts: ConceptFile, stances: _Stances) -> Iterator[Language]:
    """The languages one after another, so that no two files are held in memory."""
    shared: list[LanguageFile] = []
    for path, file in read_languages(folder):
        if file.language == SHARED:
            shared.append(file)
        stances.note(file)
        yield Language(
            file.language,
            tuple(_wordings(path, file, shared=shared, concepts=concepts)),
            {fold(word): rank for rank, word in reversed(tuple(enumerate(file.common)))},
            tuple(map(fold, file.disguised)),
            tuple(map(fold, file.towards)),
            tuple(map(fold, file.mine)),
        )


def _wordings(
    path: Path, file: LanguageFile, *, shared: Sequence[LanguageFile], concepts: ConceptFile
) -> Iterable[Wording]:
    parser = Parser(_classes(path, file, shared))
    for concept, phrases in file.concepts.items():
        require_known(concept, concepts.concepts, path=path, key=f"concepts.{concept}")
        for phrase in phrases:
            try:
                steps = parser.parse(phrase)
            except PhraseError as error:
                message = f"{path}: concepts.{concept}: {error}"
                raise CatalogueError(message) from error
            yield Wording(concept, steps)


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


def _innocence(concepts: ConceptFile) -> Innocence:
    groups = (frozenset(concepts.groups.get(group, ())) for group in Innocence._fields)
    return Innocence(*groups)


def _rule(path: Path, entry: RuleEntry, concepts: ConceptFile) -> Rule:
    known = {**concepts.groups, **concepts.concepts}

    def some(names: Iterable[str]) -> AnyOf:
        members: set[str] = set()
        for name in names:
            require_known(name, known, path=path, key=f"{entry.id}.when")
            members.update(concepts.groups.get(name, (name,)))
        return frozenset(members)

    for name in entry.when.order:
        require_known(name, concepts.concepts, path=path, key=f"{entry.id}.when.order")
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
        within=entry.when.within or (WITHIN_IF_SURE if entry.level >= Level.HIGH else WITHIN),
        apart=entry.when.apart,
        innocence=_innocence(concepts),
    )
