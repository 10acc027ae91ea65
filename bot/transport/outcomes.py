"""What Discord's answers, and its silences, mean for a delivery."""

from __future__ import annotations

import discord

from bot.domain.delivery import Outcome, Postponed, Refused

_OPENING_TOO_FAST = 40003
_QUARANTINED = 20026
_BREAKS = {_OPENING_TOO_FAST: 600.0, _QUARANTINED: 6 * 3600.0}
"""Seconds for which no direct message is opened after Discord said so, by its error code."""
UNKNOWN_CHANNEL = 10003
MISSING_PERMISSIONS = 50013
_SERVER_ERROR = 500


class UndeliverableError(Exception):
    """There is nowhere to send it; found out without asking Discord."""

    def __init__(self, code: int, explanation: str) -> None:
        self.refusal = Refused(code, explanation)
        super().__init__(explanation)


class NotYetError(Exception):
    """Discord has not announced the server yet, after a start or in an outage."""


def refusal(error: discord.HTTPException) -> Outcome:
    """What Discord's answer means for the delivery."""
    if error.code in _BREAKS:
        return Postponed("opening_stopped", seconds=_BREAKS[error.code], breaker=True)
    if error.status >= _SERVER_ERROR:
        return Postponed(f"http_{error.status}", uncertain=True)
    if error.status == 429:  # noqa: PLR2004 - Too Many Requests
        return Postponed("rate_limited", tried=False)
    return Refused(error.code, f"http_{error.status}")
