"""A small Discord on loopback: REST and gateway, for the demo and the end-to-end tests.

The bot's real client connects over real sockets. People are driven from Python::

    async with Sandbox(token="…", message_content=True) as sandbox:
        # sandbox.api_url, .gateway_url, .token, .application_id, .bot
        server = sandbox.create_server("Harbour", owner="olga")      # the bot is a member
        moderators = server.create_role("Moderators")
        general = server.create_channel("general")                   # kind="text|voice|forum"
        alerts = server.create_channel("mod-alerts", visible_to=[moderators, sandbox.bot])
        ava, leo = server.join("ava"), server.join("leo")
        mo = server.join("mo", roles=[moderators])
        await sandbox.ready(commands=True)
        await Webhook(general, "news").posts("…")                    # a program writes
        message = await ava.writes("hi @leo", channel=general, mentions=[leo])
        await ava.edits(message, "…"); await mo.deletes(message); await mo.bans(leo)
        answer = await leo.runs("help-sextortion", channel=general)  # without channel: directly
        answer = await mo.runs("setup alerts", channel=general, options={"channel": alerts})
        names = await mo.completes("case show", "case", "1", channel=general)
        answer = await leo.runs_on(message, "Get help")              # context menu
        answer = await mo.presses(answer, "Show evidence")           # label or custom id
        answer = await mo.selects(answer, "menu", ["value"])
        answer = await mo.submits(answer, {"Note": "text"})          # a form, by label or id
        # answer.kind, .message, .messages, .modal, .ephemeral, .text, .buttons
        await sandbox.wait_for(ava.direct_messages)                  # what the bot sent her
        ava.sees(general)      # messages, ephemeral ones included: .text .buttons .pings .deleted
        await ava.writes_to_bot("hello")
        ava.closes_direct_messages(); ava.blocks_bot(); ava.leaves(server)
        sandbox.quarantined = True; sandbox.conversations_left = 0   # 20026, 40003
        sandbox.faults.fail(method="POST", path=r"/messages$", status=500, times=2)
        sandbox.faults.limit(…); .delay(…); .reset(…); .lose_answer(…)
        await sandbox.gateway.drop(); await sandbox.gateway.reconnect()
        await sandbox.gateway.invalidate(); sandbox.gateway.pause(); sandbox.gateway.resume()
        sandbox.gateway.duplicate_next(); sandbox.gateway.delay_next(0.1)
        sandbox.requests       # Request(method, path, query, json, at, reason, status, code)
        sandbox.media_requests # must stay empty
"""

from bot.sandbox.answers import Answer, Modal, ModalField
from bot.sandbox.channels import Channel
from bot.sandbox.errors import SandboxError
from bot.sandbox.messages import Message
from bot.sandbox.people import Person
from bot.sandbox.protocol import (
    BOT_BY_DEFAULT,
    EVERYONE_BY_DEFAULT,
    MODERATOR_BY_DEFAULT,
    Intent,
    Permission,
)
from bot.sandbox.rest.server import Request
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.servers import Server
from bot.sandbox.webhooks import Webhook
from bot.sandbox.world import Attachment, Member, Role, User

__all__ = [
    "BOT_BY_DEFAULT",
    "EVERYONE_BY_DEFAULT",
    "MODERATOR_BY_DEFAULT",
    "Answer",
    "Attachment",
    "Channel",
    "Intent",
    "Member",
    "Message",
    "Modal",
    "ModalField",
    "Permission",
    "Person",
    "Request",
    "Role",
    "Sandbox",
    "SandboxError",
    "Server",
    "User",
    "Webhook",
]
