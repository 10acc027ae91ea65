"""The only module that knows who only answers or repeats what somebody else threatened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bot.detection.addressing import Speaking, speaks_to
from bot.detection.before import CHARACTERS
from bot.detection.judge import at_level, is_unsure
from bot.detection.normalise import fold
from bot.domain.assessment import NOTHING, Assessment, Kind, Level
from bot.domain.message import Message, Person, Window

_OF_VALUE = frozenset(
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
_HELD = frozenset({"possession"})
"""Concepts by which somebody says that they have the material: they take up nobody's words."""
_ECHO_SHARE = 0.8
_ECHO_WORDS = 4
_TAKEN_UP = 1 / 3
"""Which share of the words of a threat is in what somebody says of it."""
_ECHOED = 3
"""How many earlier messages in nearly the same words are judged, the latest first."""


def as_an_answer(
    assessment: Assessment,
    window: Window,
    judge: Callable[[Window], Assessment],
    *,
    own: frozenset[str],
    speech: Speaking,
) -> Assessment | None:
    """A threat as what it is after what others wrote: None of whoever only answers one.

    `own` are the concepts in the author's words. Who takes up the words of another's sure threat,
    where no rule is sure of theirs, is at low at most. A threat at high becomes medium where it is
    aimed at one who threatened somebody before, and its author threatened nobody: whoever turns on
    an offender may use their words.
    """
    defends = own.isdisjoint(_OF_VALUE)
    if _answers_threat(assessment, window, judge, speech=speech, defends=defends):
        return None
    if is_unsure(assessment) and _HELD.isdisjoint(own) and _takes_up(window, assessment, judge):
        return at_level(assessment, Level.LOW)
    if assessment.level is Level.HIGH and _is_against_offender(window, assessment, judge):
        return at_level(assessment, Level.MEDIUM)
    return assessment


def _answers_threat(
    assessment: Assessment,
    window: Window,
    judge: Callable[[Window], Assessment],
    *,
    speech: Speaking,
    defends: bool,
) -> bool:
    """Whether somebody else threatened the judged message's author first.

    Who turns to others than whoever threatened them does not answer. Whoever demands nothing of
    value, and so `defends`, stands up for somebody if they turn to one who threatens.
    """
    author = window.message.author
    spoken_to = _spoken_to(window.message)
    if assessment.aimed:
        spoken_to |= {person.id for person in assessment.targets}
    left = CHARACTERS
    for earlier in _befores(window):
        message = earlier.message
        if spoken_to and message.author.id not in {author.id, *spoken_to}:
            continue
        judged = judge(earlier)
        left -= len(message.wording) if judged is not NOTHING else 0
        if left < 0:
            break
        if not _threatens(judged):
            continue
        if message.author.id == author.id:
            return False
        defended = defends and assessment.aimed and assessment.targets == (message.author,)
        was_meant = judged.aimed and _is_target(judged, author)
        if defended or was_meant or speaks_to(message, author, speech=speech):
            return True
    return False


def _takes_up(
    window: Window, assessment: Assessment, judge: Callable[[Window], Assessment]
) -> bool:
    """Whether the judged message takes up the words of what another surely threatened before.

    Not of whoever turns to somebody else than that one, nor of who threatened before themselves:
    offenders work together, and from one script.
    """
    author = window.message.author.id
    said = set(fold(window.message.wording).split())
    met = False
    for earlier in _befores(window):
        by = earlier.message.author
        words = set(fold(earlier.message.wording).split())
        least = max(_ECHO_WORDS, _TAKEN_UP * len(words))
        turns_away = assessment.aimed and not _is_target(assessment, by)
        if by.id != author and (turns_away or len(said & words) < least):
            continue
        judged = judge(earlier)
        if by.id == author and _threatens(judged):
            return False
        met |= by.id != author and judged.kind is Kind.THREAT and judged.level >= Level.HIGH
    return met


def _is_against_offender(
    window: Window, assessment: Assessment, judge: Callable[[Window], Assessment]
) -> bool:
    author = window.message.author.id
    aimed_at = {person.id for person in assessment.targets}
    met = False
    for earlier in _befores(window):
        by = earlier.message.author.id
        if by not in {author, *aimed_at} or not _threatens(judge(earlier)):
            continue
        if by == author:
            return False
        met = True
    return met


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
        if _said_before(earlier, author, said):
            continue
        judged = judge(earlier)
        if judged.kind is not Kind.THREAT:
            continue
        if judged.aimed and _is_target(judged, author):
            return Level.NONE
        if spoken_to and earlier.message.author.id not in spoken_to:
            continue
        if not judged.aimed:
            return Level.NONE
        if not spoken_to:
            highest = Level.MEDIUM
    return highest


def _said_before(earlier: Window, author: Person, said: set[str]) -> bool:
    """Whether the author used nearly these words before whoever seems to be repeated."""
    return any(
        each.author.id == author.id
        and len(said.intersection(fold(each.wording).split())) >= _ECHO_SHARE * len(said)
        for each in earlier.before
    )


def _alike(window: Window, said: set[str]) -> Iterator[Window]:
    """What others wrote in nearly these words, latest first; of whom it is for, amid more words."""
    if len(said) < _ECHO_WORDS:
        return
    spoken_to = _spoken_to(window.message)
    for place in range(len(window.before) - 1, -1, -1):
        message = window.before[place]
        if message.author.id == window.message.author.id:
            continue
        words = set(fold(message.wording).split())
        least = min(len(said), len(words)) if message.author.id in spoken_to else len(said)
        if len(said & words) >= _ECHO_SHARE * max(least, _ECHO_WORDS):
            yield window._replace(message=message, before=window.before[:place])


def _befores(window: Window) -> Iterator[Window]:
    """Every other message with what was said before it, oldest first."""
    for place, message in enumerate(window.before):
        if message.id != window.message.id:
            yield window._replace(message=message, before=window.before[:place])


def _spoken_to(message: Message) -> frozenset[int]:
    """Whom a message mentions, or whose it answers."""
    people = [*message.mentions, *([message.reply_author] if message.reply_author else ())]
    return frozenset(person.id for person in people)


def _threatens(judged: Assessment) -> bool:
    return judged.kind is Kind.THREAT and judged.level >= Level.MEDIUM


def _is_target(judged: Assessment, person: Person) -> bool:
    return any(target.id == person.id for target in judged.targets)
