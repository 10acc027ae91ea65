"""`/case export`: hands a case to someone outside, once it is said to whom and why."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import discord
from discord import app_commands

from bot.advice import Language
from bot.app import NotAlone
from bot.bundle import build_bundle, file_name
from bot.domain.dossier import Consent, Dossier, Purpose
from bot.storage import StoreUnavailableError
from bot.transport.wording import in_line
from cogs.admission import Interaction, admitted, language_of, parts_of, tell
from cogs.groups import case_group, choices_of

_LARGEST = 10_000_000
"""Discord takes no larger file in an answer, unless the server was boosted."""


def export_command(language: Language) -> app_commands.Command[Any, ..., None]:
    """The command, described in the language of reference."""

    @app_commands.command(name="export", description=language.text("export.describe"))
    @app_commands.describe(
        case=language.text("export.ask.case"),
        recipient=language.text("export.ask.recipient"),
        reason=language.text("export.ask.reason"),
        consent=language.text("export.ask.consent"),
    )
    @app_commands.choices(consent=choices_of(language, Consent, "export.consent"))
    async def export(
        interaction: Interaction,
        case: app_commands.Range[int, 1],
        recipient: app_commands.Range[str, 3, 200],
        reason: app_commands.Range[str, 3, 200],
        consent: str,
    ) -> None:
        await _export(interaction, case, Purpose(recipient, reason, Consent(consent)))

    return export


async def _export(interaction: Interaction, case_id: int, purpose: Purpose) -> None:
    if not await admitted(interaction):
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    parts, language = parts_of(interaction), language_of(interaction)
    try:
        dossier = await parts.exporting.export(
            case_id,
            purpose,
            guild_id=interaction.guild_id or 0,
            moderator=interaction.user.id,
        )
    except LookupError:
        await tell(interaction, language.text("error.case_gone"))
    except StoreUnavailableError:
        await tell(interaction, language.text("error.try_later"))
    else:
        await _hand_over(interaction, language, dossier)


async def _hand_over(interaction: Interaction, language: Language, dossier: Dossier) -> None:
    bundle = build_bundle(dossier, language, parts_of(interaction).signer)
    if len(bundle) > _LARGEST:
        await tell(interaction, language.text("export.too_large", case=dossier.case_id))
        return
    await interaction.followup.send(
        _told(language, dossier, bundle, parts_of(interaction).signer.fingerprint),
        file=discord.File(io.BytesIO(bundle), file_name(dossier)),
        ephemeral=True,
    )


def _told(language: Language, dossier: Dossier, bundle: bytes, fingerprint: str) -> str:
    done = language.text(
        "export.done",
        case=dossier.case_id,
        recipient=in_line(dossier.purpose.recipient, limit=200),
        digest=hashlib.sha256(bundle).hexdigest(),
        fingerprint=fingerprint,
    )
    if dossier.purpose.consent is not Consent.REFUSED:
        return done
    return f"**{language.text('export.against_consent')}**\n\n{done}"


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    case_group(bot).add_command(export_command(bot.parts.texts.get("en")))
