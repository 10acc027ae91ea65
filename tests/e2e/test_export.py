"""`/case export` and legal holds, typed by those who may and those who may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.bundle import verify_bundle
from bot.domain.case import CaseState, HinderedError, Hindrance, Mistake, Verdict
from bot.sandbox import Answer, Person, SandboxError
from bot.sandbox.protocol import Permission
from bot.services.desk import Presser
from bot.storage.engine import transaction
from bot.storage.schema import cases, metadata
from tests.e2e.test_case_work import resolves
from tests.e2e.town import Town

ASKED: dict[str, Any] = {
    "case": 1,
    "recipient": "the police",
    "reason": "they asked for it",
    "consent": "given",
}


async def a_case(town: Town) -> None:
    """One case, and moderators whom Discord offers the commands."""
    town.moderators.permissions |= Permission.MODERATE_MEMBERS
    town.server.world.permissions_changed()
    await town.settled(await town.threatens())


async def exported(town: Town, by: Person, **changes: Any) -> Answer:
    return await by.runs("case export", channel=town.alerts, options=ASKED | changes)


async def test_a_moderator_is_given_the_bundle_and_nobody_else_sees_it(
    town: Town, tmp_path: Path
) -> None:
    await a_case(town)

    answer = await exported(town, town.mo)

    (message,) = answer.messages
    (file,) = message.attachments
    assert answer.ephemeral
    assert file.content is not None
    bundle = tmp_path / file.filename
    bundle.write_bytes(file.content)
    fingerprint = town.bot.bot.parts.signer.fingerprint
    assert verify_bundle(bundle, signed_by=fingerprint).faults == ()
    assert fingerprint in answer.text
    last = (await town.evidence())[-1]
    assert (last.source, last.facts, last.content) == (
        "moderator",
        {"what": "exported", "by": town.mo.id, "consent": "given"},
        {"recipient": "the police", "reason": "they asked for it"},
    )


async def test_whom_a_case_was_handed_to_and_why_is_erased_with_its_words(
    town_on_each: Town,
) -> None:
    """Both are typed freely, and may name somebody."""
    town = town_on_each
    await a_case(town)
    named = {"recipient": "the mother of Ava", "reason": "Ava asked for it"}
    await exported(town, town.mo, **named)
    assert await _holding(town, "Ava") == []
    await resolves(town, "False alarm", why="joke")
    again = await exported(town, town.mo, **named)

    assert len(again.messages[0].attachments) == 1
    done = [item for item in await town.evidence() if item.facts.get("what") == "exported"]
    assert [(item.facts["consent"], item.content) for item in done] == [("given", None)] * 2
    assert await _holding(town, "Ava") == []


async def _holding(town: Town, words: str) -> list[str]:
    """The tables in which these words stand in plain."""
    async with transaction(town.store._engine) as connection:
        rows = {t.name: (await connection.execute(select(t))).all() for t in metadata.sorted_tables}
    return [name for name, found in rows.items() if words in repr(found)]


async def test_a_bundle_in_which_a_bystander_erased_their_words_is_intact(
    town: Town, tmp_path: Path
) -> None:
    await town.kim.writes("who is coming to the concert", channel=town.general)
    await a_case(town)
    resolving = await town.mo.presses(town.alert, "Resolve")
    form = await town.mo.presses(resolving, "No action")
    await town.mo.submits(form, {"reason": "somebody else looks after it"})
    await town.settled()  # before that it would tell a friend of the offender of the case
    asked = await town.kim.presses(await town.kim.runs("privacy"), "Erase it")
    await town.kim.presses(asked, "Erase it")

    answer = await exported(town, town.mo)

    (file,) = answer.messages[0].attachments
    assert file.content is not None
    assert b"concert" not in file.content
    bundle = tmp_path / file.filename
    bundle.write_bytes(file.content)
    assert verify_bundle(bundle).faults == ()


async def test_whoever_was_handed_a_false_alarm_is_named_to_be_told(town: Town) -> None:
    """Its words are erased here, and nobody can erase them there."""
    await a_case(town)
    for recipient in ("the police", "a `school`", "the police"):
        await exported(town, town.mo, recipient=recipient)

    answer = await resolves(town, "False alarm", why="joke")

    told = [line.partition(" on <t:")[0] for line in answer.text.splitlines()[1:]]
    assert told == [f"⚠️ It was handed to {who}" for who in ("`the police`", "`a ˋschoolˋ`")]


async def test_an_export_against_consent_is_warned_of_and_recorded(town: Town) -> None:
    await a_case(town)

    answer = await exported(town, town.mo, consent="refused")

    assert answer.text.startswith("**The person did not agree.")
    assert (await town.evidence())[-1].facts["consent"] == "refused"


async def test_whoever_is_no_moderator_or_asks_for_another_servers_case_gets_nothing(
    town: Town,
) -> None:
    await a_case(town)
    before = await town.kinds()
    other = town.sandbox.create_server("Elsewhere", owner="otto")
    room = other.create_channel("general")

    with pytest.raises(SandboxError, match="not offered"):
        await town.sam.runs("case export", channel=town.general, options=ASKED)
    elsewhere = await other.owner.runs("case export", channel=room, options=ASKED)
    unknown = await exported(town, town.mo, case=99)
    helper = town.server.create_role("Helpers", permissions=int(Permission.MODERATE_MEMBERS))
    town.server.give_role(town.kim, helper)
    refused = await town.kim.runs("case export", channel=town.general, options=ASKED)

    assert [a.text for a in (elsewhere, unknown)] == ["This case is no longer kept."] * 2
    assert refused.text == "This is only for this server's moderators."
    assert await town.kinds() == before


async def test_a_hold_takes_an_administrator_and_a_second_person(town: Town) -> None:
    await a_case(town)
    await _resolve_as_false_alarm(town)
    asked = {"case": 1, "reason": "a judge asked", "days": 90}
    hold = "case hold"

    refused = await town.mo.runs(hold, channel=town.alerts, options=asked)
    held = await town.owner.runs(hold, channel=town.alerts, options=asked)
    alone = await town.owner.runs("case confirm-hold", channel=town.alerts, options={"case": 1})
    confirmed = await town.mo.runs("case confirm-hold", channel=town.alerts, options={"case": 1})
    listed = await town.mo.runs("case holds", channel=town.alerts)
    await town.bot.bot.parts.keeper.round()

    assert refused.text == "This is only for moderators who may manage this server."
    assert "must confirm it within three days" in held.text
    assert alone.text == "You asked for this hold. Somebody else must confirm it."
    assert confirmed.text.startswith("Confirmed: case 1 is kept until")
    assert "a judge asked" in listed.text
    assert (await town.evidence())[0].content is not None
    history = (await town.case()).deeds
    assert [deed.what for deed in history] == ["hold asked for", "hold confirmed"]

    lifted = await town.owner.runs("case lift-hold", channel=town.alerts, options={"case": 1})
    await town.bot.bot.parts.keeper.round()

    assert lifted.text == "The hold on case 1 is over. It is recorded that you lifted it."
    assert [item.content for item in await town.evidence() if item.content] == []


async def test_words_that_a_hold_keeps_can_be_erased_once_it_is_over(town: Town) -> None:
    await a_case(town)
    await resolves(town, "Unclear", reason="so")
    asked = {"case": 1, "reason": "a judge asked", "days": 90}
    await town.owner.runs("case hold", channel=town.alerts, options=asked)
    privacy = town.bot.bot.parts.privacy
    assert await privacy.erase(town.leo.id) == 0
    assert (await town.evidence())[0].content is not None

    await town.owner.runs("case lift-hold", channel=town.alerts, options={"case": 1})
    assert await privacy.erase(town.leo.id) == 1


async def _resolve_as_false_alarm(town: Town) -> None:
    async with town.store._engine.begin() as connection:
        await connection.execute(
            cases.update().values(
                state=CaseState.RESOLVED.value,
                verdict=Verdict.FALSE_ALARM.value,
                resolved_at=town.store.clock(),
            )
        )


async def test_a_server_that_the_bot_left_is_purged_by_the_running_bot(town: Town) -> None:
    await a_case(town)
    town.server.remove_member(town.sandbox.bot)
    await town.until_true(lambda: _is_noted(town))

    await town.let_pass(days=8)
    await town.bot.bot.parts.keeper.round()

    assert await town.cases() == []


async def _is_noted(town: Town) -> bool:
    async with town.store.transaction() as tx:
        return town.server.id in await tx.keeping.departed()


async def test_a_false_alarm_waits_for_the_end_of_a_hold(town: Town) -> None:
    await a_case(town)
    asked = {"case": 1, "reason": "a judge asked", "days": 90}
    await town.owner.runs("case hold", channel=town.alerts, options=asked)
    presser = Presser(town.mo.id, town.server.id)
    desk = town.bot.bot.parts.desk

    with pytest.raises(HinderedError) as caught:
        await desk.false_alarm(1, Mistake.JOKE, presser)
    assert caught.value.hindrance is Hindrance.HELD

    await town.owner.runs("case lift-hold", channel=town.alerts, options={"case": 1})
    await desk.false_alarm(1, Mistake.JOKE, presser)
    assert (await town.case()).is_erased
