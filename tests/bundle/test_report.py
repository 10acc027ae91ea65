"""What the report says of a case to whoever knows neither the server nor the bot."""

from __future__ import annotations

import html
import json
import re

from bot.bundle import build_bundle
from bot.bundle.names import CASE, REPORT
from bot.domain.assessment import Assessment, Category, Finding, Kind, Level, Signal
from bot.domain.delivery import Delivered, Delivery, DeliveryKind
from bot.domain.dossier import Consent
from bot.domain.evidence import Act, ItemKind
from bot.domain.measure import Measure
from bot.domain.message import Person
from bot.services.custody import GATEWAY, assessment_draft, delivery_draft, message_draft
from bot.services.guidance import Look
from bot.services.telling import Telling
from bot.storage import Store
from tests.bundle.building import (
    AVA,
    CHANNEL,
    ENGLISH,
    GUILD,
    LEO,
    SIGNER,
    dossier_of,
    message,
    open_case,
    unpacked,
)

Sections = dict[str, str]


async def exported(store: Store, case_id: int) -> dict[str, bytes]:
    """The files of the case's bundle."""
    return unpacked(build_bundle(await dossier_of(store, case_id), ENGLISH, SIGNER))


def sections(files: dict[str, bytes]) -> Sections:
    """The report's text under each heading, in one line; what comes before has none."""
    body = files[REPORT].decode().partition("<main>")[2]
    parts = re.split(r"<h2>(.*?)</h2>", body)
    texts = [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split()) for part in parts]
    return {"": texts[0], **dict(zip(texts[1::2], texts[2::2], strict=True))}


# -- what a person told ----------------------------------------------------------------------------


async def test_what_a_person_told_is_no_finding_of_the_bot(sqlite_store: Store) -> None:
    told = message(1, "what you did is not okay, call me back")._replace(
        guild_id=None, mentions=(), forwarded=(), forwarded_from=None
    )
    look = Look(told, Assessment(), is_grave=False)
    await Telling(sqlite_store, wake=lambda: None).tell(look, person=AVA, guild_id=GUILD)

    said = sections(await exported(sqlite_store, 1))

    assert "Item 2 · A person told of a message" in said["What a person told"]
    assert said["What the bot found"].endswith("The bot's own rules found nothing.")
    place = f"Place on Discord discord[.]com/channels/@me/{CHANNEL}/{told.id} Written elsewhere"
    assert place in said["What was written"]
    assert "except those that a person showed to the bot" in said["What was not observed"]


async def test_what_a_person_raised_or_is_the_only_one_to_name_is_no_finding_either(
    sqlite_store: Store,
) -> None:
    """The rules found little, and nobody whom it is aimed at: the rest is the person's word."""
    told = message(1, "nice pics")._replace(guild_id=None, mentions=())
    told = told._replace(forwarded=(), forwarded_from=None)
    signal = Signal("pics", "nice pics", told.id, 0, 9)
    low = Finding("pictures", 2, Level.LOW, Category.EXPOSURE, (signal,))
    own = Assessment(
        Kind.THREAT, Level.LOW, (Category.EXPOSURE,), LEO, (), aimed=False, findings=(low,)
    )
    look = Look(told, own, is_grave=False)
    await Telling(sqlite_store, wake=lambda: None).tell(look, person=AVA, guild_id=GUILD)

    said = sections(await exported(sqlite_store, 1))

    found = said["What the bot found"].partition("source: ")[2]
    rules = "Rules that fired pictures (version 2) Words “nice pics”"
    assert found == f"the bot's rules, on what a person showed Message ID {told.id} {rules}"
    assert "Possibly aimed at " in said["What a person told"]


async def test_what_the_bot_saw_itself_was_told_by_nobody(sqlite_store: Store) -> None:
    said = sections(await exported(sqlite_store, await open_case(sqlite_store)))

    assert "What a person told" not in said
    assert "exposure (version 1)" in said["What the bot found"]
    assert "Written elsewhere" not in said["What was written"]


# -- who is who ------------------------------------------------------------------------------------


