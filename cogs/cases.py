"""*Show evidence*: what was said, page by page, for one moderator.

Who may press is decided anew at every press, by the presser's roles at that time.
"""

from __future__ import annotations

from typing import Any

import discord

from bot.advice import Language
from bot.client import NotAlone, Parts
from bot.storage import StoreUnavailableError
from bot.transport import exhibits
from bot.transport.case_ids import evidence_id, more_around_id
from bot.transport.places import is_moderator
from bot.transport.widgets import button, view_of
from cogs.admission import OfCase

_Interaction = discord.Interaction[Any]


class EvidenceButton(
    OfCase,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:case:evidence:(?P<case>\d+):(?P<page>\d+):(?P<token>[0-9a-f]*)",
):
    """*Show evidence*, and turning its pages."""

    async def callback(self, interaction: _Interaction) -> None:
        """Show one page to this moderator alone; the look is recorded in the case."""
        language = _language(interaction)
        if not await _admitted(interaction, language):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            exhibit = await _parts(interaction).casework.show_evidence(
                self.case_id,
                guild_id=interaction.guild_id or 0,
                moderator=interaction.user.id,
            )
        except LookupError:
            await _tell(interaction, language.text("error.case_gone"))
            return
        except StoreUnavailableError:
            await _tell(interaction, language.text("error.try_later"))
            return
        pages = exhibits.pages(language, exhibit)
        page = min(int(self.parts["page"]), len(pages) - 1)
        await interaction.followup.send(
            pages[page],
            view=self._turning(language, page, len(pages)),
            ephemeral=True,
            suppress_embeds=True,
        )

    def _turning(self, language: Language, page: int, count: int) -> discord.ui.View:
        turns = {
            page - 1: "button.previous_page",
            page + 1: "button.next_page",
        }
        return view_of(
            *(
                button(language, key, evidence_id(self.case_id, page=to))
                for to, key in turns.items()
                if 0 <= to < count
            ),
            button(language, "button.more_around", more_around_id(self.case_id)),
        )


def _parts(interaction: _Interaction) -> Parts:
    parts: Parts = interaction.client.parts
    return parts


def _language(interaction: _Interaction) -> Language:
    return _parts(interaction).texts.get(str(interaction.locale))


async def _admitted(interaction: _Interaction, language: Language) -> bool:
    """Whether the presser is a moderator; if not, they are told so."""
    policy = _parts(interaction).policies.of(interaction.guild_id or 0)
    if is_moderator(interaction.user, policy):
        return True
    refusal = language.text("error.moderators_only")
    await interaction.response.send_message(refusal, ephemeral=True)
    return False


async def _tell(interaction: _Interaction, text: str) -> None:
    """Say it to them alone, after the answer was put off."""
    await interaction.followup.send(text, ephemeral=True)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(EvidenceButton)
