"""What a person is told: Europol's steps in order, calm, discreet, short, in plain words."""

from __future__ import annotations

import re

import textstat

from bot.advice.pages import STEPS, direct_message, help_answer
from bot.advice.texts import Language

EUROPOL = (
    "Don't share more, don't pay anything.",
    "Look for help. You are not alone.",
    "Preserve evidence. Don't delete anything.",
    "Stop the communication. Block the person.",
    "Report it to the police.",
)
TELLING = frozenset(
    {"abuse", "alone", "blackmail", "block", "crime", "danger", "evidence", "extort", "help"}
    | {"image", "moderator", "money", "nude", "pay", "photo", "picture", "police", "pressure"}
    | {"private", "report", "safe", "scam", "secret", "sex", "share", "threat", "victim", "warn"}
)
UNDER_18 = "Do not copy or forward sexual images of anyone under 18."
TO_PERSONS = (
    "advice.",
    "help.",
    "steps.",
    "more_help.",
    "confirm.",
    "error.",
    "channel.",
    "command.",
    "crisis.",
    "direct.",
    "keep.",
    "message.",
    "privacy.",
    "report.",
    "situation.",
    "tell.",
)


def steps_in(text: str) -> list[int]:
    return [text.index(step) for step in EUROPOL]


def for_persons(language: Language) -> dict[str, str]:
    return {key: text for key, text in language.texts.items() if key.startswith(TO_PERSONS)}


def plain(text: str) -> str:
    """The text as it is read aloud: without signs, each line and each list item a sentence."""
    return re.sub(r"[:\n]+\s*", ". ", re.sub(r"(?m)^- |[*/]", "", text))


def grade(text: str) -> float:
    """The Flesch-Kincaid grade level (Kincaid et al., 1975)."""
    return float(textstat.flesch_kincaid_grade(plain(text)))


def test_the_five_steps_are_in_the_order_and_words_of_europol(english: Language) -> None:
    usual = direct_message(english, server="Pixel Café")
    urgent = direct_message(english, server="Pixel Café", urgent=True)

    for text in (usual, urgent, help_answer(english)):
        assert steps_in(text) == sorted(steps_in(text))


def test_the_steps_come_before_everything_else_that_the_message_advises(english: Language) -> None:
    text = direct_message(english, server="Pixel Café")

    assert text.index(EUROPOL[-1]) < text.index("112")


def test_whoever_may_be_in_danger_reads_the_emergency_number_first(english: Language) -> None:
    urgent = direct_message(english, server="Pixel Café", urgent=True)
    answer = help_answer(english)

    stay, comfort = english.texts["crisis.stay"], english.texts["advice.comfort"]
    places = [urgent.index(part) for part in ("112", stay, comfort, EUROPOL[0])]
    assert places == sorted(places)
    assert urgent.startswith(english.text("advice.first_line", server="Pixel Café"))
    assert answer.index("112") < answer.index(EUROPOL[0])


def test_no_line_is_promised_that_is_not_listed(english: Language) -> None:
    """Crisis lines are listed for one country only; people who listen for every one offered."""
    promised = {key for key, text in for_persons(english).items() if "crisis line" in text.lower()}

    assert promised == set()


def test_the_first_lines_give_nothing_away(english: Language) -> None:
    for key in ("advice.first_line", "direct.first_line"):
        first_line = english.texts[key].lower()
        assert [word for word in TELLING if word in first_line] == []


def test_the_first_line_fills_the_preview_of_a_locked_phone(language: Language) -> None:
    shortest = 100 if language.locale == "en" else 40  # Chinese says as much in fewer characters

    for key in ("advice.first_line", "direct.first_line"):
        assert len(language.texts[key].replace("{server}", "")) >= shortest


def test_the_direct_message_fits_one_screen_of_a_phone(language: Language) -> None:
    longest = 900 if language.locale == "en" else 1100

    assert len(direct_message(language, server="Pixel Café")) <= longest
    assert len(direct_message(language, server="x" * 200, urgent=True)) <= 2000


def test_the_answer_leaves_room_in_one_message(language: Language) -> None:
    assert len(help_answer(language)) <= 1800


def test_preserving_evidence_never_means_copying_images_of_minors(english: Language) -> None:
    for text in (direct_message(english, server="Pixel Café"), help_answer(english)):
        assert UNDER_18 in text
        assert "Keep the chat, names, links and payment details." in text


def test_the_message_says_who_wrote_it_why_and_that_it_comes_once(english: Language) -> None:
    text = direct_message(english, server="Pixel Café")

    assert "you have done nothing wrong" in text.lower()
    assert "A bot wrote this. A message in Pixel Café looked like a threat to you." in text
    assert "It is sent once" in text


def test_reporting_to_discord_comes_before_blocking(english: Language) -> None:
    assert "Report to Discord before you block" in help_answer(english)


def test_nothing_asks_for_age_name_or_identity(english: Language) -> None:
    asking = re.compile(
        r"\b(how old|(tell|give|send) (me|us) your|what('s| is) your|who are you|"
        r"your (real )?(age|birth\w*|address|school))\b",
        re.IGNORECASE,
    )

    assert {key for key, text in for_persons(english).items() if asking.search(text)} == set()


def test_nobody_is_blamed_or_alarmed(english: Language) -> None:
    harsh = re.compile(
        r"\b(should have|why did you|stupid|mistake|careless|shame|must|victim|ruin)\b",
        re.IGNORECASE,
    )

    assert {key for key, text in for_persons(english).items() if harsh.search(text)} == set()


def test_the_offer_in_the_channel_names_nobody_and_says_not_what_happened(
    english: Language,
) -> None:
    offer = english.text("channel.offer")

    said = {word for word in TELLING if word in offer.lower()}

    assert said == {"private", "help"}
    assert "@" not in offer


def test_english_reads_at_sixth_grade_or_below(english: Language) -> None:
    long = {key: text for key, text in for_persons(english).items() if len(text.split()) >= 20}

    assert len(long) >= 40
    assert {key: grade(text) for key, text in long.items() if grade(text) > 6.0} == {}
    assert grade(direct_message(english, server="Pixel Café")) <= 6.0
    assert grade(help_answer(english)) <= 6.0
    assert grade(" ".join(f"{text}." for text in for_persons(english).values())) <= 4.0


def test_every_step_has_a_title_and_an_explanation(language: Language) -> None:
    for step in STEPS:
        assert language.text(f"steps.{step}.title")
        assert language.text(f"steps.{step}.explain")
