"""The only module that knows webhooks: names under which a program writes in one channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import posting
from bot.sandbox.messages import Draft, Message
from bot.sandbox.world import User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.channels import Channel
    from bot.sandbox.protocol import Json


class Webhook(User):
    """A webhook of one channel, created by somebody who may; it needs no account."""

    def __init__(self, channel: Channel, name: str) -> None:
        super().__init__(channel.world.snowflakes.next(), name, name, bot=True)
        self.channel = channel

    async def posts(self, text: str = "", *, embeds: Iterable[Json] = ()) -> Message:
        """Write in the webhook's channel."""
        draft = Draft(content=text, embeds=list(embeds), allowed_mentions={"parse": []})
        return posting.post(self.channel, self, draft)
