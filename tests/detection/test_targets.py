"""At whom a threat is aimed: mention, reply, name, the only other one; else nobody for sure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.detection import Detector
from bot.detection.lexicon import Speech
from bot.detection.reading import Reading
from bot.detection.targets import Aim, find_targets
from bot.domain.assessment import Kind
from bot.domain.message import Message, Person, Window

Write = Callable[..., Message]


def _aim(*said: Message, present: tuple[Person, ...] = ()) -> Aim:
    own = [message for message in said[:-1] if message.author == said[-1].author]
    window = Window(said[-1], tuple(said[:-1]), present)
    return find_targets(window, own, speech=lambda _: Speech(towards={"to"}))


def test_a_mention_counts_before_a_reply(write: Write, people: dict[str, Person]) -> None:
    message = write("leo", "pay", mentions=(people["kim"],), reply_author=people["ava"])

    assert _aim(write("ava", "hi"), message) == Aim((people["kim"],), aimed=True)


def test_all_who_are_mentioned_are_targets(write: Write, people: dict[str, Person]) -> None:
    both = (people["kim"], people["ava"])

    assert _aim(write("leo", "@kim @ava pay", mentions=both)) == Aim(both, aimed=True)


def test_who_mentions_themselves_is_no_target(write: Write, people: dict[str, Person]) -> None:
    both = (people["leo"], people["ava"])

    assert _aim(write("leo", "@leo @ava pay", mentions=both)) == Aim((people["ava"],), aimed=True)


def test_who_would_be_shown_it_is_no_target(write: Write, people: dict[str, Person]) -> None:
    text = "@ava pay or i send it to @kim"
    message = write("leo", text, mentions=(people["ava"], people["kim"]))

    assert _aim(message) == Aim((people["ava"],), aimed=True)


def test_who_is_answered_while_another_is_named_is_not_sure(
    write: Write, people: dict[str, Person]
) -> None:
    message = write("leo", "kim, pay", reply_author=people["ava"])

    assert _aim(write("kim", "hi"), message) == Aim((people["ava"], people["kim"]), aimed=False)
    assert _aim(message) == Aim((people["ava"],), aimed=True)


def test_of_whom_something_is_asked_by_name_is_meant_and_not_who_is_answered(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("kim", "hi"),
        write("ava", "leave kim alone"),
        write("leo", "kim pay me 50 tonight or your nudes go public", reply_author=people["ava"]),
    )

    targets, aimed = _threat(detector, *said)
    assert people["kim"] in targets
    assert not (aimed and people["ava"] in targets)


@pytest.mark.parametrize("shown", ["Lilou | EU", "lilou🌸", "xX_Lilou_Xx", "lilou_97"])
def test_a_decorated_name_is_known_by_its_longest_word(
    detector: Detector, write: Write, people: dict[str, Person], shown: str
) -> None:
    lilou = Person(900, shown)
    threat = write("leo", "lilou 80 by ten or your nudes go to your whole school")

    assert _threat(detector, Message(90, 1, lilou, "hi", 0.5), write("ava", "hi"), threat) == (
        (lilou,),
        True,
    )
    assert lilou in _threat(detector, write("ava", "hi"), threat, known=(lilou,))[0]


def test_who_is_silent_and_named_amid_a_threat_makes_it_unsure(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    dex = Person(900, "dexter")
    said = (
        write("ava", "hi"),
        write("leo", "listen dexter, 50 by tonight or your pics go to your whole school"),
    )

    assert _threat(detector, *said, known=(dex,)) == ((dex, people["ava"]), False)


def test_who_answers_themselves_is_no_target(write: Write, people: dict[str, Person]) -> None:
    said = (write("ava", "hi"), write("leo", "pay", reply_author=people["leo"]))

    assert _aim(*said) == Aim((people["ava"],), aimed=True)


def test_the_name_of_a_recent_speaker_tells(write: Write, people: dict[str, Person]) -> None:
    said = (write("ava", "hi"), write("kim", "hi"), write("leo", "Kim, pay up"))

    assert _aim(*said) == Aim((people["kim"],), aimed=True)


def test_who_was_greeted_just_before_is_spoken_to(write: Write, people: dict[str, Person]) -> None:
    both = (people["kim"], people["ava"])
    greeting = write("leo", "@kim @ava hi girls", mentions=both)

    assert find_targets(Window(write("leo", "pay"), (greeting,)), []) == Aim(both, aimed=True)


def test_who_was_greeted_is_not_spoken_to_once_another_spoke(
    write: Write, people: dict[str, Person]
) -> None:
    greeting = write("leo", "@kim hi", mentions=(people["kim"],))
    before = (write("ava", "hi"), greeting, write("ava", "what is up"))

    assert find_targets(Window(write("leo", "pay"), before), []) == Aim(
        (people["ava"],), aimed=True
    )


def test_who_is_spoken_to_about_another_is_not_meant(
    write: Write, people: dict[str, Person]
) -> None:
    window = Window(write("leo", "she has till six"), (write("ava", "what game"),))
    alone_with = window._replace(present=(people["leo"], people["ava"]))

    def read(message: Message) -> Reading:
        return Reading(message, (), frozenset({"absent"}), frozenset(), ())

    assert find_targets(window, [], read=read) == Aim((people["ava"],), aimed=False)
    assert find_targets(alone_with, [], read=read) == Aim((people["ava"],), aimed=True)


def test_an_earlier_mention_by_the_author_still_counts(
    write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("leo", "@ava i have it", mentions=(people["ava"],)),
        write("kim", "what"),
        write("leo", "pay"),
    )

    assert _aim(*said) == Aim((people["ava"],), aimed=True)


def test_the_only_other_speaker_is_meant(write: Write, people: dict[str, Person]) -> None:
    assert _aim(write("ava", "hi"), write("leo", "pay")) == Aim((people["ava"],), aimed=True)


def test_the_other_one_of_a_private_chat_is_meant(write: Write, people: dict[str, Person]) -> None:
    present = (people["leo"], people["ava"])

    assert _aim(write("leo", "pay"), present=present) == Aim((people["ava"],), aimed=True)


def test_of_several_who_are_present_nobody_is_surely_meant(
    write: Write, people: dict[str, Person]
) -> None:
    present = (people["leo"], people["ava"], people["kim"])

    aim = _aim(write("leo", "pay"), present=present)

    assert aim == Aim((people["ava"], people["kim"]), aimed=False)


def test_several_possible_targets_are_not_guessed(write: Write, people: dict[str, Person]) -> None:
    aim = _aim(write("ava", "hi"), write("kim", "hi"), write("leo", "pay"))

    assert aim == Aim((people["kim"], people["ava"]), aimed=False)


def test_nobody_is_a_target_where_nobody_spoke(write: Write) -> None:
    assert _aim(write("leo", "pay")) == Aim((), aimed=False)


def _threat(
    detector: Detector, *said: Message, known: tuple[Person, ...] = ()
) -> tuple[tuple[Person, ...], bool]:
    window = Window(said[-1], tuple(said[:-1]), known=lambda: known)
    assessment = detector.assess(window)
    assert assessment.kind is Kind.THREAT
    return assessment.targets, assessment.aimed


def test_who_is_named_to_the_room_before_they_spoke_is_meant_and_not_who_spoke(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("ava", "what game"),
        write("leo", "kim has one hour to pay me 50 or everyone here sees her pics"),
    )

    assert _threat(detector, *said) == ((people["ava"],), False)
    assert _threat(detector, *said, known=(people["kim"], people["sam"])) == (
        (people["kim"],),
        False,
    )


def test_who_was_named_by_another_and_is_only_she_now_is_meant(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("ava", "has anybody seen kim"),
        write("leo", "tell her to drop the report or i post the pics she sent me"),
    )

    assert _threat(detector, *said, known=(people["kim"],)) == ((people["kim"],), False)


def test_a_message_that_begins_with_a_name_is_for_them_perhaps(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    alone = write("leo", "kim last warning. 50 today or your whole class sees your pics")

    assert _threat(detector, alone, known=(people["kim"],)) == ((people["kim"],), False)
    assert _threat(detector, write("ava", "hi all"), alone, known=(people["kim"],)) == (
        (people["kim"], people["ava"]),
        False,
    )


def test_who_would_only_see_it_is_not_meant(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (write("ava", "hi"), write("leo", "send me 50 or kim sees your pics tonight"))

    assert _threat(detector, *said, known=(people["kim"],)) == ((people["ava"],), True)


@pytest.mark.parametrize(
    "text",
    [
        "50 or i send your pics to @kim",
        "50 euro or @kim gets your pics",
        "50 euro oder ich schick deine bilder an @kim",
        "50 euro oder @kim sieht deine bilder",
        "50 euros ou j'envoie tes photos à @kim",
        "50 euros o le mando tus fotos a @kim",
        "50 euro o mando le tue foto a @kim",
        "50 euros ou mando as tuas fotos para @kim",
        "50 euro of ik stuur je foto's naar @kim",
        "50 zł albo wyślę twoje zdjęcia do @kim",
        "500 kr annars skickar jag dina bilder till @kim",
        "50 или я отправлю @kim твои фото",
    ],
)
def test_whom_it_would_go_to_is_not_meant_in_other_languages_either(
    detector: Detector, write: Write, people: dict[str, Person], text: str
) -> None:
    kim = people["kim"]
    before = (write("kim", "hello"), write("ava", "hi"))
    marked = write("leo", text.replace("@kim", f"<@{kim.id}>"), mentions=(kim,))
    answering = marked._replace(reply_author=people["ava"])

    assert _threat(detector, *before, marked) == ((people["ava"],), False)
    assert _threat(detector, *before, answering) == ((people["ava"],), True)
    assert _threat(detector, *before, write("leo", text)) == ((people["ava"],), False)


def test_who_answered_since_somebody_else_was_spoken_to_may_be_meant(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    to_kim = write("leo", "@kim send me the screenshots of the raid", mentions=(people["kim"],))
    answer = write("ava", "hi leo", reply_author=people["leo"])
    threat = write("leo", "100 by tonight or i post your pics")

    assert _threat(detector, to_kim, answer, threat) == ((people["kim"], people["ava"]), False)
    of_it = to_kim._replace(text="@kim i have your pics")
    assert _threat(detector, of_it, answer, threat) == ((people["kim"],), True)


def test_an_accomplice_who_is_named_is_not_meant(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("leo", "ava we have your pics"),
        write("ava", "what"),
        Message(90, 1, Person(901, "rafe"), "all saved lol", 90.0),
        write("leo", "50 in bitcoin by tonight or rafe posts them"),
    )

    assert _threat(detector, *said) == ((people["ava"],), True)
    assert _threat(detector, *said[1:]) == ((people["ava"],), False)


def test_a_name_that_is_a_word_of_another_language_is_a_name(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    mira = Person(900, "mira")
    said = (
        Message(1, 1, mira, "hi", 1.0),
        write("ava", "hello"),
        write("leo", "so mira you send me 50 today or i post your pics"),
    )

    assert _threat(detector, *said) == ((mira,), True)


def test_whom_an_own_message_was_for_that_is_answered_is_meant(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    greeting = write("leo", "@ava yo", mentions=(people["ava"],))
    threat = write("leo", "50 by tonight or i post your pics", reply_to=greeting.id)

    assert _threat(detector, greeting, write("kim", "hi"), threat) == ((people["ava"],), True)


def test_a_word_for_whom_it_goes_to_does_not_reach_over_a_line(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    text = "how to\n@ava 50 by tonight or i post your pics"
    threat = write("leo", text, mentions=(people["ava"],))

    assert _threat(detector, write("kim", "hi"), threat) == ((people["ava"],), True)


@pytest.mark.parametrize("opening", ["last warning to @kim:", "i am talking to @kim."])
def test_to_whom_something_is_said_is_meant_and_not_a_bystander(
    detector: Detector, write: Write, people: dict[str, Person], opening: str
) -> None:
    text = f"{opening} 50 by tonight or i post your pics"
    threat = write("leo", text, mentions=(people["kim"],))

    assert _threat(detector, write("ava", "hi"), threat) == ((people["kim"],), True)


def test_one_is_found_among_thousands_who_are_known(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    known = tuple(Person(1_000 + number, f"somebody{number}") for number in range(5_000))
    threat = write("leo", "corwin has one hour to pay me 50 or everyone here sees his pics")
    corwin = Person(900, "corwin")

    assert _threat(detector, write("ava", "hi"), threat, known=(*known, corwin)) == (
        (corwin,),
        False,
    )


def test_a_name_in_a_few_words_is_read_in_the_language_of_the_threat(
    detector: Detector, write: Write, people: dict[str, Person]
) -> None:
    said = (
        write("ava", "what game"),
        write("leo", "kim ignored me again"),
        write("leo", "she has till six to pay 50 or i post her pics"),
    )

    assert _threat(detector, *said, known=(people["kim"],)) == ((people["kim"],), False)
