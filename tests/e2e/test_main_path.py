"""From a threat to help in private and an alert with evidence."""

from __future__ import annotations

import asyncio

from bot.domain.delivery import DeliveryState
from bot.domain.evidence import ItemKind
from tests.e2e.test_case_work import resolves
from tests.e2e.town import OTHER_THREAT, SPREAD, THREAT, Town

_CALL = "someone says they will post my pics unless i pay, what do i do"


async def test_a_threat_over_several_messages_brings_one_advice_and_one_alert(
    town_on_each: Town,
) -> None:
    town = town_on_each
    await town.sam.writes("who is up for a round tonight?", channel=town.general)
    for text in SPREAD:
        last = await town.leo.writes(text, channel=town.general, mentions=[town.ava])
        await town.kim.writes("me, after dinner", channel=town.general)
    await town.settled(last)

    assert town.advised() == {"ava": 1}
    assert len(town.alert_messages()) == 1
    assert town.public_words() == []
    assert town.sandbox.media_requests == []


async def test_the_alert_says_who_whom_why_where_and_what_was_done(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)

    lines = town.alert.text.splitlines()
    assert lines[0].startswith("### Possible threat · high · ")
    assert f"**Who** {town.leo.mention} (`leo`)" in lines
    assert f"**To whom** {town.ava.mention} (`ava`)" in lines
    assert f"**Where** {town.general.mention} {message.url}" in lines
    assert f"- Advice to {town.ava.mention} (`ava`): delivered." in lines
    assert town.alert.buttons == [
        "Claim",
        "Show evidence",
        "Resolve",
        "More…",
        "Go to the message",
    ]
    assert [b.url for b in town.alert.button_details] == [None] * 4 + [message.url]


async def test_nobody_is_pinged_unless_a_role_is_configured(town: Town) -> None:
    await town.settled(await town.threatens())

    assert town.alert.pings == frozenset()


