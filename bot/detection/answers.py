"""The only module that knows who only answers or repeats what somebody else threatened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bot.detection.before import CHARACTERS
from bot.detection.normalise import fold
from bot.detection.targets import Speaking, speaks_to
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Person, Window

OF_VALUE = frozenset(
    {
        "money_demand",
        "image_demand",
        "intimate_demand",
        "others_demand",
        "your_media",
        "intimate",
        "possession",
    }
)
"""Concepts of what only an offender demands or holds."""
_ECHO_SHARE = 0.8
_ECHO_WORDS = 4
_ECHOED = 3
"""How many earlier messages in nearly the same words are judged, the latest first."""


def answers_threat(
    window: Window,
    judge: Callable[[Window], Assessment],
    *,
    worthwhile: Callable[[str], bool],
    speech: Speaking,
    defended: Assessment | None = None,
) -> bool:
    """Whether somebody else threatened the judged message's author first.

    Who turns to others than whoever threatened them, by mention or reply, does not answer. Of a
    message that demands nothing of value, `defended` is what it amounts to: whoever aims it at
    one who threatens stands up for somebody.
    """
    author = window.message.author
    spoken_to = _spoken_to(window.message)
    left = CHARACTERS
    for earlier in _befores(window):
        message = earlier.message
        if not worthwhile(message.wording):
            continue
        left -= len(message.wording)
        if left < 0:
            break
        if spoken_to and message.author.id not in {author.id, *spoken_to}:
            continue
        judged = judge(earlier)
        if judged.kind is not Kind.THREAT or judged.level < Level.MEDIUM:
            continue
        if message.author.id == author.id:
            return False
        if judged.aimed and _is_target(judged, author):
            return True
        if speaks_to(message, author, speech=speech):
            return True
        if defended and defended.aimed and defended.targets == (message.author,):
            return True
    return False


def ceiling(window: Window, words: Sequence[str], judge: Callable[[Window], Assessment]) -> Level:
    """The highest level of a threat in `words`, those of the judged message.

    None at all of who repeats what they were threatened with themselves; medium of who repeats,
    and to nobody in particular, what another was threatened with: they may mock. Gangs work from
    one script, and whoever warns or calls for help may have used the words first.
    """
    said = set(words)
    author, spoken_to = window.message.author, _spoken_to(window.message)
    highest = Level.URGENT
    for earlier in islice(_alike(window, said), _ECHOED):
        if spoken_to and earlier.message.author.id not in spoken_to:
            continue
        judged = judge(earlier)
        if judged.kind is not Kind.THREAT:
            continue
        if not judged.aimed or _is_target(judged, author):
            return Level.NONE
        if not spoken_to:
            highest = Level.MEDIUM
    return highest


def _alike(window: Window, said: set[str]) -> Iterator[Window]:
    """What others wrote in nearly these words, latest first."""
    if len(said) < _ECHO_WORDS:
        return
    for earlier in reversed(list(_befores(window))):
        if earlier.message.author.id == window.message.author.id:
            continue
        words = fold(earlier.message.wording).split()
        if len(said.intersection(words)) >= _ECHO_SHARE * len(said):
            yield earlier


def _befores(window: Window) -> Iterator[Window]:
    """Every earlier message with what was said before it, oldest first."""
    for place, message in enumerate(window.before):
        yield window._replace(message=message, before=window.before[:place])


def _spoken_to(message: Message) -> frozenset[int]:
    """Whom a message mentions, or whose it answers."""
    people = [*message.mentions, *([message.reply_author] if message.reply_author else ())]
    return frozenset(person.id for person in people)


def _is_target(judged: Assessment, person: Person) -> bool:
    return any(target.id == person.id for target in judged.targets)
