"""Who is written to, how often, and how they can answer."""

from __future__ import annotations

import pytest

from bot.detection.catalogue import Example, read_rules
from bot.domain.assessment import Level
from bot.domain.delivery import DeliveryState, HeldReason
from bot.sandbox import Message, Person
from tests.e2e.test_measures import URGENT
from tests.e2e.town import OTHER_THREAT, THREAT, Town

AGAIN = "send me 60 dollars on cashapp now or i show your pictures to your whole school"
_MANY = "i have all your pics. pay me 100 dollars tonight or i post them to all your followers"
DOXING = "leave the server or i dox you"
GRAVEST = [rule for path, rule in read_rules() if path.stem == "selfharm"]


def _crowd(town: Town, count: int) -> list[Person]:
    return [town.server.join(f"person-{number:02}") for number in range(count)]


async def _threaten_all(town: Town, people: list[Person]) -> Message:
    return await town.leo.writes(_MANY, channel=town.general, mentions=people)


@pytest.mark.parametrize("example", [e for rule in GRAVEST for e in rule.match], ids=str)
async def test_whoever_is_to_hurt_themselves_is_written_to_and_moderators_read_that(
    town: Town, example: Example
) -> None:
    *before, threat = [example] if isinstance(example, str) else example
    for text in before:
        await town.ava.writes(text.removeprefix("> "), channel=town.general)
    await town.settled(await town.threatens(threat))

    assert (await town.case()).level is Level.URGENT
    (advice,) = town.ava.direct_messages()
    assert advice.text.index("112") < advice.text.index("1. **Don't share more")
    assert advice.buttons[:2] == ["I am not safe", "More help"]
    line = f"- Advice to {town.ava.mention} (`ava`): delivered."
    warning = await town.mo.presses(town.alert, "Show evidence")
    assert [line in text.splitlines() for text in (town.alert.text, warning.text)] == [True, True]


@pytest.mark.parametrize("by", ["moderator", "button"])
async def test_a_warning_promises_no_advice_that_is_held_back(quiet_town: Town, by: str) -> None:
    town = quiet_town
    await town.start(advice=by)
    await town.settled(await town.threatens(URGENT))
    warning = await town.mo.presses(town.alert, "Show evidence")

    assert town.advised() == {}
    assert f"Advice to {town.ava.mention} (`ava`): not sent, as this server chose." in warning.text
    assert "does not wait" not in warning.text
    assert len(town.public_words()) == (by == "button")


async def test_another_kind_of_threat_is_named_as_why_nothing_was_sent(town: Town) -> None:
    await town.settled(await town.threatens(DOXING))

    assert town.advised() == {}
    assert "not sent, because this is another kind of threat." in town.alert.text
    assert "Offer help" in town.alert.buttons


async def test_an_urgent_threat_puts_the_emergency_number_before_the_steps(town: Town) -> None:
    await town.settled(await town.threatens(f"{THREAT}. kill yourself"))
    (advice,) = town.ava.direct_messages()

    assert (await town.case()).level is Level.URGENT
    assert advice.text.index("112") < advice.text.index("1. **Don't share more")


async def test_ten_threats_bring_one_advice(town: Town) -> None:
    sent = [await town.threatens(f"{OTHER_THREAT}, number {n}") for n in range(10)]
    await town.settled(*sent)

    assert town.advised() == {"ava": 1}
    assert len(town.alert_messages()) == 1


@pytest.mark.parametrize("count", [5, 50])
async def test_a_threat_that_names_many_people_writes_to_nobody_by_itself(
    town: Town, count: int
) -> None:
    people = _crowd(town, count)
    await town.settled(await _threaten_all(town, people))

    assert town.advised() == {}
    assert "because many people were mentioned" in town.alert.text
    assert "Offer help" in town.alert.buttons
    (case,) = await town.cases()
    assert {(r.state, r.reason) for r in case.reached} == {
        (DeliveryState.HELD, HeldReason.TOO_MANY.value)
    }
    assert len(case.reached) == count


async def test_many_who_are_named_again_are_still_written_to_by_nobody(town: Town) -> None:
    people = _crowd(town, 5)
    for text in (_MANY, OTHER_THREAT):
        await town.settled(await town.leo.writes(text, channel=town.general, mentions=people))
    await town.settled()

    assert (await town.case()).findings == 2
    assert town.advised() == {}


async def test_offering_help_sends_after_the_choice_and_only_once(town: Town) -> None:
    people = _crowd(town, 5)
    await town.settled(await _threaten_all(town, people))
    question = await town.mo.presses(town.alert, "Offer help")
    assert question.ephemeral
    (menu,) = question.messages[0].selects
    assert sorted(menu.options.values()) == [person.name for person in people]
    assert town.advised() == {}

    chosen = [str(people[1].id), str(people[3].id)]
    said = await town.mo.selects(question, menu.custom_id, chosen)
    await town.settled()
    assert said.text == "On its way. What became of it will stand in the alert."
    assert town.advised() == {"person-01": 1, "person-03": 1}
    (line,) = (x for x in town.alert.text.splitlines() if x.endswith(": delivered."))
    assert [person.mention in line for person in people] == [False, True, False, True, False]

    again = await town.mo.presses(town.alert, "Offer help")
    assert sorted(again.messages[0].selects[0].options.values()) == [
        "person-00",
        "person-02",
        "person-04",
    ]
    offered = [i.facts for i in await town.evidence() if i.facts.get("what") == "help offered"]
    assert [(f["by"], sorted(f["people"])) for f in offered] == [
        (town.mo.id, [people[1].id, people[3].id])
    ]


