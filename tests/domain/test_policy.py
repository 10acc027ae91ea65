"""The decision table: who is written to, what moderators see, what waits for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.assessment import NOTHING, Assessment, Category, Kind, Level
from bot.domain.delivery import HeldReason
from bot.domain.message import Person
from bot.domain.policy import AdviceMode, Disclosures, History, Plan, Policy, decide

AVA, BEN, CLEO, DAN = (Person(n, name) for n, name in enumerate(("ava", "ben", "cleo", "dan"), 1))
LEX = Person(9, "lex")
THREAT = Assessment(
    kind=Kind.THREAT,
    level=Level.HIGH,
    categories=(Category.FINANCIAL,),
    offender=LEX,
    targets=(AVA,),
    aimed=True,
)
DISCLOSURE = Assessment(kind=Kind.DISCLOSURE, level=Level.HIGH, targets=(AVA,))
BUTTON, MODERATOR = Policy(advice=AdviceMode.BUTTON), Policy(advice=AdviceMode.MODERATOR)


def held(reason: HeldReason, *people: Person) -> Plan:
    return Plan(alert=True, hold=tuple((person, reason) for person in people or (AVA,)))


@pytest.mark.parametrize(
    ("assessment", "policy", "history", "plan"),
    [
        pytest.param(NOTHING, Policy(), History(), Plan(), id="ordinary chat: nothing"),
        pytest.param(
            THREAT, Policy(), History(), Plan(alert=True, advise=(AVA,)), id="threat: both"
        ),
        pytest.param(
            replace(THREAT, level=Level.URGENT),
            Policy(),
            History(),
            Plan(alert=True, advise=(AVA,)),
            id="urgent threat: both",
        ),
        pytest.param(
            replace(THREAT, level=Level.LOW), Policy(), History(), Plan(), id="low: nothing"
        ),
        pytest.param(
            replace(THREAT, level=Level.LOW),
            Policy(alert_from=Level.LOW),
            History(),
            held(HeldReason.UNSURE),
            id="low, where the server wants alerts from low on",
        ),
        pytest.param(
            replace(THREAT, level=Level.MEDIUM),
            Policy(),
            History(),
            held(HeldReason.UNSURE),
            id="medium: moderators decide",
        ),
        pytest.param(
            replace(THREAT, level=Level.MEDIUM),
            Policy(advise_from=Level.MEDIUM),
            History(),
            Plan(alert=True, advise=(AVA,)),
            id="medium, where the server advises from medium on",
        ),
        pytest.param(
            THREAT,
            Policy(alert_from=Level.URGENT),
            History(),
            Plan(),
            id="below the server's alert level: nothing",
        ),
        pytest.param(
            replace(THREAT, aimed=False),
            Policy(),
            History(),
            held(HeldReason.NOT_AIMED),
            id="possibly meant: moderators decide",
        ),
        pytest.param(
            replace(THREAT, targets=(), aimed=False),
            Policy(),
            History(),
            Plan(alert=True),
            id="nobody to advise: alert only",
        ),
        pytest.param(
            replace(THREAT, categories=(Category.OTHER,)),
            Policy(),
            History(),
            held(HeldReason.OTHER_THREAT),
            id="another coercion: moderators decide",
        ),
        pytest.param(
            replace(THREAT, categories=(Category.OTHER,), level=Level.URGENT),
            Policy(advise_from=Level.URGENT),
            History(),
            Plan(alert=True, advise=(AVA,)),
            id="told to hurt themselves: both",
        ),
        pytest.param(
            replace(THREAT, categories=(Category.OTHER, Category.IMAGES)),
            Policy(),
            History(),
            Plan(alert=True, advise=(AVA,)),
            id="another coercion and images: both",
        ),
        pytest.param(
            THREAT,
            Policy(),
            History(opted_out=frozenset({AVA.id})),
            held(HeldReason.OPTED_OUT),
            id="turned messages off: left alone",
        ),
        pytest.param(
            replace(THREAT, level=Level.MEDIUM, aimed=False),
            MODERATOR,
            History(opted_out=frozenset({AVA.id})),
            held(HeldReason.OPTED_OUT),
            id="turned messages off: the first reason of several",
        ),
        pytest.param(
            THREAT,
            Policy(),
            History(advised=frozenset({AVA.id})),
            Plan(alert=True),
            id="told already: alert only",
        ),
        pytest.param(
            replace(THREAT, targets=(AVA, BEN)),
            Policy(),
            History(advised=frozenset({AVA.id}), opted_out=frozenset({BEN.id})),
            held(HeldReason.OPTED_OUT, BEN),
            id="one told already, one turned messages off",
        ),
        pytest.param(
            replace(THREAT, targets=(AVA, BEN, CLEO)),
            Policy(),
            History(),
            Plan(alert=True, advise=(AVA, BEN, CLEO)),
            id="as many as allowed: all are told",
        ),
        pytest.param(
            replace(THREAT, targets=(AVA, BEN, CLEO, DAN)),
            Policy(),
            History(),
            held(HeldReason.TOO_MANY, AVA, BEN, CLEO, DAN),
            id="one more: nobody is told",
        ),
        pytest.param(
            replace(THREAT, targets=(DAN,)),
            Policy(),
            History(advised=frozenset({AVA.id, BEN.id, CLEO.id})),
            held(HeldReason.TOO_MANY, DAN),
            id="one more, one threat at a time",
        ),
        pytest.param(
            replace(THREAT, targets=(AVA, BEN, CLEO)),
            Policy(),
            History(advised=frozenset({AVA.id, BEN.id})),
            Plan(alert=True, advise=(CLEO,)),
            id="people who are named again are not counted again",
        ),
        pytest.param(
            THREAT, MODERATOR, History(), held(HeldReason.SERVER_CHOICE), id="by moderators only"
        ),
        pytest.param(
            THREAT,
            BUTTON,
            History(),
            replace(held(HeldReason.SERVER_CHOICE), offer=True),
            id="by button: an offer in the channel",
        ),
        pytest.param(
            THREAT,
            BUTTON,
            History(offered_lately=True),
            held(HeldReason.SERVER_CHOICE),
            id="by button, which stands there already",
        ),
        pytest.param(
            replace(THREAT, level=Level.MEDIUM),
            BUTTON,
            History(),
            held(HeldReason.UNSURE),
            id="by button, but not sure: no offer",
        ),
        pytest.param(
            replace(THREAT, categories=(Category.OTHER,)),
            BUTTON,
            History(),
            held(HeldReason.OTHER_THREAT),
            id="by button, but another coercion: no offer",
        ),
        pytest.param(
            replace(THREAT, categories=(Category.OTHER,), level=Level.URGENT),
            BUTTON,
            History(),
            replace(held(HeldReason.SERVER_CHOICE), offer=True),
            id="by button, and told to hurt themselves: an offer in the channel",
        ),
        pytest.param(
            DISCLOSURE, Policy(), History(), Plan(offer=True), id="disclosure: an offer, no alert"
        ),
        pytest.param(
            DISCLOSURE,
            Policy(),
            History(offered_lately=True),
            Plan(),
            id="disclosure, where an offer stands already",
        ),
        pytest.param(
            replace(DISCLOSURE, level=Level.LOW),
            Policy(),
            History(),
            Plan(),
            id="a disclosure at level low: nothing",
        ),
        pytest.param(
            DISCLOSURE,
            Policy(disclosures=Disclosures.NOTHING),
            History(),
            Plan(),
            id="disclosure, where the server wants no offers",
        ),
    ],
)
def test_what_is_decided(
    assessment: Assessment, policy: Policy, history: History, plan: Plan
) -> None:
    assert decide(assessment, policy, history) == plan


@pytest.mark.parametrize("category", [c for c in Category if c is not Category.OTHER])
def test_every_form_of_sextortion_is_advised_on(category: Category) -> None:
    plan = decide(replace(THREAT, categories=(category,)), Policy(), History())

    assert plan == Plan(alert=True, advise=(AVA,))
