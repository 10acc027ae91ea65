"""The only module that knows what the opinion of the learned judge becomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from bot.detection.asking import Asking
from bot.detection.learned import LearnedJudge, Opinion, Telling, Weight
from bot.detection.reading import Reading, is_quotation, unquoted
from bot.detection.rules import Rule
from bot.domain.assessment import Category, Finding, Kind, Level, Signal

_REMEMBERED_VIEWS = 512
_TOGETHER = 4
"""How many of an author's messages, the judged one included, are put together."""
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


def _rule(name: str, title: str, kind: Kind, level: Level = Level.MEDIUM) -> Rule:
    """A rule of the model: always stable."""
    return Rule(
        id=name,
        title=title,
        version=1,
        kind=kind,
        level=level,
        category=Category.OTHER,
        stable=True,
        needs=(),
        vetoes=frozenset(),
    )


THREAT = _rule("learned", "Reads like a threat to share something", Kind.THREAT)
DISCLOSURE = _rule(
    "learned-disclosure", "Reads like someone who is being threatened", Kind.DISCLOSURE
)
AGREED = _rule(
    "learned-agrees", "Reads like the threat that rules found as well", Kind.THREAT, Level.HIGH
)
"""The only one of them that stands beside what rules found, and the only one above medium."""


_SPOKEN_TO = frozenset({"your_media", "your_audience", "tell_yours", "yours", "webcam"})
"""What is of the person spoken to: where somebody else's words name it, a threat is retold."""
_RULES = {Kind.THREAT: THREAT, Kind.DISCLOSURE: DISCLOSURE}


