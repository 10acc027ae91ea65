"""Screening: every message through window, detector and policy; what is found is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.detection import Conversations, Detector
from bot.domain.assessment import Assessment, Kind
from bot.domain.delivery import DeliveryKind
from bot.domain.evidence import GENESIS, Draft, ItemKind
from bot.domain.message import Message, Person, Window
from bot.domain.policy import History, Plan, Policy, decide
from bot.services.custody import (
    GATEWAY,
    HISTORY,
    assessment_about,
    assessment_draft,
    deletion_draft,
    message_draft,
    version,
)
from bot.services.dispatch import OFFER_COOLDOWN
from bot.services.durable import insist
from bot.services.policies import Policies
from bot.storage import Store, StoreUnavailableError, Transaction

_log = structlog.get_logger(__name__)

_CONTEXT = 15
_MARK_EVERY = 15.0


@dataclass(frozen=True, slots=True)
class _Found:
    window: Window
    assessment: Assessment
    source: str


@dataclass(frozen=True, slots=True)
class _Edited:
    message: Message


@dataclass(frozen=True, slots=True)
class _Deleted:
    guild_id: int
    channel_id: int
    message_ids: tuple[int, ...]
    bulk: bool


_Work = _Found | _Edited | _Deleted


class Screening:
    """Looks at every message at once; writes what matters in order, as soon as it can.

    What was found waits in memory until the database has taken it. Per server, a mark in the
    database says up to where everything was screened and stored; after a restart, messages from
    there on are screened again, and what is stored already is recognised.
    """

    def __init__(
        self,
        store: Store,
        detector: Detector,
        conversations: Conversations,
        policies: Policies,
        *,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._detector = detector
        self._conversations = conversations
        self._policies = policies
        self._wake = wake
        self._work: asyncio.Queue[_Work] = asyncio.Queue()
        self._unstored: dict[int, int] = {}
        self._newest: dict[int, int] = {}
        self._behind: set[int] = set()

    def screen(
        self, message: Message, present: tuple[Person, ...] = (), *, source: str = GATEWAY
    ) -> None:
        """Look at one message, or one version of it, of a server. Never waits, never raises.

        Messages of one channel are to be given in the order in which they were written. `present`
        are the people whom a private channel lets in, if that is known.
        """
        if source == HISTORY and self._is_remembered(message):
            return
        if source == HISTORY and message.edited_at is not None:
            self._work.put_nowait(_Edited(message))
        guild_id = message.guild_id or 0
        if message.id > self._newest.get(guild_id, 0):
            self._newest[guild_id] = message.id
        window = self._conversations.observe(message)
        if window is None:
            return
        if present:
            window = window._replace(present=present)
        assessment = self._detector.assess(window)
        if assessment.kind is Kind.NONE:
            return
        self._unstored[id(window)] = message.id
        self._work.put_nowait(_Found(window, assessment, source))

    def _is_remembered(self, message: Message) -> bool:
        known = self._conversations.find(message.channel_id, message.id)
        return known is not None and known.edited_at == message.edited_at

    def edited(self, message: Message, present: tuple[Person, ...] = ()) -> None:
        """Look at a new version, and keep it if the message is preserved."""
        self.screen(message, present)
        self._work.put_nowait(_Edited(message))

    def deleted(
        self, message_ids: Iterable[int], *, guild_id: int, channel_id: int, bulk: bool
    ) -> None:
        """Keep on record that messages were deleted, if they are preserved."""
        self._work.put_nowait(_Deleted(guild_id, channel_id, tuple(message_ids), bulk))

    async def missing(self, channel_id: int, *, since: int, present: Collection[int]) -> None:
        """Keep on record what was deleted unseen: preserved messages that history lacks.

        `present` are the identifiers of all messages of the channel from `since` on.
        """
        preserved = await insist(
            self._store, lambda tx: tx.evidence.preserved(channel_id, since=since)
        )
        for guild_id, message_id in preserved:
            if message_id not in present:
                self.deleted([message_id], guild_id=guild_id, channel_id=channel_id, bulk=False)

    async def settled(self) -> None:
        """Wait until everything found so far is stored."""
        await self._work.join()

    async def run(self) -> None:
        """Store what is found, in order, until cancelled; marks follow behind."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._store_in_order())
            tasks.create_task(self._mark_regularly())

    def newest(self, guild_id: int) -> int:
        """The snowflake of the newest message of a server that was screened, 0 before the first."""
        return self._newest.get(guild_id, 0)

    def begin(self, guild_id: int, snowflake: int) -> None:
        """Begin to screen a new server: nothing before this snowflake is looked at."""
        self._newest.setdefault(guild_id, snowflake)

    async def mark(self, guild_id: int) -> int | None:
        """The snowflake from which on this server must be caught up; None for a new server."""
        return await insist(self._store, lambda tx: tx.memory.mark(guild_id))

    @contextmanager
    def catching_up(self, guild_id: int) -> Iterator[None]:
        """Leave this server's mark where it is until everything missed was screened.

        Breaking off with an error leaves it there for good, so that the next try starts anew.
        """
        self._behind.add(guild_id)
        yield
        self._behind.discard(guild_id)

    async def set_marks(self) -> None:
        """Store how far every server was screened. Raises StoreUnavailableError."""
        oldest = min(self._unstored.values(), default=None)
        marks = {
            guild_id: newest if oldest is None else min(newest, oldest - 1)
            for guild_id, newest in self._newest.items()
            if guild_id not in self._behind
        }
        if marks:
            async with self._store.transaction() as tx:
                await tx.memory.set_marks(marks)

    async def _mark_regularly(self) -> None:
        while True:
            await asyncio.sleep(_MARK_EVERY)
            try:
                await self.set_marks()
            except StoreUnavailableError as error:
                _log.error("marks_not_stored", error=str(error))

    async def _store_in_order(self) -> None:
        while True:
            work = await self._work.get()
            try:
                await self._store_one(work)
            finally:
                self._work.task_done()

    async def _store_one(self, work: _Work) -> None:
        if isinstance(work, _Edited):
            await insist(self._store, lambda tx: self._store_edit(tx, work.message))
        elif isinstance(work, _Deleted):
            await insist(self._store, lambda tx: self._store_deletions(tx, work))
        else:
            await insist(self._store, lambda tx: self._store_finding(tx, work))
            del self._unstored[id(work.window)]
        self._wake()

    async def _store_finding(self, tx: Transaction, found: _Found) -> None:
        """Case, evidence and deliveries of one finding: all of it, or nothing."""
        message, assessment = found.window.message, found.assessment
        guild_id = message.guild_id or 0
        policy = self._policies.of(guild_id)
        _log.info(
            "finding",
            guild=guild_id,
            message=message.id,
            kind=assessment.kind.value,
            level=assessment.level.label,
            rules=[finding.rule for finding in assessment.findings],
        )
        if await tx.evidence.assessed(message.id, assessment_about(message)):
            return
        history = await self._history(tx, message, assessment)
        if assessment.kind is Kind.DISCLOSURE:
            await self._enqueue_offer(tx, message, decide(assessment, policy, history))
        elif decide(assessment, policy, history).alert:
            await self._open_or_join(tx, found, policy, history)

    async def _history(self, tx: Transaction, message: Message, assessment: Assessment) -> History:
        people = [person.id for person in assessment.targets]
        return History(
            opted_out=await tx.memory.opted_out(people),
            offered_lately=await tx.outbox.offered_since(
                message.channel_id, tx.now - OFFER_COOLDOWN
            ),
        )

    async def _open_or_join(
        self, tx: Transaction, found: _Found, policy: Policy, history: History
    ) -> None:
        message, assessment = found.window.message, found.assessment
        offender = assessment.offender or message.author
        case = await tx.cases.open_or_join(
            guild_id=message.guild_id or 0, offender_id=offender.id, head=GENESIS
        )
        advised = await tx.outbox.advised(case.id)
        known = History(frozenset(advised), history.opted_out, history.offered_lately)
        plan = decide(assessment, policy, known)
        await tx.evidence.append(case.id, _drafts(found))
        await tx.cases.join(case, assessment)
        await self._enqueue_advice(tx, case.id, message, plan)
        await self._enqueue_offer(tx, message, plan)
        if assessment.level > case.level:
            await self._enqueue(
                tx,
                DeliveryKind.ALERT,
                f"alert:{case.id}:{assessment.level.label}",
                message,
                case.id,
            )
        else:
            await tx.outbox.refresh_alert(case.id)

    async def _enqueue_advice(
        self, tx: Transaction, case_id: int, message: Message, plan: Plan
    ) -> None:
        queued = [(person, None) for person in plan.advise]
        held = [(person, reason.value) for person, reason in plan.hold]
        for person, reason in (*queued, *held):
            await tx.outbox.enqueue(
                DeliveryKind.ADVICE,
                about=f"advice:{case_id}:{person.id}",
                token=self._store.token(),
                guild_id=message.guild_id or 0,
                case_id=case_id,
                recipient_id=person.id,
                held=reason,
            )

    async def _enqueue_offer(self, tx: Transaction, message: Message, plan: Plan) -> None:
        if plan.offer:
            await self._enqueue(
                tx, DeliveryKind.OFFER, f"offer:{message.channel_id}:{message.id}", message, None
            )

    async def _enqueue(
        self,
        tx: Transaction,
        kind: DeliveryKind,
        about: str,
        message: Message,
        case_id: int | None,
    ) -> None:
        await tx.outbox.enqueue(
            kind,
            about=about,
            token=self._store.token(),
            guild_id=message.guild_id or 0,
            case_id=case_id,
            channel_id=message.channel_id if kind is DeliveryKind.OFFER else None,
        )

    async def _store_edit(self, tx: Transaction, message: Message) -> None:
        for case_id in await tx.evidence.cases_holding(message.id):
            draft = message_draft(message, kind=ItemKind.EDIT, source=GATEWAY)
            if await tx.evidence.append(case_id, [draft]):
                await tx.cases.counted(await tx.cases.get(case_id), edits=1)
                await tx.outbox.refresh_alert(case_id)

    async def _store_deletions(self, tx: Transaction, deleted: _Deleted) -> None:
        by_case: dict[int, list[Draft]] = {}
        for message_id in deleted.message_ids:
            draft = deletion_draft(message_id, channel_id=deleted.channel_id, bulk=deleted.bulk)
            for case_id in await tx.evidence.cases_holding(message_id):
                by_case.setdefault(case_id, []).append(draft)
        for case_id, drafts in by_case.items():
            fresh = await tx.evidence.append(case_id, drafts)
            if fresh:
                await tx.cases.counted(await tx.cases.get(case_id), deletions=len(fresh))
                await tx.outbox.refresh_alert(case_id)


def _drafts(found: _Found) -> list[Draft]:
    """Context, message and assessment, in the order in which they were written."""
    message = found.window.message
    quoted = {s.message_id for f in found.assessment.findings for s in f.signals}
    recent = {version(m) for m in found.window.before[-_CONTEXT:]}
    drafts = [
        message_draft(
            earlier,
            kind=ItemKind.MESSAGE if earlier.id in quoted else ItemKind.CONTEXT,
            source=found.source,
        )
        for earlier in found.window.before
        if earlier.id in quoted or version(earlier) in recent
    ]
    drafts.append(message_draft(message, kind=ItemKind.MESSAGE, source=found.source))
    drafts.append(assessment_draft(message, found.assessment))
    return drafts
