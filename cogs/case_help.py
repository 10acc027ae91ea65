"""*Offer help*: sends the advice that was held back, to whom a moderator chooses."""

from __future__ import annotations

from typing import Any

import discord

from bot.client import NotAlone
from bot.transport import desk_views
from bot.transport.advice_lines import held_people
from cogs.admission import Interaction, OfCase, Visit, admit


class OfferHelpButton(
    OfCase, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"na:case:offer:(?P<case>\d+)"
):
    """*Offer help*: asks the moderator to whom, before anything is sent."""

    async def callback(self, interaction: Interaction) -> None:
        """Show who could be written to."""
        await admit(interaction, self._ask)

    async def _ask(self, visit: Visit) -> None:
        await visit.think()
        case = await visit.parts.desk.view(self.case_id, visit.presser)
        people = held_people(case)
        if people:
            await visit.show(desk_views.people_to_help(visit.language, case.id, people))
        else:
            await visit.say(visit.language.text("offer.nobody"))


class OfferHelpMenu(
    OfCase,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"na:case:offer-to:(?P<case>\d+)",
):
    """Whom a moderator wants to be offered help."""

    async def callback(self, interaction: Interaction) -> None:
        """Send the advice that was held back for them."""
        await admit(interaction, self._send)

    async def _send(self, visit: Visit) -> None:
        await visit.turn()
        sent = await visit.parts.casework.offer_help(
            self.case_id,
            [int(value) for value in self.item.values],
            guild_id=visit.presser.guild_id,
            moderator=visit.presser.id,
        )
        is_rehearsed = visit.parts.policies.of(visit.presser.guild_id).dry_run
        queued = "offer.rehearsed" if is_rehearsed else "offer.queued"
        await visit.close(visit.language.text(queued if sent else "offer.already"))


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(OfferHelpButton, OfferHelpMenu)
