"""The only module that knows how concepts combine into a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.detection.reading import Place, Reading
from bot.detection.vetoes import UNTOLD, Innocence, Veto, weigh
from bot.domain.assessment import Category, Finding, Kind, Level, Signal

_OWN_WORDS = 2
"""How many words a place must have beside those of another one that lies within it."""

_TRIES = 60
_PLACES_PER_NEED = 6
"""How many ways to place the concepts of one rule are tried."""

WITHIN, WITHIN_IF_SURE = 24, 60
"""How many words the concepts of a rule may span unless it says so: those of one that is not sure
by itself, and of one at level high. Far apart in a ramble, broad words meet by chance."""

AnyOf = frozenset[str]
"""Concepts of which one must occur."""


_Stand = tuple[Reading, Place]
"""A concept where it stands."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named combination of concepts. All of `needs` must occur, none of `vetoes`."""

    id: str
    title: str
    version: int
    kind: Kind
    level: Level
    category: Category
    stable: bool
    needs: tuple[AnyOf, ...]
    vetoes: AnyOf
    order: tuple[str, ...] = ()
    across: bool = False
    """Whether the concepts may be spread over the author's recent messages."""
    foreign: bool = False
    """Whether words of others (quotations, "he said …") count as well."""
    weak: AnyOf = frozenset()
    """Concepts that alone do not make the judged message part of a finding."""
    heard: AnyOf = frozenset()
    """Concepts of which one must stand in what others said shortly before."""
    within: int = WITHIN_IF_SURE
    """How many words of one message the concepts may span."""
    own_vetoes: AnyOf = frozenset()
    """Concepts that silence the rule when they stand in the judged author's own words."""
    apart: bool = False
    """Whether each need must have words of its own: "send it" is not both demand and showing."""
    innocence: Innocence = UNTOLD
    """How far the vetoes go."""

    @property
    def is_mark(self) -> bool:
        """Whether this rule only marks another finding ("the image is faked")."""
        return self.category is Category.FABRICATED

    @property
    def concepts(self) -> frozenset[str]:
        """The concepts that are looked for on behalf of this rule."""
        return frozenset().union(self.heard, *self.needs)


def apply(
    rule: Rule, run: Sequence[Reading], heard: frozenset[str] = frozenset()
) -> Finding | None:
    """What `rule` finds in `run`: one author's readings, oldest first, the judged one last.

    `heard` are the concepts in what others said shortly before.

    The judged message itself must hold one of the concepts that are needed.
    """
    if rule.heard and rule.heard.isdisjoint(heard):
        return None
    finding = unvetoed(rule, run)
    if finding is None:
        return None
    against = veto(rule, run, finding)
    if against is None:
        return finding
    return None if against.silences else _weakened(finding, against)


def unvetoed(rule: Rule, run: Sequence[Reading]) -> Finding | None:
    """What `rule` would find in `run` if nothing innocent stood there."""
    readings = run if rule.across else run[-1:]
    chosen: list[tuple[Reading, str]] = []
    for need in rule.needs:
        found = newest(need, readings, foreign=rule.foreign, weak=rule.weak)
        if found is None:
            return None
        chosen.append(found)
    judged = run[-1]
    if not any(reading is judged and concept not in rule.weak for reading, concept in chosen):
        return None
    if not (_in_order(rule, judged) and _together(rule, chosen)):
        return None
    if rule.apart:
        chosen = _apart(rule, readings)
        if not any(reading is judged for reading, _ in chosen):
            return None
    return _finding(rule, chosen)


def veto(rule: Rule, run: Sequence[Reading], finding: Finding) -> Veto | None:
    """The innocent words in the messages of `finding` that count most against it."""
    judged = run[-1]
    involved = {signal.message_id for signal in finding.signals} - {judged.message.id}
    vetoing = [(each, rule.vetoes) for each in run if each.message.id in involved]
    typed = _typed(judged, finding)
    vetoing += [(judged, rule.vetoes & typed), (judged, rule.own_vetoes & typed & judged.own)]
    explicit = rule.kind is Kind.THREAT and rule.level >= Level.HIGH
    return weigh(vetoing, finding.signals, rule.innocence, explicit=explicit)