async def test_who_was_only_possibly_meant_or_only_named_is_not_called_a_target(
    sqlite_store: Store,
) -> None:
    """A bystander is no victim, and whoever is only named took no part."""
    ines, kim = (Person(AVA.id + number, name) for number, name in ((1, "ines"), (2, "kim")))
    case_id = await open_case(sqlite_store)
    async with sqlite_store.transaction() as tx:
        said = message(20, "you all", LEO)._replace(mentions=(kim,))
        unsure = Assessment(Kind.THREAT, Level.HIGH, (), LEO, (ines,), aimed=False)
        drafts = [
            message_draft(said, kind=ItemKind.MESSAGE, source=GATEWAY),
            assessment_draft(said, unsure),
        ]
        await tx.evidence.append(case_id, drafts)
        await tx.cases.join(await tx.cases.get(case_id), unsure)

    files = await exported(sqlite_store, case_id)

    people = sections(files)["People"]
    assert "Whom they seem to be aimed at: ava" in people
    assert "Possibly aimed at; not clear: ines" in people
    assert "Named, wrote nothing here: kim" in people
    told = json.loads(files[CASE])
    assert (told["targets"], told["aimed_at"]) == ([AVA.id, ines.id], [AVA.id])


async def test_a_case_that_nobody_judged_says_so(sqlite_store: Store) -> None:
    said = sections(await exported(sqlite_store, await open_case(sqlite_store)))

    assert "What moderators found not judged yet" in said[""]


# -- for whoever never used Discord ----------------------------------------------------------------


async def test_people_bear_their_names_and_details_are_called_by_words(
    sqlite_store: Store,
) -> None:
    said = sections(await exported(sqlite_store, await open_case(sqlite_store)))

    ava = f"{AVA.id} “ava & co”"
    leo = f"{LEO.id} “leo [U+202E]oel<b>”"
    assert f"Aimed at {ava}" in said["What the bot found"]
    assert f"Mentions {ava}" in said["What was written"]
    assert "UTC (Discord told the bot)" in said["What was written"]
    assert "UTC (the bot read it later in the channel's history)" in said["What was written"]
    assert f"source: Discord told the bot Person {leo}" in said["What was done"]
    assert "source: a moderator By 7 Words <u>a note</u>" in said["What was done"]
    assert ava in said["Identifiers"]


async def test_no_name_passes_for_the_names_of_two(sqlite_store: Store) -> None:
    ines = Person(AVA.id + 1, f"ava ({AVA.id}), {LEO.id} “leo”")
    said = message(20, "you both", LEO)._replace(mentions=(AVA, ines))
    both = Assessment(Kind.THREAT, Level.HIGH, (), LEO, (AVA, ines), aimed=True)
    case_id = await open_case(sqlite_store)
    async with sqlite_store.transaction() as tx:
        drafts = [
            message_draft(said, kind=ItemKind.MESSAGE, source=GATEWAY),
            assessment_draft(said, both),
        ]
        await tx.evidence.append(case_id, drafts)

    page = html.unescape((await exported(sqlite_store, case_id))[REPORT].decode())

    two = [f"{AVA.id} “ava & co”", f"{ines.id} “{ines.name}”"]
    for label in ("Aimed at", "Mentions"):
        lists = re.findall(rf">{label}(?:</bdi>)?</dt>(.*?)</?d[tl]>", page, re.DOTALL)
        assert two in [re.findall("<dd><bdi>(.*?)</bdi></dd>", each) for each in lists]
    assert f'<bdi class="id">{two[1]}</bdi>' in page


async def test_nothing_is_called_by_a_code(sqlite_store: Store) -> None:
    case_id = await open_case(sqlite_store)
    alert = Delivery(
        id=5,
        kind=DeliveryKind.ALERT,
        token="t",
        guild_id=GUILD,
        case_id=case_id,
        channel_id=CHANNEL,
        recipient_id=None,
        subject=None,
        message_id=None,
        revision=0,
        attempts=1,
        uncertain=False,
        created_at=sqlite_store.clock(),
    )
    async with sqlite_store.transaction() as tx:
        await tx.evidence.append(case_id, [delivery_draft(alert, Delivered(CHANNEL, 77))])

    files = await exported(sqlite_store, case_id)

    shown = set(re.findall("<bdi>(.*?)</bdi>", files[REPORT].decode()))
    assert shown & {*Act, *Category, *Consent, *DeliveryKind, *ItemKind, *Measure} == set()
    said = sections(files)
    assert "Kind of threat threatens to expose" in said["What the bot found"]
    assert "· Alert to the moderators" in said["What was done"]
    assert "ID of the bot's own message 77" in said["What was done"]
    assert "· The case was exported" in said["What was done"]
    assert "Consent of the person They agreed" in said["What was done"]
    assert "Exported by 7 Made for" in said[""]
