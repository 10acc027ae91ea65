"""Every page that a person can reach: what stands first on it, and that it fits in any language."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from bot.advice import (
    Situation,
    answer_to_direct_message,
    crisis_answer,
    crisis_page,
    help_answer,
    message_page,
    report_page,
    situation_page,
    situations_of,
)
from bot.advice.pages import STEPS
from bot.advice.resources import Resources
from bot.advice.texts import Language
from bot.domain.assessment import Assessment, Category, Kind, Level

_MOST = 2000


def places(language: Language, text: str) -> list[int]:
    return [text.find(language.text(f"steps.{step}.title")) for step in STEPS]


def in_order(language: Language, text: str) -> bool:
    found = places(language, text)
    return -1 not in found and found == sorted(found)


def assessments() -> list[Assessment]:
    """A threat of every two categories, a disclosure, and nothing."""
    pairs = combinations(Category, 2)
    threats = [Assessment(Kind.THREAT, Level.HIGH, categories=pair) for pair in pairs]
    everything = Assessment(Kind.THREAT, Level.URGENT, categories=tuple(Category))
    return [*threats, everything, Assessment(Kind.DISCLOSURE, Level.MEDIUM), Assessment()]


@pytest.mark.parametrize("situation", Situation)
def test_each_situation_begins_with_the_five_steps_and_fits(
    language: Language, situation: Situation
) -> None:
    page = situation_page(language, situation)
    advice = language.text(f"situation.{situation}.advice")

    assert in_order(language, page)
    assert places(language, page)[-1] < page.index(advice)
    assert len(page) <= _MOST


def test_what_is_said_of_a_message_fits(language: Language) -> None:
    for assessment in assessments():
        for friend, grave, direct in product((False, True), repeat=3):
            page = message_page(language, assessment, friend=friend, grave=grave, direct=direct)
            assert in_order(language, page)
            assert len(page) <= _MOST


def test_what_is_said_of_the_gravest_message_fits_with_whoever_listens(
    language: Language, resources: Resources
) -> None:
    threat = Assessment(Kind.THREAT, Level.URGENT, tuple(Category))
    for code in (None, *resources.countries_by_code):
        services = resources.for_country(code)
        page = message_page(language, threat, grave=True, direct=True, services=services)
        assert in_order(language, page)
        assert len(page) <= _MOST


def test_the_answers_to_direct_messages_fit(language: Language, resources: Resources) -> None:
    for assessment in assessments():
        page = answer_to_direct_message(language, situations_of(assessment))
        assert page.startswith(language.text("direct.first_line"))
        assert in_order(language, page)
        assert len(page) <= _MOST
    for code in (None, *resources.countries_by_code):
        services, country = resources.for_country(code), resources.name_of(code)
        answer = crisis_answer(language, services, country=country)
        assert len(crisis_page(language, services, country=country)) <= _MOST
        assert in_order(language, answer)
        assert len(answer) <= _MOST


def test_how_to_report_fits_and_blocking_comes_last(language: Language) -> None:
    page = report_page(language)

    assert page.endswith(language.text("report.block"))
    assert len(page) <= _MOST
    assert len("\n\n".join((language.text("error.our_side"), help_answer(language)))) <= _MOST


def test_the_crisis_page_begins_with_the_number_and_then_people_who_listen(
    english: Language, resources: Resources
) -> None:
    page = crisis_page(english, resources.for_country("US"), country="United States")

    assert page.startswith("**Are you in danger right now? Call your emergency number")
    assert page.index("988") < page.index("Everything else can wait.")
    assert "INHOPE" not in page
    assert page.index("**United States**") < page.index("988")
    for country in (None, "United States"):  # which may be a guess
        page = crisis_page(english, resources.for_country(None), country=country)
        assert english.text("crisis.choose") in page


def test_what_stands_first_may_save_a_life(english: Language) -> None:
    grave = message_page(
        english, Assessment(Kind.THREAT, Level.URGENT, (Category.IMAGES,)), grave=True
    )

    assert grave.startswith(english.text("crisis.number"))
    for page in (help_answer(english), message_page(english, Assessment())):
        assert page.startswith(english.text("help.not_safe"))


def test_the_most_telling_advice_comes_first_and_stays_if_not_all_fits(english: Language) -> None:
    threat = Assessment(Kind.THREAT, Level.HIGH, (Category.IMAGES, Category.SCAM))
    page = message_page(english, threat)

    bluff, images = (english.text(f"situation.{each}.advice") for each in ("email", "images"))
    assert page.index(bluff) < page.index(images)
    everything = message_page(english, Assessment(Kind.THREAT, Level.HIGH, tuple(Category)))
    assert bluff in everything


def test_a_friend_of_somebody_who_tells_gets_a_friends_advice(english: Language) -> None:
    told = Assessment(Kind.DISCLOSURE, Level.MEDIUM, (Category.FINANCIAL,))

    assert english.text("situation.friend.advice") in message_page(english, told, friend=True)
    assert english.text("situation.money.advice") in message_page(english, told)


def test_no_page_promises_that_images_are_gone_or_that_nobody_finds_out(
    english: Language,
) -> None:
    everything = " ".join(english.texts.values()).lower()
    promises = (
        "will be removed",
        "will be deleted",
        "nobody will know",
        "will never",
        "we promise",
    )

    assert [promise for promise in promises if promise in everything] == []


@pytest.mark.parametrize("situation", ["paid", "posted", "faked", "email", "known", "friend"])
def test_the_advice_of_helplines_stands_there(english: Language, situation: str) -> None:
    """What Insafe's helplines advise, each point in the project's own words."""
    wanted = {
        "paid": ("asked again", "stop the payment, or trace it", "not your fault"),
        "posted": ("Write down the links", "Take It Down", "Report Remove", "StopNCII"),
        "faked": ("It says nothing about you", "report a fake"),
        "email": ("bluff", "Change it wherever you use it"),
        "known": ("Do not meet them alone", "Tell the police that you know who it is"),
        "friend": ("believe them", "Do not ask to see the images", "tell an adult at once"),
    }
    page = situation_page(english, Situation(situation))

    assert [words for words in wanted[situation] if words not in page] == []


def test_victims_are_told_what_helps_beside_the_steps(english: Language) -> None:
    also = english.text("situation.also")
    points = ("done nothing wrong", "private", "alert for your name", "someone you trust")

    assert [point for point in points if point not in also] == []
    for situation in Situation:
        has_it = also in situation_page(english, situation)
        assert has_it is (situation not in {Situation.FRIEND, Situation.ADULT})
