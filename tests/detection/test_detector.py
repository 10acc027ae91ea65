"""What the detector says of whole conversations, and that no text can break it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detection import Detector, load_detector
from bot.detection.matching import Budget
from bot.domain.assessment import Assessment, Category, Kind, Level
from bot.domain.message import Message, Person, Window

Judge = Callable[..., Assessment]
THREAT = "send 80 euro by tonight or i post your nudes"


def test_a_threat_names_level_category_and_offender(
    judge: Judge, people: dict[str, Person]
) -> None:
    assessment = judge(("ava", "hello"), ("leo", THREAT))

    assert assessment.kind is Kind.THREAT
    assert assessment.level is Level.HIGH
    assert Category.FINANCIAL in assessment.categories
    assert assessment.offender == people["leo"]
    assert assessment.targets == (people["ava"],)
    assert assessment.aimed
    assert 0 < assessment.score <= 1


def test_elements_spread_over_messages_are_put_together(judge: Judge) -> None:
    assessment = judge(
        ("leo", "i still have the video you sent me"),
        ("ava", "what do you want"),
        ("leo", "nice weather btw"),
        ("leo", "120 by paypal"),
        ("ava", "no"),
        ("leo", "then your brother gets the link"),
    )

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


def test_an_innocent_message_after_a_threat_does_not_fire_again(judge: Judge) -> None:
    assert judge(("leo", THREAT), ("ava", "pls no"), ("leo", "anyone up for minecraft")).kind is (
        Kind.NONE
    )


def test_signals_quote_the_original_words_at_their_places(
    detector: Detector, people: dict[str, Person]
) -> None:
    text = "P\u200bAY me 50 or i l34k ur p1cs to ur m\u00f3m"
    assessment = detector.assess(Window(Message(9, 1, people["leo"], text, 1.0)))

    signals = [signal for finding in assessment.findings for signal in finding.signals]

    assert signals
    assert all(text[signal.start : signal.end] == signal.words for signal in signals)
    assert {signal.message_id for signal in signals} == {9}


def test_whoever_quotes_what_was_written_to_them_is_no_offender(judge: Judge) -> None:
    assessment = judge(("leo", THREAT), ("ava", THREAT))

    assert assessment.kind is Kind.NONE


def test_the_one_who_is_threatened_and_threatens_back_is_no_offender(judge: Judge) -> None:
    assessment = judge(
        ("leo", THREAT), ("ava", "if you post my pics i send your dms to your mom and your school")
    )

    assert assessment.kind is not Kind.THREAT


def test_whoever_answers_a_threat_made_elsewhere_is_no_offender(judge: Judge) -> None:
    for answer in (
        "i saved this whole chat and the cops get it tomorrow",
        "upload my pics and i go straight to the police",
        "go ahead, post it, my parents know everything already",
    ):
        assert judge(("kim", "tell ava to take the report back"), ("ava", answer)).kind is not (
            Kind.THREAT
        )
    assert judge(("leo", "send 50. go to the police and i post your nudes")).kind is Kind.THREAT


def test_who_calms_or_advises_somebody_is_no_offender(judge: Judge) -> None:
    assert judge(("leo", "i deleted all your pics, nobody gets to see them")).kind is Kind.NONE
    assert judge(("leo", "can i show your video to my class?")).kind is Kind.NONE
    assert judge(("kim", "block him, he wont post your nudes")).kind is not Kind.THREAT
    assert judge(
        ("ava", "some guy wants money or he sends my pics to everyone"),
        ("kim", "block him and tell your mom, he wont post anything"),
    ).kind is not (Kind.THREAT)


def test_praise_is_no_threat_unless_something_is_to_be_shown(judge: Judge) -> None:
    assert judge(("leo", "i saw your video, everyone at school loves it")).kind is Kind.NONE
    assert judge(
        ("leo", "i saved your nudes, i send them to your mom, everyone at school loves it")
    ).kind is (Kind.THREAT)


def test_nothing_calming_undoes_that_somebody_is_goaded(judge: Judge) -> None:
    for calming in ("everyone will be proud of you", "nobody will see your pics"):
        assert judge(
            ("ava", "i cant take it anymore i want to die"),
            ("leo", f"then kill yourself, {calming}"),
        ).level is (Level.URGENT)


def test_an_assurance_does_not_undo_what_is_demanded(judge: Judge) -> None:
    calming = "dont worry nobody gets to see your pics"

    assert judge(("leo", calming)).kind is Kind.NONE
    assert judge(("leo", f"send me 50 today, {calming}")).kind is Kind.THREAT
    assert judge(
        ("leo", "i saved your nudes, send 50 by tonight"), ("ava", "pls no"), ("leo", calming)
    ).kind is (Kind.THREAT)


def test_a_quoted_threat_with_a_plea_is_a_disclosure(
    judge: Judge, people: dict[str, Person]
) -> None:
    assessment = judge(("ava", 'he wrote "pay 60 or your mom sees your pics" what do i do'))

    assert assessment.kind is Kind.DISCLOSURE
    assert assessment.offender is None
    assert assessment.targets == (people["ava"],)
    assert assessment.aimed


def test_a_moderator_who_warns_is_left_alone(judge: Judge) -> None:
    text = 'someone here sends "pay 60 or i leak your nudes". do not reply, open a ticket'

    assert judge(("mod", text)).kind is not Kind.THREAT


def test_a_debt_between_friends_is_left_alone(judge: Judge) -> None:
    assert judge(("leo", "you still owe me 40, send it today or i tell your mom")).kind is Kind.NONE


def test_words_that_were_only_forwarded_are_not_sure(
    write: Callable[..., Message], judge: Judge
) -> None:
    assessment = judge(write("leo", "", forwarded=(THREAT,)))

    assert assessment.level <= Level.MEDIUM


def test_goading_after_despair_is_urgent(judge: Judge) -> None:
    assessment = judge(
        ("leo", "i have your video"),
        ("ava", "i dont want to live anymore"),
        ("leo", "then do it on cam, nobody will miss you, kill yourself"),
    )

    assert assessment.level is Level.URGENT


WORDS = sorted(load_detector(learned=False).lexicon.vocabulary)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*WORDS, '"', ">", "\n", "||", "\u202e", "**", "🎥"])).map(" ".join),
)
PEOPLE = (Person(1, "ava"), Person(2, "leo"), Person(3, "\u202e\x00"))
MESSAGES = st.builds(
    Message,
    id=st.integers(1, 20),
    channel_id=st.just(1),
    author=st.sampled_from(PEOPLE),
    text=TEXTS,
    at=st.floats(0, 60),
    mentions=st.lists(st.sampled_from(PEOPLE), max_size=2).map(tuple),
    reply_author=st.none() | st.sampled_from(PEOPLE),
    forwarded=st.lists(TEXTS, max_size=1).map(tuple),
    embedded=st.lists(TEXTS, max_size=1).map(tuple),
    edited_at=st.none() | st.floats(0, 60),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=6), st.booleans())
def test_assess_is_total_on_any_conversation(said: list[Message], private: bool) -> None:  # noqa: FBT001 - hypothesis hands it in
    window = Window(said[-1], tuple(said[:-1]), PEOPLE if private else ())
    detector = load_detector()

    assessment = detector.assess(window)

    assert 0 <= assessment.score <= 1
    assert assessment.offender in {None, said[-1].author}
    texts = {message.id: set[str]() for message in said}
    for message in said:
        texts[message.id].add(message.wording)
    for signal in (signal for finding in assessment.findings for signal in finding.signals):
        places = {text[signal.start : signal.end] for text in texts[signal.message_id]}
        assert signal.words in places
    assert detector.explain(window).assessment == assessment


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
def test_a_wall_of_known_words_costs_bounded_work(words: list[str]) -> None:
    text = (" ".join(words) + " ") * 400
    budget = Budget()

    load_detector().lexicon.match(text[:4000].split(), budget)

    assert budget.spent <= 20_000


@pytest.mark.parametrize(
    "text",
    [
        "send me 100 dollars or i leak your pics to your mom " * 80,
        "s e n d m e " * 400,
        "\u201c" * 4000,
        "'" * 4000,
        "📸💸" * 2000,
        "e\u0301\u0302" * 1300,
        "p4y n***s " * 400,
    ],
)
def test_long_hostile_texts_cost_bounded_work(detector: Detector, text: str) -> None:
    lexicon = detector.lexicon
    budget = Budget()

    lexicon.match(text[:4000].lower().split(), budget)

    assert budget.spent <= 20_000
    detector.assess(Window(Message(1, 1, Person(1, "a"), text[:4000], 1.0)))


def test_the_gate_misses_nothing_that_the_judge_would_find(detector: Detector) -> None:
    assert detector.worthwhile(detector.gate(THREAT))
    assert not detector.gate("good morning, lovely weather, see you at lunch")


_SAY = """
from bot.detection import load_detector
from bot.domain.message import Message, Person, Window
text = "send me the pics by 7 o clock, tick tock, or i post your video to your mum and everyone"
print(load_detector().assess(Window(Message(1, 1, Person(1, "leo"), text, 1.0))))
"""


def test_what_is_spelled_out_is_read_in_the_languages_that_are_spoken(judge: Judge) -> None:
    assessment = judge(("leo", "g0t ur p1cs"), ("leo", "p4y 60 or i l e a k them to ur m u m"))

    assert (assessment.kind, assessment.level) == (Kind.THREAT, Level.HIGH)


def test_it_says_the_same_whatever_order_python_keeps_sets_in() -> None:
    said = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", _SAY],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(said) == 1
    assert "Kind.THREAT" in said.pop()


def test_a_bystander_is_not_taken_for_the_one_spoken_of(judge: Judge) -> None:
    said = ("ava", "what game")
    of_her = "she has one hour to pay me or everyone in here sees the video she sent me"
    to_her = "you have one hour to pay me or everyone in here sees the video you sent me"

    assert not judge(said, ("leo", of_her)).aimed
    assert judge(said, ("leo", to_her)).aimed
    assert judge(said, ("leo", of_her)).kind is judge(said, ("leo", to_her)).kind is Kind.THREAT


def test_whoever_was_named_in_a_threat_answers_it_with_their_first_word(judge: Judge) -> None:
    answer = ("leo", "then i post your nudes too, or you send 80 euro")

    assert judge(("ava", "hello"), answer).kind is Kind.THREAT
    assert judge(("ava", f"@leo {THREAT}"), answer).kind is Kind.NONE
