"""The only module that knows how a phrase is found among words, and what that may cost."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

_STEPS_PER_TEXT = 2_500
"""Work that one text may cost the matcher, counted in places looked up: about a millisecond."""

_STARTS_PER_PHRASE = 6
_HITS_PER_PHRASE = 4


class Phrase(NamedTuple):
    """A wording with numbers for its concept and elements; a step is (element, gap, optional)."""

    concept: int
    steps: tuple[tuple[int, int, bool], ...]
    required: frozenset[int]
    begins: bool


@dataclass
class Budget:
    """What is left of the work that a text may cost; `spent` is for tests that count."""

    left: int = _STEPS_PER_TEXT
    spent: int = 0

    def take(self) -> bool:
        """Whether one more step may be taken."""
        self.left -= 1
        self.spent += 1
        return self.left >= 0


def clauses_of(count: int, begins: frozenset[int]) -> list[int]:
    """For each of `count` words the number of its clause."""
    return list(accumulate(int(place in begins) for place in range(count)))


def occurrences(
    phrase: Phrase, positions: Mapping[int, list[int]], clauses: Sequence[int], budget: Budget
) -> Iterable[tuple[int, int]]:
    """The first and last words of each place where `phrase` occurs, a few at most."""
    (opening, _, _), *rest = phrase.steps
    found: list[tuple[int, int]] = []
    for first in positions[opening][:_STARTS_PER_PHRASE]:
        last = _follow(first, rest, positions, clauses, budget)
        if last is not None:
            found.append((first, last))
            if len(found) >= _HITS_PER_PHRASE:
                break
    return found


def _follow(
    first: int,
    rest: Iterable[tuple[int, int, bool]],
    positions: Mapping[int, list[int]],
    clauses: Sequence[int],
    budget: Budget,
) -> int | None:
    """The place of the last word if the phrase that opens at `first` is completed, else None.

    Words may be skipped within a clause, not beyond its end.
    """
    last, slack = first, 0
    for element, gap, optional in rest:
        if not budget.take():
            return None
        places = positions.get(element, ())
        following = bisect_right(places, last)
        place = places[following] if following < len(places) else -1
        if place == last + 1 or (
            last < place <= last + 1 + gap + slack and clauses[place] == clauses[last]
        ):
            last, slack = place, 0
        elif optional:
            slack = max(slack, gap)
        else:
            return None
    return last
