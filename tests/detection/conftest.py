"""Builders for messages and windows: a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.detection import Detector, load_detector
from bot.domain.assessment import Assessment
from bot.domain.message import Message, Person, Window

Judge = Callable[..., Assessment]


@pytest.fixture(scope="session")
def detector() -> Detector:
    return load_detector()


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    names = ("ava", "leo", "kim", "sam", "mod")
    return {name: Person(100 + place, name) for place, name in enumerate(names)}


@pytest.fixture
def write(people: dict[str, Person]) -> Callable[..., Message]:
    """Build one message: `write("leo", "text", at=3)`."""
    count = iter(range(1, 100_000))

    def build(author: str, text: str, **fields: object) -> Message:
        number = next(count)
        given: dict[str, object] = {"at": float(number), **fields}
        return Message(number, 1, people[author], text, **given)  # type: ignore[arg-type]

    return build


@pytest.fixture
def judge(detector: Detector, write: Callable[..., Message]) -> Judge:
    """Judge the last of `lines`, each `(author, text)` or a message: `judge(("leo", "hi"))`."""

    def assess(*lines: object, present: tuple[Person, ...] = ()) -> Assessment:
        said = [line if isinstance(line, Message) else write(*line) for line in lines]  # type: ignore[misc]
        return detector.assess(Window(said[-1], tuple(said[:-1]), present))

    return assess
