"""What becomes of messages later, and in which shapes messages come."""

from __future__ import annotations

from functools import partial

from bot.domain.case import CaseView
from bot.domain.evidence import ItemKind
from bot.domain.fates import deleted_with_ban
from bot.sandbox.events import message_updated
from tests.e2e.town import OTHER_THREAT, THREAT, Town


async def texts(town: Town, kind: ItemKind) -> list[str]:
    found = [i for i in await town.evidence() if i.kind is kind]
    return [i.content["text"] for i in found if i.content is not None]


def was_edited(times: int, case: CaseView) -> bool:
    return case.edits == times


# -- edits -----------------------------------------------------------------------------------------


async def test_a_harmless_message_that_becomes_a_threat_is_found(town: Town) -> None:
    message = await town.leo.writes("hello @ava", channel=town.general, mentions=[town.ava])
    first = message.content
    await town.settled(message)
    await town.leo.edits(message, f"{town.ava.mention} {THREAT}")
    await town.until(town.alert_messages)
    await town.settled()

    assert town.advised() == {"ava": 1}
    assert await texts(town, ItemKind.MESSAGE) == [first, message.content]


async def test_every_version_of_a_preserved_message_is_kept(town: Town) -> None:
    message = await town.threatens()
    first = message.content
    await town.settled(message)
    for count, text in enumerate(("hello", "nothing to see here"), start=1):
        await town.leo.edits(message, text)
        await town.until_case(partial(was_edited, count))
    await town.settled()

    assert await texts(town, ItemKind.MESSAGE) == [first]
    assert await texts(town, ItemKind.EDIT) == ["hello", "nothing to see here"]
    assert "Edited later: 2. Every version was preserved." in town.alert.text
    assert len(town.alert_messages()) == 1


async def test_a_link_preview_is_no_edit(town: Town) -> None:
    message = await town.threatens(f"{THREAT} https://example.com/page")
    await town.settled(message)
    before = await town.kinds()
    message.embeds = [{"type": "link", "url": "https://example.com", "title": "A page"}]
    message_updated(message)
    later = await town.sam.writes("hello", channel=town.general)
    await town.settled(later)

    assert (await town.case()).edits == 0
    assert await town.kinds() == before


