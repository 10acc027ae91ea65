"""Of every text it can be said why it was found, or what was missing for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.detection import Detector, load_detector
from bot.detection.catalogue import HERE
from bot.detection.explaining import Aside
from bot.domain.assessment import NOTHING, Kind
from bot.domain.message import Message, Window

Write = Callable[..., Message]
THREAT = "send 80 euro by tonight or i post your nudes"


def test_what_was_found_is_the_assessment_itself(detector: Detector, write: Write) -> None:
    window = Window(write("leo", THREAT), (write("ava", "hello"),))

    explanation = detector.explain(window)

    assert explanation.assessment == detector.assess(window)
    assert (explanation.nearest, explanation.aside) == (None, None)
    assert explanation.opinion is not None
    assert explanation.opinion.kind is Kind.THREAT


def test_the_nearest_rule_says_what_it_lacked(detector: Detector, write: Write) -> None:
    near = detector.explain(Window(write("leo", "pay by friday or the shop goes online"))).nearest

    assert near is not None
    assert near.rule == "pay-or-it-is-shown"
    assert {signal.words for signal in near.met} == {"pay", "or", "goes online"}
    assert near.lacking == (("intimate", "possession", "your_media"),)
    assert near.silenced_by is None


def test_the_words_that_silenced_a_rule_are_named(detector: Detector, write: Write) -> None:
    text = "pay me or i post your baby pics at the wedding"
    near = detector.explain(Window(write("leo", text))).nearest

    assert near is not None
    assert near.lacking == ()
    assert near.silenced_by is not None
    assert near.silenced_by.words in {"baby", "wedding", "baby pics"}


def test_whoever_answers_or_repeats_a_threat_is_told_apart(
    detector: Detector, write: Write
) -> None:
    before = (write("leo", THREAT),)
    answer = write("ava", "if you post my pics i send your dms to your mom and your school")

    repeated = detector.explain(Window(write("ava", THREAT), before))
    answered = detector.explain(Window(answer, before))

    assert (repeated.assessment, repeated.aside) == (NOTHING, Aside.REPEATS)
    assert answered.assessment.kind is not Kind.THREAT
    assert answered.aside in {Aside.ANSWERS, None}


def test_what_calms_or_praises_is_said_to_do_so(detector: Detector, write: Write) -> None:
    for calming in (
        "i deleted all your pics, nobody gets to see them",
        "i saw your video, everyone at school loves it",
    ):
        explanation = detector.explain(Window(write("leo", calming)))

        assert (explanation.assessment, explanation.aside) == (NOTHING, Aside.CALMS)


def test_of_ordinary_talk_no_rule_is_near(detector: Detector, write: Write) -> None:
    explanation = detector.explain(Window(write("ava", "good morning")))

    assert (explanation.nearest, explanation.asked) == (None, False)


@pytest.fixture(scope="module")
def experimenting(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """The detector with the rules about other threats still on trial."""
    folder = tmp_path_factory.mktemp("catalogue")
    shutil.copytree(HERE / "languages", folder / "languages")
    shutil.copytree(HERE / "rules", folder / "rules")
    shutil.copy(HERE / "concepts.yaml", folder)
    rules = Path(folder, "rules", "other.yaml")
    text = rules.read_text("utf-8")
    rules.write_text(text.replace("status: stable", "status: experimental"), "utf-8")
    return load_detector(folder, learned=False)


def test_an_experimental_rule_is_counted_and_changes_nothing(
    experimenting: Detector, write: Write
) -> None:
    window = Window(write("leo", "leave the server or i dox you"))

    assessment = experimenting.assess(window)
    explanation = experimenting.explain(window)

    assert (assessment.kind, assessment.findings) == (Kind.NONE, ())
    assert assessment.experimental == ("address-published",)
    assert [finding.rule for finding in explanation.experimental] == ["address-published"]


def test_the_learned_judge_can_be_asked_alone(detector: Detector, write: Write) -> None:
    window = Window(write("leo", THREAT))

    rules = [finding.rule for finding in detector.without_rules().assess(window).findings]

    assert rules == ["learned"]


def test_why_it_is_less_than_what_was_found_is_said(detector: Detector, write: Write) -> None:
    own = Window(write("ava", "so you want 50 or you post my pics?"), (write("leo", "hey"),))
    debt = (write("leo", "you still owe me for the concert tickets"), write("ava", "i know"))
    owed = Window(write("leo", "50 by friday or i show everyone the pics"), debt)
    threat = write("leo", THREAT, reply_author=write("ava", "").author)
    mocks = Window(write("kim", THREAT), (threat,))

    assert detector.explain(own).aside is Aside.OWN
    assert detector.explain(owed).aside is Aside.DOUBTED
    assert detector.explain(mocks).aside is Aside.AGAINST


def test_of_what_the_learned_judge_alone_finds_it_is_said_too(
    detector: Detector, write: Write
) -> None:
    text = "transfer it or the recording travels"
    threat = write("leo", text, reply_author=write("ava", "").author)

    assert detector.explain(Window(write("ava", text), (threat,))).aside is Aside.REPEATS
