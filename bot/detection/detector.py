"""The only module that knows the order of the three steps: normalise, gate, judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial

from bot.detection.answers import as_an_answer, ceiling
from bot.detection.asking import Asking
from bot.detection.before import heard_from_others, own_before, said_by_author, said_by_others
from bot.detection.closely import Closely
from bot.detection.doubts import doubted, goes_on_telling, speaks_to_somebody
from bot.detection.explaining import Explanation, aside_of, counted_only, nearest
from bot.detection.judge import as_telling, conclude, fired
from bot.detection.learned import LearnedJudge
from bot.detection.lexicon import Lexicon
from bot.detection.looks import Looks
from bot.detection.prospects import Prospects
from bot.detection.reading import Reader, Reading, Stances
from bot.detection.rules import Rule
from bot.detection.second_opinion import AGREED, DISCLOSURE, THREAT, SecondOpinion
from bot.detection.targets import find_targets
from bot.detection.vetoes import Innocence, calms
from bot.domain.assessment import NOTHING, Assessment, Finding, Kind, Level
from bot.domain.message import Message, Person, Window

_ANYTHING = -1
"""All that could have been said before: what is not worthwhile after it never is."""


class Detector:
    """Says what a message amounts to: pure, as long as a window's `known` says the same."""

    def __init__(
        self,
        lexicon: Lexicon,
        rules: Sequence[Rule],
        *,
        stances: Stances,
        innocence: Innocence,
        seen: tuple[Sequence[str], ...],
    ) -> None:
        self._lexicon = lexicon
        self._looks = Looks(lexicon)
        self.gate, self.look, self.closely = self._looks.gate, self._looks.look, self._looks.closely
        self._rules = tuple(rules)
        self._experimental = tuple(rule for rule in rules if not rule.stable)
        self._reader = Reader(lexicon, stances)
        self._read = self._reader.read
        self._innocence = innocence
        places = {
            concept: place
            for place, concept in enumerate(concept for part in seen for concept in part)
        }
        self._places = places
        self._heard = sum(
            1 << places[concept] for concept in frozenset().union(*(rule.heard for rule in rules))
        )
        self._marks = tuple(rule for rule in self._rules if rule.is_mark)
        finding = (rule for rule in self._rules if not rule.is_mark)
        self._prospects = Prospects(finding, places)
        self._asking: Asking | None = None
        self._second: SecondOpinion | None = None

    @property
    def places(self) -> Mapping[str, int]:
        """The bit of each concept that some rule asks for."""
        return self._places

    def advised_by(self, learned: LearnedJudge) -> Detector:
        """This detector with `learned` to be asked about what the rules do not find."""
        advised = copy(self)
        asking = Asking(learned, self._places)
        advised._asking, advised._second = asking, SecondOpinion(learned, asking)  # noqa: SLF001
        return advised

    def without_rules(self) -> Detector:
        """This detector with its learned judge alone, to measure what each of the two is worth."""
        alone = copy(self)
        alone._rules = ()  # noqa: SLF001 - of its own kind, as below
        alone._marks = ()  # noqa: SLF001
        alone._prospects = Prospects((), self._places)  # noqa: SLF001
        return alone

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, experimental ones and those of the learned judge included."""
        return (*self._rules, THREAT, DISCLOSURE, AGREED) if self._second else self._rules

    @property
    def lexicon(self) -> Lexicon:
        """The index of every wording."""
        return self._lexicon

    @property
    def heard(self) -> int:
        """The gate's bits that matter even when others than the author said them."""
        return self._heard

    def worthwhile(
        self, here: int, said: int = 0, *, closely: bool = False, text: str | None = None
    ) -> bool:
        """Whether something could be found in a message with the bits `here` after one's `said`.

        The bits are those of `gate`, or if `closely` those of `look` for `here`. If its `text` is
        known, fewer messages are worthwhile.
        """
        if self._prospects.after(here, said, closely=closely):
            return True
        return self._asking is not None and self._asking.asked(here, said, text=text)

    def confirmed(self, here: Closely, said: int, text: str) -> bool:
        """Whether it still is worthwhile by the concepts that do stand in `text`."""
        if self._prospects.confirmed(here, said):
            return True
        return self._asking is not None and self._asking.confirmed(here, said, text)

    def read(self, text: str) -> Reading:
        """The concepts of `text` alone, by whose words they are."""
        return self._read(Message(0, 0, Person(0, ""), text, 0.0))

    def assess(self, window: Window) -> Assessment:
        """What the judged message of `window` amounts to, read with its author's earlier ones.

        Total on any text. Whoever only answers a threat, repeats it, or says what calms or helps
        somebody is not the offender.
        """
        assessment = self._alone(window)
        if assessment.kind is not Kind.THREAT:
            return assessment
        own, speech = self._read(window.message).own, self._lexicon.speech
        answer = as_an_answer(assessment, window, self._before, own=own, speech=speech)
        return answer or replace(NOTHING, experimental=assessment.experimental)

    def _before(self, window: Window) -> Assessment:
        bits = self.gate(window.message.wording)
        return self._alone(window) if self.worthwhile(bits, _ANYTHING) else NOTHING

    def _alone(self, window: Window) -> Assessment:
        """What `window` amounts to, whatever others threatened."""
        assessment = self._judge(window)
        if assessment.kind is not Kind.THREAT:
            return assessment
        if self._calms(assessment, window):
            return replace(NOTHING, experimental=assessment.experimental)
        judged = window.message
        run = [self._read(each) for each in (*_said(window), judged)]
        if goes_on_telling(assessment, run[-1]) and self._told(window):
            return as_telling(assessment, judged.author)
        return doubted(assessment, run, speech=self._lexicon.speech, innocence=self._innocence)

    def forget(self) -> None:
        """Forget the messages that it remembers so as not to read them again and again."""
        self._reader.forget()
        if self._second is not None and self._asking is not None:
            self._second.forget()
            self._asking.forget()
        self._looks.forget()

    def explain(self, window: Window) -> Explanation:
        """Why `assess` says what it says of `window`; dearer, and meant for people who ask."""
        earlier, said = said_by_author(window, self.look)
        said |= said_by_others(window, self._look_heard)
        reading = self._read(window.message)
        run = [*(self._read(each) for each in earlier), reading]
        assessment, judged = self.assess(window), self._judge(window)
        heard = self._heard_from_others(window)
        return Explanation(
            assessment=assessment,
            aside=aside_of(
                self._judge(window, repeated=True),
                judged,
                assessment,
                calms=judged.kind is Kind.THREAT and self._calms(judged, window),
                fired=any(not rule.is_mark for rule, _ in fired(self._rules, run, heard)),
            ),
            nearest=nearest(self._rules, run, heard) if assessment.kind is Kind.NONE else None,
            experimental=counted_only(self._experimental, run, heard),
            opinion=self._second.unasked(run) if self._second else None,
            asked=self._is_asked(reading.bits(self._places), said, window.message.wording),
        )

    def _judge(self, window: Window, *, repeated: bool = False) -> Assessment:
        """What `window` amounts to by itself; `repeated` says that its words are said again."""
        message = window.message
        text = message.wording
        worthwhile = partial(self.worthwhile, closely=True, text=text)
        looked = self.look(text)
        if not worthwhile(looked, _ANYTHING):
            return NOTHING
        reading = self._read(message)
        here = reading.bits(self._places)
        if not worthwhile(here, _ANYTHING):
            return NOTHING
        earlier, said = said_by_author(window, self.look)
        if self._heeds_others(here, said, text) or not worthwhile(looked, said):
            said |= said_by_others(window, self._look_heard)
            if not worthwhile(looked, said):
                return NOTHING
        if not worthwhile(here, said):
            return NOTHING
        run = [reading]
        if self._is_spread(here, said, text):
            run = [*(self._read(each) for each in earlier if not self._tells(each)), reading]
        found = self._found(run, window, self._prospects.rules(here, said))
        assessment = NOTHING
        again = partial(self._judge, repeated=True)
        at_most = Level.URGENT if repeated or not found else ceiling(window, reading.words, again)
        if found and at_most:
            aim = find_targets(window, earlier, read=self._read, speech=self._lexicon.speech)
            assessment = conclude(found, reading=reading, aim=aim, at_most=at_most)
        return self._with_experiments(assessment, run, window)

    def _told(self, window: Window) -> bool:
        """Whether the author told of a threat before."""
        return any(self._tells(each) for each in _said(window))

    def _tells(self, message: Message) -> bool:
        """Whether `message` by itself tells of a threat, and speaks to nobody of what is theirs."""
        told = self._alone(Window(message)).kind is Kind.DISCLOSURE
        return told and not speaks_to_somebody(self._read(message))

    def _is_spread(self, here: int, said: int, text: str) -> bool:
        """Whether what the author said before can matter to what is found in a message."""
        return (
            bool(self._experimental)
            or self._prospects.spread(here, said)
            or self._is_asked(here, said, text)
        )

    def _is_asked(self, here: int, said: int, text: str) -> bool:
        """Whether the learned judge would be asked about it."""
        return self._asking is not None and self._asking.asked(here, said, text=text)

    def _with_experiments(
        self, assessment: Assessment, run: Sequence[Reading], window: Window
    ) -> Assessment:
        """`assessment` with the experimental rules that fired: they count, and change nothing."""
        if self._experimental:
            also = counted_only(self._experimental, run, self._heard_from_others(window))
            assessment = replace(assessment, experimental=tuple(each.rule for each in also))
        return assessment

    def _found(
        self, run: Sequence[Reading], window: Window, rules: Sequence[Rule]
    ) -> list[tuple[Rule, Finding]]:
        """What `rules` find in `run`, or else what the learned judge does."""
        marks: list[tuple[Rule, Finding]] = []
        if rules:
            rules = (*rules, *self._marks)
            minded = any(rule.heard for rule in rules)
            found = fired(rules, run, self._heard_from_others(window) if minded else frozenset())
            if any(not rule.is_mark for rule, _ in found):
                told = partial(self._told, window)
                return self._second.review(found, run, told=told) if self._second else found
            marks = found
        if self._second is None:
            return []
        said = 0
        for reading in run[:-1]:
            said |= reading.bits(self._places)
        found = self._second.find(run, run[-1].bits(self._places), said)
        return found + marks if found else []

    def _calms(self, assessment: Assessment, window: Window) -> bool:
        """Whether the judged message calms or helps somebody, and its author urged nobody.

        Who goads somebody to hurt themselves may well say that all will be proud.
        """
        reading = self._read(window.message)
        if assessment.level >= Level.URGENT or not calms(reading, self._innocence):
            return False
        return calms(reading, self._innocence, own_before(window, self.look, self._read))

    def _look_heard(self, text: str) -> int:
        """The bits of `gate` that matter even when others said them."""
        return self.gate(text) & self._heard

    def _heeds_others(self, here: int, said: int, text: str) -> bool:
        """Whether it could matter what others said besides what the author did."""
        if self._prospects.heeds(here, said, self._heard):
            return True
        both = said | self._heard
        return self._is_asked(here, said, text) != self._is_asked(here, both, text)

    def _heard_from_others(self, window: Window) -> frozenset[str]:
        """The concepts that matter in what the latest others said before the judged message."""
        return heard_from_others(window, self._look_heard, self._read)


def _said(window: Window) -> list[Message]:
    """What the author of the judged message said before it."""
    return [each for each in said_by_author(window, bool)[0] if each.id != window.message.id]
