"""What a person who was sent advice can answer: this was nothing, or no more of these messages."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.delivery import DeliveryKind, HeldReason
from bot.domain.evidence import Act
from bot.services.custody import PERSON, action_draft
from bot.services.names import OFFER_COOLDOWN
from bot.services.restraint import Limit
from bot.storage import Store
from bot.storage.standings import ASKED

NOTHING = Act.NOTHING


class Support:
    """The use cases of the person whom advice was sent to."""

    def __init__(
        self, store: Store, *, wake: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._wake = wake
        hour = OFFER_COOLDOWN.total_seconds()
        self.unstored_offers = Limit(clock, times=1, seconds=hour)
        """To be asked, by channel, before an offer is made that could not be stored."""

    async def allow_messages(self, *, person_id: int) -> None:
        """Take `stop_messages` back. Raises StoreUnavailableError."""
        async with self._store.transaction() as tx:
            await tx.memory.opt_in(person_id)

    async def this_was_nothing(self, token: str, *, person_id: int) -> bool:
        """Tell the case that the person says so; whether there is one that knows of it now.

        Asks nothing. Raises StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            sent = await tx.standings.by_token(token)
            if sent is None or sent.case_id is None or sent.recipient_id != person_id:
                return False
            if not await tx.outbox.answered(sent.id, NOTHING.value):
                return True
            about = f"answer:{sent.id}:{NOTHING}"
            draft = action_draft(NOTHING, by=person_id, about=about, source=PERSON)
            await tx.evidence.append(sent.case_id, [draft])
            await tx.outbox.refresh_alert(sent.case_id)
        self._wake()
        return True

    async def offer_in_channel(self, *, guild_id: int, channel_id: int) -> None:
        """Have the neutral offer put into a channel where somebody called the bot.

        Not where there was one lately, so that its hour names it, and not who called. Raises
        StoreUnavailableError.
        """
        async with self._store.transaction() as tx:
            if await tx.standings.offered_since(channel_id, tx.now - OFFER_COOLDOWN):
                return
            await tx.outbox.enqueue(
                DeliveryKind.OFFER,
                about=f"{ASKED}:{channel_id}:{tx.now:%Y-%m-%dT%H}",
                token=self._store.token(),
                guild_id=guild_id,
                channel_id=channel_id,
                subject=ASKED,
            )
        self._wake()

    async def stop_messages(self, *, person_id: int) -> None:
        """Never write to this person again unasked, in any server. Raises StoreUnavailableError.

        It is between the person and the bot: no case records it, only that nothing was sent.
        """
        async with self._store.transaction() as tx:
            await tx.memory.opt_out(person_id)
            reason = HeldReason.OPTED_OUT.value
            for case_id in await tx.outbox.withdraw_advice(person_id, reason=reason):
                await tx.outbox.refresh_alert(case_id)
        self._wake()
