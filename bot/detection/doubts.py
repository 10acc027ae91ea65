"""The only module that knows what makes a found threat doubtful: whose images, and what about."""

from __future__ import annotations

from collections.abc import Container, Sequence

from bot.detection.addressing import Speaking
from bot.detection.judge import as_telling, at_level, is_unsure
from bot.detection.reading import Place, Reading
from bot.detection.vetoes import Innocence
from bot.domain.assessment import Assessment, Level

_MINE = "my_media"
_THEIRS = frozenset({"your_media", "possession", "hold", "webcam"})
_RELIEF = "relief"
_YOURS = frozenset({"your_audience", "tell_yours", "yours"})
_VALUE = frozenset({"money_demand", "payment"})
"""Who demands money, speaks of the other's people and shows something is not the one threatened."""
_TO_YOU = frozenset({"your_audience", "tell_yours", "exposure"})
"""Concepts of what only who shows something says: "i send", "your mom", not "you send", "mom"."""
_STAGES = frozenset({"story", "storys", "stories", "status", "feed", "сторис", "сторіс", "сториз"})
"""What is the author's own to show things on: no images of theirs."""
_THIRD = "third"
_OTHERS_HOLD = frozenset({"they_have", "they_hold", "they_want", "they_demand"})
_SPOKEN_TO = _THEIRS - {"hold"} | _YOURS
_TRIVIAL = "trivial"
_BUSINESS = frozenset({"trade", "commission", "debt", "event"})
_GRAVE = frozenset(
    {"intimate", "payment", "webcam", "image_demand", "intimate_demand", "self_harm"}
)
"""Concepts beside which no harmless object makes anything doubtful."""


def doubted(
    assessment: Assessment,
    run: Sequence[Reading],
    *,
    speech: Speaking,
    innocence: Innocence,
) -> Assessment:
    """A threat as what is left of it, by its author's words: `run`, the judged message last.

    Whoever speaks of images of their own ("so you want 50 or you post my pics?") and holds none of
    the other's is the one who is threatened; `speech` knows the words of one's own.
    Where a harmless object is spoken of, or a trade or debt was before, it is a level less, so that
    nobody is written to of what may be a joke; not where something innocent was counted already,
    nor below medium for a remark behind it, which costs an offender nothing.
    """
    if assessment.level >= Level.URGENT:
        return assessment
    if _MINE in run[-1].own and _is_of_own(run[-1], speech(run[-1].words).mine):
        return as_telling(assessment, run[-1].message.author)
    before = frozenset[str]().union(*(reading.own for reading in run[:-1]))
    own = before | run[-1].own
    innocent = innocence.remarks | innocence.objects
    harmless = (own & {_TRIVIAL}) | (before & _BUSINESS)
    counted = {signal.concept for each in assessment.findings for signal in each.signals}
    if not harmless or not counted.isdisjoint(innocent) or not _GRAVE.isdisjoint(own):
        return assessment
    if assessment.level >= Level.HIGH:
        return at_level(assessment, Level.MEDIUM)
    likely = bool(before & harmless) or _is_amid(assessment, run[-1])
    return at_level(assessment, Level.LOW) if likely else assessment


def speaks_to_somebody(reading: Reading) -> bool:
    """Whether the author speaks of what belongs to the person spoken to."""
    return not _SPOKEN_TO.isdisjoint(reading.own)


def goes_on_telling(assessment: Assessment, reading: Reading) -> bool:
    """Whether an unsure threat may be further words of somebody who told of one just before.

    Not where it is surely aimed at somebody: one sentence that tells costs an offender nothing.
    """
    of_others = _THIRD in reading.own and not _OTHERS_HOLD.isdisjoint(reading.own)
    is_sure = assessment.aimed or not is_unsure(assessment)
    return of_others and not is_sure and not speaks_to_somebody(reading)


def _is_of_own(reading: Reading, mine: Container[str]) -> bool:
    """Whether the author speaks of images of their own, and holds none of somebody else's.

    Who wants their own deleted may well say what the other one holds. Who demands money, speaks of
    the other's people and shows something holds it: "500 or i send my video to your mom", but not
    "so 500 or you send my pics to mom".
    """
    own = [place for place in reading.places if not place.foreign]
    ours = [place for place in own if place.concept == _MINE and _says(reading, place, mine)]
    theirs = [place for place in own if place.concept in _THEIRS]
    ours = [each for each in ours if not any(_reaches_beyond(other, each) for other in theirs)]
    shows = not any(reading.own.isdisjoint(some) for some in (_VALUE, _YOURS, _TO_YOU))
    if not ours or shows:
        return False
    if all(any(_overlap(other, each) for each in ours) for other in theirs):
        return True
    return any(
        place.concept == _RELIEF and any(_overlap(place, each) for each in ours) for place in own
    )


def _is_amid(assessment: Assessment, reading: Reading) -> bool:
    """Whether a trifle stands amid what was found: a remark behind it costs an offender nothing."""
    here = [
        signal
        for finding in assessment.findings
        for signal in finding.signals
        if signal.message_id == reading.message.id and signal.concept in reading.own
    ]
    start = min((signal.start for signal in here), default=0)
    end = max((signal.end for signal in here), default=0)
    return any(
        place.concept == _TRIVIAL and place.start < end and start < place.end
        for place in reading.places
    )


def _says(reading: Reading, place: Place, words: Container[str]) -> bool:
    around = [word.rstrip("!?") for word in reading.words[place.first : place.last + 2]]
    said = around[: place.last - place.first + 1]
    return any(word in words for word in said) and _STAGES.isdisjoint(around)


def _overlap(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end


def _reaches_beyond(other: Place, each: Place) -> bool:
    """Whether `other` goes on where `each` ends: "my video" is theirs in "my video of you"."""
    return each.first <= other.first <= each.last < other.last
