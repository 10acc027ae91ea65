"""The only module that knows how Discord words its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.protocol import Json

KNOWN = {
    0: (404, "404: Not Found"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10006: (404, "Unknown Invite"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10026: (404, "Unknown Ban"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20026: (403, "Your bot has been flagged by our anti-spam system for abusive behavior."),
    40003: (403, "You are opening direct messages too fast"),
    40067: (400, "A tag is required to create a forum post in this channel"),
    40094: (400, "This interaction has reached its maximum number of follow-up messages"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on this channel type"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50016: (400, "Provided too few or too many messages to delete."),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50034: (400, "You can only bulk delete messages that are under 14 days old."),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user"),
    160002: (400, "You cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
}


class SandboxError(AssertionError):
    """Somebody asked for what no person on Discord could do, or the bot did not answer."""


class ApiError(Exception):
    """A refusal as the bot receives it: HTTP status, Discord's code, message and `errors` tree."""

    def __init__(
        self,
        code: int,
        *,
        status: int | None = None,
        message: str | None = None,
        errors: Json | None = None,
    ) -> None:
        known_status, known_message = KNOWN.get(code, (400, "Bad Request"))
        self.code = code
        self.status = known_status if status is None else status
        self.message = known_message if message is None else message
        self.errors = errors
        super().__init__(f"{self.status} {self.code}: {self.message}")

    def body(self) -> Json:
        """Return the JSON that Discord would send."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


class FormErrors:
    """Collects the places where a form is wrong and raises them together as 50035."""

    def __init__(self) -> None:
        self.tree: Json = {}

    def add(self, path: str, *, code: str, message: str) -> None:
        """Note that the dotted `path` is wrong."""
        node = self.tree
        for key in path.split("."):
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, value: object, *, least: int = 0, most: int) -> None:
        """Note a text outside of `least` to `most` characters; None counts as absent."""
        size = len(value) if isinstance(value, str) else 0
        if size > most:
            self.add(
                path,
                code="BASE_TYPE_MAX_LENGTH",
                message=f"Must be {most} or fewer in length.",
            )
        elif size < least:
            self.add(
                path,
                code="BASE_TYPE_BAD_LENGTH",
                message=f"Must be between {least} and {most} in length.",
            )

    def count(self, path: str, value: int, *, least: int = 0, most: int) -> None:
        """Note a list outside of `least` to `most` items."""
        if not least <= value <= most:
            self.add(
                path,
                code="BASE_TYPE_BAD_LENGTH",
                message=f"Must be between {least} and {most} in length.",
            )

    def check(self) -> None:
        """Raise ApiError 50035 when anything was noted."""
        if self.tree:
            raise ApiError(50035, message="Invalid Form Body", errors=self.tree)
