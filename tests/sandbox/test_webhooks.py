"""Webhooks write under names of their own, without being members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import Webhook

if TYPE_CHECKING:
    from tests.sandbox.conftest import MakeLab


async def test_a_message_says_whether_a_webhook_wrote_it(lab_with: MakeLab) -> None:
    async with lab_with() as lab:
        server = lab.sandbox.create_server("Harbour")
        general, ava = server.create_channel("general"), server.join("ava")
        bot = await lab.connect()
        webhook = Webhook(general, "news")
        await webhook.posts("from a program", embeds=[{"type": "rich", "title": "t"}])
        await ava.writes("from a person", channel=general)
        await lab.sandbox.wait_for(lambda: len(bot.heard) == 2)
        assert [(m.webhook_id, m.author.bot) for m in bot.heard] == [
            (webhook.id, True),
            (None, False),
        ]
        assert [e.title for e in bot.heard[0].embeds] == ["t"]