def _typed(judged: Reading, finding: Finding) -> frozenset[str]:
    """The concepts of the judged message that bear on `finding`.

    Where it rests on what the author typed, the words of a preview or a forward say nothing of it.
    """
    end = len(judged.message.text)
    here = [signal for signal in finding.signals if signal.message_id == judged.message.id]
    if any(signal.end > end for signal in here):
        end = len(judged.message.wording)
    return frozenset(place.concept for place in judged.places if place.start < end)


def _weakened(finding: Finding, against: Veto) -> Finding:
    """`finding` as one of which nobody can be sure, with the words that make it so."""
    signals = (*finding.signals, against.signal)
    return replace(finding, level=Level.MEDIUM, signals=signals)


def newest(
    need: AnyOf, readings: Sequence[Reading], *, foreign: bool, weak: AnyOf
) -> tuple[Reading, str] | None:
    """Where one of `need` stands in the newest of `readings` that holds any, and which it is."""
    for reading in reversed(readings):
        heard = reading.own | reading.foreign if foreign else reading.own
        present = need & heard
        if present:
            return reading, min(present, key=lambda concept: (concept in weak, concept))
    return None


def _in_order(rule: Rule, judged: Reading) -> bool:
    """Whether the concepts of `order` first occur in that order in the judged message."""
    if not rule.order:
        return True
    firsts = [
        min((place.first for place in judged.places if place.concept == concept), default=-1)
        for concept in rule.order
    ]
    return -1 not in firsts and firsts == sorted(firsts)


def _together(rule: Rule, chosen: Sequence[tuple[Reading, str]]) -> bool:
    """Whether some places of the concepts that share a message lie within `rule.within` words."""
    for reading in {id(each): each for each, _ in chosen}.values():
        if len(reading.words) <= rule.within:
            continue
        wanted = [concept for each, concept in chosen if each is reading]
        if not _near(reading, wanted, rule.within):
            return False
    return True


def _apart(rule: Rule, readings: Sequence[Reading]) -> list[tuple[Reading, str]]:
    """A concept for each need, each with words of its own, newest first; empty if there is none.

    Tried in order of place and only so often: who needs longer has said nothing clearly.
    """
    heard = [
        (reading, place)
        for reading in reversed(readings)
        for place in reading.places
        if rule.foreign or not place.foreign
    ]
    options = [
        [each for each in heard if each[1].concept in need][:_PLACES_PER_NEED]
        for need in rule.needs
    ]
    chosen = _choose(options, (), [_TRIES])
    return [(reading, place.concept) for reading, place in chosen or ()]


def _choose(
    options: Sequence[Sequence[_Stand]], chosen: tuple[_Stand, ...], left: list[int]
) -> tuple[_Stand, ...] | None:
    """`chosen` with one more of each of `options`; `left` counts what may still be tried."""
    if not options:
        return chosen
    for here in options[0]:
        left[0] -= 1
        if left[0] < 0:
            return None
        if all(_are_separate(here, other) for other in chosen):
            found = _choose(options[1:], (*chosen, here), left)
            if found is not None:
                return found
    return None


def _are_separate(one: _Stand, other: _Stand) -> bool:
    """Whether each has words of its own."""
    if one[0] is not other[0]:
        return True
    return _separate(one[1], other[1]) and _separate(other[1], one[1])


def _separate(inner: Place, outer: Place) -> bool:
    """Whether `outer` has words of its own beside `inner`, if `inner` lies within it."""
    if inner.first < outer.first or inner.last > outer.last:
        return True
    return outer.last - outer.first - (inner.last - inner.first) >= _OWN_WORDS


def _near(reading: Reading, concepts: Sequence[str], within: int) -> bool:
    places = {
        concept: [place.first for place in reading.places if place.concept == concept]
        for concept in concepts
    }
    for anchor in places[concepts[0]]:
        nearest = [min(found, key=lambda place: abs(place - anchor)) for found in places.values()]
        if max(nearest) - min(nearest) <= within:
            return True
    return False


def _finding(rule: Rule, chosen: Sequence[tuple[Reading, str]]) -> Finding:
    signals: list[Signal] = []
    for reading, concept in chosen:
        signal = reading.signal(concept)
        if signal is not None and signal not in signals:
            signals.append(signal)
    return Finding(rule.id, rule.version, rule.level, rule.category, tuple(signals))
