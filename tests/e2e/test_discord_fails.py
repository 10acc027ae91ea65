"""Discord answers late, wrongly or not at all: every delivery arrives all the same, and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from bot.detection import Conversations
from bot.domain.message import Message, Window
from bot.sandbox.faults import Faults
from bot.storage.engine import transaction
from bot.storage.schema import outbox
from tests.e2e.conftest import Build
from tests.e2e.town import OTHER_THREAT, Town

_OPEN = r"^/users/@me/channels$"
_POST = r"^/channels/\d+/messages$"

_FAULTS: dict[str, Callable[[Faults, str], object]] = {
    "500": lambda faults, path: faults.fail(method="POST", path=path, status=500),
    "503": lambda faults, path: faults.fail(method="POST", path=path, status=503),
    "429": lambda faults, path: faults.limit(method="POST", path=path, retry_after=0.2, times=3),
    "429-global": lambda faults, path: faults.limit(
        method="POST", path=path, retry_after=0.2, is_global=True, times=3
    ),
    "429-cloudflare": lambda faults, path: faults.limit(method="POST", path=path, via=False),
    "reset": lambda faults, path: faults.reset(method="POST", path=path),
    "lost-answer": lambda faults, path: faults.lose_answer(method="POST", path=path),
}


async def _assert_told_once(town: Town) -> None:
    assert town.advised() == {"ava": 1}
    assert ": delivered." in town.alert.text
    outcomes = [
        (item.facts["what"], item.facts["outcome"])
        for item in await town.evidence()
        if item.kind.value == "delivery"
    ]
    assert sorted(outcomes) == [("advice", "delivered"), ("alert", "delivered")]


async def _until_told(town: Town) -> None:
    await town.until(lambda: town.alert_messages() and ": delivered." in town.alert.text)
    await town.settled()


@pytest.mark.parametrize("path", [_OPEN, _POST], ids=["opening", "posting"])
@pytest.mark.parametrize("fault", _FAULTS)
async def test_what_fails_for_a_while_arrives_once(build: Build, fault: str, path: str) -> None:
    async with build(nonce_window=0) as town:
        await town.start()
        _FAULTS[fault](town.sandbox.faults, path)
        await town.threatens()
        await _until_told(town)
        await _assert_told_once(town)


async def test_being_told_to_slow_down_more_often_than_there_are_attempts_gives_nothing_up(
    build: Build,
) -> None:
    async with build() as town:
        await town.start(deliveries={"attempts": 2})
        for path in (_OPEN, _POST):
            town.sandbox.faults.limit(method="POST", path=path, via=False, times=3)
        await town.threatens()
        await _until_told(town)
        await _assert_told_once(town)


@pytest.mark.parametrize("fault", ["503", "lost-answer"])
async def test_a_neutral_offer_arrives_once(build: Build, fault: str) -> None:
    async with build(nonce_window=0) as town:
        await town.start()
        _FAULTS[fault](town.sandbox.faults, _POST)
        await town.ava.writes(
            "someone says they will post my pics unless i pay, what do i do", channel=town.general
        )
        await town.until(town.public_words)
        await town.settled()
        assert [offer.buttons for offer in town.public_words()] == [["Private help"]]


async def test_a_notice_to_the_owner_arrives_once(build: Build) -> None:
    async with build(nonce_window=0) as town:
        town.alerts.delete()
        town.sandbox.faults.lose_answer(method="POST", path=_POST, times=2)
        await town.start(armed=False)
        await town.until(town.owner.direct_messages)
        await town.until_true(town.is_sent)
        assert len(town.owner.direct_messages()) == 1


async def test_a_long_rate_limit_is_waited_for(town: Town) -> None:
    limit = town.sandbox.faults.limit(method="POST", path=_OPEN, retry_after=3600.0)
    await town.threatens()
    await town.until(lambda: limit.struck and town.alert_messages())
    await town.settled()
    assert ": on its way." in town.alert.text

    await town.let_pass(hours=1)
    await _until_told(town)
    await _assert_told_once(town)


async def test_a_delivery_is_given_up_after_the_cap_and_the_alert_says_so(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(deliveries={"attempts": 2})
    town.sandbox.faults.fail(method="POST", path=_OPEN, status=503, times=None)
    message = await town.threatens()
    await town.until(
        lambda: town.alert_messages() and "not delivered after many tries" in town.alert.text
    )
    await town.settled(message)
    assert [item.facts["outcome"] for item in await town.evidence() if "outcome" in item.facts] == [
        "delivered",
        "gave_up",
    ]


async def test_advice_that_fails_while_it_is_withdrawn_leaves_the_case_workable(
    town: Town,
) -> None:
    opening = {"method": "POST", "path": r"^/users/@me/channels$", "times": 1}
    slow = town.sandbox.faults.delay(1.0, **opening)
    failing = town.sandbox.faults.fail(status=503, **opening)
    await town.threatens()
    await town.until(lambda: slow.struck and town.alert_messages())
    await town.bot.bot.parts.support.stop_messages(person_id=town.ava.id)

    async def is_over() -> bool:
        async with transaction(town.store._engine) as connection:
            query = select(outbox.c.id).where(outbox.c.lease.is_not(None))
            return bool(failing.struck) and not (await connection.execute(query)).all()

    await town.until_true(is_over)
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert town.advised() == {}
    assert f"**{town.mo.mention} has it**" in town.alert.text
    assert "not sent. They turned these messages off." in town.alert.text


async def test_advice_held_for_a_reason_that_nobody_knows_leaves_the_case_workable(
    town: Town,
) -> None:
    """As an earlier version could leave it behind."""
    await town.settled(await town.threatens())
    async with transaction(town.store._engine) as connection:
        advice = update(outbox).where(outbox.c.kind == "advice")
        await connection.execute(advice.values(state="held", reason="http_503"))
    await town.mo.presses(town.alert, "Claim")
    await town.settled()
    assert f"**{town.mo.mention} has it**" in town.alert.text


async def test_an_edit_of_the_alert_that_fails_is_made_up_for(town: Town) -> None:
    town.sandbox.faults.fail(method="PATCH", path=r"/messages/\d+$", status=503, times=2)
    await town.threatens()
    await _until_told(town)
    await _assert_told_once(town)


async def test_an_alert_that_a_moderator_deleted_is_posted_anew_when_there_is_news(
    town: Town,
) -> None:
    await town.settled(await town.threatens())
    await town.mo.deletes(town.alert)
    await town.settled(await town.threatens(OTHER_THREAT))

    assert ": delivered." in town.alert.text
    assert (await town.case()).findings == 2


# -- the gateway -----------------------------------------------------------------------------------


async def test_what_was_written_while_the_connection_was_cut_is_screened(town: Town) -> None:
    await town.sandbox.gateway.drop()
    await town.threatens()
    await _until_told(town)

    assert town.sandbox.gateway.resumes == 1
    await _assert_told_once(town)


async def test_a_reconnect_that_discord_asks_for_loses_nothing(town: Town) -> None:
    await town.sandbox.gateway.reconnect()
    await town.threatens()
    await _until_told(town)
    await _assert_told_once(town)


@pytest.mark.slow
async def test_a_lost_session_is_made_up_for_from_history_without_doubles(town: Town) -> None:
    before = await town.threatens()
    await town.settled(before)
    town.sandbox.faults.clear()
    await town.sandbox.gateway.drop()
    town.sandbox.gateway.forget_sessions()
    missed = await town.threatens(OTHER_THREAT)
    await town.until_case(lambda case: case.findings == 2)
    await town.settled(missed)

    await _assert_told_once(town)
    assert [item.source for item in await town.evidence() if item.message_id == missed.id] == [
        "history",
        "bot",
    ]


@pytest.mark.slow
async def test_a_session_lost_soon_after_the_first_start_is_made_up_for(town: Town) -> None:
    await town.sandbox.gateway.drop()
    town.sandbox.gateway.forget_sessions()
    await town.threatens()
    await _until_told(town)
    await _assert_told_once(town)


async def test_events_told_twice_count_once(town: Town) -> None:
    town.sandbox.gateway.duplicate_next(20)
    message = await town.threatens()
    await town.leo.edits(message, f"{message.content}!")
    await town.leo.deletes(message)
    case = await town.until_case(lambda case: case.deletions)
    await town.settled()

    assert (case.findings, case.edits, case.deletions) == (2, 1, 1)
    await _assert_told_once(town)


async def test_events_told_late_and_out_of_order_lose_nothing(town: Town) -> None:
    town.sandbox.gateway.delay_next(0.3, event="MESSAGE_CREATE")
    late = await town.threatens()
    soon = await town.threatens(OTHER_THREAT)
    case = await town.until_case(lambda case: case.findings == 2)
    await town.settled()

    assert {i.message_id for i in await town.evidence() if i.kind.value == "assessment"} == {
        late.id,
        soon.id,
    }
    assert case.items > 0
    await _assert_told_once(town)


async def test_what_was_written_while_the_bot_was_away_is_screened_at_the_next_start(
    town_on_each: Town,
) -> None:
    town = town_on_each
    await town.stop()
    missed = await town.threatens()
    gone = await town.threatens(OTHER_THREAT)
    await town.leo.deletes(gone)
    await town.start()
    await town.settled(missed)

    await _assert_told_once(town)
    assert (await town.case()).findings == 1


async def test_a_preserved_message_deleted_while_the_bot_was_away_is_on_record(
    town: Town,
) -> None:
    message = await town.threatens()
    await town.settled(message)
    await town.stop()
    await town.leo.deletes(message)
    await town.start()
    case = await town.until_case(lambda case: case.deletions)
    await town.settled()

    assert case.deletions == 1
    assert "Deleted: 1." in town.alert.text


async def test_history_that_fails_is_asked_for_again(build: Build) -> None:
    async with build() as town:
        await town.start()
        await town.stop()
        await town.threatens()
        reset = town.sandbox.faults.reset(method="GET", path=r"/messages$", times=2)
        await town.start(armed=False)
        await town.until(lambda: reset.struck)
        assert town.server.id in town.bot.bot.parts.watch.armed


async def test_a_channel_whose_history_alone_fails_does_not_blind_the_server(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.catching_up._TRY_AGAIN", 0.05)
    async with build() as town:
        broken = town.server.create_channel("broken")
        await town.start()
        await town.stop()
        await town.sam.writes("hello", channel=broken)
        missed = await town.threatens()
        path = rf"/channels/{broken.id}/messages$"
        failing = town.sandbox.faults.fail(method="GET", path=path, status=400, times=None)
        await town.start()
        await town.settled(missed, await town.sam.writes("hello", channel=town.general))

        assert failing.struck
        assert town.advised() == {"ava": 1}


async def test_a_message_that_makes_screening_fail_does_not_blind_the_server(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such message is known; the fault is put in by hand."""
    right = Conversations.observe

    def fails(self: Conversations, message: Message) -> Window | None:
        if message.text == "the one":
            raise ZeroDivisionError
        return right(self, message)

    monkeypatch.setattr(Conversations, "observe", fails)
    async with build() as town:
        await town.start()
        await town.stop()
        await town.sam.writes("the one", channel=town.general)
        missed = await town.threatens()
        await town.start()
        await town.settled(missed)
        assert town.advised() == {"ava": 1}


async def test_what_is_due_during_an_outage_of_the_server_waits_for_its_end(town: Town) -> None:
    town.sandbox.set_available(town.server, available=False)
    guild = town.bot.bot.get_guild(town.server.id)
    await town.until(lambda: guild is not None and guild.unavailable)
    await town.bot.bot.parts.support.offer_in_channel(
        guild_id=town.server.id, channel_id=town.general.id
    )

    async def is_put_off() -> bool:
        async with town.store.transaction() as tx:
            return await tx.standings.next_due() is not None and not town.bot.dispatcher._sending

    await town.until_true(is_put_off)
    assert town.written_in(town.general) == []
    town.sandbox.set_available(town.server, available=True)
    await town.until(lambda: town.written_in(town.general))

    assert town.owner.direct_messages() == []
