"""Carries what would be sent to people to the moderators instead, for servers that try the bot."""

from __future__ import annotations

from typing import Any

import discord

from bot.advice import Language
from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    Outcome,
    Postponed,
    Refused,
    Rehearsed,
)
from bot.services.reviews import Shown
from bot.transport import layouts
from bot.transport.courier import DiscordCourier
from bot.transport.parcels import Parcel

_TO_PEOPLE = (DeliveryKind.ADVICE, DeliveryKind.OFFER)


class RehearsingCourier(DiscordCourier):
    """Another provider of the same service: it writes to no person and in no public channel."""

    async def send(self, delivery: Delivery, view: Shown) -> Outcome:
        """Show it to the moderators, or send it as usual where it goes to them anyway.

        Where that is refused it waits: it says nothing about the person whom it is for.
        """
        outcome = await super().send(delivery, view)
        if delivery.kind not in _TO_PEOPLE:
            return outcome
        if isinstance(outcome, Delivered):
            assert outcome.channel_id is not None
            assert outcome.message_id is not None
            return Rehearsed(outcome.channel_id, outcome.message_id)
        if isinstance(outcome, Refused):
            return Postponed(outcome.explanation)
        return outcome

    async def pack_advice(
        self, delivery: Delivery, guild: discord.Guild, language: Language, *, urgent: bool
    ) -> Parcel:
        """The advice and its buttons, addressed to the moderators.

        The case stands for the person: it is never edited, even if everyone can read it later.
        """
        heading = language.text("rehearsal.advice", case=delivery.case_id)
        text, buttons = layouts.advice(
            language, server=guild.name, token=delivery.token, urgent=urgent
        )
        return self._shown(guild, heading, text, buttons)

    def pack_offer(self, delivery: Delivery, guild: discord.Guild, language: Language) -> Parcel:
        """The offer and its button, addressed to the moderators."""
        heading = language.text("rehearsal.offer", channel=f"<#{delivery.channel_id}>")
        text, buttons = layouts.offer(language)
        return self._shown(guild, heading, text, buttons)

    def _shown(
        self, guild: discord.Guild, heading: str, text: str, buttons: discord.ui.View
    ) -> Parcel:
        container: discord.ui.Container[Any] = discord.ui.Container()
        container.add_item(discord.ui.TextDisplay(heading))
        container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(text))
        container.add_item(_lifeless(buttons))
        layout = discord.ui.LayoutView(timeout=None)
        layout.add_item(container)
        layout.stop()
        mentions = discord.AllowedMentions.none()
        return Parcel(self.moderators_of(guild), None, layout, mentions)


def _lifeless(buttons: discord.ui.View) -> discord.ui.ActionRow[Any]:
    """The same buttons, which nobody can press."""
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    for button in buttons.children:
        assert isinstance(button, discord.ui.Button)
        row.add_item(
            discord.ui.Button(
                label=button.label, custom_id=button.custom_id, style=button.style, disabled=True
            )
        )
    return row
