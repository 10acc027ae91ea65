"""A row of the outbox as the delivery that it stands for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot.domain.delivery import Delivery, DeliveryKind


def delivery_of(row: Row[Any]) -> Delivery:
    """A row that is being claimed, as the dispatcher is handed it."""
    return Delivery(
        id=row.id,
        kind=DeliveryKind(row.kind),
        token=row.token,
        guild_id=row.guild_id,
        case_id=row.case_id,
        channel_id=row.channel_id,
        recipient_id=row.recipient_id,
        subject=row.subject,
        message_id=row.message_id,
        revision=row.revision,
        attempts=row.attempts + 1,
        uncertain=row.uncertain or row.lease is not None,
        created_at=row.created_at,
    )