class SecondOpinion:
    """What the learned judge adds to the rules, where it is asked."""

    def __init__(self, judge: LearnedJudge, asking: Asking) -> None:
        self._judge, self._asking = judge, asking
        self._limits = judge.header["limits"]
        self._views: dict[tuple[str, Weight], Opinion | None] = {}
        """What was made of the latest texts: those of a window are asked about again and again."""

    def forget(self) -> None:
        """Forget every text of which something was made."""
        self._views.clear()

    def find(self, run: Sequence[Reading], here: int, said: int) -> list[tuple[Rule, Finding]]:
        """What the model finds in the last of `run`, or in it together with those before it.

        It is at medium if the model is sure, and else at low.
        """
        found: list[tuple[Rule, Finding]] = []
        judged = run[-1:]
        if self._asking.alone(here, _text(judged)):
            opinion = self._opinion(judged)
            if opinion.kind is Kind.THREAT and self._is_quoted(judged):
                opinion = opinion._replace(kind=Kind.DISCLOSURE)
            found = self._said(opinion, judged)
        if any(finding.level >= Level.MEDIUM for _, finding in found) or len(run) == 1:
            return found
        together = run[-_TOGETHER:]
        asked = self._asking.together(here, said, _text(judged))
        if asked and self._asking.alone(here | said, _text(together)):
            opinion = self._opinion(together)
            if opinion.kind is Kind.THREAT and opinion.sure >= self._limits["run"]:
                return [self._finding(THREAT, opinion, together)]
        return found

    def review(
        self,
        found: Sequence[tuple[Rule, Finding]],
        run: Sequence[Reading],
        *,
        told: Callable[[], bool],
    ) -> list[tuple[Rule, Finding]]:
        """What rules `found` in the last of `run`, as the model leaves it.

        It has no say in what is urgent, and of a sure telling only that it is a threat instead; not
        even that if its author `told` of one before: they may go on in the offender's words.
        What is spread over several messages is medium instead of high unless together, read at
        once, they read like a threat.
        """
        found = list(found)
        highest = max((finding.level for _, finding in found), default=Level.LOW)
        if highest > Level.HIGH:
            return found
        tells = any(rule.kind is Kind.DISCLOSURE for rule, _ in found)
        is_here = _is_here(found, run[-1])
        if tells and is_here and (threat := self._threat(run[-1:])) and not told():
            return [threat]
        surely = highest is Level.HIGH
        if tells and surely:
            return found
        if is_here:
            return self._reviewed(found, run, surely=surely, tells=tells)
        return self._together(found, run) if surely else found

    def _reviewed(
        self,
        found: list[tuple[Rule, Finding]],
        run: Sequence[Reading],
        *,
        surely: bool,
        tells: bool,
    ) -> list[tuple[Rule, Finding]]:
        """What stands in one message.

        A threat at high becomes medium if it reads like somebody telling of one or, unless a glance
        finds it grave, innocent enough to outweigh its concepts; what is at medium becomes low, a
        longer text if every part of it reads so. Of what is at medium and read at once, a threat
        that reads like telling becomes a disclosure; and if it surely reads like a threat as well,
        both agree, and it becomes high.
        """
        text, weight = _text(run[-1:]), self._weight(run[-1:])
        view = self.unasked(run) if self._judge.is_read_whole(text) else None
        told = view is not None and view.tells and -view.ratio >= self._limits["told"]
        if surely and told and not is_quotation(run[-1].message):
            return [_at_most(Level.MEDIUM, each) for each in found]
        if surely and self._judge.weigh(text) >= self._limits["grave"]:
            return found
        grave = view.sure if view else self._judge.gravest(text, weight)
        if grave is not None and grave < self._limits["disputed" if surely else "spared"]:
            milder = Level.MEDIUM if surely else Level.LOW
            return [_at_most(milder, each) for each in found]
        if surely or view is None or tells:
            return found
        if told:
            return [self._finding(DISCLOSURE, view, run[-1:])]
        return self._agreed(found, run[-1:]) or found

    def _threat(self, judged: Sequence[Reading]) -> tuple[Rule, Finding] | None:
        """What rules take for telling, if it surely reads like a threat instead.

        Who threatens somebody absent says "she", "has" and "wants" as those do who tell of it; but
        who tells repeats what the absent one was told ("he says pay or your mom sees it").
        """
        if not judged[-1].foreign.isdisjoint(_SPOKEN_TO):
            return None
        opinion = self._opinion(judged)
        if opinion.kind is not Kind.THREAT or opinion.ratio < self._limits["meant"]:
            return None
        return None if self._is_quoted(judged) else self._finding(THREAT, opinion, judged)

    def unasked(self, run: Sequence[Reading]) -> Opinion | None:
        """What the model makes of the last of `run`, whether or not it would be asked.

        None if it is too short to be read.
        """
        asked = _text(run[-1:]), self._weight(run[-1:])
        if asked not in self._views:
            if len(self._views) >= _REMEMBERED_VIEWS:
                self._views.clear()
            self._views[asked] = self._judge.read(*asked)
        return self._views[asked]

    def _together(
        self, found: Sequence[tuple[Rule, Finding]], run: Sequence[Reading]
    ) -> list[tuple[Rule, Finding]]:
        """What is spread over messages: in much that somebody says, broad words meet by chance.

        What surely stands in the last one by itself needs nobody to agree.
        """
        sure = [finding for _, finding in found if finding.level is Level.HIGH]
        spread = [{signal.message_id for signal in finding.signals} for finding in sure]
        if {run[-1].message.id} in spread:
            return list(found)
        ids = set[int]().union(*spread)
        involved = [reading for reading in run if reading.message.id in ids]
        text = _text(involved)
        is_whole = self._judge.is_read_whole(text)
        view = self._judge.read(text, self._weight(involved)) if is_whole else None
        if view is not None and view.sure >= self._limits["disputed"]:
            return list(found)
        return [_at_most(Level.MEDIUM, each) for each in found]

    def _agreed(
        self, found: Sequence[tuple[Rule, Finding]], judged: Sequence[Reading]
    ) -> list[tuple[Rule, Finding]]:
        """A threat that rules found and that the model surely finds too, as high; else nothing."""
        if _is_weakened(found) or is_quotation(judged[-1].message):
            return []
        opinion = self._opinion(judged)
        if opinion.kind is not Kind.THREAT or opinion.sure < self._limits["agrees"]:
            return []
        rule, finding = self._finding(AGREED, opinion, judged)
        same = replace(finding, category=found[0][1].category)
        raised = (each if each[0].is_mark else _at(Level.HIGH, each) for each in found)
        return [*raised, (rule, same)]

    def _opinion(self, run: Sequence[Reading]) -> Opinion:
        return self._judge.judge(_text(run), _own(run), weight=self._weight(run))

    def _said(self, opinion: Opinion, judged: Sequence[Reading]) -> list[tuple[Rule, Finding]]:
        """What `opinion` says of a message, if anything."""
        if opinion.kind is Kind.NONE:
            return []
        found = self._finding(_RULES[opinion.kind], opinion, judged)
        return [found if opinion.sure >= self._limits[opinion.kind] else _at(Level.LOW, found)]

    def _is_quoted(self, judged: Sequence[Reading]) -> bool:
        """Whether a message reads like a threat only with the words that it quotes."""
        text, own = unquoted(judged[-1].message), _own(judged)
        if text == _text(judged):
            return False
        left = self._judge.judge(text, own, weight=self._weight(judged))
        return left.kind is not Kind.THREAT or left.sure < self._limits["threat"]

    def _weight(self, run: Sequence[Reading]) -> Weight:
        own, gate = _own(run), self._judge.gate
        quoted = _foreign(run) - own
        return Weight(*(sum(gate.get(each, 0) for each in some) for some in (own, quoted)))

    def _finding(
        self, rule: Rule, opinion: Opinion, run: Sequence[Reading]
    ) -> tuple[Rule, Finding]:
        signals = tuple(_signals(opinion.telling, run))
        category = _category(_own(run) | _foreign(run))
        return rule, Finding(rule.id, rule.version, rule.level, category, signals)


def _is_here(found: Sequence[tuple[Rule, Finding]], judged: Reading) -> bool:
    """Whether all that was found stands in the judged message alone."""
    findings = (finding for rule, finding in found if not rule.is_mark)
    return {s.message_id for each in findings for s in each.signals} <= {judged.message.id}


def _at(level: Level, found: tuple[Rule, Finding]) -> tuple[Rule, Finding]:
    """What a rule found, at `level`."""
    rule, finding = found
    return rule, replace(finding, level=level)


def _at_most(level: Level, found: tuple[Rule, Finding]) -> tuple[Rule, Finding]:
    """What a rule found, at `level` if it was above."""
    return _at(min(level, found[1].level), found)


def _is_weakened(found: Sequence[tuple[Rule, Finding]]) -> bool:
    """Whether innocent words made something of less weight than its rule says."""
    return any(finding.level < rule.level for rule, finding in found)


def _own(run: Sequence[Reading]) -> frozenset[str]:
    return frozenset().union(*(reading.own for reading in run))


def _foreign(run: Sequence[Reading]) -> frozenset[str]:
    return frozenset().union(*(reading.foreign for reading in run))


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
