"""`/case export`: hands a case to someone outside, once it is said to whom and why."""

from __future__ import annotations

import hashlib
import io
from functools import partial

import discord
from discord import app_commands

from bot.bundle import build_bundle, file_name
from bot.client import NotAlone
from bot.domain.dossier import Consent, Dossier, Purpose
from bot.transport.wording import in_line
from cogs.admission import Interaction, Visit, admit
from cogs.case_commands import suggest
from cogs.groups import case_group

_LARGEST = 10_000_000
"""Discord takes no larger file in an answer, unless the server was boosted."""
_CONSENT = {
    "They agreed": Consent.GIVEN,
    "They did not agree": Consent.REFUSED,
    "They were not asked": Consent.NOT_ASKED,
}


@app_commands.command(
    description="Hand a case to someone outside, such as the police. It is recorded to whom and why"
)
@app_commands.describe(
    case="The case's number",
    recipient="To whom: an office or a role. Do not name the person it is about",
    reason="Why it is handed on",
    consent="Did the person who was threatened agree?",
)
@app_commands.choices(
    consent=[app_commands.Choice(name=name, value=c.value) for name, c in _CONSENT.items()]
)
@app_commands.autocomplete(case=suggest)
async def export(
    interaction: Interaction,
    case: app_commands.Range[int, 1],
    recipient: app_commands.Range[str, 3, 200],
    reason: app_commands.Range[str, 3, 200],
    consent: str,
) -> None:
    """Record the purpose, then give the bundle to this moderator alone."""
    purpose = Purpose(recipient, reason, Consent(consent))
    await admit(interaction, partial(_export, case_id=case, purpose=purpose))


async def _export(visit: Visit, case_id: int, purpose: Purpose) -> None:
    await visit.think()
    dossier = await visit.parts.exporting.export(
        case_id, purpose, guild_id=visit.presser.guild_id, moderator=visit.presser.id
    )
    bundle = build_bundle(dossier, visit.language, visit.parts.signer)
    if len(bundle) > _LARGEST:
        await visit.say(visit.language.text("export.too_large", case=case_id))
        return
    await visit.interaction.followup.send(
        _told(visit, dossier, bundle),
        file=discord.File(io.BytesIO(bundle), file_name(dossier)),
        ephemeral=True,
        suppress_embeds=True,
    )


def _told(visit: Visit, dossier: Dossier, bundle: bytes) -> str:
    done = visit.language.text(
        "export.done",
        case=dossier.case_id,
        recipient=in_line(dossier.purpose.recipient, limit=200),
        digest=hashlib.sha256(bundle).hexdigest(),
        fingerprint=visit.parts.signer.fingerprint,
    )
    if dossier.purpose.consent is not Consent.REFUSED:
        return done
    return f"**{visit.language.text('export.against_consent')}**\n\n{done}"


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    case_group(bot).add_command(export)
