"""Every text that the code asks for exists, with what its braces need; and none waits in vain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

from bot.advice.files import read_yaml
from bot.advice.pages import STEPS, Situation
from bot.advice.service import Audience, ServiceKind
from bot.advice.templates import flatten, placeholders
from bot.advice.texts import DESK, LOCALES, Language
from bot.bundle.done import LABELLED, ON_TOLD
from bot.domain.assessment import Category, Kind, Level
from bot.domain.case import CaseState, Mistake, Verdict
from bot.domain.delivery import DeliveryKind, DeliveryState, NoticeReason
from bot.domain.dossier import Consent
from bot.domain.evidence import TOLD, Act, ItemKind
from bot.domain.fates import BANNED
from bot.domain.measure import PERMISSION, Measure, Obstacle
from bot.services import custody
from bot.services.choices import SETTINGS
from bot.services.gathering import Unreadable
from bot.transport.choices_here import Reason
from bot.transport.trial import Mark

ROOT = Path(__file__).parents[2]
SOURCES = sorted((*ROOT.glob("bot/**/*.py"), *ROOT.glob("cogs/**/*.py")))
BUNDLE = ROOT / "bot" / "bundle"

LEVELS = [level.label for level in Level if level is not Level.NONE]
CANNOT_ALERT = {*NoticeReason} - {NoticeReason.ALERTS_FAIL, NoticeReason.CHOICE_GONE}
OPTIONS = [
    (key, option)
    for key, setting in SETTINGS.items()
    for option in setting.options
    if option not in LEVELS
]

FAMILIES: dict[str, Iterable[str | tuple[str, ...]]] = {
    "button.{}": Verdict,
    "category.{}": Category,
    "delivery.{}": {*DeliveryState} - {DeliveryState.HELD},
    "export.consent.{}": Consent,
    "export.detail.{}": LABELLED,
    "export.report.kind_{}": ("message", "context", "edit"),
    "export.report.seen_{}": ("account", "global", "shown", "joined", "roles"),
    "export.source.{}": (*custody.SOURCES, ON_TOLD),
    "export.what.{}": {
        what.replace(" ", "_")
        for what in (*Act, *DeliveryKind, *Measure, ItemKind.ASSESSMENT, TOLD, BANNED)
    },
    "history.{}": {act.replace(" ", "_") for act in Act} | {"other"},
    "level.{}": LEVELS,
    "measure.line.{}": Measure,
    "measure.name.{}": Measure,
    "measure.obstacle.{}": Obstacle,
    "measure.will.{}": (*Measure, "delete_erased"),
    "message.{}": {*Kind, *Category} - {Kind.NONE, Category.OTHER},
    "mistake.{}": Mistake,
    "owner.reason.{}": CANNOT_ALERT,
    "owner.remedy.{}": CANNOT_ALERT,
    "permission.{}": PERMISSION.values(),
    "progress.{}": CaseState,
    "service.audience.{}": {*Audience} - {Audience.ANY},
    "service.kind.{}": ServiceKind,
    "setup.option.{}.{}": OPTIONS,
    "setup.refused.{}": (*get_args(Reason), "public_alert_channel", "missing_permissions"),
    "setup.setting.{}.explain": SETTINGS,
    "setup.setting.{}.name": SETTINGS,
    "setup.test.{}": Mark,
    "situation.{}.advice": Situation,
    "situation.{}.label": Situation,
    "state.{}": CaseState,
    "steps.{}.title": STEPS,
    "surroundings.{}": Unreadable,
    "thread.tag.{}": CaseState,
    "verdict.{}": Verdict,
}
"""Which texts are asked for by a value that an enumeration or a table holds."""


class Source(NamedTuple):
    """What one place says: its words, and the shapes of what it puts together out of them."""

    place: str
    words: frozenset[str]
    shapes: frozenset[str]

    def completions(self, shape: str, keys: Iterable[str]) -> set[str]:
        """The keys that become of a shape with words of this place in its braces."""
        pattern = re.compile(re.escape(shape).replace(r"\{\}", r"(\w+)"))
        found = ((key, pattern.fullmatch(key)) for key in keys)
        return {key for key, match in found if match and self.words.issuperset(match.groups())}


@cache
def sources() -> tuple[Source, ...]:
    """Every file of the code; what makes a bundle is one, with its templates."""
    files = [_python(path.name, path) for path in SOURCES if BUNDLE not in path.parents]
    made = [_python(path.name, path) for path in SOURCES if BUNDLE in path.parents]
    made += [_jinja(path) for path in BUNDLE.rglob("*.j2")]
    bundle = Source(
        "bundle",
        frozenset[str]().union(*(each.words for each in made)),
        frozenset[str]().union(*(each.shapes for each in made)),
    )
    return (*files, bundle)


def _python(place: str, path: Path) -> Source:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    words = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    shapes = {_shape(node) for node in nodes if isinstance(node, ast.JoinedStr)}
    return Source(place, frozenset(words), frozenset(shapes))


def _shape(written: ast.JoinedStr) -> str:
    parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in written.values)
    return "".join(map(str, parts))


def _jinja(path: Path) -> Source:
    text = path.read_text(encoding="utf-8").replace('fact("', 'text("export.report.')
    words, put_together = re.findall(r'"([\w.]+)"', text), re.findall(r'"([\w.]+)" ~', text)
    return Source(path.name, frozenset(words), frozenset(f"{start}{{}}" for start in put_together))


def members(family: str) -> set[str]:
    """The keys of a family."""
    values = FAMILIES[family]
    return {family.format(*((v,) if isinstance(v, str) else v)) for v in values}


def calls() -> Iterator[tuple[str, str, set[str | None]]]:
    """Each `….text("some.key", name=…)` in the code: its place, its key, the names given."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="text"),
                    args=[ast.Constant(value=str(key))],
                    keywords=keywords,
                ) if "." in key:
                    yield f"{path.name}:{node.lineno}", key, {word.arg for word in keywords}


