"""Who may be in danger is answered again soon; nobody is answered at every line."""

from __future__ import annotations

from bot.detection import load_detector
from bot.domain.message import Message, Person
from bot.services.guidance import Guidance


def test_who_may_be_in_danger_is_answered_again_after_a_minute() -> None:
    seconds = iter((0.0, 30.0, 61.0, 90.0))
    detector = load_detector(learned=False)
    guidance = Guidance(detector, clock=lambda: next(seconds), token=lambda: "0" * 16)
    look = guidance.look(Message(1, 1, Person(7, "ava"), "i want to kill myself", 0.0))
    assert look.is_grave

    answered = [guidance.is_answered_now(look, about=None, person_id=7) for _ in range(4)]
    assert answered == [True, False, True, False]


def test_who_was_answered_is_forgotten_once_it_no_longer_counts() -> None:
    """Else it could be read from memory for days who wrote, and about what."""
    now = [0.0]
    guidance = Guidance(load_detector(learned=False), clock=lambda: now[0], token=lambda: "0" * 16)
    for person_id, at in ((7, 0.0), (8, 500.0), (9, 601.0)):
        now[0] = at
        look = guidance.look(Message(1, 1, Person(person_id, "somebody"), "hello", at))
        assert guidance.is_answered_now(look, about="sextortion", person_id=person_id)

    assert [person_id for person_id, _ in guidance._answered] == [8, 9]
