"""What the detector and its peers cost: ordinary, hostile and judged messages, start and memory."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from bench.chat import Chat
from bench.peers import automod, red
from bot.detection import Conversations, Detector, load_detector, spare_what_stays
from bot.domain.message import Message, Person, Window

_MESSAGES = 20_000
_ROUNDS = 5
_LONGEST = 4_000
_CHANNELS = 100
_PEOPLE = 997
_HOSTILE = (
    "send me 100 dollars or i leak your pics to your mom ",
    "s e n d m e ",
    "“",
    "'",
    "📸💸",
    "e\u0301\u0302",
    "p4y n***s ",
    "pay or post your video mom now ",
)
_START = """
import json, time
from bench.memory import resident_mb
began = time.perf_counter()
from bot.detection import load_detector
load_detector().gate("pay 50 or i post your video")
spent = time.perf_counter() - began
print(json.dumps({"start_s": spent, "memory_mb": resident_mb()}))
"""


def expense(threats: Sequence[str]) -> dict[str, float]:
    """The figures by name; `threats` are texts that reach the judge."""
    detector = load_detector()
    spare_what_stays()  # as the bot does
    chat = Chat((), authors=1)
    ordinary = [chat.line() for _ in range(_MESSAGES)]
    hostile = [(text * _LONGEST)[:_LONGEST] for text in _HOSTILE]
    return {
        "ordinary_us": 1e6 * _each(_watching(detector), ordinary),
        "worst_ms": 1e3 * max(_once(_watching(detector), text) for text in hostile),
        "judged_ms": 1e3 * _each(_judging(detector), threats) if threats else 0.0,
        "automod_us": 1e6 * _each(automod(), ordinary),
        "red_us": 1e6 * _each(red(), ordinary),
        **_start(),
    }


def _watching(detector: Detector) -> Callable[[str], object]:
    """The whole way of a message: gate, window, and the judge where it is worthwhile."""
    conversations, numbers = Conversations(detector), itertools.count()

    def watch(text: str) -> object:
        number = next(numbers)
        author = Person(number % _PEOPLE, "")
        said = Message(number, number % _CHANNELS, author, text, float(number))
        window = conversations.observe(said)
        return window and detector.assess(window)

    return watch


def _judging(detector: Detector) -> Callable[[str], object]:
    numbers = itertools.count()

    def judge(text: str) -> object:
        return detector.assess(Window(Message(next(numbers), 1, Person(1, ""), text, 1.0)))

    return judge


def _each(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Seconds of processor time per text: the median of some rounds, once it is warm."""
    for text in texts[:2_000]:
        work(text)
    return median(_spent(work, texts) / len(texts) for _ in range(_ROUNDS))


def _once(work: Callable[[str], object], text: str) -> float:
    """Seconds that one text costs when it is seen for the first time; the least of three."""
    return min(_spent(work, [f"{text[:-1]}{number}"]) for number in range(3))


def _spent(work: Callable[[str], object], texts: Iterable[str]) -> float:
    began = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - began


def _start() -> dict[str, float]:
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _START], capture_output=True, text=True, check=True
    )
    figures: dict[str, float] = json.loads(run.stdout)
    return figures
