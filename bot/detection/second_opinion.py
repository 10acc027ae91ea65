"""The only module that knows when the learned judge is asked, and what its opinion becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.detection.closely import Closely
from bot.detection.learned import LearnedJudge, Opinion, Telling
from bot.detection.reading import Reading
from bot.detection.rules import Rule
from bot.domain.assessment import Category, Finding, Kind, Level, Signal

_REMEMBERED_SCORES = 20_000
_TOGETHER = 4
"""How many of an author's messages, the judged one included, are put together."""
_SPREAD = 1.3
"""What is spread over messages must say so many times what one message must say."""
_SHARE = 2
"""The judged message must itself say one part in so many of what is asked for."""

_CATEGORIES: tuple[tuple[Category, frozenset[str]], ...] = (
    (Category.RECRUITMENT, frozenset({"others_demand"})),
    (Category.FINANCIAL, frozenset({"money_demand", "payment", "they_demand", "i_paid"})),
    (Category.IMAGES, frozenset({"image_demand", "intimate_demand"})),
    (
        Category.EXPOSURE,
        frozenset(
            {"exposure", "exposure_to", "ultimatum", "revealed", "they_expose", "your_media"}
        ),
    ),
)
"""The category by the first concepts that occur."""


def _rule(name: str, title: str, kind: Kind) -> Rule:
    """A rule of the model: always stable, never above medium."""
    return Rule(
        id=name,
        title=title,
        version=1,
        kind=kind,
        level=Level.MEDIUM,
        category=Category.OTHER,
        stable=True,
        needs=(),
        vetoes=frozenset(),
    )


THREAT = _rule("learned", "Reads like a threat to share something", Kind.THREAT)
DISCLOSURE = _rule(
    "learned-disclosure", "Reads like someone who is being threatened", Kind.DISCLOSURE
)


class SecondOpinion:
    """Asks the learned judge about what the rules did not find; `places` are the concepts' bits."""

    def __init__(self, judge: LearnedJudge, places: Mapping[str, int]) -> None:
        self._judge = judge
        self._limit = int(judge.header["asked"])
        self._weights = {
            1 << places[concept]: weight
            for concept, weight in judge.gate.items()
            if concept in places
        }
        self._weighed = sum(self._weights)
        self._weightiest = sorted(self._weights, key=lambda bit: -self._weights[bit])
        self._scores: dict[int, int] = {}

    def asked(self, here: int, said: int = 0) -> bool:
        """Whether a message with the bits `here` after one's `said` is worth an opinion."""
        score = self._score(here)
        if score >= self._limit or not said:
            return score >= self._limit
        return score * _SHARE >= self._limit and self._score(here | said) >= _SPREAD * self._limit

    def confirmed(self, here: Closely, said: int) -> bool:
        """The same by the concepts that do stand in a message; the weightiest are asked first."""
        if self._weighed & here.unasked:
            here.widen()
        if not self.asked(here.bits, said):
            return False
        return all(
            here.holds(bit) or self.asked(here.bits, said)
            for bit in self._weightiest
            if here.bits & bit
        )

    def find(self, run: Sequence[Reading], here: int, said: int) -> list[tuple[Rule, Finding]]:
        """What the model finds in the last of `run`, or in it together with those before it."""
        if self.asked(here):
            opinion = self._opinion(run[-1:])
            if opinion.kind is not Kind.NONE:
                return [self._finding(opinion, run[-1:])]
        if len(run) > 1 and self.asked(here, said):
            together = run[-_TOGETHER:]
            opinion = self._opinion(together)
            if opinion.kind is Kind.THREAT:
                return [self._finding(opinion, together)]
        return []

    def review(
        self, found: Sequence[tuple[Rule, Finding]], run: Sequence[Reading]
    ) -> list[tuple[Rule, Finding]]:
        """What rules `found` in the last of `run`, as the model leaves it.

        It has no say in what is high or urgent, nor in what is spread over messages. A threat that
        reads like somebody telling of one becomes a disclosure, unless it stands in more text than
        is read at once; a disclosure that is nearly surely innocent becomes low, and nobody is
        offered help. It never takes a threat for innocent.
        """
        found = list(found)
        if not _is_open(found, run[-1]):
            return found
        limits = self._judge.header["limits"]
        threats = all(rule.kind is Kind.THREAT for rule, _ in found if not rule.is_mark)
        opinion = self._judge.read(_text(run[-1:]), whole=threats)
        if opinion is None:
            return found
        if threats:
            told = opinion.disclosure >= limits["told"]
            return [self._finding(opinion, run[-1:])] if told else found
        if opinion.innocent >= limits["doubted"]:
            return [(rule, replace(finding, level=Level.LOW)) for rule, finding in found]
        return found

    def unasked(self, run: Sequence[Reading]) -> Opinion:
        """What the model makes of the last of `run`, whether or not it would be asked."""
        return self._judge.read(_text(run[-1:])) or Opinion()

    def _score(self, bits: int) -> int:
        known = self._scores.get(bits)
        if known is None:
            if len(self._scores) >= _REMEMBERED_SCORES:
                self._scores.clear()
            known, left = 0, bits & self._weighed
            while left:
                lowest = left & -left
                left ^= lowest
                known += self._weights[lowest]
            self._scores[bits] = known
        return known

    def _opinion(self, run: Sequence[Reading]) -> Opinion:
        own = frozenset().union(*(reading.own for reading in run))
        return self._judge.judge(_text(run), own, stricter=len(run) > 1)

    def _finding(self, opinion: Opinion, run: Sequence[Reading]) -> tuple[Rule, Finding]:
        rule = THREAT if opinion.kind is Kind.THREAT else DISCLOSURE
        concepts = frozenset().union(*(reading.own | reading.foreign for reading in run))
        signals = tuple(_signals(opinion.telling, run))
        return rule, Finding(rule.id, rule.version, rule.level, _category(concepts), signals)


def _is_open(found: Sequence[tuple[Rule, Finding]], judged: Reading) -> bool:
    """Whether all that was found is medium at most, and in the judged message alone."""
    findings = [finding for rule, finding in found if not rule.is_mark]
    here = {s.message_id for finding in findings for s in finding.signals} <= {judged.message.id}
    return bool(findings) and here and all(each.level <= Level.MEDIUM for each in findings)


def _text(run: Sequence[Reading]) -> str:
    return "\n".join(reading.message.wording for reading in run)


def _category(concepts: Collection[str]) -> Category:
    for category, telling in _CATEGORIES:
        if not telling.isdisjoint(concepts):
            return category
    return Category.OTHER


def _signals(telling: Sequence[Telling], run: Sequence[Reading]) -> Iterator[Signal]:
    """The telling words, each in the message of `run` in which it begins."""
    start = 0
    for reading in run:
        text = reading.message.wording
        for each in telling:
            if start <= each.start < start + len(text):
                first, last = each.start - start, min(each.end - start, len(text))
                yield Signal("wording", text[first:last], reading.message.id, first, last)
        start += len(text) + 1
