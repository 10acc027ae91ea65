"""At whom a threat is aimed: mention, reply, name, the only other one; else nobody for sure."""

from __future__ import annotations

from collections.abc import Callable

from bot.detection.targets import Aim, find_targets
from bot.domain.message import Message, Person, Window

Write = Callable[..., Message]


def _aim(*said: Message, present: tuple[Person, ...] = ()) -> Aim:
    own = [message for message in said[:-1] if message.author == said[-1].author]
    return find_targets(Window(said[-1], tuple(said[:-1]), present), own)


def test_a_mention_counts_before_a_reply(write: Write, people: dict[str, Person]) -> None:
    message = write("leo", "pay", mentions=(people["kim"],), reply_author=people["ava"])

    assert _aim(write("ava", "hi"), message) == Aim((people["kim"],), aimed=True)


def test_all_who_are_mentioned_are_targets(write: Write, people: dict[str, Person]) -> None:
    both = (people["kim"], people["ava"])

    assert _aim(write("leo", "@kim @ava pay", mentions=both)) == Aim(both, aimed=True)


def test_who_would_be_shown_it_is_no_target(write: Write, people: dict[str, Person]) -> None:
    text = "@ava pay or i send it to @kim"
    message = write("leo", text, mentions=(people["ava"], people["kim"]))

    assert _aim(message) == Aim((people["ava"],), aimed=True)


def test_a_reply_counts_before_a_name(write: Write, people: dict[str, Person]) -> None:
    message = write("leo", "kim, pay", reply_author=people["ava"])

    assert _aim(write("kim", "hi"), message) == Aim((people["ava"],), aimed=True)


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

    assert find_targets(window, [], concepts={"absent"}) == Aim((people["ava"],), aimed=False)
    assert find_targets(alone_with, [], concepts={"absent"}) == Aim((people["ava"],), aimed=True)


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


def test_several_possible_targets_are_not_guessed(write: Write, people: dict[str, Person]) -> None:
    aim = _aim(write("ava", "hi"), write("kim", "hi"), write("leo", "pay"))

    assert aim == Aim((people["kim"], people["ava"]), aimed=False)


def test_nobody_is_a_target_where_nobody_spoke(write: Write) -> None:
    assert _aim(write("leo", "pay")) == Aim((), aimed=False)
