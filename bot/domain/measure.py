"""What a moderator can do about an offender, and which permission each measure takes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Measure(StrEnum):
    """Something done to a person or a place, only when a moderator asks for it."""

    TIMEOUT = "timeout"
    QUARANTINE = "quarantine"
    BAN = "ban"
    INVITE = "invite"
    """Removes an invite that the offender made."""
    PAUSE = "pause"
    """Stops direct messages between members of the server for a day."""
    LOCK = "lock"
    """Locks the thread in which the threat was written."""
    DELETE = "delete"
    """Deletes a message, once it was reported: afterwards nobody can report it."""


PERMISSION: Mapping[Measure, str] = MappingProxyType(
    {
        Measure.TIMEOUT: "moderate_members",
        Measure.QUARANTINE: "manage_roles",
        Measure.BAN: "ban_members",
        Measure.INVITE: "manage_guild",
        Measure.PAUSE: "manage_guild",
        Measure.LOCK: "manage_threads",
        Measure.DELETE: "manage_messages",
    }
)
"""The permission, as discord.py names it, that the moderator and the bot both need."""

AGAINST_PERSON = frozenset({Measure.TIMEOUT, Measure.QUARANTINE, Measure.BAN})
"""Measures for which moderator and bot must stand above the offender."""

REMOVALS = frozenset({Measure.BAN, Measure.DELETE})
"""Measures before which the way to report is shown, since they make reporting harder."""

TIMEOUT_HOURS = (1, 24, 7 * 24)
LONGEST_TIMEOUT_HOURS = 28 * 24
"""Discord's limit (API reference, "Modify Guild Member")."""
PAUSE_HOURS = 24
"""Discord's limit (API reference, "Modify Guild Incident Actions")."""


class Obstacle(StrEnum):
    """Why a measure cannot be taken; each has a text that says what to do instead."""

    MODERATOR_LACKS = "moderator_lacks"
    BOT_LACKS = "bot_lacks"
    MODERATOR_BELOW = "moderator_below"
    BOT_BELOW = "bot_below"
    ROLE_ABOVE = "role_above"
    IS_OWNER = "is_owner"
    IS_SELF = "is_self"
    GONE = "gone"
    """The offender is no member anymore."""
    NO_ROLE = "no_role"
    NO_INVITE = "no_invite"
    NO_THREAD = "no_thread"
    NO_MESSAGE = "no_message"
    NOT_REPORTED = "not_reported"
    REFUSED = "refused"
    """Discord refused, with a code."""
    FAILED = "failed"
    """Discord could not be reached; whether it was done is unknown."""
