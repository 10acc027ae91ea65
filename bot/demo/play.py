"""Plays a script on the stage, and gathers what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from rich.console import Console

from bot.demo.sight import readable
from bot.demo.stage import Stage, raised
from bot.demo.telling import Teller
from bot.domain.case import CaseView
from bot.domain.dossier import Consent, Purpose
from bot.domain.evidence import first_fault
from bot.exports import new_file, write_bundle
from bot.services.casework import case_view
from bot.services.exporting import Exporting
from bot.storage import Signer
from bot.transcripts import Entry, read_transcript

BUILT_IN = Path(__file__).with_name("script.jsonl")
_PACE = 0.6
_PURPOSE = Purpose("nobody: this is the demo", "to show what a bundle is", Consent.NOT_ASKED)


def run(script: Path | None, *, as_json: bool, out: TextIO, export_to: Path | None = None) -> None:
    """Play a script, the built-in one by default, and write what happened to `out`.

    With `export_to`, the bundle of the first case is written there. Raises TranscriptError when the
    script cannot be read, and OSError when the bundle cannot be written.
    """
    entries = list(read_transcript(script or BUILT_IN))
    with nullcontext() if export_to is None else new_file(export_to) as bundle:
        asyncio.run(
            _show(entries, epilogue=script is None, as_json=as_json, out=out, bundle=bundle)
        )


async def _show(
    entries: list[Entry], *, epilogue: bool, as_json: bool, out: TextIO, bundle: BinaryIO | None
) -> None:
    names = [entry.message.author.name for entry in entries]
    async with raised(names) as stage:
        stage.announce(entries)
        if as_json:
            await _play(stage, entries, epilogue=epilogue, teller=None)
            json.dump(await gathered(stage), out, indent=2)
            out.write("\n")
        else:
            teller = Teller(Console(file=out), stage)
            await _play(stage, entries, epilogue=epilogue, teller=teller)
            teller.end(await gathered(stage))
        if bundle is not None:
            await _export(stage, bundle)


async def _export(stage: Stage, bundle: BinaryIO) -> None:
    """Write the bundle of the first case, as the demo's moderator would be given it."""
    database = stage.app.config.database
    async with stage.app.store.transaction() as tx:
        case_ids = await tx.cases.ids()
    if not case_ids:
        raise FileNotFoundError("nothing in this script became a case, so there is no bundle")
    dossier = await Exporting(stage.app.store).export(
        case_ids[0], _PURPOSE, guild_id=stage.server.id, moderator=stage.moderator.id
    )
    write_bundle(dossier, Signer.load_or_create(database.signing_key_file), bundle)


async def _play(
    stage: Stage, entries: list[Entry], *, epilogue: bool, teller: Teller | None
) -> None:
    if teller:
        teller.begin()
    last = None
    for entry in entries:
        last = await stage.play(entry)
        if teller:
            teller.message(last)
            await asyncio.sleep(_PACE)
    alerts = stage.moderator.sees(stage.alerts)
    if not alerts:
        return
    answer = await stage.moderator.presses(alerts[-1], "Show evidence")
    await stage.settled()
    if teller:
        teller.evidence(answer)
    if epilogue and last is not None:
        author = stage.people[last.author.name]
        await author.deletes(last)
        await _until_recorded(stage)
        if teller:
            teller.deletion(last)


async def _until_recorded(stage: Stage) -> None:
    """Wait until the alert tells of the deletion."""
    before = [alert.text for alert in stage.moderator.sees(stage.alerts)]
    await stage.sandbox.wait_for(
        lambda: [alert.text for alert in stage.moderator.sees(stage.alerts)] != before
    )
    await stage.settled()


async def gathered(stage: Stage) -> dict[str, Any]:
    """What people received, what moderators saw, and what is kept."""
    server = stage.server
    names = {member.user.id: member.user.name for member in server.members.values()}
    views, items, intact = await _kept(stage)
    everyone = (*stage.people.values(), stage.moderator, server.owner)
    return {
        "direct_messages": [
            {"to": person.name, "text": readable(message, server)}
            for person in everyone
            for message in person.direct_messages()
        ],
        "alerts": [
            {"channel": stage.alerts.name, "text": readable(message, server)}
            for message in stage.moderator.sees(stage.alerts)
            if not message.ephemeral
        ],
        "cases": [_case(view, names) for view in views],
        "evidence": {"items": items, "intact": intact},
    }


async def _kept(stage: Stage) -> tuple[list[CaseView], int, bool]:
    async with stage.app.store.transaction() as tx:
        views = [await case_view(tx, case_id) for case_id in await tx.cases.ids()]
        faults, count = [], 0
        for view in views:
            case = await tx.cases.get(view.id)
            items = await tx.evidence.items(view.id)
            faults.append(first_fault(items, count=case.items, head=case.head))
            count += len(items)
    return views, count, not any(faults)


def _case(view: CaseView, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "case": view.id,
        "level": view.level.label,
        "categories": list(view.categories),
        "offender": names[view.offender.id],
        "targets": [names[person.id] for person in view.targets],
        "findings": view.findings,
        "advice": [{"to": names[r.person.id], "state": r.state.value} for r in view.reached],
        "edits": view.edits,
        "deletions": view.deletions,
        "evidence_items": view.items,
    }
