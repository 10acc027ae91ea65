"""What somebody does with a message of their own accord: keep it, or tell moderators of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain.assessment import Assessment, Category, Finding, Kind, Level
from bot.domain.delivery import DeliveryKind
from bot.domain.evidence import GENESIS, TOLD, Act, Draft, ItemKind
from bot.domain.message import Message, Person
from bot.services.custody import (
    PERSON,
    action_draft,
    assessment_draft,
    message_draft,
    version,
)
from bot.services.guidance import Look
from bot.storage import Store, Transaction

_log = structlog.get_logger(__name__)

TOLD_TITLE = "Somebody told us of it in private, and agreed that you see it"
"""What moderators read for the rule `TOLD`."""
_RECORDS = 50
"""So many a person may have before they keep another one; what they tell of is kept in any case."""
_A_DAY = 5


class Told(StrEnum):
    """What became of keeping or telling."""

    DONE = "done"
    SHARED = "shared"
    """Kept, and moderators were told of it before."""
    FULL = "full"
    TOO_MANY = "too_many"
    NO_ACCUSATION = "no_accusation"
    """It is a call for help, or passed on: who sent it is nobody to open a case against."""


class Telling:
    """The use cases of a person who shows the bot a message that somebody wrote."""

    def __init__(self, store: Store, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    async def keep(self, look: Look, *, person_id: int) -> Told:
        """Keep it for this person alone; what they kept before stays. StoreUnavailableError."""
        about = version(look.message)
        async with self._store.transaction() as tx:
            if await tx.records.is_shared(person_id, about):
                return Told.SHARED
            is_full = await tx.records.count(person_id) >= _RECORDS
            if is_full and not await tx.records.has(person_id, about):
                return Told.FULL
            await _keep(tx, look.message, person_id)
        return Told.DONE

    async def tell(self, look: Look, *, person: Person, guild_id: int) -> Told:
        """Preserve it in a case against its author, with the consent, and alert the moderators.

        The person keeps a record of what they passed on, however many they have. A few times a day
        and no more; and never a call for help or what was passed on, whose author would be named as
        the one who threatens. Raises StoreUnavailableError.
        """
        if not accuses(look):
            return Told.NO_ACCUSATION
        async with self._store.transaction() as tx:
            if await _told_lately(tx, person.id) >= _A_DAY:
                return Told.TOO_MANY
            await _keep(tx, look.message, person.id)
            case_id = await self._open_case(tx, look, person, guild_id)
            about = version(look.message)
            await tx.records.share(person.id, about, guild_id=guild_id, case_id=case_id)
        _log.info("told", guild=guild_id, case=case_id)
        self._wake()
        return Told.DONE

    async def _open_case(self, tx: Transaction, look: Look, person: Person, guild_id: int) -> int:
        message = look.message
        told = _told(look.assessment, message, person)
        case = await tx.cases.open_or_join(
            guild_id=guild_id, offender_id=message.author.id, head=GENESIS
        )
        fresh = await tx.evidence.append(case.id, _drafts(message, told, person))
        if fresh:
            await tx.cases.join(case, told)
        is_new = await tx.outbox.enqueue(
            DeliveryKind.ALERT,
            about=f"alert:{case.id}:{message.id}:{TOLD}",
            token=self._store.token(),
            guild_id=guild_id,
            case_id=case.id,
        )
        if not is_new:
            await tx.outbox.refresh_alert(case.id)
        return case.id


def accuses(look: Look) -> bool:
    """Whether its author may be named in a case.

    Not of a call for help, by whoever needs it; nor of what they pass on, which was done to them.
    """
    return look.assessment.kind is not Kind.DISCLOSURE and not look.message.is_passed_on


async def _keep(tx: Transaction, message: Message, person_id: int) -> None:
    draft = message_draft(message, kind=ItemKind.MESSAGE, source=PERSON)
    content = {"facts": dict(draft.facts), "content": dict(draft.content or {})}
    await tx.records.keep(person_id, version(message), content)


async def _told_lately(tx: Transaction, person_id: int) -> int:
    """How often the person told moderators within a day, whatever they erased since."""
    since = tx.now - timedelta(days=1)
    return sum(
        1
        for act in await tx.personal.acts(person_id)
        if act["what"] == Act.TOLD_MODERATORS and datetime.fromisoformat(act["at"]) >= since
    )


def _told(assessment: Assessment, message: Message, person: Person) -> Assessment:
    """What moderators are shown: the person's word first, then what the detector says.

    Whom the message names it is aimed at, not whoever tells of it; they are only where it names
    nobody, and then that is not certain.
    """
    is_threat = assessment.kind is Kind.THREAT
    level = max(assessment.level, Level.MEDIUM) if is_threat else Level.MEDIUM
    categories = assessment.categories if is_threat else (Category.OTHER,)
    word = Finding(TOLD, 1, level, categories[0], ())
    return Assessment(
        kind=Kind.THREAT,
        level=level,
        categories=categories,
        offender=message.author,
        targets=assessment.targets or (person,),
        aimed=assessment.aimed,
        score=assessment.score if is_threat else 0.0,
        findings=(word, *(assessment.findings if is_threat else ())),
    )


def _drafts(message: Message, told: Assessment, person: Person) -> list[Draft]:
    """The message, what it was taken for, and that the person agreed to pass it on."""
    what = f"{version(message)}:{person.id}"
    return [
        message_draft(message, kind=ItemKind.MESSAGE, source=PERSON),
        replace(assessment_draft(message, told), about=f"{TOLD}:{what}", source=PERSON),
        action_draft(Act.TOLD_MODERATORS, by=person.id, about=f"consent:{what}", source=PERSON),
    ]
