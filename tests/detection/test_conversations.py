"""Memory is bounded in time, per channel and overall, and edits stand beside the first version."""

from __future__ import annotations

from bot.detection import Conversations, Detector, load_detector
from bot.detection.closely import Closely
from bot.domain.message import Message, Person, Window

LEO, AVA = Person(1, "leo"), Person(2, "ava")


def _message(number: int, text: str = "hi", **fields: object) -> Message:
    given: dict[str, object] = {"channel_id": 1, "author": LEO, "at": float(number), **fields}
    return Message(id=number, text=text, **given)  # type: ignore[arg-type]


def test_ordinary_chat_is_remembered_but_not_worth_judging(detector: Detector) -> None:
    conversations = Conversations(detector)

    assert conversations.observe(_message(1, "who is coming to the game tomorrow")) is None
    assert [message.id for message in conversations.context(1)] == [1]


def test_a_threat_comes_back_with_what_was_said_before(detector: Detector) -> None:
    conversations = Conversations(detector)
    conversations.observe(_message(1, "hello", author=AVA))

    window = conversations.observe(_message(2, "pay 50 or i leak your nudes"))

    assert window is not None
    assert window.message.id == 2
    assert [message.id for message in window.before] == [1]


def test_parts_of_a_threat_by_one_author_are_put_together(detector: Detector) -> None:
    conversations = Conversations(detector)
    conversations.observe(_message(1, "i still have your video"))
    conversations.observe(_message(2, "what", author=AVA))

    assert conversations.observe(_message(3, "100 paypal or your mom sees it")) is not None


def test_old_messages_are_forgotten_by_their_time(detector: Detector) -> None:
    conversations = Conversations(detector, minutes=1)
    conversations.observe(_message(1))
    conversations.observe(_message(100))

    assert [message.id for message in conversations.context(1)] == [100]


def test_a_silent_channel_is_forgotten_without_another_message(detector: Detector) -> None:
    conversations = Conversations(detector, minutes=1)
    conversations.observe(_message(1))
    conversations.observe(_message(90, channel_id=2))

    conversations.forget_old(now=100)
    assert len(conversations) == 2, "where something was just observed, history may be read"
    conversations.forget_old(now=100)
    assert [len(conversations.context(channel)) for channel in (1, 2)] == [0, 1]
    conversations.forget_old(now=151)
    assert len(conversations) == 0


def test_a_detector_forgets_the_messages_that_it_read(detector: Detector) -> None:
    learned = "transfer it or the recording travels"
    assessed = detector.assess(Window(_message(1, learned)))
    second = detector._second
    assert second is not None
    second.unasked([detector.read(learned)])
    assert detector._reader._readings
    assert second._views

    detector.forget()

    assert not detector._reader._readings
    assert not second._views
    assert detector._asking is not None
    assert detector._asking._glanced == ("", 0.0)
    assert detector.assess(Window(_message(1, learned))) == assessed


def test_a_channel_remembers_so_many_messages(detector: Detector) -> None:
    conversations = Conversations(detector, per_channel=3)
    for number in range(10):
        conversations.observe(_message(number))

    assert [message.id for message in conversations.context(1)] == [7, 8, 9]


def test_whoever_wrote_in_the_same_server_is_known_and_nobody_else(detector: Detector) -> None:
    conversations = Conversations(detector)
    conversations.observe(_message(1, channel_id=1, guild_id=7, author=AVA))
    conversations.observe(_message(2, channel_id=2, guild_id=8, author=Person(3, "kim")))
    window = conversations.observe(
        _message(3, "pay 50 or i leak your nudes", channel_id=3, guild_id=7)
    )

    assert window is not None
    assert window.known() == (AVA, LEO)
    assert conversations.people(None) == ()


def test_the_channel_that_was_silent_longest_is_forgotten_first(detector: Detector) -> None:
    conversations = Conversations(detector, messages=2)
    for number in (1, 2, 3):
        conversations.observe(_message(number, channel_id=number))

    assert conversations.context(1) == ()
    assert len(conversations) == 2


def test_many_messages_in_many_channels_stay_bounded(detector: Detector) -> None:
    conversations = Conversations(detector, messages=500)
    for number in range(5_000):
        conversations.observe(
            _message(number, channel_id=number % 1_000, author=Person(number, "x"))
        )

    assert len(conversations) <= 500
    assert len(conversations._channels) <= 500
    assert all(len(each.said) <= 100 for each in conversations._channels.values())


def test_an_edit_is_a_further_version(detector: Detector) -> None:
    conversations = Conversations(detector)
    conversations.observe(_message(1, "first"))
    conversations.observe(_message(1, "second", at=2.0, edited_at=2.0))

    assert [message.text for message in conversations.context(1)] == ["first", "second"]


def test_a_forgotten_channel_is_empty(detector: Detector) -> None:
    conversations = Conversations(detector)
    conversations.observe(_message(1))
    conversations.forget(1)
    conversations.forget(1)

    assert conversations.context(1) == ()
    assert len(conversations) == 0


def test_elements_that_are_near_in_no_order_are_not_sent_to_the_judge() -> None:
    conversations = Conversations(load_detector(learned=False))
    words = "your money is in the shop, everyone is at home, the pics of the cat are on the wall"

    assert conversations.observe(_message(1, words)) is None


def test_the_author_is_looked_at_closely_but_once_per_message(detector: Detector) -> None:
    asked: list[str] = []

    def closely(text: str) -> Closely:
        asked.append(text)
        return detector.closely(text)

    conversations = Conversations(detector)
    conversations._closely = closely
    for number in range(1, 7):
        conversations.observe(_message(number, "pay 50 or i post " + "x " * number))

    assert len(asked) <= 2 * 6