async def test_an_edit_while_the_bot_was_away_is_kept(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    await town.stop()
    await town.leo.edits(message, "hello")
    await town.start()
    await town.until_case(lambda case: case.edits == 1)

    assert await texts(town, ItemKind.EDIT) == ["hello"]


# -- deletions -------------------------------------------------------------------------------------


async def test_a_deletion_is_on_record_and_the_words_are_kept(town: Town) -> None:
    message = await town.threatens()
    await town.settled(message)
    await town.leo.deletes(message)
    await town.until_case(lambda case: case.deletions)
    await town.settled()

    assert await texts(town, ItemKind.MESSAGE) == [message.content]
    assert "Deleted: 1. What was said was preserved." in town.alert.text
    (deletion,) = [i for i in await town.evidence() if i.kind is ItemKind.DELETION]
    assert (deletion.message_id, deletion.facts["bulk"]) == (message.id, False)


async def test_a_bulk_deletion_is_on_record_for_each_preserved_message(town: Town) -> None:
    chatter = await town.sam.writes("hello everyone", channel=town.general)
    threat = await town.threatens()
    await town.settled(threat)
    after = await town.sam.writes("what was that?", channel=town.general)
    await town.mo.bulk_deletes([chatter, threat, after])
    await town.until_case(lambda case: case.deletions == 2)
    await town.settled()

    gone = [i for i in await town.evidence() if i.kind is ItemKind.DELETION]
    assert [(i.message_id, i.facts["bulk"]) for i in gone] == [
        (chatter.id, True),
        (threat.id, True),
    ]
    assert "Deleted: 2." in town.alert.text


async def test_a_ban_that_deletes_everything_is_on_record(town: Town) -> None:
    first = await town.threatens()
    second = await town.threatens(OTHER_THREAT)
    await town.settled(first, second)
    await town.mo.bans(town.leo, delete_messages=True)
    case = await town.until_case(lambda case: case.deletions == 2)
    await town.settled()

    assert case.fault is None
    assert "Deleted: 2." in town.alert.text


async def test_a_piece_deleted_before_the_threat_was_complete_is_on_record(town: Town) -> None:
    piece = await town.leo.writes("i have your pics", channel=town.general)
    await town.settled(piece)
    await town.leo.deletes(piece)
    await town.settled(await town.sam.writes("what was that?", channel=town.general))
    await town.settled(await town.threatens("pay me 100 dollars by tonight"))
    await town.mo.bans(town.leo)
    await town.until_true(lambda: _is_banned(town))

    items = await town.evidence()
    assert [i.message_id for i in items if i.kind is ItemKind.DELETION] == [piece.id]
    assert (await town.case()).deletions == 1
    assert deleted_with_ban(items) == frozenset()
    assert "Deleted: 1." in town.alert.text


async def _is_banned(town: Town) -> bool:
    return "banned" in [i.facts.get("what") for i in await town.evidence()]


async def test_the_deletion_of_other_messages_leaves_no_trace(town: Town) -> None:
    await town.settled(await town.threatens())
    after = await town.sam.writes("what was that?", channel=town.general)
    await town.settled(after)
    before = await town.kinds()
    await town.sam.deletes(after)
    await town.settled(await town.sam.writes("never mind", channel=town.general))

    assert await town.kinds() == before


# -- shapes ----------------------------------------------------------------------------------------


async def test_whoever_forwards_what_they_were_sent_is_offered_help(town: Town) -> None:
    threat = await town.leo.writes(THREAT, channel=town.elsewhere())
    shown = await town.ava.writes("look what he sent me", channel=town.general, forwards=threat)
    await town.settled(shown)

    assert [offer.buttons for offer in town.public_words()] == [["Private help"]]
    assert (await town.cases(), town.advised()) == ([], {})


async def test_what_a_threat_forwards_is_preserved_with_it(town: Town) -> None:
    said = await town.ava.writes("please stop it", channel=town.elsewhere(town.ava))
    threat = await town.leo.writes(THREAT, channel=town.general, mentions=[town.ava], forwards=said)
    await town.settled(threat)
    answer = await town.mo.presses(town.alert, "Show evidence")

    (item,) = [i for i in await town.evidence() if i.kind is ItemKind.MESSAGE]
    assert item.content is not None
    assert item.content["forwarded"] == ["please stop it"]
    assert "Forwarded by them:" in answer.text


async def test_a_reply_aims_at_whom_it_answers(town: Town) -> None:
    said = await town.ava.writes("leave me alone", channel=town.general)
    threat = await town.leo.writes(THREAT, channel=town.general, reply_to=said)
    await town.settled(threat)

    assert town.advised() == {"ava": 1}
    assert [person.name for person in (await town.case()).targets] == ["ava"]


async def test_files_are_described_and_never_fetched(town: Town) -> None:
    message = await town.leo.writes(
        THREAT, channel=town.general, mentions=[town.ava], attachments=["proof.png"]
    )
    await town.settled(message)
    answer = await town.mo.presses(town.alert, "Show evidence")

    assert "A file was attached: `proof[.]png`, 1024 bytes." in answer.text
    assert town.sandbox.media_requests == []


async def test_a_poll_is_read_like_what_its_author_says(town: Town) -> None:
    await town.ava.writes("hello", channel=town.general)
    poll = ("ava, i have your pics. pay me 100 dollars or i post them", "i pay tonight", "i do not")
    await town.settled(await town.leo.writes(channel=town.general, poll=poll))

    assert town.advised() == {"ava": 1}
    assert len(town.alert_messages()) == 1
    assert await texts(town, ItemKind.MESSAGE) == ["\n".join(poll)]


async def test_a_poll_that_was_asked_while_the_bot_was_away_is_caught_up(town: Town) -> None:
    await town.stop()
    poll = (THREAT, "yes", "no")
    said = f"{town.ava.mention} choose"
    await town.leo.writes(said, channel=town.general, poll=poll)
    await town.start()
    await town.until(town.alert_messages)
    await town.settled()

    assert town.advised() == {"ava": 1}
    assert await texts(town, ItemKind.MESSAGE) == ["\n".join((said, *poll))]
