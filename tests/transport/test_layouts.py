"""An alert fits into one message, whatever happened in its case: else nobody would see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import discord
import pytest

from bot.advice import Language, load_texts
from bot.domain.assessment import Category, Level
from bot.domain.case import CaseState, CaseView, Deed, Earlier, Progress, Reached, Thread, Verdict
from bot.domain.delivery import DeliveryState, HeldReason
from bot.domain.message import Person
from bot.services.names import BUDGET
from bot.services.support import NOTHING
from bot.transport.advice_lines import NO_SHARED_SERVER
from bot.transport.layouts import alert

TEXTS = load_texts()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = 10**18
_Outcome = tuple[DeliveryState, str | None, int | None]
_OUTCOMES: tuple[_Outcome, ...] = (
    (DeliveryState.REFUSED, None, 50007),
    (DeliveryState.REFUSED, None, NO_SHARED_SERVER),
    (DeliveryState.GAVE_UP, None, None),
    (DeliveryState.PENDING, None, None),
    (DeliveryState.PENDING, BUDGET, None),
    (DeliveryState.DELIVERED, None, None),
    (DeliveryState.REHEARSED, None, None),
    *((DeliveryState.HELD, reason.value, None) for reason in HeldReason),
)


def case(outcomes: Sequence[_Outcome], *, letter: str = "n", answer: str | None = None) -> CaseView:
    """A case in which everything happened that an alert tells of, to one person each."""
    people = tuple(Person(ID + n, letter * 30 + f"{n:02}") for n in range(len(outcomes)))
    return CaseView(
        id=ID,
        guild_id=ID,
        level=Level.URGENT,
        categories=tuple(category.value for category in Category),
        offender=Person(ID - 1, letter * 32),
        targets=people,
        aimed_at=frozenset(person.id for person in people[: len(people) // 2]),
        reached=tuple(
            Reached(person, state, reason, code, answer)
            for person, (state, reason, code) in zip(people, outcomes, strict=True)
        ),
        rules=("r" * 60,),
        words=tuple(letter * 39 + str(n) for n in range(9)),
        channel_id=ID,
        message_id=ID,
        happened_at=NOW,
        opened_at=NOW,
        findings=9,
        items=999,
        fault="f" * 60,
        is_forwarded=True,
        edits=9,
        deletions=9,
        breaker_until=None,
        newest_alert=None,
        is_offered=True,
        earlier=(
            Earlier(ID, Progress(CaseState.RESOLVED, verdict=Verdict.FALSE_ALARM), NOW),
            Earlier(ID, Progress(CaseState.CLAIMED, holder=ID), NOW),
            Earlier(ID, Progress(CaseState.CLAIMED, holder=ID), NOW),
        ),
        deeds=tuple(Deed("ban", ID, NOW, "refused", "refused 50013") for _ in range(3)),
        thread=Thread(DeliveryState.REFUSED, None, 50013),
        is_elsewhere=True,
    )


def told(view: CaseView, language: Language | None = None) -> str:
    look = alert(language or TEXTS.get("en"), view, token="t" * 32, titles={}, ping=ID)
    texts = (item for item in look.walk_children() if isinstance(item, discord.ui.TextDisplay))
    return "\n".join(item.content for item in texts)


@pytest.mark.parametrize("locale", sorted(TEXTS.languages))
@pytest.mark.parametrize("letter", ["n", "\N{WATER WAVE}"])
def test_an_alert_fits_whatever_became_of_twenty_five_people(locale: str, letter: str) -> None:
    language = TEXTS.languages[locale]
    views = [case([outcome] * 25, letter=letter, answer=NOTHING) for outcome in _OUTCOMES]
    views.append(case((_OUTCOMES * 2)[:25], letter=letter, answer=NOTHING))
    views += [replace(view, breaker_until=NOW) for view in views]

    lengths = [len(told(view, language).encode("utf-16-le")) // 2 for view in views]
    assert max(lengths) <= 4000


def test_whom_it_was_surely_aimed_at_is_told_apart_from_whom_it_may_have_been() -> None:
    both = case(_OUTCOMES[:2])
    surely, perhaps = (f"<@{ID + n}> (`{'n' * 30}{n:02}`)" for n in range(2))

    lines = told(both).splitlines()
    unsure = told(replace(both, aimed_at=frozenset())).splitlines()

    assert f"**To whom** {surely}" in lines
    assert f"**Possibly aimed at** {perhaps}" in lines
    assert f"**Possibly aimed at** {surely}, {perhaps}" in unsure
    assert not any(line.startswith("**To whom**") for line in unsure)


def test_nobody_is_left_out_of_what_became_of_the_advice() -> None:
    closed, left = _OUTCOMES[:2]
    lines = told(case([closed, left] * 6)).splitlines()
    known = [f"<@{ID + n}> (`{'n' * 30}{n:02}`)" for n in range(12)]

    (refused,) = (line for line in lines if "direct messages are closed" in line)
    (gone,) = (line for line in lines if "share no server" in line)
    assert refused.startswith(f"- Advice to {', '.join(known[0:10:2])} and 1 more: not delivered.")
    assert gone.startswith(f"- Advice to {', '.join(known[1:10:2])} and 1 more: not delivered.")


@pytest.mark.parametrize("outcomes", [_OUTCOMES[:1] * 25, _OUTCOMES[:4] * 6])
def test_what_moderators_must_know_is_there_however_much_there_is(
    outcomes: Sequence[_Outcome],
) -> None:
    text = told(case(outcomes))

    for words in (f"<@&{ID}>", "Possible threat", f"<@{ID - 1}>", "Evidence preserved: 999 items"):
        assert words in text
    assert text.count("not delivered") == len(set(outcomes) & set(_OUTCOMES[:3]))
    assert "Do not open or save images." in text
