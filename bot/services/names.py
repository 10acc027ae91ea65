"""Names by which rows are found again after a restart, and for how long they count."""

from datetime import timedelta

DIRECT_MESSAGES = "direct_messages"
"""The breaker that stops new direct messages."""
BUDGET = "budget"
"""Why a delivery waits: too many direct messages lately."""
OFFER_COOLDOWN = timedelta(hours=1)
"""A channel gets a *Private help* offer at most once in this time."""
