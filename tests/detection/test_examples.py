"""Every example of every language and rule is a test of the rules alone, without the model."""

from __future__ import annotations

import pytest

from bot.detection import Detector, load_detector
from bot.detection.catalogue import Example, read_languages, read_rules
from bot.domain.assessment import Assessment, Category, Kind, Level
from bot.domain.message import Message, Person, Window

LANGUAGES = {file.language: file.examples for _, file in read_languages() if file.examples}
RULES = {rule.id: rule for _, rule in read_rules()}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector(learned=False)


def _assess(detector: Detector, example: Example) -> Assessment:
    """Judge an example; what begins with `> ` is said by somebody else."""
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
    return detector.assess(Window(said[-1], tuple(said[:-1])))


@pytest.mark.parametrize(
    ("language", "example"),
    [(name, each) for name, examples in LANGUAGES.items() for each in examples.match],
)
def test_a_threat_of_the_language_is_found(
    detector: Detector, language: str, example: Example
) -> None:
    assessment = _assess(detector, example)

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exclamation_mark_hides_no_threat(detector: Detector, language: str) -> None:
    examples = [each for each in LANGUAGES[language].match if isinstance(each, str)]
    shouted = [f"{each.rstrip('.!?')}!" for each in examples]

    assert not [each for each in shouted if _assess(detector, each).kind is not Kind.THREAT]


@pytest.mark.parametrize(
    ("language", "example"),
    [(name, each) for name, examples in LANGUAGES.items() for each in examples.no_match],
)
def test_innocent_speech_of_the_language_is_left_alone(
    detector: Detector, language: str, example: Example
) -> None:
    assert _assess(detector, example).kind is Kind.NONE


@pytest.mark.parametrize(
    ("language", "example"),
    [(name, each) for name, examples in LANGUAGES.items() for each in examples.disclosure],
)
def test_a_disclosure_of_the_language_is_understood(
    detector: Detector, language: str, example: Example
) -> None:
    assert _assess(detector, example).kind is Kind.DISCLOSURE


@pytest.mark.parametrize(
    ("rule", "example"), [(rule.id, each) for rule in RULES.values() for each in rule.match]
)
def test_a_rule_fires_on_its_match(detector: Detector, rule: str, example: Example) -> None:
    fired = [finding.rule for finding in _assess(detector, example).findings]

    assert rule in fired


@pytest.mark.parametrize(
    ("rule", "example"), [(rule.id, each) for rule in RULES.values() for each in rule.no_match]
)
def test_a_rule_is_silent_on_its_no_match(detector: Detector, rule: str, example: Example) -> None:
    fired = [finding.rule for finding in _assess(detector, example).findings]

    assert rule not in fired


def test_a_faked_image_marks_a_finding_and_is_none_by_itself(detector: Detector) -> None:
    alone = _assess(detector, "that deepfake looks so real")
    beside = _assess(detector, "pay 80 or i post the deepfake of you, everyone will think its you")

    assert alone.kind is Kind.NONE
    assert Category.FABRICATED in beside.categories
