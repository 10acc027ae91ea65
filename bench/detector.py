"""What the detector alone costs, without Discord around it."""

from __future__ import annotations

import time
from typing import Any

from bench.chat import Chat
from bot.config import ConversationSettings
from bot.detection import Conversations, load_detector, spare_what_stays
from bot.domain.assessment import Level


class Watched:
    """A detector with a memory of conversations, as the whole bot has them by default."""

    def __init__(self, chat: Chat) -> None:
        window = ConversationSettings()
        self._chat = chat
        self._detector = load_detector()
        spare_what_stays()  # as the bot does
        self._conversations = Conversations(
            self._detector,
            minutes=window.minutes,
            per_channel=window.messages_per_channel,
            messages=window.messages,
        )

    def look(self, count: int) -> dict[str, Any]:
        """Processor time per message, and the shares that are judged and that are found."""
        messages = self._chat.messages(count)
        judged = found = 0
        began = time.process_time()
        for message in messages:
            window = self._conversations.observe(message)
            if window is not None:
                judged += 1
                if self._detector.assess(window).level >= Level.MEDIUM:
                    found += 1
        spent = time.process_time() - began
        return {"us": spent / count * 1e6, "judged": judged / count, "found": found / count}
