"""A message on its way: posted once, and found again where only the answer to that was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import discord

from bot.domain.delivery import Delivery, DeliveryKind

_SEARCHED = 100
_ALIKE = (DeliveryKind.OFFER, DeliveryKind.NOTICE)
"""Kinds whose messages to one place are worth the same, whichever delivery they came from."""
_CLOCKS_APART = timedelta(minutes=1)


class Parcel(NamedTuple):
    """A message as discord.py sends it."""

    where: discord.abc.Messageable
    content: str | None
    view: discord.ui.View | discord.ui.LayoutView | None
    mentions: discord.AllowedMentions


async def post(parcel: Parcel, delivery: Delivery) -> discord.Message:
    """Write it. Discord drops what it was sent before, if that was just now."""
    arguments: dict[str, Any] = {"view": parcel.view} if parcel.view else {}
    if parcel.content is not None:
        arguments |= {"content": parcel.content, "suppress_embeds": True}
    again = delivery.revision if delivery.message_id is not None else ""
    return await parcel.where.send(
        nonce=f"{delivery.token}{again}", allowed_mentions=parcel.mentions, **arguments
    )


async def lost(
    parcel: Parcel, delivery: Delivery, own: discord.abc.User | None
) -> discord.Message | None:
    """The message of an attempt whose answer was lost, by the bot's `own` account.

    Its buttons tell, or where they bear no token, its words: as good as those to be sent.
    """
    if not delivery.uncertain:
        return None
    since = delivery.created_at - _CLOCKS_APART
    async for message in parcel.where.history(limit=_SEARCHED, after=since, oldest_first=False):
        if message.author != own:
            continue
        if any(delivery.token in i for i in _custom_ids(message.components)):
            return message
        if delivery.kind in _ALIKE and message.content == parcel.content:
            return message
    return None


def _custom_ids(components: Any) -> list[str]:
    found: list[str] = []
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id:
            found.append(custom_id)
        found.extend(_custom_ids(getattr(component, "children", ())))
    return found
