"""The only module that knows which innocent words silence a rule, and which only make it unsure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from bot.detection.reading import Place, Reading
from bot.domain.assessment import Signal

Names = frozenset[str]

_SENTENCE_END = re.compile(r"[.!?…]\s|[。！？\n]")


class Innocence(NamedTuple):
    """How far innocent words go against a threat; the names are those of groups of concepts.

    "lol" costs an offender nothing, so that a mere remark never silences what is explicit.
    """

    remarks: Names = frozenset()
    """How something is said to be meant: jokes, films, news, warnings."""
    objects: Names = frozenset()
    """What something is said to be about: a trade, a wedding, a round of a game."""
    personal: Names = frozenset()
    """What belongs to the person spoken to: without it a threat is not explicit."""
    unmistakable: Names = frozenset()
    """What no harmless object explains."""
    answers: Names = frozenset()
    """What somebody threatened answers: it silences nothing of what demands something."""
    demands: Names = frozenset()
    """What is demanded."""
    choices: Names = frozenset()
    """Demand and exposure in one breath: no harmless words beside it count for anything."""
    assurances: Names = frozenset()
    """What is said to calm or to help: "all deleted", "do not pay him"."""
    requests: Names = frozenset()
    """What is asked for politely: beside something unmistakable it counts for nothing."""
    admiration: Names = frozenset()
    """What is said of something that people have seen and love."""
    exposing: Names = frozenset()
    """What will be shown: beside it admiration counts for nothing."""
    urging: Names = frozenset()
    """What is demanded, or by when: beside it none of the last but answers counts for anything."""

    def harmless(self, own: Names, before: Names) -> Names:
        """What makes words of the concepts `own` harmless that an author wrote after `before`."""
        found = self.answers if self.demands.isdisjoint(own | before) else Names()
        if self.urging.isdisjoint(own | before):
            found |= self.assurances
            found |= self.requests if self.unmistakable.isdisjoint(own) else Names()
            found |= self.admiration if self.exposing.isdisjoint(own) else Names()
        return found & own


UNTOLD = Innocence()
"""Every veto silences."""


class Veto(NamedTuple):
    """Innocent words that speak against a finding, and whether they silence it."""

    signal: Signal
    silences: bool


def calms(reading: Reading, innocence: Innocence, before: Names = frozenset()) -> bool:
    """Whether `reading` answers, calms, helps, asks or admires, and its author presses nobody.

    `before` are the concepts of what its author wrote shortly before. A choice counts only in words
    of its own: "if you post mine, i go to the police" sets none.
    """
    harmless = innocence.harmless(reading.own, before)
    own = [place for place in reading.places if not place.foreign]
    calming = [place for place in own if place.concept in harmless]
    choices = [place for place in own if place.concept in innocence.choices]
    return bool(calming) and all(
        any(_overlap(choice, each) for each in calming) for choice in choices
    )


def weigh(
    vetoing: Sequence[tuple[Reading, Names]],
    signals: Sequence[Signal],
    innocence: Innocence,
    *,
    explicit: bool,
) -> Veto | None:
    """The veto that counts most of those that stand in the readings; None if none does.

    `signals` are what the rule found, `explicit` whether the rule is one that remarks cannot
    silence.
    """
    own = frozenset().union(*(reading.own for reading, _ in vetoing))
    grave = explicit
    explicit = explicit and not own.isdisjoint(innocence.personal)
    plain = not own.isdisjoint(innocence.unmistakable)
    demanding = not own.isdisjoint(innocence.demands)
    first: Veto | None = None
    for reading, concept in _occurring(vetoing):
        if demanding and concept in innocence.answers:
            continue
        signal = reading.signal(concept)
        if signal is None:
            continue
        remark = concept in innocence.remarks and not _is_element(signal, signals)
        beside = plain or _tacked_on(reading, concept, signals)
        innocent = remark or concept in innocence.objects
        weakens = explicit and (remark or (innocent and beside))
        if not (
            weakens or (grave and innocent and _in_another_sentence(reading, concept, signals))
        ):
            return Veto(signal, silences=True)
        first = first or Veto(signal, silences=False)
    return first


def _occurring(vetoing: Sequence[tuple[Reading, Names]]) -> Iterator[tuple[Reading, str]]:
    for reading, names in vetoing:
        for concept in sorted(names & (reading.own | reading.foreign)):
            yield reading, concept


def _is_element(remark: Signal, signals: Collection[Signal]) -> bool:
    """Whether the remark is made with words of an element: "should i post" only asks."""
    return any(
        signal.message_id == remark.message_id
        and signal.start < remark.end
        and remark.start < signal.end
        for signal in signals
    )


def _tacked_on(reading: Reading, concept: str, signals: Collection[Signal]) -> bool:
    """Whether the concept stands only before or after the elements, never among them."""
    here = [signal for signal in signals if signal.message_id == reading.message.id]
    if not here:
        return False
    start = min(signal.start for signal in here)
    end = max(signal.end for signal in here)
    return all(_outside(place, start, end) for place in reading.places if place.concept == concept)


def _in_another_sentence(reading: Reading, concept: str, signals: Collection[Signal]) -> bool:
    """Whether a sentence ends between every place of the concept and each of the elements."""
    text = reading.message.wording
    here = [signal for signal in signals if signal.message_id == reading.message.id]
    places = [place for place in reading.places if place.concept == concept]
    return bool(here) and all(
        _SENTENCE_END.search(text, min(place.end, signal.end), max(place.start, signal.start))
        for place in places
        for signal in here
    )


def _overlap(one: Place, other: Place) -> bool:
    return not _outside(one, other.start, other.end)


def _outside(place: Place, start: int, end: int) -> bool:
    return place.end <= start or place.start >= end
