"""Reads what a delivery shows: a case, the cases that wait, or what a week brought."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median_low

from bot.domain.case import CaseView, Verdict
from bot.domain.delivery import Delivery, DeliveryKind
from bot.domain.review import Digest, Reminder, RuleRecord
from bot.services.casework import case_view
from bot.storage import Transaction
from bot.storage.caseload import Wanted

Shown = CaseView | Reminder | Digest | None
"""What the courier is handed with a delivery."""

WEEK = timedelta(days=7)
_OF_A_CASE = (DeliveryKind.ADVICE, DeliveryKind.ALERT, DeliveryKind.THREAD)


async def shown_by(tx: Transaction, delivery: Delivery) -> Shown:
    """What the delivery shows, as it stands now. Raises LookupError for a case that is gone."""
    if delivery.kind is DeliveryKind.REMINDER:
        return await reminder(tx, delivery.guild_id)
    if delivery.kind is DeliveryKind.DIGEST:
        return await digest(tx, delivery.guild_id, delivery.created_at)
    if delivery.kind in _OF_A_CASE and delivery.case_id is not None:
        return await case_view(tx, delivery.case_id)
    return None


async def reminder(tx: Transaction, guild_id: int) -> Reminder:
    """How many cases of a server wait for a moderator."""
    return Reminder(await tx.caseload.levels(guild_id, Wanted()))


async def digest(tx: Transaction, guild_id: int, until: datetime) -> Digest:
    """What the week before `until` brought in a server."""
    since = until - WEEK
    verdicts = await tx.weeks.verdicts(guild_id, since, until)
    reactions = await tx.weeks.reactions(guild_id, since, until)
    return Digest(
        since=since,
        until=until,
        opened=await tx.weeks.opened(guild_id, since, until),
        unresolved=await tx.weeks.unresolved(guild_id),
        verdicts={verdict: len(cases) for verdict, cases in verdicts.items()},
        rules=await _records(tx, verdicts),
        taken=len(reactions),
        reaction=median_low(reactions) if reactions else None,
        advice=await tx.weeks.advice(guild_id, since, until),
        silenced=sum(quiet.counted for quiet in await tx.quiets.of(guild_id)),
    )


async def _records(tx: Transaction, verdicts: dict[Verdict, list[int]]) -> tuple[RuleRecord, ...]:
    right = await tx.weeks.rules(verdicts.get(Verdict.CONFIRMED, []))
    wrong = await tx.weeks.rules(verdicts.get(Verdict.FALSE_ALARM, []))
    records = [RuleRecord(rule, right[rule], wrong[rule]) for rule in {*right, *wrong}]
    return tuple(sorted(records, key=lambda r: (-r.false_alarms, -r.confirmed, r.rule)))
