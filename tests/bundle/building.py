"""A case whose people wrote the worst that a report can be given, and its bundle."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.advice import load_texts
from bot.bundle import build_bundle
from bot.bundle.names import MANIFEST, SIGNATURE
from bot.bundle.records import manifest
from bot.domain.assessment import Assessment, Category, Finding, Kind, Level, Signal
from bot.domain.dossier import Consent, Dossier, Purpose
from bot.domain.evidence import GENESIS, Act, ItemKind
from bot.domain.message import Attachment, Message, Origin, Person, Profile, time_snowflake
from bot.services.custody import (
    GATEWAY,
    HISTORY,
    action_draft,
    assessment_draft,
    ban_draft,
    deletion_draft,
    member_draft,
    message_draft,
)
from bot.services.exporting import Exporting
from bot.storage import Signer, Store

ENGLISH = load_texts().get("en")
SIGNER = Signer(bytes(range(32)))
STRANGER = Signer(bytes(32))
AT = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
GUILD, CHANNEL = time_snowflake(AT - 9e7), time_snowflake(AT - 8e7)
LEO = Person(time_snowflake(AT - 7e6) + 1, "leo \u202eoel<b>")
AVA = Person(time_snowflake(AT - 6e7) + 2, "ava & co")
PURPOSE = Purpose("the police <script>alert(1)</script>", "they asked for it", Consent.GIVEN)
HOSTILE = (
    "</blockquote><script>alert(1)</script><img src=https://example.com/x.png onerror=alert(1)>",
    "\u202eunreadable\u202c \u2066left\u2069 \u200bzero\u200b \ud83d half",
    "לך לך לך, pay me 100 dollars, مرحبا",
    "w" * 4000,
    "é🖤👨\u200d👩\u200d👧 " * 300,
    "`{{ 7*7 }}` {% raw %} &lt;b&gt; \x00\x1b[31m\r\n\tend",
)


def message(number: int, text: str, author: Person = LEO) -> Message:
    """The message of that number, with hostile extras."""
    at = AT + number
    return Message(
        time_snowflake(at) + number,
        CHANNEL,
        author,
        text,
        at,
        guild_id=GUILD,
        mentions=(AVA,),
        attachments=(Attachment(1, "a<b>\u202egnp.exe", 5, "image/png", 3, 4, 1.5),),
        embedded=("from an <embed>",),
        forwarded=("somebody else's <i>words</i>",),
        forwarded_from=Origin(None, CHANNEL, 12),
    )


async def open_case(store: Store) -> int:
    """A case with every kind of item, and hostile words in each."""
    said = [message(number, text) for number, text in enumerate(HOSTILE)]
    signal = Signal("demand", "pay me <b>100</b>", said[2].id, 0, 5)
    finding = Finding("exposure", 1, Level.HIGH, Category.EXPOSURE, (signal,))
    threat = Assessment(
        Kind.THREAT, Level.HIGH, (Category.EXPOSURE,), LEO, (AVA,), aimed=True, findings=(finding,)
    )
    async with store.transaction() as tx:
        case = await tx.cases.open_or_join(guild_id=GUILD, offender_id=LEO.id, head=GENESIS)
        drafts = [
            message_draft(message(9, "what?", AVA), kind=ItemKind.CONTEXT, source=HISTORY),
            *(message_draft(m, kind=ItemKind.MESSAGE, source=GATEWAY) for m in said),
            message_draft(
                said[2]._replace(text="it was a <joke>", edited_at=AT + 60),
                kind=ItemKind.EDIT,
                source=GATEWAY,
            ),
            assessment_draft(said[2], threat),
            member_draft(
                Profile(LEO.id, "leo<&>", None, LEO.name, AT - 1e6, ((5, "role \u202e<u>"),)),
                at=AT,
                source=GATEWAY,
            ),
            deletion_draft(said[2].id, channel_id=CHANNEL, bulk=True, source=GATEWAY),
            ban_draft(LEO.id, at=tx.now.isoformat()),
            action_draft(
                Act.NOTED, by=7, about="note:1", source="moderator", words="<u>a note</u>"
            ),
        ]
        await tx.evidence.append(case.id, drafts)
        await tx.cases.join(await tx.cases.get(case.id), threat)
    return case.id


async def dossier_of(store: Store, case_id: int) -> Dossier:
    """What an export by a moderator gives."""
    return await Exporting(store).export(case_id, PURPOSE, guild_id=GUILD, moderator=7)


async def files_of(store: Store) -> dict[str, bytes]:
    """The files of the bundle of the hostile case."""
    dossier = await dossier_of(store, await open_case(store))
    return unpacked(build_bundle(dossier, ENGLISH, SIGNER))


def unpacked(bundle: bytes) -> dict[str, bytes]:
    """The files in a bundle."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Lay the files out in a folder, and nothing else; the folder."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def forged(files: dict[str, bytes], *, signer: Signer | None = None) -> dict[str, bytes]:
    """The same with all hashes computed anew, and signed by whoever the forger is."""
    listed = manifest(files)
    signature = files[SIGNATURE] if signer is None else signer.sign(listed)
    return {**files, MANIFEST: listed, SIGNATURE: signature}


def changed(
    files: dict[str, bytes], name: str, change: Callable[[bytes], bytes]
) -> dict[str, bytes]:
    """The same with one file changed."""
    return {**files, name: change(files[name])}
