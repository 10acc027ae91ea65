"""One person who asks all the time is asked to wait, and nobody else."""

from __future__ import annotations

from bot.services.restraint import Limit


class _Seconds:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_times_in_a_minute_and_each_person_by_themselves() -> None:
    limit = Limit(_Seconds(), times=3)

    assert [limit.allows(1) for _ in range(5)] == [True, True, True, False, False]
    assert limit.allows(2)


def test_what_was_refused_does_not_prolong_the_wait() -> None:
    clock = _Seconds()
    limit = Limit(clock, times=2, seconds=60)
    for clock.now in (0.0, 30.0, 50.0, 59.0):
        limit.allows(1)

    clock.now = 60.0
    assert [limit.allows(1), limit.allows(1)] == [True, False]
    clock.now = 90.0
    assert limit.allows(1)


def test_whoever_asked_long_ago_is_forgotten() -> None:
    clock = _Seconds()
    limit = Limit(clock)
    for person in range(100):
        limit.allows(person)
    clock.now = 61.0
    limit.allows(1)

    assert list(limit._asked) == [1]