def test_the_code_asks_only_for_texts_that_exist(english: Language) -> None:
    assert [(place, key) for place, key, _ in calls() if key not in english.texts] == []


def test_the_code_gives_every_value_that_a_text_needs(english: Language) -> None:
    lacking = [
        (place, key, missing)
        for place, key, given in calls()
        if key in english.texts
        and None not in given
        and (missing := placeholders(english.texts[key]) - given)
    ]

    assert lacking == []


def test_every_value_that_texts_are_asked_for_by_has_one(english: Language) -> None:
    wanted = {key for family in FAMILIES for key in members(family)}

    assert sorted(wanted - english.texts.keys()) == []


def test_whatever_puts_a_key_together_is_known_here(english: Language) -> None:
    groups = tuple({f"{key.split('.')[0]}." for key in english.texts})
    unknown = [
        (source.place, shape)
        for source in sources()
        for shape in sorted(source.shapes)
        if shape.startswith(groups) and "{}" in shape and shape not in FAMILIES
        if not source.completions(shape, english.texts)
    ]

    assert unknown == []
    assert FAMILIES.keys() <= {shape for source in sources() for shape in source.shapes}


def test_every_english_text_is_asked_for(english: Language) -> None:
    templates = dict(_templates())
    asked = {name for template in templates.values() for name in placeholders(template)}
    for source in sources():
        asked |= source.words
        for shape in source.shapes:
            asked |= source.completions(shape, english.texts)
            asked |= members(shape) if shape in FAMILIES else set()

    assert sorted(templates.keys() - asked) == []


def _templates() -> Iterator[tuple[str, str]]:
    """The English texts as they are written, in which one may lead to another."""
    for path in (LOCALES / "en.yaml", LOCALES / DESK / "en.yaml"):
        yield from flatten(read_yaml(path)["texts"])
