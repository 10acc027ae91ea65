"""Looks at a message that somebody shows the bot, and remembers it for a while, in memory only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.detection import Detector
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Window
from bot.services.restraint import Limit

_GRAVE = frozenset({"despair", "wish_to_die", "self_harm"})
"""Concepts that put the crisis line before everything else, whoever says them."""
_MINUTES = 30
_REMEMBERED = 1_000
_FOR_ONE = 5
"""How many messages are remembered for one person, so that nobody pushes out those of others."""
_QUIET = 600.0
"""Seconds for which the same answer is not given again to whoever writes on."""
_QUIET_IF_GRAVE = 60.0
_ANSWERS = 10
"""How many answers a person gets in that time, whatever they write."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a message looked like to the bot, and the message itself."""

    message: Message
    assessment: Assessment
    is_grave: bool
    """Whether somebody may die or be hurt: then the crisis line comes first."""

    def is_by(self, person_id: int) -> bool:
        """Whether this person wrote it: sent it, and does not pass on what somebody else wrote."""
        return self.message.author.id == person_id and not self.message.is_passed_on

    def is_of_another(self, person_id: int) -> bool:
        """Whether somebody other than this person, who shows it, is under pressure."""
        if self.is_by(person_id):
            return False
        aim = self.assessment
        named = aim.aimed and person_id not in {target.id for target in aim.targets}
        return aim.kind is Kind.DISCLOSURE or named


class Guidance:
    """Says what a single message looks like. Writes nothing anywhere."""

    def __init__(
        self, detector: Detector, *, clock: Callable[[], float], token: Callable[[], str]
    ) -> None:
        self._detector = detector
        self._clock = clock
        self._token = token
        self._shown: OrderedDict[str, tuple[float, int, Look]] = OrderedDict()
        self._answered: OrderedDict[tuple[int, object], float] = OrderedDict()
        """When a person was last answered about something, oldest first."""
        self.limit = Limit(clock)
        """To be asked before a message is looked at because somebody wants help with it."""

    def look(self, message: Message) -> Look:
        """What the message amounts to, on its own. Pure."""
        assessment = self._detector.assess(Window(message))
        told = self._detector.read(message.wording)
        grave = not _GRAVE.isdisjoint(told.own | told.foreign)
        return Look(message, assessment, grave or assessment.level is Level.URGENT)

    def is_answered_now(self, look: Look, *, about: object, person_id: int) -> bool:
        """Whether someone who wrote to the bot gets an answer `about` this (None: help as such).

        Not the same one twice within ten minutes, and help as such only as the first one: people
        write in many short lines. Who may be in danger is answered again after a minute. Older
        answers, to whomever, are forgotten here.
        """
        now = self._clock()
        while self._answered and now - next(iter(self._answered.values())) > _QUIET:
            self._answered.popitem(last=False)
        what = person_id, _what(look, about)
        last = self._answered.get(what)
        if look.is_grave:
            wanted = last is None or now - last > _QUIET_IF_GRAVE
        else:
            given = sum(person == person_id for person, _ in self._answered)
            wanted = last is None and given < (_ANSWERS if about is not None else 1)
        if wanted:
            self._answered[what] = now
            self._answered.move_to_end(what)
            if len(self._answered) > _REMEMBERED:
                self._answered.popitem(last=False)
        return wanted

    def was_not_answered(self, look: Look, *, about: object, person_id: int) -> None:
        """The answer that `is_answered_now` allowed did not arrive, so it does not count."""
        self._answered.pop((person_id, _what(look, about)), None)

    def remember(self, look: Look, *, person_id: int, may_be_told: bool) -> str:
        """Keep it in mind for this person; the token by which buttons refer to it.

        It begins with "t" if moderators may be told of it, else with "k". What was shown too long
        ago is forgotten here.
        """
        token = f"{'t' if may_be_told else 'k'}{self._token()}"
        own = [known for known, (_, owner, _) in self._shown.items() if owner == person_id]
        for known in own[: 1 - _FOR_ONE]:
            del self._shown[known]
        while self._shown and self._is_past(next(iter(self._shown.values()))[0]):
            self._shown.popitem(last=False)
        self._shown[token] = (self._clock(), person_id, look)
        if len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)
        return token

    def recall(self, token: str, *, person_id: int) -> Look | None:
        """What this person showed, unless it was too long ago or before the last start."""
        at, owner, look = self._shown.get(token, (0.0, 0, None))
        return None if owner != person_id or self._is_past(at) else look

    def _is_past(self, at: float) -> bool:
        return self._clock() - at > _MINUTES * 60


def _what(look: Look, about: object) -> object:
    """What an answer is about: who may be in danger is answered about that, whatever else."""
    return _GRAVE if look.is_grave else about
