"""Whoever speaks of images of their own is no offender; of trifles and debts, nobody is sure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.assessment import NOTHING, Assessment, Kind, Level
from bot.domain.message import Message, Person

Judge = Callable[..., Assessment]
Write = Callable[..., Message]

TOLD_ON = "they got a clip of him and want 600 or it goes to his whole team"


@pytest.mark.parametrize(
    "answer",
    [
        "so you want 50 or you post my pics?",
        "delete my pics by tonight or i send your messages to your parents and the police",
        "also 50 euro oder du schickst meine bilder an alle?",
        "alors tu veux 50 sinon tu envoies mes photos à ma mère ?",
        "o te mando 50 o le mandas mis fotos a mi madre?",
        "quindi 50 euro o mandi le mie foto a mia madre?",
        "значи искаш 50 лева или пращаш снимките ми на майка ми?",
        "δηλαδή θες 50 ευρώ ή στέλνεις τις φωτογραφίες μου στη μάνα μου;",
        "ehk sa tahad 50 eurot või saadad mu pildid emale?",
        "eli haluat 50 euroa tai lähetät kuvani äidille?",
        "eli haluat 50 euroa tai lähetät mun kuvat äidille",
        "szóval 50 eurót akarsz vagy elküldöd a képeimet anyámnak?",
        "jadi kamu mau 500 ribu atau kamu sebar fotoku?",
        "tātad tu gribi 50 eiro vai sūti manas bildes mammai?",
        "så du vil ha 500 kr eller sender du bildene mine til mamma?",
        "deci vrei 50 de lei sau trimiți pozele mele mamei?",
        "то есть ты хочешь 500 или отправишь мои фото маме?",
        "то есть ты хочешь 500 или отправишь мои фото маме",
        "sana 500 lira ödedim şimdi 1000 daha istiyorsun yoksa videomu anneme atacaksın",
        "тобто ти хочеш 500 або скинеш мої фото мамі?",
        "vậy mày muốn 500k không thì gửi ảnh của tao cho mẹ tao à?",
        "つまり5千円払うか、俺の写真を母さんに送るってこと？",
    ],
)
def test_who_asks_about_their_own_images_is_offered_help_and_not_accused(
    judge: Judge, answer: str
) -> None:
    assessment = judge(("leo", "hey"), ("ava", answer))
    threat = "pay me 50 by tonight or i send your pics to your mom"
    then = judge(("leo", "hey"), ("ava", answer), ("leo", threat))

    assert assessment.kind is not Kind.THREAT
    assert assessment.offender is None
    assert then.offender is not None
    assert then.offender.name == "leo"


@pytest.mark.parametrize(
    "threat",
    [
        "send me 50 or i send my video of you to your mom",
        "i saved my recording of our call, pay me 50 or your friends see you",
        "i have your pics on my phone. pay me 50 or i post them",
        "pay 50 or i send my video to your mom",
        "pay 50 by tonight or i send my screenshots to your mom and your class",
        "bezahl 50 oder ich schicke mein video an deine mutter",
        "paga 50 o le mando mi video a tu madre",
        "pay 50 or i send my video to your mom?",
        "bezahl 50 oder ich schicke mein video an deine mutter?",
        "zaplať 500 nebo pošlu moje video tvojí mámě?",
        "платиш 50 или пращам моето видео на майка ти?",
        "заплати 500 или отправлю моё видео твоей маме?",
        "fizess 50-et vagy elküldöm a videómat anyádnak?",
        "öde 500 yoksa videomu annene atarım?",
        "maksa 50 tai lähetän mun videon sun äidille?",
        "bayar 500 atau aku kirim videoku ke ibumu?",
        "δώσε 50 ή στέλνω το βίντεό μου στη μάνα σου;",
    ],
)
def test_what_an_offender_calls_theirs_is_of_the_other(judge: Judge, threat: str) -> None:
    assessment = judge(("ava", "hey"), ("leo", threat))

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


def test_a_debt_or_trade_before_makes_it_a_level_less(judge: Judge) -> None:
    threat = ("leo", "50 by friday or i show everyone the pics")
    plain = judge(("ava", "hi"), threat)
    owed = judge(("leo", "you still owe me for the concert tickets"), ("ava", "i know"), threat)

    assert plain.level >= Level.MEDIUM
    assert owed.level == plain.level - 1


def test_beside_something_intimate_no_harmless_object_counts(judge: Judge) -> None:
    threat = ("leo", "50 by friday or i show everyone your nudes")
    before = ("leo", "you still owe me for the concert tickets")

    assert judge(before, ("ava", "i know"), threat).level is judge(("ava", "hi"), threat).level


def test_who_told_of_a_threat_goes_on_telling_of_it(judge: Judge) -> None:
    asking = ("ava", "has anybody met these sextortion crews? asking for my son")

    told = judge(asking, ("kim", "what happened"), ("ava", TOLD_ON))

    assert told.kind is Kind.DISCLOSURE
    assert [person.name for person in told.targets] == ["ava"]
    assert told.offender is None


def test_what_somebody_told_is_no_part_of_a_threat_of_theirs(judge: Judge) -> None:
    held = "asking for a mate, someone has a recording of him and the list of his contacts"

    assert judge(("ava", held), ("kim", "what do they want"), ("ava", "900 in an hour")) == NOTHING


def test_who_told_of_a_threat_can_still_utter_one(judge: Judge) -> None:
    before = ("leo", "someone is blackmailing me with a photo, what should i do")

    assert judge(before, ("leo", "pay me 50 or i post your pics tonight")).level is Level.HIGH


def test_who_takes_up_what_another_threatened_is_no_offender(judge: Judge) -> None:
    threat = ("leo", "ava your time is nearly over. send 90 or the photos go out")
    said = ("kim", "so you want 90 or you send her photos out? are you serious leo?")

    assert judge(("ava", "he is here"), threat).level is Level.HIGH
    assert judge(("ava", "he is here"), threat, said).level <= Level.LOW
    assert judge(("ava", "he is here"), said).level is Level.MEDIUM


def test_an_edit_is_judged_like_what_was_first_written(judge: Judge, write: Write) -> None:
    threat = write("leo", "ava your time is nearly over. send 90 or the photos go out")
    said = write("kim", "so you want 90 or you send her photos out? are you serious leo?")
    edited = said._replace(text=said.text + "!", edited_at=99.0)
    louder = threat._replace(text=threat.text + "!!", edited_at=99.0)

    assert judge(("ava", "he is here"), threat, said, edited).level <= Level.LOW
    assert judge(("ava", "he is here"), threat, said, louder).level is Level.HIGH


def test_whoever_turns_on_an_offender_and_edits_it_stays_at_medium(
    judge: Judge, write: Write, people: dict[str, Person]
) -> None:
    threat = write("leo", "pay me 50 or i post your nudes tonight", mentions=(people["ava"],))
    words = "leo send me 50 or i post your nudes to your class"
    back = write("kim", words, mentions=(people["leo"],))
    edited = back._replace(text=words + "!!", edited_at=99.0)

    assert judge(threat, back).level is Level.MEDIUM
    assert judge(threat, back, edited).level is Level.MEDIUM


TO_THE_CLASS = "ava pay 90 by tonight or the photos of you go out to your whole class"


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("by tonight or the whole school sees you kim", "kim"),
        ("we both have the photos of you ava, 90 by tonight", "ava"),
        ("ava you have until tonight, then the photos go to the whole class", "ava"),
    ],
)
def test_a_second_offender_in_the_same_words_is_found(judge: Judge, said: str, target: str) -> None:
    before = (("ava", "hi"), ("kim", "hey"), ("leo", TO_THE_CLASS), ("kim", "lol what"))
    assessment = judge(*before, ("sam", said))

    assert assessment.level >= Level.MEDIUM
    assert assessment.offender is not None
    assert assessment.offender.name == "sam"
    assert [person.name for person in assessment.targets] == [target]


@pytest.mark.parametrize(
    "told",
    [
        "leo says pay 90 or the photos go out to my mom",
        "max says pay 50 by tonight or the pics go to my class",
        "leo wants 90 or the photos go out to my mom",
        "leo is making me pay 90 or the photos go out to my mom",
        "max sagt 50 euro oder die fotos gehen an meine mutter",
    ],
)
def test_who_names_whoever_threatens_them_is_no_offender(judge: Judge, told: str) -> None:
    assessment = judge(("leo", "hey"), ("ava", told))

    assert assessment.kind is Kind.DISCLOSURE
    assert assessment.offender is None


@pytest.mark.parametrize(
    ("threat", "level"),
    [
        ("ava they will post the nudes if you dont pay 600. go kill yourself", Level.URGENT),
        ("600 tonight or my boys will show your clip, they want it", Level.HIGH),
        ("pay 600 by tonight or my boys send the clip to the whole team", Level.MEDIUM),
    ],
)
def test_one_sentence_that_tells_does_not_excuse_what_follows(
    judge: Judge, threat: str, level: Level
) -> None:
    told = ("leo", "someone is blackmailing me with a photo, what should i do")
    assessment = judge(told, ("kim", "oh no"), ("leo", threat))

    assert (assessment.kind, assessment.level) == (Kind.THREAT, level)


@pytest.mark.parametrize("demand", ["900 in an hour", "pay me 90 by tonight or else"])
@pytest.mark.parametrize(
    "message",
    [
        "ava my friend has your photos and says he posts them",
        "my friend has your photos ava, he wants to post them",
    ],
)
def test_who_poses_as_a_messenger_is_found(judge: Judge, message: str, demand: str) -> None:
    assessment = judge(("leo", message), ("ava", "what"), ("leo", demand))

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


def test_a_call_for_help_in_the_same_words_takes_nothing_from_the_threat(judge: Judge) -> None:
    call = ("ava", "help, leo has my nudes and says pay 600 tonight or he leaks them to everyone")
    assessment = judge(call, ("leo", "ava 600 or everyone has the nudes"))

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


@pytest.mark.parametrize(
    ("told", "demand"),
    [
        (
            "jemand erpresst mich mit einem foto, was soll ich tun",
            "gebt mir 600 oder die posten das video",
        ),
        (
            "quelqu'un me fait chanter avec une photo, je fais quoi",
            "je veux 600 ce soir ou ils publient la vidéo",
        ),
        ("alguien me chantajea con una foto, que hago", "quiero 600 hoy o ellos publican el video"),
    ],
)
def test_who_told_something_and_demands_for_themselves_is_an_offender(
    judge: Judge, told: str, demand: str
) -> None:
    around = (("ava", "hi"), ("kim", "hi"), ("leo", told), ("kim", "oh"))

    assert judge(*around, ("leo", demand)).kind is Kind.THREAT
