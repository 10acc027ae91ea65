"""Handing a case to someone outside: it is recorded to whom, why, and with whose consent."""

from __future__ import annotations

from dataclasses import replace

from bot import __version__
from bot.domain.dossier import Dossier, Purpose
from bot.domain.evidence import Act, Draft
from bot.services.custody import MODERATOR, OPERATOR, action_draft
from bot.storage import Store

_LONGEST = 200


class Exporting:
    """The use case of exporting one case."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def export(
        self, case_id: int, purpose: Purpose, *, guild_id: int | None, moderator: int | None
    ) -> Dossier:
        """Everything preserved in a case, after the export itself was recorded there.

        Without `guild_id` and `moderator`, it is whoever runs the bot who exports. Recipient and
        reason may name people: they are content, erased with the words of the case and not kept
        once those are. Raises LookupError when the server has no such case, StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            case = await tx.cases.get(case_id)
            if guild_id is not None and case.guild_id != guild_id:
                raise LookupError("this server has no such case")
            record = _record(purpose, moderator=moderator, at=tx.now.isoformat())
            if case.data_key is None:
                record = replace(record, content=None)
            await tx.evidence.append(case_id, [record])
            case = await tx.cases.get(case_id)
            return Dossier(
                case_id=case.id,
                guild_id=case.guild_id,
                offender_id=case.offender_id,
                targets=tuple(case.targets),
                aimed_at=frozenset(person for person, aimed in case.targets.items() if aimed),
                level=case.level,
                categories=case.categories,
                state=case.state,
                verdict=case.progress.verdict,
                opened_at=case.opened_at,
                count=case.items,
                head=case.head,
                is_erased=case.data_key is None,
                items=tuple(await tx.evidence.items(case_id)),
                exported_at=tx.now,
                exported_by=moderator,
                purpose=purpose,
                version=__version__,
            )


def _record(purpose: Purpose, *, moderator: int | None, at: str) -> Draft:
    draft = action_draft(
        Act.EXPORTED,
        by=moderator or 0,
        about=f"export:{moderator or OPERATOR}:{at}",
        source=OPERATOR if moderator is None else MODERATOR,
        consent=purpose.consent.value,
    )
    words = {"recipient": purpose.recipient[:_LONGEST], "reason": purpose.reason[:_LONGEST]}
    return replace(draft, content=words)
