"""What a person can do about what is kept of them: see it, take it along, have it erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.domain.evidence import Act, content_digest
from bot.services.custody import BOT, action_draft
from bot.services.restraint import Limit
from bot.storage import Place, Record, Store, Transaction

_SALT = "00" * 16


@dataclass(frozen=True, slots=True)
class Overview:
    """How much is kept about a person, as far as they may know."""

    kept: int
    told: int
    sent: int
    words: int
    named: int
    work: int
    """What they did as a moderator, and changes of settings."""
    messages_off: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see or to erase."""
        return not any((self.kept, self.told, self.sent, self.words, self.named, self.work))

    @property
    def is_erasable(self) -> bool:
        """Whether there is something that `erase` takes."""
        return bool(self.kept or self.words)


class Privacy:
    """The use cases of whoever asks what is kept about them.

    Nothing here lets anybody find out that they are suspected, or that somebody asked for help:
    to whoever wrote a threat, and to their other accounts, it says the same as to whoever never
    wrote anything.
    """

    def __init__(
        self, store: Store, *, wake: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._wake = wake
        self.limit = Limit(clock)
        """To be asked before anything here: every use reads the whole evidence."""

    async def overview(self, person_id: int) -> Overview:
        """How much is kept. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            records = await tx.records.of(person_id)
            return Overview(
                kept=len(records),
                told=sum(len(record.shared) for record in records),
                sent=len(await tx.personal.sent(person_id)),
                words=len(await tx.personal.words(person_id)),
                named=await tx.personal.named(person_id),
                work=await tx.personal.work(person_id)
                + len(await tx.personal.settings_changed(person_id)),
                messages_off=bool(await tx.memory.opted_out([person_id])),
            )

    async def export(self, person_id: int) -> dict[str, Any]:
        """Everything that they may have, ready to be written as JSON. StoreUnavailableError."""
        async with self._store.transaction() as tx:
            return {
                "made_at": tx.now.isoformat(),
                "account": str(person_id),
                "messages_off": bool(await tx.memory.opted_out([person_id])),
                "kept_by_you": [_record(r) for r in await tx.records.of(person_id)],
                "sent_to_you": [
                    {"server": str(s.guild_id), "state": s.state.value, "at": s.at.isoformat()}
                    | ({"you_answered": s.answer} if s.answer else {})
                    for s in await tx.personal.sent(person_id)
                ],
                "written_by_you": await _words(tx, person_id),
                "done_by_you": await tx.personal.acts(person_id),
                "set_by_you": await tx.personal.settings_changed(person_id),
                "cases_that_name_you": await tx.personal.named(person_id),
            }

    async def erase(self, person_id: int) -> int:
        """Erase what they kept and what they wrote; how many messages. StoreUnavailableError.

        Not what they did as a moderator, or set: others must be able to look at that later.

        Each case keeps on record that words were erased, so that its chain stays whole, and its
        alert says so.
        """
        async with self._store.transaction() as tx:
            erased = await tx.records.erase(person_id)
            places = await tx.personal.words(person_id)
            for case_id, items in _by_case(places).items():
                draft = action_draft(
                    Act.WORDS_ERASED,
                    by=person_id,
                    about=f"erased:{person_id}:{tx.now.isoformat()}"[:64],
                    source=BOT,
                    items=items,
                )
                await tx.evidence.append(case_id, [draft])
                await tx.outbox.refresh_alert(case_id)
            await tx.personal.blank(places)
        self._wake()
        return erased + len(places)


def _by_case(places: list[Place]) -> dict[int, list[int]]:
    """The numbers of the items, by case; cases in one order, so that nobody waits in a ring."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in sorted(places, key=lambda place: place.case_id):
        found[place.case_id].append(place.seq)
    return found


async def _words(tx: Transaction, person_id: int) -> list[dict[str, Any]]:
    places = await tx.personal.words(person_id)
    wanted = {(place.case_id, place.seq): place.guild_id for place in places}
    found = []
    for case_id in sorted({place.case_id for place in places}):
        for item in await tx.evidence.items(case_id):
            if (case_id, item.seq) in wanted:
                content = {k: v for k, v in (item.content or {}).items() if k != "mentions"}
                server = str(wanted[case_id, item.seq])
                found.append({"server": server, "facts": item.facts, "content": content})
    return found


def _record(record: Record) -> dict[str, Any]:
    """A record with the fingerprint of its content: SHA-256 as in the evidence of a case.

    Not the number of the case: told by one account of an offender, of what the other one wrote, it
    would say whether there was a case before.
    """
    return {
        "kept_at": record.kept_at.isoformat(),
        "message": record.content,
        "sha256": content_digest(record.content, _SALT),
        "shown_to_moderators": [{"server": str(s.guild_id), "at": s.at} for s in record.shared],
    }