async def test_help_offered_twice_at_once_is_sent_once(town: Town) -> None:
    people = _crowd(town, 5)
    await town.settled(await _threaten_all(town, people))
    first = await town.mo.presses(town.alert, "Offer help")
    second = await town.mo.presses(town.alert, "Offer help")
    for question in (first, second):
        menu = question.messages[0].selects[0].custom_id
        await town.mo.selects(question, menu, [str(people[0].id)])
    await town.settled()

    assert town.advised() == {"person-00": 1}


async def test_only_moderators_can_offer_help(town: Town) -> None:
    people = _crowd(town, 5)
    await town.settled(await _threaten_all(town, people))
    town.alerts.allow(town.server.everyone, allow=1 << 10)
    for person in (town.leo, town.ava, town.sam):
        answer = await person.presses(town.alert, "Offer help")
        assert answer.text == "This is only for this server's moderators."
        assert answer.ephemeral
    assert town.advised() == {}


async def test_one_case_does_not_grow_into_many_messages(town: Town) -> None:
    for number, person in enumerate(_crowd(town, 8)):
        await town.settled(await town.threatens(f"{OTHER_THREAT}, {number}", target=person))

    assert sum(town.advised().values()) == 3
    assert "because many people were mentioned" in town.alert.text


async def test_this_was_nothing_is_told_to_the_case_once(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    for _ in range(2):
        answer = await town.ava.presses(advice, "This was nothing")
        assert answer.messages[-1].text.startswith("Thank you, that is good to know.")
    await town.settled()

    assert f"- {town.ava.mention} (`ava`) says that it was nothing." in town.alert.text.splitlines()
    reports = [i for i in await town.evidence() if i.kind.value == "report"]
    assert [(i.facts["what"], i.facts["by"]) for i in reports] == [("nothing", town.ava.id)]


async def test_no_moderator_is_said_to_see_what_no_case_is_there_for(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    before = await town.ava.presses(advice, "This was nothing")
    assert before.messages[-1].text.endswith("The moderators will see that it was nothing.")
    async with town.store.transaction() as tx:
        await tx.keeping.delete_cases(await tx.cases.ids())
    after = await town.ava.presses(advice, "This was nothing")

    assert after.messages[-1].text.startswith("Thank you, that is good to know.")
    assert "moderators" not in after.messages[-1].text


async def test_whoever_wants_no_messages_gets_none_until_they_allow_them(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    stopped = await town.ava.presses(advice, "Stop these messages")
    assert stopped.messages[-1].text.startswith("Done. I will not write to you again.")
    threat = await town.sam.writes(OTHER_THREAT, channel=town.general, mentions=[town.ava])
    await town.settled(threat)
    assert town.advised() == {"ava": 1}
    assert "They turned these messages off." in town.alert_messages()[1].text
    assert "Offer help" not in town.alert_messages()[1].buttons

    await town.restart()
    await town.ava.presses(stopped.messages[-1], "Allow these messages")
    threat = await town.kim.writes(AGAIN, channel=town.general, mentions=[town.ava])
    await town.settled(threat)
    assert town.advised() == {"ava": 2}


async def test_a_moderator_cannot_write_to_whoever_wants_no_messages(town: Town) -> None:
    people = _crowd(town, 5)
    await town.settled(await _threaten_all(town, people))
    question = await town.mo.presses(town.alert, "Offer help")
    await town.bot.bot.parts.support.stop_messages(person_id=people[0].id)
    menu = question.messages[0].selects[0].custom_id
    said = await town.mo.selects(question, menu, [str(people[0].id)])
    await town.settled()

    assert said.text.startswith("Nothing was sent")
    assert town.advised() == {}


async def test_in_the_mode_button_the_channel_is_offered_help(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(advice="button")
    await town.settled(await town.threatens())

    assert town.advised() == {}
    assert [offer.buttons for offer in town.public_words()] == [["Private help"]]
    assert "not sent, as this server chose" in town.alert.text


async def test_in_the_mode_button_only_an_offer_of_its_own_that_arrived_is_enough(
    quiet_town: Town,
) -> None:
    """Neither one that Discord refused nor one that somebody called for."""
    town = quiet_town
    await town.start(advice="button")
    await town.leo.writes(f"{town.sandbox.bot.mention} hey", channel=town.general)
    await town.until(town.public_words)
    path = rf"^/channels/{town.general.id}/messages$"
    town.sandbox.faults.fail(status=403, code=50013, method="POST", path=path, times=1)
    await town.settled(await town.threatens())
    assert len(town.public_words()) == 1
    for _ in range(2):
        await town.settled(await town.threatens(OTHER_THREAT))
        await town.settled()

    assert len(town.public_words()) == 2


async def test_in_the_mode_moderator_nothing_is_sent_until_help_is_offered(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(advice="moderator")
    for text in (THREAT, OTHER_THREAT):
        await town.settled(await town.threatens(text))
        await town.settled()
        assert (town.advised(), town.public_words()) == ({}, [])

    question = await town.mo.presses(town.alert, "Offer help")
    await town.mo.selects(question, question.messages[0].selects[0].custom_id, [str(town.ava.id)])
    await town.settled()
    assert town.advised() == {"ava": 1}
    assert "Offer help" not in town.alert.buttons
