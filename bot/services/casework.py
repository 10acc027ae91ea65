"""What moderators do with a case: see it, open its evidence, offer help to someone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.domain.case import CaseView, Deed, Reached
from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.evidence import Act, EvidenceItem, ItemKind, first_fault, sound
from bot.domain.message import Person
from bot.services.custody import MODERATOR, action_draft
from bot.services.names import DIRECT_MESSAGES, OFFER_COOLDOWN
from bot.storage import Store, Transaction
from bot.storage.cases import CaseRecord

_EARLIER = 3
"""How many earlier cases an alert names."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A case's evidence as a moderator is shown it, and whether its chain is intact."""

    case_id: int
    items: tuple[EvidenceItem, ...]
    fault: str | None


class NewestFinding(NamedTuple):
    """What a case's newest assessment says; `words` are those that fired its `rules`."""

    rules: tuple[str, ...]
    words: tuple[str, ...]
    channel_id: int
    message_id: int
    happened_at: datetime
    is_forwarded: bool = False
    """Whether its message passes on words that somebody wrote elsewhere."""
    is_elsewhere: bool = False
    """Whether its message was written outside of the case's server."""


class Casework:
    """The moderators' use cases."""

    def __init__(self, store: Store, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    async def show_evidence(self, case_id: int, *, guild_id: int, moderator: int) -> Exhibit:
        """Everything preserved in the case; the look itself is recorded first.

        Raises LookupError when this server has no such case, StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            await own_case(tx, case_id, guild_id)
            at = tx.now.isoformat()
            look = action_draft(
                Act.EVIDENCE_SHOWN, by=moderator, about=f"look:{moderator}:{at}", source=MODERATOR
            )
            await tx.evidence.append(case_id, [look])
            items = await tx.evidence.items(case_id)
            case = await tx.cases.get(case_id)
        fault = first_fault(items, count=case.items, head=case.head)
        return Exhibit(case_id=case_id, items=tuple(items), fault=fault)

    async def offer_help(
        self, case_id: int, people: Sequence[int], *, guild_id: int, moderator: int
    ) -> int:
        """Send the advice that was held back for these people; to how many it goes.

        Whoever turned messages off stays left alone. Raises LookupError, StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            await own_case(tx, case_id, guild_id)
            opted_out = await tx.memory.opted_out(people)
            released = await tx.outbox.release(case_id, set(people) - opted_out)
            if released:
                draft = action_draft(
                    Act.HELP_OFFERED,
                    by=moderator,
                    about=f"offer:{moderator}:{tx.now.isoformat()}",
                    source=MODERATOR,
                    people=released,
                )
                await tx.evidence.append(case_id, [draft])
                await tx.outbox.refresh_alert(case_id)
        self._wake()
        return len(released)


async def own_case(tx: Transaction, case_id: int, guild_id: int) -> CaseRecord:
    """The case of this server, locked until the commit. Raises LookupError."""
    case = await tx.cases.get(case_id)
    if case.guild_id != guild_id:
        raise LookupError("this server has no such case")
    return case


def newest_finding(case: CaseRecord, items: Sequence[EvidenceItem]) -> NewestFinding:
    """What was found last, of the case's sound items; without a place if no finding is sound."""
    found = [item for item in items if item.kind is ItemKind.ASSESSMENT]
    if not found:
        return NewestFinding((), (), 0, 0, case.opened_at)
    facts, content = found[-1].facts, found[-1].content or {}
    messages = [
        item
        for item in items
        if item.message_id == facts["message_id"] and item.kind is ItemKind.MESSAGE
    ]
    return NewestFinding(
        rules=tuple(dict.fromkeys(rule["rule"] for rule in facts["rules"])),
        words=tuple(dict.fromkeys(signal["words"] for signal in content.get("signals", ()))),
        channel_id=facts["channel_id"],
        message_id=facts["message_id"],
        happened_at=datetime.fromisoformat(facts["written_at"]).astimezone(UTC),
        is_forwarded=any(item.facts.get("forwarded_from") for item in messages),
        is_elsewhere=any(item.facts["guild_id"] != case.guild_id for item in messages),
    )


async def case_view(tx: Transaction, case_id: int) -> CaseView:
    """The case as it stands in this transaction. Raises LookupError when there is none."""
    case = await tx.cases.get(case_id)
    advised = await tx.standings.advised(case_id)
    kept = await tx.evidence.items(case_id)
    items = sound(kept)
    names = _names(item for item in items if item.kind is ItemKind.ASSESSMENT)
    newest = newest_finding(case, items)
    people = tuple(Person(i, names.get(i, "")) for i in case.targets)
    return CaseView(
        id=case.id,
        guild_id=case.guild_id,
        level=case.level,
        categories=case.categories,
        offender=Person(case.offender_id, names.get(case.offender_id, "")),
        targets=people,
        aimed_at=frozenset(person for person, aimed in case.targets.items() if aimed),
        reached=tuple(
            Reached(person, standing.state, standing.reason, standing.code, standing.answer)
            for person in people
            if (standing := advised.get(person.id))
        ),
        rules=newest.rules,
        words=newest.words,
        channel_id=newest.channel_id,
        message_id=newest.message_id,
        happened_at=newest.happened_at,
        opened_at=case.opened_at,
        findings=case.findings,
        items=case.items,
        is_forwarded=newest.is_forwarded,
        fault=first_fault(kept, count=case.items, head=case.head),
        edits=case.edits,
        deletions=case.deletions,
        breaker_until=await tx.memory.broken_until(DIRECT_MESSAGES),
        newest_alert=await tx.standings.newest_alert(case_id),
        is_offered=await tx.standings.offered_since(
            newest.channel_id, case.opened_at - OFFER_COOLDOWN, delivered=True
        ),
        progress=case.progress,
        earlier=tuple(await tx.caseload.earlier(case, limit=_EARLIER)),
        deeds=tuple(deeds(items)),
        thread=await tx.standings.thread_of(case_id),
        is_erased=case.data_key is None,
        is_elsewhere=newest.is_elsewhere,
    )


def deeds(items: Iterable[EvidenceItem]) -> Iterator[Deed]:
    """What people did in the case, as its chain records it, oldest first."""
    for item in items:
        facts = item.facts
        if item.kind is ItemKind.DELIVERY and facts["what"] == DeliveryKind.TIMEOUT.value:
            code = facts.get("code")
            yield Deed(
                what=facts["what"],
                by=None,
                at=datetime.fromisoformat(item.recorded_at),
                outcome="done" if facts["outcome"] == DeliveryState.DELIVERED.value else "refused",
                detail=None if code is None else str(code),
            )
        if item.kind not in (ItemKind.ACTION, ItemKind.REPORT):
            continue
        yield Deed(
            what=facts["what"],
            by=facts["by"] or None,
            at=datetime.fromisoformat(item.recorded_at),
            outcome=facts.get("outcome"),
            detail=facts.get("detail"),
            words=(item.content or {}).get("words"),
        )


def _names(assessments: Iterable[EvidenceItem]) -> dict[int, str]:
    names: dict[int, str] = {}
    for item in assessments:
        content: Any = item.content or {}
        names.update({person["id"]: person["name"] for person in content.get("targets", ())})
        names[item.facts["offender_id"]] = content.get("offender_name", "")
    return names
