"""Writes what was found into cases, evidence and outbox: one transaction each, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.delivery import DeliveryKind
from bot.domain.evidence import GENESIS, Draft, ItemKind
from bot.domain.message import Message
from bot.domain.policy import (
    CaseThreads,
    History,
    Plan,
    Policy,
    counts_as_given,
    decide,
    waits_until,
)
from bot.domain.quiet import silencing
from bot.services.custody import (
    assessment_about,
    ban_draft,
    deletion_draft,
    iso,
    message_draft,
)
from bot.services.names import OFFER_COOLDOWN
from bot.services.observed import Banned, Deleted, Edited, Found, drafts_of
from bot.services.policies import Policies
from bot.storage import Store, Transaction
from bot.storage.cases import CaseRecord

_log = structlog.get_logger(__name__)

_NOTICED_FOR = timedelta(hours=1)
"""A further threat after this time gets an alert of its own: nobody sees an old one change."""
_RULES_LOGGED = 3
_TO_THE_MINUTE = len("2026-03-01T12:00")


class Recorder:
    """Writes within the transaction that it is given; what is recorded already stays as it is."""

    def __init__(self, store: Store, policies: Policies) -> None:
        self._token = store.token
        self._policies = policies

    async def record(self, tx: Transaction, work: Found | Edited | Deleted | Banned) -> None:
        """Write one piece of work. Raises LookupError for a case whose content was erased."""
        if isinstance(work, Edited):
            await self._edit(tx, work)
        elif isinstance(work, Deleted):
            await self._deletions(tx, work)
        elif isinstance(work, Banned):
            await self._ban(tx, work)
        else:
            await self._finding(tx, work)

    async def _finding(self, tx: Transaction, found: Found) -> None:
        message, assessment = found.window.message, found.assessment
        is_told = assessment.kind is Kind.DISCLOSURE  # nobody is to find who asked for help
        _log.info(
            "finding",
            guild=message.guild_id,
            **({} if is_told else {"message": message.id}),
            kind=assessment.kind.value,
            grade=assessment.level.label,
            rules=[finding.rule for finding in assessment.findings[:_RULES_LOGGED]],
        )
        if await tx.evidence.assessed(message.id, assessment_about(message)):
            return
        policy = self._policies.of(message.guild_id or 0)
        history = await self._history(tx, message, assessment, policy)
        plan = decide(assessment, policy, history)
        if plan.offer and is_told:
            await self._enqueue_offer(tx, message)
        if plan.alert and not await self._is_quiet(tx, message, assessment):
            await self._open_or_join(tx, found, history)

    async def _is_quiet(self, tx: Transaction, message: Message, assessment: Assessment) -> bool:
        """Whether the server wants to hear nothing of the like; it is counted then."""
        silenced = silencing(assessment, await tx.quiets.of(message.guild_id or 0))
        if silenced is not None:
            await tx.quiets.count(silenced, message_id=message.id)
        return silenced is not None

    async def _history(
        self, tx: Transaction, message: Message, assessment: Assessment, policy: Policy
    ) -> History:
        people = [person.id for person in assessment.targets]
        return History(
            opted_out=await tx.memory.opted_out(people),
            offered_lately=await tx.standings.offers_itself(
                message.channel_id,
                tx.now - OFFER_COOLDOWN,
                of_case=assessment.kind is Kind.THREAT,
                rehearsed=policy.dry_run,
            ),
        )

    async def _open_or_join(self, tx: Transaction, found: Found, history: History) -> None:
        message, assessment = found.window.message, found.assessment
        guild_id = message.guild_id or 0
        offender = assessment.offender or message.author
        case = await tx.cases.open_or_join(guild_id=guild_id, offender_id=offender.id, head=GENESIS)
        policy = self._policies.of(guild_id)
        standing = await tx.standings.advised(case.id)
        advised = frozenset(p for p, s in standing.items() if counts_as_given(s.state, policy))
        known = History(advised, history.opted_out, history.offered_lately)
        plan = decide(assessment, policy, known)
        erased = await tx.evidence.erased(found.surrounding, guild_id=guild_id)
        fresh = await tx.evidence.append(case.id, drafts_of(found, erased=erased))
        await tx.cases.join(case, assessment)
        await tx.cases.counted(case, deletions=sum(d.kind is ItemKind.DELETION for d in fresh))
        await self._enqueue_advice(tx, case.id, guild_id, plan)
        if plan.offer:
            await self._enqueue_offer(tx, message, case_id=case.id)
        if assessment.level is Level.URGENT and not message.is_passed_on:
            await self._enqueue_timeout(tx, case, policy)
        await self._show(tx, case, found)

    async def _show(self, tx: Transaction, case: CaseRecord, found: Found) -> None:
        """Alert moderators, or bring up to date what they see of the case already."""
        policy, level = self._policies.of(case.guild_id), found.assessment.level
        until = waits_until(policy, max(level, case.level), tx.now)
        alerted = await tx.standings.alerted_since(case.id, tx.now - _NOTICED_FOR)
        is_raised = level > case.level
        if alerted and (until or not is_raised):
            await tx.outbox.refresh_alert(case.id)
            return
        await self._enqueue_thread(tx, case, until)
        if is_raised and await tx.outbox.hasten_alert(case.id):
            return
        await tx.outbox.enqueue(
            DeliveryKind.ALERT,
            about=f"alert:{case.id}:{found.window.message.id}",
            token=self._token(),
            guild_id=case.guild_id,
            case_id=case.id,
            due_at=until,
        )

    async def _enqueue_thread(
        self, tx: Transaction, case: CaseRecord, until: datetime | None
    ) -> None:
        if self._policies.of(case.guild_id).case_threads is CaseThreads.NONE:
            return
        is_new = await tx.outbox.enqueue(
            DeliveryKind.THREAD,
            about=f"thread:{case.id}",
            token=self._token(),
            guild_id=case.guild_id,
            case_id=case.id,
            due_at=until,
        )
        if not is_new:
            await tx.outbox.refresh_alert(case.id)

    async def _enqueue_timeout(self, tx: Transaction, case: CaseRecord, policy: Policy) -> None:
        """Have the offender timed out unasked, where the server chose so: once per case."""
        if policy.dry_run or not policy.auto_timeout_hours:
            return
        await tx.outbox.enqueue(
            DeliveryKind.TIMEOUT,
            about=f"timeout:{case.id}",
            token=self._token(),
            guild_id=case.guild_id,
            case_id=case.id,
            recipient_id=case.offender_id,
            subject=str(policy.auto_timeout_hours),
        )

    async def _enqueue_advice(
        self, tx: Transaction, case_id: int, guild_id: int, plan: Plan
    ) -> None:
        """Queue advice, or hold it; what was held before goes out once there is reason to."""
        queued = [(person, None) for person in plan.advise]
        held = [(person, reason.value) for person, reason in plan.hold]
        for person, reason in (*queued, *held):
            is_new = await tx.outbox.enqueue(
                DeliveryKind.ADVICE,
                about=f"advice:{case_id}:{person.id}",
                token=self._token(),
                guild_id=guild_id,
                case_id=case_id,
                recipient_id=person.id,
                held=reason,
            )
            if not is_new and reason is None:
                await tx.outbox.release(case_id, [person.id])

    async def _enqueue_offer(
        self, tx: Transaction, message: Message, *, case_id: int | None = None
    ) -> None:
        """Queue it once for a message; what somebody told is named by its minute alone."""
        what = iso(message.at)[:_TO_THE_MINUTE] if case_id is None else message.id
        await tx.outbox.enqueue(
            DeliveryKind.OFFER,
            about=f"offer:{message.channel_id}:{what}",
            token=self._token(),
            guild_id=message.guild_id or 0,
            case_id=case_id,
            channel_id=message.channel_id,
        )

    async def _edit(self, tx: Transaction, edited: Edited) -> None:
        """Keep the new version in its own server's cases: no other one may see what is said there.

        Another server's case can hold the message because somebody told its moderators of it.
        """
        message = edited.message
        draft = message_draft(message, kind=ItemKind.EDIT, source=edited.source)
        for case_id in await tx.evidence.cases_holding(message.id, guild_id=message.guild_id or 0):
            if await tx.evidence.append(case_id, [draft]):
                await tx.cases.counted(await tx.cases.get(case_id), edits=1)
                await tx.outbox.refresh_alert(case_id)

    async def _deletions(self, tx: Transaction, deleted: Deleted) -> None:
        by_case: dict[int, list[Draft]] = {}
        for message_id in deleted.message_ids:
            draft = deletion_draft(
                message_id,
                channel_id=deleted.channel_id,
                bulk=deleted.bulk,
                source=deleted.source,
            )
            for case_id in await tx.evidence.cases_holding(message_id):
                by_case.setdefault(case_id, []).append(draft)
        for case_id, drafts in sorted(by_case.items()):
            fresh = await tx.evidence.append(case_id, drafts)
            if fresh:
                await tx.cases.counted(await tx.cases.get(case_id), deletions=len(fresh))
                await tx.outbox.refresh_alert(case_id)

    async def _ban(self, tx: Transaction, banned: Banned) -> None:
        draft = ban_draft(banned.person_id, at=tx.now.isoformat(timespec="seconds"))
        for case_id in await tx.cases.of_offender(banned.person_id, guild_id=banned.guild_id):
            await tx.evidence.append(case_id, [draft])
