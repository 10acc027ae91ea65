"""What moderators or the person took back is not sent, and what its failure says is no news."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.case import Mistake
from bot.domain.delivery import (
    Delivery,
    DeliveryKind,
    HeldReason,
    Outcome,
    Postponed,
    Refused,
    Rehearsed,
)
from bot.services.budgets import Budgets
from bot.services.casework import Casework, case_view
from bot.services.choices import PolicySettings
from bot.services.desk import Desk, Presser
from bot.services.dispatch import Dispatcher
from bot.services.names import DIRECT_MESSAGES
from bot.services.patience import Patience
from bot.services.policies import Policies
from bot.services.reviews import Shown
from bot.storage import Store
from bot.transport.advice_lines import held_people
from tests.storage.building import AVA, GUILD, threatened

MO = Presser(71, GUILD)


class _Courier:
    """Carries nothing: a moderator finds the case a false alarm meanwhile, and it ends in vain."""

    def __init__(self, store: Store, outcome: Outcome) -> None:
        self.carried: list[DeliveryKind] = []
        self._store = store
        self._outcome = outcome

    async def send(self, delivery: Delivery, view: Shown) -> Outcome:  # noqa: ARG002 - as is asked
        self.carried.append(delivery.kind)
        await finds_nothing(self._store)
        return self._outcome


async def finds_nothing(store: Store) -> None:
    await Desk(store, wake=lambda: None).false_alarm(1, Mistake.JOKE, MO)


def dispatcher_of(store: Store, courier: _Courier, **policy: Any) -> Dispatcher:
    return Dispatcher(
        store,
        courier,
        Policies(PolicySettings(**policy), {}),
        rehearsal=courier,
        budgets=Budgets(),
        patience=Patience(attempts=1),
    )


async def claimed_advice(dispatcher: Dispatcher) -> Delivery:
    (advice,) = (d for d in await dispatcher._claim() if d.kind is DeliveryKind.ADVICE)
    return advice


async def test_advice_withdrawn_after_it_was_claimed_is_not_sent(store: Store) -> None:
    await threatened(store, 1)
    courier = _Courier(store, Refused(0, "never asked"))
    dispatcher = dispatcher_of(store, courier)
    advice = await claimed_advice(dispatcher)
    await finds_nothing(store)

    await dispatcher._carry(advice)

    assert courier.carried == []
    async with store.transaction() as tx:
        (reached,) = (await case_view(tx, 1)).reached
    assert (reached.state.value, reached.reason) == ("held", "false_alarm")


@pytest.mark.parametrize(
    "outcome",
    [
        Refused(50007, "http_403"),
        Postponed("http_503", uncertain=True),
        Postponed("rate_limited", tried=False),
        Postponed("opening_stopped", seconds=600.0, breaker=True, tried=False),
    ],
)
async def test_nothing_follows_from_the_failure_of_what_was_withdrawn_while_it_was_sent(
    store: Store, outcome: Outcome
) -> None:
    """Neither an offer in the channel nor an item; but what Discord asks of all is heeded."""
    await threatened(store, 1)
    courier = _Courier(store, outcome)
    dispatcher = dispatcher_of(store, courier, fallback="button")

    await dispatcher._carry(await claimed_advice(dispatcher))

    assert courier.carried == [DeliveryKind.ADVICE]
    async with store.transaction() as tx:
        view = await case_view(tx, 1)
        items = await tx.evidence.items(1)
        offered = await tx.standings.offered_since(view.channel_id, view.opened_at)
        broken = await tx.memory.broken_until(DIRECT_MESSAGES)
    assert [(r.state.value, r.reason) for r in view.reached] == [("held", "false_alarm")]
    assert [item.kind.value for item in items] == ["message", "assessment", "action"]
    assert not offered
    assert (broken is not None) == (isinstance(outcome, Postponed) and outcome.breaker)


async def offered(store: Store) -> tuple[list[int], int]:
    """To whom the alert offers help, and to how many it goes that somebody chose before."""
    async with store.transaction() as tx:
        named = [person.id for person in held_people(await case_view(tx, 1))]
    casework = Casework(store, wake=lambda: None)
    return named, await casework.offer_help(1, [AVA], guild_id=GUILD, moderator=MO.id)


@pytest.mark.parametrize("is_rehearsed", [False, True])
async def test_after_a_false_alarm_nobody_is_offered_help_whatever_held_it_back(
    store: Store, *, is_rehearsed: bool
) -> None:
    await threatened(store, 1)
    advice = await claimed_advice(dispatcher_of(store, _Courier(store, Refused(0, "never asked"))))
    async with store.transaction() as tx:
        if is_rehearsed:
            await tx.sending.rehearsed(advice, Rehearsed(5, 9))
        else:
            await tx.sending.hold(advice.id, reason=HeldReason.TOO_MANY.value)
    await finds_nothing(store)

    assert await offered(store) == ([], 0)
    async with store.transaction() as tx:
        (reached,) = (await case_view(tx, 1)).reached
    state = "rehearsed" if is_rehearsed else "held"
    assert (reached.state.value, reached.reason) == (state, "false_alarm")


async def test_nobody_is_offered_help_where_it_was_rehearsed_as_the_false_alarm_was_found(
    store: Store,
) -> None:
    await threatened(store, 1)
    dispatcher = dispatcher_of(store, _Courier(store, Rehearsed(5, 9)), dry_run=True)

    await dispatcher._carry(await claimed_advice(dispatcher))

    assert await offered(store) == ([], 0)
