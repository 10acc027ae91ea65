"""Names by which rows are found again after a restart."""

DIRECT_MESSAGES = "direct_messages"
"""The breaker that stops new direct messages."""
BUDGET = "budget"
"""Why a delivery waits: too many direct messages lately."""