async def test_the_configured_role_is_pinged_once(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(ping_role="Moderators")
    await town.settled(await town.threatens())
    await town.settled(await town.threatens(OTHER_THREAT))

    assert [m.pings for m in town.alert_messages()] == [frozenset({town.mo})]


async def test_the_role_is_called_once_and_not_for_what_is_settled(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(ping_role="Moderators")
    await town.settled(await town.threatens())
    call = f"{town.moderators.mention} Please look at this soon."
    assert town.alert.pings == {town.mo}
    assert town.alert.text.startswith(call)

    await town.mo.deletes(town.alert)
    await _writes_note(town)
    assert (town.alert.text.startswith(call), town.alert.pings) == (True, frozenset())

    await resolves(town, "Confirmed", reason="so")
    await town.settled()
    assert call not in town.alert.text
    await town.mo.deletes(town.alert)
    await _writes_note(town)
    assert (call in town.alert.text, town.alert.pings) == (False, frozenset())


async def _writes_note(town: Town) -> None:
    """Mo writes a note in the only case."""
    form = await town.mo.runs("case note", channel=town.alerts, case=1)
    await town.mo.submits(form, {"note": "seen"})
    await town.settled()


async def test_below_the_chosen_level_the_role_is_not_pinged(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(ping_role="Moderators", ping_from="urgent")
    await town.settled(await town.threatens())

    assert town.alert.pings == frozenset()


async def test_what_was_found_is_preserved_with_its_context(town: Town) -> None:
    said = await town.sam.writes("hello everyone", channel=town.general)
    threat = await town.threatens()
    await town.settled(threat)

    context, message, assessment, *rest = await town.evidence()
    people = [item for item in rest if item.kind is ItemKind.MEMBER]
    deliveries = [item for item in rest if item.kind is ItemKind.DELIVERY]
    assert (context.kind, context.message_id) == (ItemKind.CONTEXT, said.id)
    assert (message.kind, message.message_id) == (ItemKind.MESSAGE, threat.id)
    assert message.content is not None
    assert message.content["text"] == threat.content
    assert assessment.kind is ItemKind.ASSESSMENT
    assert {(d.facts["what"], d.facts["outcome"]) for d in deliveries} == {
        ("advice", "delivered"),
        ("alert", "delivered"),
    }
    assert {p.facts["person_id"] for p in people} == {town.leo.id, town.ava.id}
    assert len(people) + len(deliveries) == len(rest)


async def test_the_alert_is_the_same_message_after_advice_was_delivered(town: Town) -> None:
    town.sandbox.faults.delay(0.5, method="POST", path=r"/users/@me/channels$")
    message = await town.threatens()
    await town.until(town.alert_messages)
    first = town.alert
    assert ": on its way." in first.text

    await town.settled(message)
    assert town.alert is first
    assert ": delivered." in first.text


async def test_eight_threats_at_once_make_one_case_and_lose_nothing(town_on_each: Town) -> None:
    town = town_on_each
    places = [town.general, *(town.server.create_channel(f"room-{n}") for n in range(3))]
    texts = [f"{THREAT}, number {n}" for n in range(8)]
    sent = await asyncio.gather(
        *(town.threatens(text, channel=places[n % 4]) for n, text in enumerate(texts))
    )
    await town.settled(*sent)

    case = await town.case()
    items = await town.evidence()
    kept = {i.message_id for i in items if i.kind is ItemKind.MESSAGE}
    assessed = [i.message_id for i in items if i.kind is ItemKind.ASSESSMENT]
    assert kept == {message.id for message in sent}
    assert sorted(assessed) == sorted(kept)
    assert case.findings == 8
    assert town.advised() == {"ava": 1}
    assert len(town.alert_messages()) == 1


async def test_two_offenders_make_two_cases_and_the_target_is_advised_in_each(town: Town) -> None:
    first = await town.threatens()
    second = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(first, second)

    assert [case.offender.name for case in await town.cases()] == ["leo", "sam"]
    assert len(town.alert_messages()) == 2
    assert town.advised() == {"ava": 2}


async def test_ordinary_talk_leaves_no_trace(town: Town) -> None:
    said = [
        await town.sam.writes(text, channel=town.general)
        for text in (
            "i have your pics from the trip, want them?",
            "can you pay me back the 20 dollars for lunch",
            "i will post the photos of the match tonight",
            "tell your mom thanks for the cake",
        )
    ]
    await town.settled(*said)

    assert await town.cases() == []
    assert (town.advised(), town.alert_messages(), town.public_words()) == ({}, [], [])


async def test_a_disclosure_is_answered_with_an_offer_that_names_nobody(town: Town) -> None:
    await town.settled(await town.ava.writes(_CALL, channel=town.general))

    (offer,) = town.public_words()
    assert offer.buttons == ["Private help"]
    assert "ava" not in offer.text
    assert str(town.ava.id) not in offer.text
    assert await town.cases() == []
    assert town.advised() == {}


async def test_disclosures_bring_one_offer_and_a_call_of_the_bot_does_not_stand_for_it(
    town: Town,
) -> None:
    await town.leo.writes(f"{town.sandbox.bot.mention} hey", channel=town.general)
    await town.until(town.public_words)
    for person in (town.ava, town.sam, town.ava):
        await town.settled(await person.writes(_CALL, channel=town.general))

    assert len(town.public_words()) == 2


async def test_the_direct_message_quotes_nothing_of_the_threat(town: Town) -> None:
    await town.settled(await town.threatens())

    (advice,) = town.ava.direct_messages()
    assert advice.text.startswith("Hi! Here is some information from the bot of Harbour.")
    for words in ("100 dollars", "your pics", "followers", "leo", str(town.leo.id)):
        assert words not in advice.text
    assert advice.buttons == [
        *("More help", "I am not safe", "This was nothing", "Stop these messages", "Hide this")
    ]


async def test_the_outcome_of_every_delivery_is_stored(town: Town) -> None:
    await town.settled(await town.threatens())

    case = await town.case()
    assert [(r.person.name, r.state) for r in case.reached] == [("ava", DeliveryState.DELIVERED)]
