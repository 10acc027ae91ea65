"""How far advice has come, as an alert says it: one line for all whom the same became of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.advice import Language
from bot.domain.case import CaseView, Reached
from bot.domain.delivery import DeliveryState, HeldReason
from bot.domain.message import Person
from bot.services.names import BUDGET
from bot.services.support import NOTHING
from bot.transport.marks import mention
from bot.transport.wording import in_line

NO_SHARED_SERVER = 50278
PEOPLE_SHOWN = 10
"""How many people an alert names in one breath; more are counted."""

_HELD: dict[str, str] = {
    HeldReason.OPTED_OUT: "delivery.messages_off",
    HeldReason.TOO_MANY: "delivery.many",
    HeldReason.NOT_AIMED: "delivery.not_clear",
    HeldReason.UNSURE: "delivery.below_level",
    HeldReason.OTHER_THREAT: "delivery.other_threat",
    HeldReason.SERVER_CHOICE: "delivery.server_choice",
    HeldReason.FALSE_ALARM: "delivery.false_alarm",
}
_SETTLED = (HeldReason.OPTED_OUT, HeldReason.FALSE_ALARM)
"""Why advice is held for good: nobody can be offered help then."""


def lines(language: Language, view: CaseView) -> Iterable[str]:
    """What became of the advice, who answered, and whether the channel was offered help."""
    outcomes: dict[str, list[Person]] = {}
    for reached in view.reached:
        outcomes.setdefault(_key(reached, view), []).append(reached.person)
    shown = max(1, PEOPLE_SHOWN // max(1, len(outcomes)))
    for key, people in outcomes.items():
        yield language.text(key, person=named(language, people, shown=shown))
    answered = [reached.person for reached in view.reached if reached.answer == NOTHING]
    for person in answered[:PEOPLE_SHOWN]:
        yield language.text("case.was_nothing", person=known_as(person))
    if view.is_offered and any(map(_is_unreached, view.reached)):
        yield language.text("delivery.offered_in_channel")


def named(language: Language, people: Sequence[Person], *, shown: int = PEOPLE_SHOWN) -> str:
    """The first of these people, and how many others there are."""
    rest = len(people) - shown
    more = f" {language.text('alert.and_others', count=rest)}" if rest > 0 else ""
    return f"{', '.join(known_as(person) for person in people[:shown])}{more}"


def known_as(person: Person) -> str:
    """Discord's mention, which nobody can choose, and beside it the name that they chose."""
    known = f" ({in_line(person.name, limit=32)})" if person.name else ""
    return f"{mention(person.id)}{known}"


def held_people(view: CaseView) -> list[Person]:
    """Those to whom a moderator may offer help."""
    return [reached.person for reached in view.reached if _can_be_offered(reached)]


def _key(reached: Reached, view: CaseView) -> str:
    if reached.state is DeliveryState.HELD:
        return _HELD.get(reached.reason or "", "delivery.below_level")
    if reached.state is DeliveryState.REFUSED:
        closed = reached.code != NO_SHARED_SERVER
        return "delivery.refused" if closed else "delivery.left"
    if reached.state is not DeliveryState.PENDING:
        return f"delivery.{reached.state.value}"
    if view.breaker_until is not None:
        return "delivery.halted"
    return "delivery.over_budget" if reached.reason == BUDGET else "delivery.pending"


def _is_unreached(reached: Reached) -> bool:
    by_choice = reached.state is DeliveryState.HELD and reached.reason == HeldReason.SERVER_CHOICE
    return by_choice or reached.state in (DeliveryState.REFUSED, DeliveryState.GAVE_UP)


def _can_be_offered(reached: Reached) -> bool:
    unsent = reached.state in (DeliveryState.HELD, DeliveryState.REHEARSED)
    return unsent and reached.reason not in _SETTLED
