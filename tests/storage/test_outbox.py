"""The outbox: queued once, leased to one worker at a time, every outcome kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.case import Verdict
from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Postponed,
    Refused,
    Rehearsed,
)
from bot.storage import Store, Transaction
from bot.storage.schema import outbox
from bot.storage.standings import ASKED, Standing
from tests.conftest import Clock, Opener
from tests.storage.building import (
    AVA,
    BEN,
    GUILD,
    case_with,
    claim,
    draft,
    enqueue,
    open_case,
    threatened,
)

ADVICE, ALERT, NOTICE, OFFER = (
    DeliveryKind.ADVICE,
    DeliveryKind.ALERT,
    DeliveryKind.NOTICE,
    DeliveryKind.OFFER,
)
THERE = Delivered(channel_id=50, message_id=500)
LATER = Postponed("http_500")


async def case_with_alert(store: Store) -> int:
    """A case whose alert is in the outbox; its number."""
    case_id = await case_with(store, draft())
    await enqueue(store, ALERT, about=f"alert:{case_id}:high", case_id=case_id)
    return case_id


async def row(store: Store, delivery_id: int = 1) -> Any:
    """The delivery as it is stored."""
    async with store._engine.begin() as connection:
        query = select(outbox).where(outbox.c.id == delivery_id)
        return (await connection.execute(query)).one()


async def deliver(store: Store, delivery: Delivery, outcome: Delivered = THERE) -> None:
    async with store.transaction() as tx:
        await tx.sending.delivered(delivery, outcome)


async def refuse(store: Store, delivery: Delivery, code: int = 50007) -> None:
    async with store.transaction() as tx:
        await tx.sending.refused(delivery, Refused(code, "http_403"))


async def give_up(store: Store, delivery: Delivery) -> None:
    async with store.transaction() as tx:
        await tx.sending.gave_up(delivery, "http_500")


async def postpone(
    store: Store, delivery: Delivery, outcome: Postponed = LATER, **options: Any
) -> None:
    options.setdefault("until", store.clock() + timedelta(seconds=30))
    async with store.transaction() as tx:
        await tx.sending.postponed(delivery, outcome, **options)


async def hold(store: Store, delivery: Delivery) -> None:
    async with store.transaction() as tx:
        await tx.sending.hold(delivery.id, reason="unsure")


async def next_due(store: Store, **options: Any) -> Any:
    async with store.transaction() as tx:
        return await tx.standings.next_due(**options)


async def test_a_delivery_is_queued_once_for_what_it_is_about(store: Store) -> None:
    assert await enqueue(store, about="advice:1:1") is True
    assert await enqueue(store, about="advice:1:1") is False
    assert await enqueue(store, about="advice:1:2") is True

    assert len(await claim(store)) == 2


async def test_eight_at_once_queue_a_delivery_once(open_store: Opener) -> None:
    stores = [open_store(), open_store()]

    new = await asyncio.gather(*(enqueue(stores[n % 2], about="advice:1:1") for n in range(8)))

    assert sorted(new) == [False] * 7 + [True]


async def test_a_claimed_delivery_says_everything_that_sending_needs(
    store: Store, clock: Clock
) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id, channel_id=9, subject="why")

    (delivery,) = await claim(store)

    assert delivery == Delivery(
        id=1,
        kind=ADVICE,
        token=delivery.token,
        guild_id=GUILD,
        case_id=case_id,
        channel_id=9,
        recipient_id=AVA,
        subject="why",
        message_id=None,
        revision=1,
        attempts=1,
        uncertain=False,
        created_at=clock.now,
    )
    async with store.transaction() as tx:
        found = await tx.standings.by_token(delivery.token)
        assert await tx.standings.by_token("no such token") is None
    assert found == Standing(
        1, ADVICE, GUILD, case_id, AVA, DeliveryState.PENDING, reason=None, code=None, answer=None
    )


async def test_the_oldest_go_first_and_no_more_than_asked_for(store: Store, clock: Clock) -> None:
    for number in range(4):
        await enqueue(store, about=f"advice:1:{number}", recipient_id=number)
        clock.advance(seconds=1)

    assert [d.recipient_id for d in await claim(store, limit=3)] == [0, 1, 2]
    assert [d.recipient_id for d in await claim(store, limit=3)] == [3]


async def test_kinds_that_must_wait_are_not_handed_out(store: Store) -> None:
    for kind in (ADVICE, ALERT, NOTICE, OFFER):
        await enqueue(store, kind)

    assert [d.kind for d in await claim(store, without=(ADVICE, NOTICE))] == [ALERT, OFFER]
    assert [d.kind for d in await claim(store)] == [ADVICE, NOTICE]


async def test_what_a_worker_is_still_sending_is_not_handed_to_it_again(
    store: Store, clock: Clock
) -> None:
    """Its lease may have run out while the database was away and could not renew it."""
    await enqueue(store, about="a")
    await enqueue(store, about="b")
    await claim(store)
    clock.advance(hours=1)

    assert [d.id for d in await claim(store, besides=[1])] == [2]
    assert [d.id for d in await claim(store)] == [1]


async def test_concurrent_workers_never_get_the_same_delivery(open_store: Opener) -> None:
    stores = [open_store(), open_store()]
    for number in range(20):
        await enqueue(stores[0], about=f"advice:1:{number}", recipient_id=number)

    claimed = await asyncio.gather(
        *(claim(stores[n % 2], lease=f"worker-{n}", limit=4) for n in range(8))
    )

    everything = [d.recipient_id for batch in claimed for d in batch]
    left = [d.recipient_id for d in await claim(stores[0], limit=20)]
    assert sorted(everything + left) == list(range(20))


async def test_a_leased_delivery_is_nobody_elses_until_the_lease_ends(
    open_store: Opener, store: Store, clock: Clock
) -> None:
    await enqueue(store)
    await claim(store, seconds=60)
    other = open_store()

    clock.advance(seconds=59)
    assert await claim(other, lease="worker-b") == []
    clock.advance(seconds=1)
    (delivery,) = await claim(other, lease="worker-b")

    assert (delivery.attempts, delivery.uncertain) == (2, True)


async def test_what_was_cut_off_once_stays_uncertain(store: Store, clock: Clock) -> None:
    await enqueue(store)
    await claim(store)
    clock.advance(minutes=2)
    (second,) = await claim(store)
    await postpone(store, second)
    clock.advance(minutes=2)

    (third,) = await claim(store)
    assert third.uncertain is True


async def test_what_was_cut_off_stays_uncertain_while_it_is_held_back(
    store: Store, clock: Clock
) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)
    (first,) = await claim(store)
    await postpone(store, first, Postponed("timeout", uncertain=True))
    clock.advance(minutes=2)
    (second,) = await claim(store)
    async with store.transaction() as tx:
        await tx.sending.hold(second.id, reason="opted_out")
        await tx.outbox.release(case_id, [AVA])

    (third,) = await claim(store)
    assert third.uncertain is True


async def test_a_renewed_lease_goes_on(store: Store, clock: Clock) -> None:
    await enqueue(store)
    await claim(store, lease="worker-a", seconds=60)
    clock.advance(seconds=50)

    async with store.transaction() as tx:
        until = tx.now + timedelta(seconds=60)
        await tx.sending.renew([1], lease="worker-a", until=until)

    clock.advance(seconds=59)
    assert await claim(store, lease="worker-b") == []


async def test_somebody_elses_lease_cannot_be_renewed(store: Store, clock: Clock) -> None:
    await enqueue(store)
    await claim(store, lease="worker-a", seconds=60)

    async with store.transaction() as tx:
        until = tx.now + timedelta(hours=1)
        await tx.sending.renew([1], lease="worker-b", until=until)

    clock.advance(seconds=60)
    assert len(await claim(store)) == 1


async def test_delivered_is_the_end_of_it(store: Store, clock: Clock) -> None:
    await enqueue(store)
    (delivery,) = await claim(store)

    await deliver(store, delivery)

    kept = await row(store)
    assert (kept.state, kept.channel_id, kept.message_id) == ("delivered", 50, 500)
    assert (kept.lease, kept.leased_until, kept.settled_at) == (None, None, clock.now)
    clock.advance(days=1)
    assert (await claim(store), await next_due(store)) == ([], None)


async def test_what_is_delivered_keeps_no_reason_of_an_attempt_before(
    store: Store, clock: Clock
) -> None:
    await enqueue(store)
    (first,) = await claim(store)
    await postpone(store, first, until=clock.now)
    assert (await row(store)).reason == "http_500"

    (second,) = await claim(store)
    await deliver(store, second)
    assert (await row(store)).reason is None


async def test_refused_keeps_the_code_and_the_reason(store: Store, clock: Clock) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)
    (delivery,) = await claim(store)

    await refuse(store, delivery, 50278)

    async with store.transaction() as tx:
        standing = (await tx.standings.advised(case_id))[AVA]
    assert (standing.state, standing.code, standing.reason) == (
        DeliveryState.REFUSED,
        50278,
        "http_403",
    )
    clock.advance(days=1)
    assert (await claim(store), await next_due(store)) == ([], None)


async def test_a_long_explanation_is_cut_and_not_lost(store: Store) -> None:
    await enqueue(store)
    (delivery,) = await claim(store)

    await postpone(store, delivery, Postponed("x" * 500))
    assert (await row(store)).reason == "x" * 48


async def test_postponed_comes_back_when_it_is_due(store: Store, clock: Clock) -> None:
    await enqueue(store)
    (first,) = await claim(store)

    await postpone(store, first, until=clock.now + timedelta(seconds=30))

    clock.advance(seconds=29)
    assert await claim(store) == []
    clock.advance(seconds=1)
    (second,) = await claim(store)
    assert (second.attempts, second.uncertain) == (2, False)


async def test_a_lost_answer_makes_the_next_attempt_uncertain(store: Store, clock: Clock) -> None:
    await enqueue(store)
    (first,) = await claim(store)

    await postpone(store, first, Postponed("timeout", uncertain=True))

    clock.advance(minutes=1)
    (second,) = await claim(store)
    assert second.uncertain is True


async def test_an_attempt_that_did_not_count_is_taken_back(store: Store, clock: Clock) -> None:
    await enqueue(store)
    for _ in range(3):
        (delivery,) = await claim(store)
        await postpone(store, delivery, Postponed("budget"), counts=False)
        clock.advance(minutes=1)

    (delivery,) = await claim(store)
    assert delivery.attempts == 1


async def test_an_alert_that_changed_while_it_was_sent_is_sent_again(store: Store) -> None:
    case_id = await case_with_alert(store)
    (first,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.refresh_alert(case_id)
    assert await claim(store, lease="worker-b") == []

    await deliver(store, first)

    (second,) = await claim(store)
    assert (second.id, second.message_id, second.revision) == (first.id, 500, 2)
    assert (second.attempts, second.uncertain) == (1, False)
    await deliver(store, second)
    assert await claim(store) == []


async def test_a_delivered_alert_is_brought_up_to_date_in_place(store: Store, clock: Clock) -> None:
    case_id = await case_with_alert(store)
    (first,) = await claim(store)
    await deliver(store, first)
    clock.advance(hours=1)

    async with store.transaction() as tx:
        await tx.outbox.refresh_alert(case_id)

    (second,) = await claim(store)
    assert (second.id, second.message_id, second.revision) == (first.id, 500, 2)


async def test_only_the_newest_alert_of_a_case_is_brought_up_to_date(store: Store) -> None:
    case_id = await case_with_alert(store)
    other = await case_with_alert_of_another_offender(store)
    await enqueue(store, ALERT, about=f"alert:{case_id}:urgent", case_id=case_id)
    for delivery in await claim(store):
        await deliver(store, delivery)
    await take_everything(store)

    async with store.transaction() as tx:
        await tx.outbox.refresh_alert(case_id)

    assert other != case_id
    assert [d.id for d in await claim(store)] == [3]


async def test_an_alert_that_appears_has_the_older_ones_of_its_case_point_to_it(
    store: Store,
) -> None:
    case_id = await case_with_alert(store)
    await case_with_alert_of_another_offender(store)
    for delivery in await claim(store):
        await deliver(store, delivery)
    await enqueue(store, ALERT, about=f"alert:{case_id}:urgent", case_id=case_id)
    (newer,) = await claim(store)
    await deliver(store, newer, Delivered(channel_id=50, message_id=501))

    (older,) = await claim(store)
    assert (older.case_id, older.message_id) == (case_id, 500)
    await deliver(store, older)
    assert await claim(store) == []
    async with store.transaction() as tx:
        assert await tx.standings.newest_alert(case_id) == (50, 501)


async def take_everything(store: Store) -> None:
    while claimed := await claim(store):
        for delivery in claimed:
            await deliver(store, delivery)


async def case_with_alert_of_another_offender(store: Store) -> int:
    async with store.transaction() as tx:
        case = await open_case(tx, 777)
    await enqueue(store, ALERT, about=f"alert:{case.id}:high", case_id=case.id)
    return case.id


async def test_a_change_does_not_hasten_what_discord_asked_to_wait_for(
    store: Store, clock: Clock
) -> None:
    case_id = await case_with_alert(store)
    (delivery,) = await claim(store)
    await postpone(store, delivery, Postponed("rate_limited"), until=clock.now + timedelta(hours=1))

    async with store.transaction() as tx:
        await tx.outbox.refresh_alert(case_id)

    assert await claim(store) == []
    clock.advance(hours=1)
    assert [d.revision for d in await claim(store)] == [2]


@pytest.mark.parametrize("end", [refuse, give_up])
async def test_a_failed_alert_is_tried_anew_when_its_case_changes(store: Store, end: Any) -> None:
    case_id = await case_with_alert(store)
    (delivery,) = await claim(store)
    await end(store, delivery)

    async with store.transaction() as tx:
        await tx.outbox.refresh_alert(case_id)

    (again,) = await claim(store)
    assert (again.id, again.attempts) == (delivery.id, 1)


async def test_failed_alerts_of_a_server_are_queued_again_and_nothing_else(
    store: Store, clock: Clock
) -> None:
    case_id = await case_with_alert(store)
    await enqueue(store, ALERT, about="alert:refused", case_id=case_id)
    await enqueue(store, ALERT, about="alert:delivered", case_id=case_id)
    await enqueue(store, ADVICE, about="advice:refused", case_id=case_id)
    first, second, third, fourth = await claim(store)
    await give_up(store, first)
    await refuse(store, second)
    await deliver(store, third)
    await refuse(store, fourth)

    async with store.transaction() as tx:
        requeue, before = tx.outbox.requeue_alerts, clock.now - timedelta(seconds=1)
        assert await requeue(GUILD + 1, failed_before=clock.now) == 0
        assert await requeue(GUILD, failed_before=before) == 0
        assert await requeue(GUILD, failed_before=clock.now) == 2
        assert await requeue(GUILD, failed_before=clock.now) == 0

    again = await claim(store)
    assert [(d.id, d.attempts, d.uncertain) for d in again] == [(1, 1, True), (2, 1, False)]


async def test_held_advice_waits_for_a_moderator(store: Store, clock: Clock) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id, held="too_many")
    await enqueue(store, case_id=case_id, recipient_id=BEN, held="too_many")
    clock.advance(days=3)
    assert (await claim(store), await next_due(store)) == ([], None)

    async with store.transaction() as tx:
        assert await tx.outbox.release(case_id, [AVA, 99]) == [AVA]
        assert await tx.outbox.release(case_id, [AVA]) == []
        standing = await tx.standings.advised(case_id)

    assert [d.recipient_id for d in await claim(store)] == [AVA]
    assert {p: (s.state.value, s.reason) for p, s in standing.items()} == {
        AVA: ("pending", None),
        BEN: ("held", "too_many"),
    }


async def test_a_claimed_delivery_can_be_held_back(store: Store, clock: Clock) -> None:
    await enqueue(store)
    (delivery,) = await claim(store)

    async with store.transaction() as tx:
        await tx.sending.hold(delivery.id, reason="opted_out")

    clock.advance(days=1)
    assert await claim(store) == []
    kept = await row(store)
    assert (kept.state, kept.reason, kept.lease) == ("held", "opted_out", None)


async def test_withdrawing_holds_back_what_was_not_sent_yet(store: Store) -> None:
    first = await case_with(store, draft())
    second = await case_with_alert_of_another_offender(store)
    await enqueue(store, about="a", case_id=first)
    (sent,) = await claim(store, without=[ALERT])
    await deliver(store, sent)
    await enqueue(store, about="b", case_id=first)
    await enqueue(store, about="c", case_id=second)
    await enqueue(store, about="d", case_id=second, recipient_id=BEN)

    async with store.transaction() as tx:
        withdrawn = await tx.outbox.withdraw_advice(AVA, reason="opted_out")

    assert sorted(withdrawn) == [first, second]
    assert [d.recipient_id for d in await claim(store, without=[ALERT])] == [BEN]
    assert (await row(store, sent.id)).state == "delivered"


async def test_advice_withdrawn_while_it_was_sent_is_delivered_all_the_same(store: Store) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)
    (delivery,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.withdraw_advice(AVA, reason="opted_out")

    await deliver(store, delivery)
    assert (await row(store)).state == "delivered"


@pytest.mark.parametrize("fail", [refuse, give_up, postpone, hold])
async def test_advice_withdrawn_while_it_failed_stays_withdrawn_and_keeps_the_reason(
    store: Store, clock: Clock, fail: Any
) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)
    (delivery,) = await claim(store)
    async with store.transaction() as tx:
        await tx.outbox.withdraw_advice(AVA, reason="opted_out")

    await fail(store, delivery)

    kept = await row(store)
    assert (kept.state, kept.reason, kept.code, kept.lease) == ("held", "opted_out", None, None)
    clock.advance(days=1)
    assert await claim(store) == []
    async with store.transaction() as tx:
        await tx.outbox.release(case_id, [AVA])
    (again,) = await claim(store)
    assert (again.attempts, again.uncertain) == (1, True)


async def test_what_was_withdrawn_since_it_was_claimed_is_not_wanted(store: Store) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)
    await claim(store, lease="worker-a")

    async def is_wanted(lease: str) -> bool:
        async with store.transaction() as tx:
            return await tx.sending.is_wanted(1, lease=lease)

    assert (await is_wanted("worker-a"), await is_wanted("worker-b")) == (True, False)
    assert (await row(store)).lease == "worker-a"
    async with store.transaction() as tx:
        await tx.outbox.withdraw_advice(AVA, reason="opted_out")
    assert await is_wanted("worker-a") is False
    assert (await row(store)).lease is None


async def test_an_answer_is_taken_once(store: Store) -> None:
    case_id = await case_with(store, draft())
    await enqueue(store, case_id=case_id)

    async with store.transaction() as tx:
        assert await tx.outbox.answered(1, "nothing") is True
        assert await tx.outbox.answered(1, "other") is False
        assert (await tx.standings.advised(case_id))[AVA].answer == "nothing"


async def test_nothing_is_due_later_than_it_can_be_claimed(store: Store, clock: Clock) -> None:
    """Were a leased delivery due in the past, a dispatcher would ask again and again."""
    await enqueue(store)
    assert await next_due(store) == clock.now
    (delivery,) = await claim(store, seconds=60)

    clock.advance(seconds=5)
    assert await next_due(store) == clock.now + timedelta(seconds=55)
    await postpone(store, delivery, until=clock.now + timedelta(seconds=7))

    assert await next_due(store) == clock.now + timedelta(seconds=7)


async def test_what_becomes_due_while_something_is_leased_is_not_overlooked(
    store: Store, clock: Clock
) -> None:
    await enqueue(store)
    await claim(store, seconds=60)
    await enqueue(store, recipient_id=BEN)

    assert await next_due(store) == clock.now


async def test_kinds_that_must_wait_are_not_due(store: Store, clock: Clock) -> None:
    await enqueue(store)
    assert await next_due(store, without=[ADVICE]) is None
    await enqueue(store, ALERT)

    assert await next_due(store, without=[ADVICE]) == clock.now


async def test_budgets_count_what_was_delivered_since(store: Store, clock: Clock) -> None:
    for about in ("a", "b"):
        await enqueue(store, about=about)
        (delivery,) = await claim(store)
        await deliver(store, delivery)
        clock.advance(hours=1)
    await enqueue(store, about="c", recipient_id=BEN)
    (refused,) = await claim(store)
    await refuse(store, refused)

    def ago(hours: int) -> Any:
        return clock.now - timedelta(hours=hours)

    async with store.transaction() as tx:
        sent = partial(tx.standings.sent_since, before=99)
        assert await sent(ago(3)) == 2
        assert await sent(ago(1)) == 1
        assert await sent(ago(3), guild_id=GUILD) == 2
        assert await sent(ago(3), guild_id=GUILD + 1) == 0
        assert await sent(ago(3), recipient_id=AVA) == 2
        assert await sent(ago(3), recipient_id=BEN) == 0


async def test_of_several_sent_at_once_a_budget_lets_the_first_go(store: Store) -> None:
    for number in range(3):
        await enqueue(store, about=f"advice:{number}")
    claimed = await claim(store)

    async with store.transaction() as tx:
        long_ago = tx.now - timedelta(days=1)
        ahead = [await tx.standings.sent_since(long_ago, before=d.id) for d in claimed]

    assert ahead == [0, 1, 2]


async def test_an_offer_in_a_channel_is_remembered(store: Store, clock: Clock) -> None:
    await enqueue(store, OFFER, channel_id=7)
    clock.advance(minutes=30)

    async with store.transaction() as tx:
        since = tx.now - timedelta(hours=1)
        assert await tx.standings.offered_since(7, since) is True
        assert await tx.standings.offered_since(8, since) is False
        assert await tx.standings.offered_since(7, tx.now) is False
        assert await tx.standings.offered_since(7, since, delivered=True) is False

    (offer,) = await claim(store)
    async with store.transaction() as tx:
        await tx.sending.delivered(offer, Delivered(channel_id=7, message_id=70))
        assert await tx.standings.offered_since(7, since, delivered=True) is True


async def test_which_offers_the_bot_made_by_itself(store: Store, clock: Clock) -> None:
    """Not what somebody asked for, nor what never arrived; of a case only where a threat was."""
    async with store.transaction() as tx:
        since = tx.now - timedelta(hours=1)

    async def itself(*, rehearsed: bool = False) -> tuple[bool, bool]:
        async with store.transaction() as tx:
            look = partial(tx.standings.offers_itself, 7, since, rehearsed=rehearsed)
            return await look(of_case=True), await look(of_case=False)

    await enqueue(store, OFFER, about="offer:7:1", channel_id=7, case_id=None, subject=ASKED)
    assert await itself() == (False, False)
    await enqueue(store, OFFER, about="offer:7:2", channel_id=7, case_id=None)
    assert await itself() == (False, True)
    case_id = await case_with(store, draft())
    await enqueue(store, OFFER, about="offer:7:3", channel_id=7, case_id=case_id)
    assert await itself() == (True, True)
    for offer in await claim(store):
        async with store.transaction() as tx:
            await tx.sending.rehearsed(offer, Rehearsed(channel_id=9, message_id=offer.id))
    assert (await itself(), await itself(rehearsed=True)) == ((False, False), (True, True))


async def test_settling_and_screening_at_once_do_not_wait_for_each_other_in_a_ring(
    store: Store,
) -> None:
    """One locks the case and then its alert, so the other must not lock them the other way."""
    case_id = await case_with_alert(store)
    (delivery,) = await claim(store)
    began = asyncio.Event()

    async def screen(tx: Transaction) -> None:
        await tx.cases.get(case_id)
        began.set()
        await asyncio.sleep(0.2)
        await tx.outbox.refresh_alert(case_id)

    async def settle(tx: Transaction) -> None:
        await tx.sending.delivered(delivery, THERE)
        await tx.evidence.append(case_id, [draft("message:9:0", text=None)])

    async def first() -> None:
        async with store.transaction() as tx:
            await screen(tx)

    async def second() -> None:
        await began.wait()
        async with store.transaction() as tx:
            await settle(tx)

    await asyncio.gather(first(), second())

    assert [d.revision for d in await claim(store)] == [2]


async def test_what_was_given_up_is_tried_anew_after_a_rest_while_its_case_is_open(
    store: Store, clock: Clock
) -> None:
    case_id, closed = await case_with_alert(store), await threatened(store, 1, offender=777)
    await enqueue(store, case_id=case_id)
    await enqueue(store, NOTICE, about="notice")
    for delivery in await claim(store):
        await give_up(store, delivery)
    async with store.transaction() as tx:
        closing = await tx.cases.get(closed)
        await tx.cases.resolved(closing, verdict=Verdict.CONFIRMED, by=71)

    async def revive() -> int:
        async with store.transaction() as tx:
            return await tx.outbox.revive(
                given_up_before=tx.now - timedelta(hours=1), made_after=tx.now - timedelta(days=1)
            )

    clock.advance(minutes=59)
    assert await revive() == 0
    clock.advance(minutes=1)
    assert await revive() == 2
    again = await claim(store)
    assert [(d.kind, d.attempts, d.uncertain) for d in again] == [
        (ALERT, 1, True),  # it may have arrived: it is looked for first
        (ADVICE, 1, True),
    ]
    for delivery in again:
        await give_up(store, delivery)
    clock.advance(hours=23)
    assert await revive() == 0  # a day later nobody is written to out of the blue


async def test_of_a_case_only_what_is_named_is_withdrawn(store: Store) -> None:
    case_id = await case_with_alert(store)
    for kind in (ADVICE, OFFER, DeliveryKind.TIMEOUT):
        await enqueue(store, kind, about=kind.value, case_id=case_id)

    async with store.transaction() as tx:
        await tx.outbox.withdraw(case_id, [OFFER, DeliveryKind.TIMEOUT], reason="false_alarm")

    assert [d.kind for d in await claim(store)] == [ALERT, ADVICE]
