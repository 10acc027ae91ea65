"""Whether anything that the bot ever sent could have pinged somebody it must not ping.

The bot lacks Discord's permission to mention everyone, here as elsewhere: that nobody was pinged
shows little. What counts is what its requests would have let ping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.sandbox import Request, Role

_WORDS = frozenset({"content", "components", "embeds"})


def assert_nothing_could_ping(requests: Iterable[Request], *, but: Role) -> None:
    """Every message that was sent or edited lets nothing ping, a new one this role at most."""
    for request in requests:
        may_ping = {but.id} if request.method == "POST" else set()
        for message in _messages(request.json):
            allowed = message.get("allowed_mentions", {})
            assert allowed.get("parse") == [], request
            assert not allowed.get("users"), request
            assert not allowed.get("replied_user"), request
            assert set(map(int, allowed.get("roles", ()))) <= may_ping, request


def _messages(body: Any) -> Iterator[dict[str, Any]]:
    """What a request's body would have people read: by itself, as an answer, or to begin a post."""
    if not isinstance(body, dict):
        return
    for part in (body, body.get("data"), body.get("message")):
        is_form = isinstance(part, dict) and "title" in part
        if isinstance(part, dict) and not is_form and _WORDS & part.keys():
            yield part
