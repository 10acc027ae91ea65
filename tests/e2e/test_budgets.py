"""How much is sent at most, and what becomes of advice that waits for its turn."""

from __future__ import annotations

import pytest

from bot.domain.delivery import DeliveryState, HeldReason
from tests.e2e.test_advice import AGAIN
from tests.e2e.test_case_work import resolves
from tests.e2e.town import OTHER_THREAT, Town

ONE_EACH = {"budgets": {"person_day": 1}}


@pytest.mark.parametrize(
    ("budget", "expected"),
    [({"person_day": 1}, {"ava": 1, "kim": 1}), ({"server_hour": 1}, {"ava": 1})],
)
async def test_budgets_hold_across_a_restart_and_what_is_over_goes_out_later(
    quiet_town: Town, budget: dict[str, int], expected: dict[str, int]
) -> None:
    town = quiet_town
    deliveries = {"budgets": budget}
    await town.start(deliveries=deliveries)
    await town.settled(await town.threatens())
    await town.restart(deliveries=deliveries)
    again = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(again)
    other = await town.sam.writes(AGAIN, channel=town.general, mentions=[town.kim])
    await town.settled(other)
    assert town.advised() == expected
    assert "too many messages were sent lately" in town.alert_messages()[1].text

    await town.let_pass(hours=25)
    await town.until(lambda: sum(town.advised().values()) >= 2)
    await town.settled()
    await town.let_pass(hours=25)
    await town.until(lambda: sum(town.advised().values()) == 3)
    await town.settled()


async def test_the_whole_bot_has_a_budget(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(deliveries={"budgets": {"bot_hour": 1}})
    other, room = await town.watches_another(town.kim, town.leo)
    await town.settled(await town.threatens())
    second = await town.leo.writes(OTHER_THREAT, channel=room, mentions=[town.kim])
    await town.until(lambda: town.bot.screening.newest(other.id) >= second.id)
    await town.settled()

    assert town.advised() == {"ava": 1}


@pytest.mark.parametrize("budget", ["person_day", "server_day"])
async def test_the_budget_of_a_day_is_not_that_of_an_hour(quiet_town: Town, budget: str) -> None:
    town = quiet_town
    await town.start(deliveries={"budgets": {budget: 1}})
    await town.settled(await town.threatens())
    await town.let_pass(hours=2)
    target = town.ava if budget == "person_day" else town.kim
    again = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[target])
    await town.settled(again)
    await town.settled()

    assert town.advised() == {"ava": 1}


async def _advice_waits(town: Town) -> None:
    """Ava was written to because of leo; what is for her because of sam waits for a day."""
    await town.start(deliveries=ONE_EACH)
    await town.settled(await town.threatens())
    again = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(again)


async def test_whoever_stops_messages_gets_none_of_what_waits(quiet_town: Town) -> None:
    town = quiet_town
    await _advice_waits(town)
    (advice,) = town.ava.direct_messages()
    await town.ava.presses(advice, "Stop these messages")
    await town.settled()
    (reached,) = (await town.cases())[1].reached
    assert (reached.state, reached.reason) == (DeliveryState.HELD, HeldReason.OPTED_OUT.value)
    assert "They turned these messages off." in town.alert_messages()[1].text

    await town.let_pass(hours=25)
    await town.settled()
    assert town.advised() == {"ava": 1}


async def test_that_somebody_stopped_messages_is_looked_up_right_before_one_is_sent(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await _advice_waits(town)
    async with town.store.transaction() as tx:
        await tx.memory.opt_out(town.ava.id)
    await town.let_pass(hours=25)
    await town.settled()

    assert town.advised() == {"ava": 1}


async def test_what_waits_is_not_offered_after_a_false_alarm(quiet_town: Town) -> None:
    town = quiet_town
    await _advice_waits(town)
    alert = town.alert_messages()[1]
    await resolves(town, "False alarm", alert, why="joke")
    await town.settled()

    assert "Offer help" not in alert.buttons
