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


NumberedStep = tuple[int, int, bool]
"""The number of an element, how many words may be skipped before it, and whether it is optional."""


class Phrase(NamedTuple):
    """A wording with numbers for its concept and elements."""

    concept: int
    steps: tuple[NumberedStep, ...]
    begins: bool
    anchor: int
    """The element that the phrase is looked for by, the rarest of those required."""
    reach: int
    """How many words before that one the phrase may begin."""

    @property
    def others(self) -> set[int]:
        """The elements that are required besides the anchor; they are many, so none is kept."""
        anchor = self.anchor
        return {each for each, _, optional in self.steps if not optional and each != anchor}


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
    if not begins:
        return [0] * count
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


def occurs(
    phrase: Phrase,
    word: str,
    words: Sequence[str],
    elements: Mapping[str, frozenset[int]],
    budget: Budget,
) -> bool:
    """Whether `phrase` occurs about `word`, which it is looked for by, if `words` are one clause.

    Only the words about it are looked at. If the budget is gone, the phrase is taken to occur.
    """
    steps, reach = phrase.steps, phrase.reach
    if len(steps) == 1:
        return True
    place = -1
    for _ in range(words.count(word)):
        if not budget.take():
            return True
        place = words.index(word, place + 1)
        for first in range(max(0, place - reach), place + 1):
            if steps[0][0] in elements[words[first]] and _is_completed(
                steps, first, words, elements
            ):
                return True
    return False


def _is_completed(
    steps: Sequence[NumberedStep],
    first: int,
    words: Sequence[str],
    elements: Mapping[str, frozenset[int]],
) -> bool:
    """Whether the phrase that opens at `first` is completed: like `_follow`, in one clause."""
    last, slack = first, 0
    for element, gap, optional in steps[1:]:
        for place in range(last + 1, min(len(words), last + 2 + gap + slack)):
            if element in elements[words[place]]:
                last, slack = place, 0
                break
        else:
            if not optional:
                return False
            slack = max(slack, gap)
    return True


def _follow(
    first: int,
    rest: Iterable[NumberedStep],
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
        places = positions[element]
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
