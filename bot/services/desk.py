"""What moderators do with cases: take them, write notes, resolve them, find them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.case import (
    CaseLine,
    CaseState,
    CaseView,
    HinderedError,
    Hindrance,
    Mistake,
    Verdict,
)
from bot.domain.delivery import DeliveryKind, HeldReason
from bot.domain.dossier import Handed, handed_on
from bot.domain.evidence import Act, EvidenceItem, sound
from bot.domain.quiet import Quieted, Reason, phrase_of
from bot.services.casework import case_view, newest_finding, own_case
from bot.services.custody import MODERATOR, action_draft
from bot.storage import Store, Transaction
from bot.storage.caseload import Wanted
from bot.storage.cases import CaseRecord

PAGE_SIZE = 8
_SUGGESTED = 25
_BROUGHT_ABOUT = (DeliveryKind.ADVICE, DeliveryKind.OFFER, DeliveryKind.TIMEOUT)
"""What a case that was none must not bring anymore."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some of a server's cases, and how many there are of that kind."""

    lines: tuple[CaseLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Presser:
    """The moderator who asks, and the server in which they ask."""

    id: int
    guild_id: int


class Desk:
    """The moderators' use cases around a case's state.

    Each is one transaction that locks the case first, so that of two who press at once one comes
    second and is told. All raise LookupError when the presser's server has no such case,
    HinderedError when the case stands otherwise, and StoreUnavailableError.
    """

    def __init__(self, store: Store, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    # -- one case ----------------------------------------------------------------------------

    async def view(self, case_id: int, presser: Presser) -> CaseView:
        """The case as an alert shows it, with everything that was done in it."""
        async with self._store.transaction() as tx:
            await own_case(tx, case_id, presser.guild_id)
            return await case_view(tx, case_id)

    async def claim(self, case_id: int, presser: Presser) -> None:
        """Take the case; whoever has it already keeps it."""
        async with self._store.transaction() as tx:
            case = await _unresolved(tx, case_id, presser)
            if case.progress.holder == presser.id:
                return
            await tx.cases.claimed(case, by=presser.id)
            await record(tx, case, Act.CLAIMED, presser)
        self._wake()

    async def release(self, case_id: int, presser: Presser) -> None:
        """Let go of the case. Every moderator may, so that a case never waits for one person."""
        async with self._store.transaction() as tx:
            case = await own_case(tx, case_id, presser.guild_id)
            if case.progress.state is not CaseState.CLAIMED:
                raise HinderedError(Hindrance.NOT_CLAIMED)
            await tx.cases.released(case)
            await record(tx, case, Act.RELEASED, presser)
        self._wake()

    async def note(self, case_id: int, words: str, presser: Presser) -> None:
        """Write something down in the case."""
        async with self._store.transaction() as tx:
            case = await own_case(tx, case_id, presser.guild_id)
            if case.data_key is None:
                raise HinderedError(Hindrance.ERASED)
            await record(tx, case, Act.NOTED, presser, words=words)
            await tx.cases.touched(case_id)
        self._wake()

    async def resolve(self, case_id: int, verdict: Verdict, reason: str, presser: Presser) -> None:
        """Close the case with a verdict other than false alarm, and the reason for it.

        Unless it was confirmed, nobody is timed out by the bot itself anymore.
        """
        async with self._store.transaction() as tx:
            case = await _unresolved(tx, case_id, presser)
            words = reason if case.data_key is not None else None
            await record(tx, case, Act.RESOLVED, presser, words=words, detail=verdict.value)
            await tx.cases.resolved(case, verdict=verdict, by=presser.id)
            if verdict is not Verdict.CONFIRMED:
                timeout = (DeliveryKind.TIMEOUT,)
                await tx.outbox.withdraw(case_id, timeout, reason=verdict.value)
        self._wake()

    async def reopen(self, case_id: int, presser: Presser) -> None:
        """Work on a resolved case again."""
        async with self._store.transaction() as tx:
            case = await own_case(tx, case_id, presser.guild_id)
            if case.progress.state is not CaseState.RESOLVED:
                raise HinderedError(Hindrance.NOT_RESOLVED)
            if case.data_key is None:
                raise HinderedError(Hindrance.ERASED)
            other = await tx.caseload.unresolved_of(case.guild_id, case.offender_id)
            if other is not None:
                raise HinderedError(Hindrance.OTHER_OPEN, case=other)
            await tx.cases.reopened(case)
            await record(tx, case, Act.REOPENED, presser)
        self._wake()

    # -- a false alarm -----------------------------------------------------------------------

    async def leading_rule(self, case_id: int, presser: Presser) -> str | None:
        """The rule that the case's newest finding rests on first: what could be quieted."""
        async with self._store.transaction() as tx:
            case = await _unresolved(tx, case_id, presser)
            reason = _reason(case, sound(await tx.evidence.items(case_id)))
        return reason.rules[0] if reason.rules else None

    async def false_alarm(
        self, case_id: int, why: Mistake, presser: Presser, *, quiet: Quieted | None = None
    ) -> tuple[Handed, ...]:
        """Close the case as a false alarm: its words are erased at once, what is counted stays.

        `quiet` says what alerts nobody here anymore. Advice, an offer or a timeout that did not go
        out yet is held back for good: nobody can be offered help afterwards. Returns to whom the
        case was handed before: what they have stays with them.
        """
        async with self._store.transaction() as tx:
            case = await _unresolved(tx, case_id, presser)
            if await tx.keeping.held(case_id) is not None:
                raise HinderedError(Hindrance.HELD, case=case_id)
            items = sound(await tx.evidence.items(case_id))
            reason = _reason(case, items)
            if quiet is not None and reason.rules:
                fresh = await tx.quiets.add(
                    reason,
                    whole=quiet is Quieted.RULES,
                    guild_id=presser.guild_id,
                    case_id=case_id,
                    why=why,
                    by=presser.id,
                    token=self._store.token(),
                )
                if fresh:
                    await record(tx, case, Act.QUIETED, presser, detail=quiet.value)
            verdict = Verdict.FALSE_ALARM
            await record(tx, case, Act.RESOLVED, presser, detail=verdict.value, why=why.value)
            await tx.cases.resolved(case, verdict=verdict, by=presser.id)
            await tx.cases.erase_content(case_id)
            held = HeldReason.FALSE_ALARM.value
            await tx.outbox.withdraw(case_id, _BROUGHT_ABOUT, reason=held)
            await tx.outbox.refresh_alert(case_id, every=True)
        self._wake()
        return handed_on(items)

    # -- many cases --------------------------------------------------------------------------

    async def page(self, wanted: Wanted, page: int, presser: Presser) -> CasePage:
        """One page of the server's cases; the last one when there are fewer."""
        async with self._store.transaction() as tx:
            total = await tx.caseload.count(presser.guild_id, wanted)
            pages = max(1, -(-total // PAGE_SIZE))
            page = min(page, pages - 1)
            found = await tx.caseload.page(
                presser.guild_id, wanted, start=page * PAGE_SIZE, size=PAGE_SIZE
            )
            return CasePage(await lines_of(tx, found), page, pages, total)

    async def suggestions(self, typed: str, presser: Presser) -> list[CaseLine]:
        """The newest cases whose numbers begin with what was typed; none for anything else."""
        digits = typed.strip().removeprefix("#")
        if digits and not digits.isdecimal():
            return []
        async with self._store.transaction() as tx:
            found = await tx.caseload.beginning_with(presser.guild_id, digits, limit=_SUGGESTED)
            return list(await lines_of(tx, found))


async def _unresolved(tx: Transaction, case_id: int, presser: Presser) -> CaseRecord:
    """The case, which nobody else has. Raises HinderedError."""
    case = await own_case(tx, case_id, presser.guild_id)
    progress = case.progress
    if progress.state is CaseState.RESOLVED:
        raise HinderedError(Hindrance.RESOLVED, who=progress.by)
    if progress.holder not in (None, presser.id):
        raise HinderedError(Hindrance.TAKEN, who=progress.holder)
    return case


def _reason(case: CaseRecord, items: Sequence[EvidenceItem]) -> Reason:
    newest = newest_finding(case, items)
    return Reason(newest.rules, phrase_of(newest.words))


async def record(
    tx: Transaction,
    case: CaseRecord,
    what: Act,
    presser: Presser,
    *,
    words: str | None = None,
    **facts: Any,
) -> None:
    """Put it into the case's chain, and have the alert show it."""
    about = f"{what}:{case.items + 1}"
    draft = action_draft(what, by=presser.id, about=about, source=MODERATOR, words=words, **facts)
    await tx.evidence.append(case.id, [draft])
    await tx.outbox.refresh_alert(case.id)


async def lines_of(tx: Transaction, found: Sequence[CaseRecord]) -> tuple[CaseLine, ...]:
    """The cases as a list shows them."""
    forwarding = await tx.evidence.forwarding([case.id for case in found])
    return tuple(
        CaseLine(
            id=case.id,
            level=case.level,
            categories=case.categories,
            offender_id=case.offender_id,
            progress=case.progress,
            opened_at=case.opened_at,
            findings=case.findings,
            is_forwarded=case.id in forwarding,
        )
        for case in found
    )
