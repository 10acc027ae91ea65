"""What stands around a threat, or was said before it, neither takes it away nor turns it round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.detection import Conversations, Detector
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Person, Window

Judge = Callable[..., Assessment]
Write = Callable[..., Message]

THREAT = "pay me 50 by tonight or i send your pics to your mom"
LEARNED = "transfer it or the recording travels"
"""Found by the learned judge alone."""


@pytest.mark.parametrize("line", [">{}", ">:) {}", ">> {}", ">_< {}"])
def test_only_what_discord_shows_as_a_quotation_is_one(judge: Judge, line: str) -> None:
    assert judge(("leo", line.format(THREAT))).kind is Kind.THREAT


def test_what_discord_shows_as_a_quotation_still_is_one(judge: Judge) -> None:
    assert judge(("ava", f"> {THREAT}\nwhat do i do")).kind is not Kind.THREAT


@pytest.mark.parametrize(
    "around",
    [
        "{} 😈",
        "{} 😈😈😈",
        "{} ❤️",
        "🔥 {}",
        "{} https://files.example/a/very/long/name/of/a/page?with=more&and=more",
        "{} <https://files.example/a/very/long/name/of/a/page?with=more&and=more>",
        "-# {}",
        "# {}",
        "**{}**",
    ],
)
def test_pictures_links_and_marks_do_not_keep_the_learned_judge_from_it(
    detector: Detector, write: Write, around: str
) -> None:
    assert detector.assess(Window(write("leo", LEARNED))).level is Level.MEDIUM
    window = Conversations(detector).observe(write("leo", around.format(LEARNED)))

    assert window is not None
    assert detector.assess(window).level is Level.MEDIUM


def test_who_laughs_is_still_heard_by_the_learned_judge(detector: Detector) -> None:
    second = detector._second
    assert second is not None
    pieces = second._judge.pieces

    assert list(pieces.cut("ok 😂")) != list(pieces.cut("ok"))
    assert [piece.number for piece in pieces.cut("ok 😈")] == [
        piece.number for piece in pieces.cut("ok")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "pay me 50 'til tonight or i send the pics to your parents' phones",
        "'cause you blocked me: pay 50 or i send your pics to all your friends'",
    ],
)
def test_an_apostrophe_for_a_left_out_letter_begins_no_quotation(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).kind is Kind.THREAT


def test_what_an_edit_took_back_does_not_speak_for_it(judge: Judge, write: Write) -> None:
    joke = "lol the karaoke video of the cat was so funny"
    first = write("leo", joke)

    assert judge(first, first._replace(text=THREAT, edited_at=9.0)).level is Level.HIGH


def test_a_preview_does_not_speak_for_who_posts_a_link(judge: Judge, write: Write) -> None:
    preview = "Save 20% on this game. Ranked matches, new maps, play with friends"
    threat = write("leo", f"{THREAT} https://shop.example", embedded=(preview,))

    assert judge(threat).level is Level.HIGH
    assert judge(write("leo", "look", embedded=(THREAT,))).kind is Kind.THREAT


@pytest.mark.parametrize(
    "before",
    [
        "if someone says pay me 50 by tonight or i send your pics to your mom, block them",
        "what do i do he wants me to pay 50 by tonight or he will send my pics to my mom",
        "i cant pay you 50 by tonight please dont send my pics to my mom or anyone",
    ],
)
def test_who_warns_or_calls_for_help_in_the_same_words_does_not_hide_the_offender(
    judge: Judge, before: str
) -> None:
    assessment = judge(("ava", before), ("leo", THREAT))

    assert assessment.level is Level.HIGH
    assert assessment.offender is not None
    assert assessment.offender.name == "leo"


def test_a_second_account_with_the_same_script_is_found(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    first = write("leo", THREAT, reply_author=people["ava"])

    assert judge(first, write("sam", THREAT, reply_author=people["kim"])).level is Level.HIGH


def test_who_repeats_what_another_was_threatened_with_is_at_medium_at_most(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    first = write("leo", THREAT, reply_author=people["ava"])

    assert judge(first, ("sam", THREAT)).level is Level.MEDIUM
    assert judge(first, ("ava", THREAT)).kind is Kind.NONE


def test_who_was_threatened_once_may_not_threaten_others(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    first = write("leo", THREAT, mentions=(people["sam"],))
    other = "send 100 by tonight or the video of you goes to all your friends"

    to_another = judge(first, write("sam", other, mentions=(people["ava"],)))
    assert (to_another.level, to_another.targets) == (Level.HIGH, (people["ava"],))
    assert judge(first, write("sam", other, mentions=(people["leo"],))).kind is Kind.NONE
    by_name = judge(write("ava", "hello"), first, write("sam", f"ava {other}"))
    assert (by_name.level, by_name.targets) == (Level.HIGH, (people["ava"],))


def test_a_mark_alone_does_not_keep_the_learned_judge_from_a_threat(judge: Judge) -> None:
    faked = "i have 30 fake pics of u n ur sister, skins or i spam them at ur school"

    assert judge(("leo", faked)).level >= Level.MEDIUM


def test_another_language_around_it_does_not_drown_a_threat(judge: Judge) -> None:
    around = (
        "bueno chicos entonces nos vemos manana en la plaza despues de clase porque hoy no puedo "
        "tengo que ayudar a mi hermano con los deberes"
    )

    assert judge(("leo", f"{THREAT} {around}")).kind is Kind.THREAT
    assert judge(("leo", f"{around} {THREAT}")).kind is Kind.THREAT


@pytest.mark.parametrize(
    "text",
    [
        "do what i say or your dad gets the screenshots of your cam. gg that last round was good",
        "your boss gets the photos tomorrow unless you pay me 500. i sold my old bike last week",
        "send more pics or i leak the ones i have to your family. i sold my old bike",
    ],
)
def test_a_harmless_sentence_behind_it_does_not_silence_a_threat(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).level >= Level.MEDIUM


def test_who_stands_up_for_somebody_is_no_offender(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    hello, threat = write("ava", "hello"), write("leo", f"ava {THREAT}")
    defending = write("kim", "leo delete them or i tell your parents", mentions=(people["leo"],))

    assert judge(hello, threat, ("ava", "please dont"), defending).kind is Kind.NONE
    demanding = defending._replace(text="leo pay me 50 or i send your pics to your parents")
    assert judge(hello, threat, ("ava", "please dont"), demanding).kind is Kind.THREAT


def test_who_turns_on_an_offender_in_their_words_is_at_medium_at_most(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    hello, threat = write("ava", "hello"), write("leo", f"ava {THREAT}")
    angry = "leo send 50 by tonight or i post your pics to all your friends"
    turning = write("kim", angry, mentions=(people["leo"],))

    assert judge(write("leo", "hi"), turning).level is Level.HIGH
    assert judge(hello, threat, turning).level is not Level.HIGH


@pytest.mark.parametrize(
    "text",
    [
        "150 by sunday or her nudes go in the class group",
        "tell lilou she pays 50 or her nudes go to the whole school",
    ],
)
def test_who_says_what_another_has_to_pay_or_else_is_not_offered_help(
    judge: Judge, text: str
) -> None:
    assessment = judge(("ava", "who"), ("leo", text))

    assert (assessment.kind, assessment.level) == (Kind.THREAT, Level.MEDIUM)
    assert not assessment.aimed


@pytest.mark.parametrize(
    "text",
    [
        "my friend got a message that her pics go to everyone unless she pays 90",
        "some guy says her pics go in the class group unless she pays him 50 by sunday",
        "she has to pay 50 by sunday or her pics go out. what can she do",
        "i am scared for her, she has to pay 50 by sunday or her nudes go to everyone",
    ],
)
def test_who_tells_of_a_threat_to_another_still_is(judge: Judge, text: str) -> None:
    assert judge(("ava", "who"), ("kim", text)).kind is not Kind.THREAT


def test_a_line_break_ends_a_sentence(judge: Judge) -> None:
    joke = "that joke about the karaoke was funny"

    assert judge(("leo", f"{joke}\n{THREAT}")).level >= Level.MEDIUM


def test_who_repeats_their_own_threat_after_it_was_quoted_is_found(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    def says(author: str, text: str, to: str) -> Message:
        return write(author, text, mentions=(people[to],))

    threat = says("leo", THREAT, "ava")
    quoted = says("ava", f"{THREAT}?? wtf", "leo")
    again = says("leo", THREAT.replace("50", "80"), "ava")

    assert judge(threat, quoted).kind is Kind.NONE
    assert judge(threat, quoted, again).level is Level.HIGH


@pytest.mark.parametrize("written", ["payy me 50 by toniight or i sennd your pics to your mom"])
def test_a_doubled_letter_hides_nothing(judge: Judge, written: str) -> None:
    assert judge(("leo", written)).kind is Kind.THREAT


def test_who_addresses_several_is_not_taken_for_who_tells_of_them(judge: Judge) -> None:
    assert judge(("leo", "guys, send me 80 on cashapp or i post your pics")).kind is Kind.THREAT


def test_who_shows_somebody_what_they_were_threatened_with_is_no_offender(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    threat = write("leo", THREAT, reply_author=people["ava"])
    asked = write("kim", "what did he write to you?", reply_author=people["ava"])

    assert judge(threat, asked, write("ava", THREAT, reply_author=people["kim"])).kind is Kind.NONE
    assert judge(threat, write("ava", THREAT, mentions=(people["mod"],))).kind is Kind.NONE


_BEACH = (
    "show me your picture from the beach when you find it, i told my cousin about the sunset there "
    "and he did not believe that the water gets that clear in april, so bring it along when you "
    "like and we look at it together with the tea that my aunt sent me"
)
_BAKERY = (
    "and remind me to share the advert with all your friends today, the bakery at the corner shuts "
    "at six and the old lady there still has not found anybody for the saturdays, it would be good "
    "for somebody who gets up early and likes people, they pay well"
)


def test_of_words_that_meet_by_chance_in_much_talk_nobody_is_written_to(judge: Judge) -> None:
    short = ("leo", "now or i send the others to your mother")

    assert judge(("leo", _BEACH), ("ava", "ok"), ("leo", _BAKERY)).level <= Level.MEDIUM
    assert judge(("leo", "show me your new picture"), ("ava", "no"), short).level is Level.HIGH
    assert judge(("leo", _BEACH), ("ava", "ok"), ("leo", THREAT)).level is Level.HIGH
