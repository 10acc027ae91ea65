"""Every example of every language and rule is a test of the rules alone, without the model."""

from __future__ import annotations

from typing import Literal

import pytest

from bot.detection import Detector, load_detector
from bot.detection.catalogue import Example, read_languages, read_rules
from bot.domain.assessment import Assessment, Category, Kind, Level
from bot.domain.message import Message, Person, Window
from bot.explain import reasons

LANGUAGES = {
    path.stem: file.examples for path, file in read_languages() if file.examples is not None
}
RULES = {rule.id: (path, rule) for path, rule in read_rules()}

Kinds = Literal["match", "no_match", "disclosure"]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector(learned=False)


def _window(example: Example) -> Window:
    """What is judged of an example; what begins with `> ` is said by somebody else."""
    texts = [example] if isinstance(example, str) else example
    said = [
        Message(
            n,
            1,
            Person(2, "other") if text.startswith("> ") else Person(1, "author"),
            text.removeprefix("> "),
            float(n),
        )
        for n, text in enumerate(texts, start=1)
    ]
    return Window(said[-1], tuple(said[:-1]))


def _assess(detector: Detector, example: Example) -> Assessment:
    return detector.assess(_window(example))


def _mistake(detector: Detector, place: str, example: Example, wanted: Kind) -> str | None:
    """What is wrong with the example at `place`, by which rule, or what the nearest rule lacked."""
    assessment = _assess(detector, example)
    if assessment.kind is wanted and (wanted is not Kind.THREAT or assessment.level > Level.LOW):
        return None
    rules = ", ".join(finding.rule for finding in assessment.findings)
    if assessment.kind is not Kind.NONE:
        level = f" of level {assessment.level.label}" if assessment.kind is wanted else ""
        return f"{place}: {example!r} is taken for a {assessment.kind}{level} by {rules}"
    why = "; ".join(map(str.strip, reasons(detector.explain(_window(example)), {})))
    return f"{place}: {example!r} is not found as a {wanted} by the rules; {why}"


def _examples(kind: Kinds) -> list[object]:
    """The examples of one kind of all languages, each with its place: `ca-match-1`."""
    return [
        pytest.param(
            f"languages/{language}.yaml: examples.{kind}.{n}", each, id=f"{language}-{kind}-{n}"
        )
        for language, examples in LANGUAGES.items()
        for n, each in enumerate(getattr(examples, kind))
    ]


def _rule_examples(kind: Literal["match", "no_match"]) -> list[object]:
    return [
        pytest.param(rule.id, f"rules/{path.name}: {kind}.{n}", each, id=f"{rule.id}-{kind}-{n}")
        for path, rule in RULES.values()
        for n, each in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("place", "example"), _examples("match"))
def test_a_threat_of_the_language_is_found(
    detector: Detector, place: str, example: Example
) -> None:
    mistake = _mistake(detector, place, example, Kind.THREAT)

    assert mistake is None, mistake


@pytest.mark.parametrize(
    "language", [pytest.param(each, id=f"{each}-shouted") for each in LANGUAGES]
)
def test_an_exclamation_mark_hides_no_threat(detector: Detector, language: str) -> None:
    mistakes = [
        _mistake(detector, f"languages/{language}.yaml: examples.match.{n}", shouted, Kind.THREAT)
        for n, each in enumerate(LANGUAGES[language].match)
        if isinstance(each, str)
        for shouted in [f"{each.rstrip('.!?')}!"]
    ]

    assert not any(mistakes), "\n".join(filter(None, mistakes))


@pytest.mark.parametrize(("place", "example"), _examples("no_match"))
def test_innocent_speech_of_the_language_is_left_alone(
    detector: Detector, place: str, example: Example
) -> None:
    mistake = _mistake(detector, place, example, Kind.NONE)

    assert mistake is None, mistake


@pytest.mark.parametrize(("place", "example"), _examples("disclosure"))
def test_a_disclosure_of_the_language_is_understood(
    detector: Detector, place: str, example: Example
) -> None:
    mistake = _mistake(detector, place, example, Kind.DISCLOSURE)

    assert mistake is None, mistake


@pytest.mark.parametrize(("rule", "place", "example"), _rule_examples("match"))
def test_a_rule_fires_on_its_match(
    detector: Detector, rule: str, place: str, example: Example
) -> None:
    fired = [finding.rule for finding in _assess(detector, example).findings]

    assert rule in fired, f"{place}: {example!r} is not found by {rule}, but by {fired}"


@pytest.mark.parametrize(("rule", "place", "example"), _rule_examples("no_match"))
def test_a_rule_is_silent_on_its_no_match(
    detector: Detector, rule: str, place: str, example: Example
) -> None:
    fired = [finding.rule for finding in _assess(detector, example).findings]

    assert rule not in fired, f"{place}: {example!r} is found by {rule}"


def test_a_failed_example_names_file_place_and_what_is_missing(detector: Detector) -> None:
    place = "languages/en.yaml: examples.match.1"
    missed, wrong = "pay by friday or the shop goes online", "pay me 80, i post it"

    assert _mistake(detector, place, missed, Kind.THREAT) == (
        f"{place}: {missed!r} is not found as a threat by the rules; nearest rule: "
        "pay-or-it-is-shown: Money is demanded, or an image of the person is shown; there: "
        "money_demand: pay (0-3); exposure: goes online (26-37); condition: or (14-16); "
        "missing: intimate or possession or your_media"
    )
    assert _mistake(detector, place, wrong, Kind.DISCLOSURE) == (
        f"{place}: {wrong!r} is taken for a threat by money-exposed"
    )
    assert _mistake(detector, place, wrong, Kind.THREAT) is None


def test_a_faked_image_marks_a_finding_and_is_none_by_itself(detector: Detector) -> None:
    alone = _assess(detector, "that deepfake looks so real")
    beside = _assess(detector, "pay 80 or i post the deepfake of you, everyone will think its you")

    assert alone.kind is Kind.NONE
    assert Category.FABRICATED in beside.categories
