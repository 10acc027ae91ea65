"""The only module that knows whether something could still be found, given what concepts occur.

Nearly every message ends here: it is asked of each one that holds a concept at all, first with the
concepts that may occur, then for few with those that do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from bot.detection.closely import Closely
from bot.detection.rules import Rule

_REMEMBERED = 20_000


_Asked = tuple[int, int, bool]
"""The bits of a message, those of what was said before, and whether the weak ones are known."""


class _Needs(NamedTuple):
    """What one rule asks for. Its needs are numbered; the numbers are bits."""

    rule: Rule
    needs: int
    masks: tuple[int, ...]
    """For each need the concepts of which one must occur, as bits; rarest first."""
    here: int
    """Concepts of which the judged message must hold one, as bits."""
    heard: int
    """Concepts of which others must have said one, as bits; 0 if none is asked for."""
    across: bool


class Prospects:
    """Says which rules have a chance; `places` are the bits of the concepts."""

    def __init__(self, rules: Iterable[Rule], places: Mapping[str, int]) -> None:
        self._numbers: dict[int, int] = {}
        """A bit for each set of concepts that some rule asks one of."""
        self._undecided = 0
        """The needs that weak concepts meet too, which the gate does not look for."""
        self._weak = 0
        self._alone: list[_Needs] = []
        """Rules that one message can meet."""
        self._with_said: list[_Needs] = []
        """Rules that look at what was said before; few do."""
        self._carried = 0
        """What those rules look for in it."""
        for rule in rules:
            self._add(rule, places)
        self._meets = {1 << place: 0 for place in places.values()}
        """For each concept the needs that it meets."""
        for mask, number in self._numbers.items():
            for bit in self._meets:
                self._meets[bit] |= number if mask & bit else 0
        self._asked = sum(self._meets)
        self._met: dict[int, int] = {}
        self._first: dict[_Asked, _Needs | None] = {}

    def after(self, here: int, said: int = 0, *, closely: bool) -> bool:
        """Whether a rule could fire on a message with the bits `here` after one's `said`.

        `closely` says that the weak concepts are among the bits.
        """
        alone = self._likeliest(here, 0, closely=closely)
        return alone is not None or self.spread(here, said, closely=closely)

    def spread(self, here: int, said: int, *, closely: bool = True) -> bool:
        """Whether a rule could fire that looks at what was said before."""
        said &= self._carried
        return bool(said) and self._likeliest(here, said, closely=closely) is not None

    def heeds(self, here: int, said: int, more: int) -> bool:
        """Whether it changes what could fire if besides `said` there was `more` said before."""
        both = said | more
        if self.spread(here, said) != self.spread(here, both):
            return True
        rules, carried = self._with_said, self._carried
        fewer = self._possible(rules, here, said & carried, closely=True)
        return list(fewer) != list(self._possible(rules, here, both & carried, closely=True))

    def rules(self, here: int, said: int) -> list[Rule]:
        """The rules that could fire on a message that holds the concepts `here`."""
        found = [each.rule for each in self._possible(self._alone, here, 0, closely=True)]
        said &= self._carried
        if said:
            with_said = self._possible(self._with_said, here, said, closely=True)
            found += (each.rule for each in with_said if each.rule not in found)
        return found

    def confirmed(self, here: Closely, said: int) -> bool:
        """The same, asking `here` which of its concepts do occur, and not more than needed.

        What speaks against a rule is mostly found among the concepts that the gate looks for.
        """
        if here.unasked:
            if not self._confirmed(here, said, closely=False):
                return False
            here.widen()
        return self._confirmed(here, said, closely=True)

    def _confirmed(self, here: Closely, said: int, *, closely: bool) -> bool:
        said &= self._carried
        undecided = 0 if closely else self._weak
        while True:
            rule = self._likeliest(here.bits, 0, closely=closely)
            known = undecided
            if rule is None and said:
                rule = self._likeliest(here.bits, said, closely=closely)
                known = said | self._weak if rule and rule.across else undecided
            if rule is None:
                return False
            # what is not there is taken out of `here.bits`, so that this rule is not asked again
            if all(m & known or here.holds(m) for m in rule.masks) and here.holds(rule.here):
                return True

    def _likeliest(self, here: int, said: int, *, closely: bool) -> _Needs | None:
        """The first rule that could fire; if `said` is something, of those that look at it."""
        asked = (here, said, closely)
        if asked not in self._first:
            _make_room(self._first)
            rules = self._with_said if said else self._alone
            self._first[asked] = next(self._possible(rules, here, said, closely=closely), None)
        return self._first[asked]

    def _possible(
        self, rules: Iterable[_Needs], here: int, said: int, *, closely: bool
    ) -> Iterator[_Needs]:
        met = self._needs_met(here)
        if not closely:
            met |= self._undecided
        together = met | self._needs_met(said) | self._undecided if said else met
        unmet = ~met, ~together
        for rule in rules:
            if (
                not rule.needs & unmet[rule.across]
                and here & rule.here
                and (not rule.heard or rule.heard & said)
            ):
                yield rule

    def _needs_met(self, bits: int) -> int:
        """The needs that one of the concepts `bits` meets."""
        if bits not in self._met:
            _make_room(self._met)
            met, left = 0, bits & self._asked
            while left:
                lowest = left & -left
                left ^= lowest
                met |= self._meets[lowest]
            self._met[bits] = met
        return self._met[bits]

    def _add(self, rule: Rule, places: Mapping[str, int]) -> None:
        def bits(concepts: Iterable[str]) -> int:
            return sum(1 << places[concept] for concept in concepts)

        rare_first = sorted(rule.needs, key=len)
        masks = tuple(bits(need) for need in rare_first)
        numbers = [self._numbers.setdefault(mask, 1 << len(self._numbers)) for mask in masks]
        for number, need in zip(numbers, rare_first, strict=True):
            if not need.isdisjoint(rule.weak):
                self._undecided |= number
        self._weak |= bits(rule.weak & places.keys())
        here = bits(frozenset().union(*rule.needs) - rule.weak)
        needs = _Needs(rule, sum(set(numbers)), masks, here, bits(rule.heard), rule.across)
        if not rule.heard:
            self._alone.append(needs)
        if rule.across or rule.heard:
            self._with_said.append(needs)
            self._carried |= needs.heard
        if rule.across:
            self._carried |= reduce(or_, masks)


def _make_room(memory: dict[Any, Any]) -> None:
    if len(memory) >= _REMEMBERED:
        memory.clear()
