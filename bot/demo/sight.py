"""What people read in the sandbox: mentions, channels and times as Discord shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.sandbox import Message, Server

_PERSON = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_CHANNEL = re.compile(r"<#(\d+)>")
_TIME = re.compile(r"<t:(\d+):(\w)>")


def readable(message: Message, server: Server) -> str:
    """Everything that can be read in a message, then its buttons, one line each."""
    return "\n".join((shown(message.text, server), *(f"[{label}]" for label in message.buttons)))


def shown(text: str, server: Server) -> str:
    """The text as Discord's client shows it."""
    people = {member.user.id: member.user.name for member in server.members.values()}
    roles = {role.id: role.name for role in server.roles.values()}
    channels = {channel.id: channel.name for channel in server.channels.values()}
    text = _PERSON.sub(lambda m: f"@{people.get(int(m[1]), 'someone')}", text)
    text = _ROLE.sub(lambda m: f"@{roles.get(int(m[1]), 'role')}", text)
    text = _CHANNEL.sub(lambda m: f"#{channels.get(int(m[1]), 'channel')}", text)
    return _TIME.sub(_time, text)


def _time(match: re.Match[str]) -> str:
    moment = datetime.fromtimestamp(int(match[1]), UTC)
    if match[2] == "R":
        seconds = max(0, round((datetime.now(UTC) - moment).total_seconds()))
        return f"{seconds} second{'s' * (seconds > 1)} ago" if seconds else "now"
    return f"{moment:%d %B %Y %H:%M} UTC"
