"""The only module that knows the life of an interaction: sent, answered in time, followed up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox import message_payload, posting, serialise
from bot.sandbox.components import check_modal
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.messages import Draft, Message
from bot.sandbox.offering import context_of, owners_of
from bot.sandbox.permissions import permissions_in
from bot.sandbox.protocol import CallbackType, InteractionType, Json, MessageFlag, MessageType
from bot.sandbox.validation import changes_of, check_message
from bot.sandbox.world import Event

if TYPE_CHECKING:
    from bot.sandbox.channels import Channel
    from bot.sandbox.world import Attachment, User, World

_KEPT_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2 | MessageFlag.EPHEMERAL
_EXTERNAL_FOLLOWUPS = 5
"""Follow-ups of an app that only the person has installed."""
_NEEDS_MESSAGE = {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}


@dataclass(eq=False)
class Interaction:
    """Something a person did with the bot, and everything that the bot made of it."""

    id: int
    token: str
    kind: InteractionType
    user: User
    channel: Channel
    data: Json
    created_at: float
    message: Message | None = None
    answered: CallbackType | None = None
    flags: int = 0
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    updates: int = 0
    refused: ApiError | None = None

    @property
    def messages(self) -> list[Message]:
        """The answer and its follow-ups, in order, without deleted ones."""
        every = [self.original, *self.followups]
        return [m for m in every if m is not None and not m.deleted]

    @property
    def metadata(self) -> Json:
        """What a message says about the interaction that caused it."""
        return {
            "id": str(self.id),
            "type": int(self.kind),
            "user": serialise.user(self.user),
            "authorizing_integration_owners": {},
        }


class Interactions:
    """Sends interactions to the bot and takes its answers.

    Attributes:
        answer_window: Seconds for the first answer, 3 on Discord.
        token_lifetime: Seconds for follow-ups, 15 minutes on Discord.
    """

    def __init__(self, world: World, *, answer_window: float, token_lifetime: float) -> None:
        self.world = world
        self.answer_window = answer_window
        self.token_lifetime = token_lifetime
        self.by_token: dict[str, Interaction] = {}

    def send(
        self,
        kind: InteractionType,
        *,
        user: User,
        channel: Channel,
        data: Json,
        message: Message | None = None,
    ) -> Interaction:
        """Tell the bot what a person did."""
        interaction = Interaction(
            self.world.snowflakes.next(),
            secrets.token_urlsafe(32),
            kind,
            user,
            channel,
            data,
            self.world.clock(),
            message,
        )
        self.by_token[interaction.token] = interaction
        payload = self._payload(interaction)
        server = channel.server
        known = server is not None and self.world.bot.id in server.members
        event = Event("INTERACTION_CREATE", lambda _full: payload, server=server if known else None)
        self.world.publish(event)
        return interaction

    def _payload(self, interaction: Interaction) -> Json:
        channel, user, bot = interaction.channel, interaction.user, self.world.bot
        allowed = str(permissions_in(channel, user))
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(self.world.application_id),
            "type": int(interaction.kind),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": serialise.channel(channel) | {"permissions": allowed},
            "app_permissions": str(permissions_in(channel, bot)),
            "locale": user.locale,
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
        }
        if interaction.message is not None:
            payload["message"] = message_payload.message(interaction.message)
        payload["context"] = context_of(channel)
        payload["authorizing_integration_owners"] = owners_of(channel, user)
        server = channel.server
        if server is None:
            return payload | {"user": serialise.user(user)}
        member = serialise.member(server.members[user.id]) | {"permissions": allowed}
        return payload | {
            "guild_id": str(server.id),
            "guild": {"id": str(server.id), "locale": server.locale, "features": []},
            "guild_locale": server.locale,
            "member": member,
        }

    def answer(
        self, interaction_id: int, token: str, body: Json, *, files: list[Attachment]
    ) -> Interaction:
        """Take the first answer; raises 10062 when late or unknown, 40060 when already answered."""
        interaction = self.by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise ApiError(10062)
        if interaction.answered is not None:
            raise ApiError(40060)
        if self.world.clock() - interaction.created_at > self.answer_window:
            raise ApiError(10062)
        kind, data = CallbackType(int(body["type"])), body.get("data") or {}
        try:
            self._check_kind(interaction, kind)
            self._apply(interaction, kind, data, files)
        except ApiError as error:
            interaction.refused = error
            raise
        interaction.answered = kind
        self.world.changed()
        return interaction

    def _check_kind(self, interaction: Interaction, kind: CallbackType) -> None:
        errors = FormErrors()
        message = "This response type cannot answer this interaction"
        completing = interaction.kind is InteractionType.AUTOCOMPLETE
        if (
            (kind in _NEEDS_MESSAGE and interaction.message is None)
            or (kind is CallbackType.MODAL and interaction.kind is InteractionType.MODAL)
            or completing != (kind is CallbackType.AUTOCOMPLETE)
        ):
            errors.add("type", code="INTERACTION_RESPONSE_TYPE_INVALID", message=message)
        errors.check()

    def _apply(
        self, interaction: Interaction, kind: CallbackType, data: Json, files: list[Attachment]
    ) -> None:
        if kind is CallbackType.MESSAGE:
            check_message(data, files=len(files), prefix="data.")
            interaction.original = self._post(interaction, data, files)
        elif kind is CallbackType.DEFERRED_MESSAGE:
            interaction.flags = int(data.get("flags") or 0)
        elif kind is CallbackType.UPDATE:
            assert interaction.message is not None
            interaction.original = interaction.message
            self._edit(interaction.message, data, files, prefix="data.")
            interaction.updates += 1
        elif kind is CallbackType.DEFERRED_UPDATE:
            interaction.original = interaction.message
        elif kind is CallbackType.MODAL:
            errors = FormErrors()
            check_modal(data, errors)
            errors.check()
            interaction.modal = data | {"components": posting.numbered(data["components"])}
        elif kind is CallbackType.AUTOCOMPLETE:
            errors = FormErrors()
            errors.count("data.choices", len(data.get("choices") or []), most=25)
            errors.check()
            interaction.choices = data.get("choices") or []

    def _post(self, interaction: Interaction, data: Json, files: list[Attachment]) -> Message:
        flags = int(data.get("flags") or 0) & int(_KEPT_FLAGS)
        is_command = interaction.kind is InteractionType.COMMAND
        slash = interaction.data.get("type") == 1
        kind = MessageType.CHAT_INPUT_COMMAND if slash else MessageType.CONTEXT_MENU_COMMAND
        return posting.post(
            interaction.channel,
            self.world.bot,
            Draft(
                content=str(data.get("content") or ""),
                embeds=data.get("embeds") or [],
                components=data.get("components") or [],
                attachments=files,
                flags=flags,
                type=kind if is_command else MessageType.DEFAULT,
                allowed_mentions=data.get("allowed_mentions"),
                interaction=interaction.metadata,
                only_for=interaction.user if flags & MessageFlag.EPHEMERAL else None,
            ),
        )

    def _edit(
        self, message: Message, data: Json, files: list[Attachment], *, prefix: str = ""
    ) -> None:
        changes = changes_of(message, data, files, prefix=prefix)
        posting.edit(message, changes, allowed_mentions=data.get("allowed_mentions"))

    # -- webhook routes ----------------------------------------------------------------------

    def by_webhook(self, token: str) -> Interaction:
        """Return the answered interaction of a token; 50027 when expired, 10015 when unknown."""
        interaction = self.by_token.get(token)
        if interaction is None:
            raise ApiError(10015)
        if self.world.clock() - interaction.created_at > self.token_lifetime:
            raise ApiError(50027)
        if interaction.answered is None:
            raise ApiError(10015)
        return interaction

    def follow_up(self, token: str, body: Json, *, files: list[Attachment]) -> Message:
        """Post a follow-up; the first one after a deferral takes the deferred answer's place."""
        interaction = self.by_webhook(token)
        check_message(body, files=len(files))
        if _is_pending(interaction):
            return self._fill(interaction, body, files)
        is_external = "0" not in owners_of(interaction.channel, interaction.user)
        if is_external and len(interaction.followups) >= _EXTERNAL_FOLLOWUPS:
            raise ApiError(40094)
        message = self._post(interaction, body, files)
        interaction.followups.append(message)
        self.world.changed()
        return message

    def _fill(self, interaction: Interaction, body: Json, files: list[Attachment]) -> Message:
        hidden = interaction.flags & MessageFlag.EPHEMERAL
        flags = int(body.get("flags") or 0) & ~int(MessageFlag.EPHEMERAL) | hidden
        interaction.original = self._post(interaction, body | {"flags": flags}, files)
        self.world.changed()
        return interaction.original

    def find(self, token: str, message_id: str) -> Message:
        """Return a message of the interaction, "@original" or by id; raises 10008."""
        interaction = self.by_webhook(token)
        if message_id == "@original":
            if interaction.original is not None and not interaction.original.deleted:
                return interaction.original
            raise ApiError(10008)
        for message in interaction.messages:
            if str(message.id) == message_id:
                return message
        raise ApiError(10008)

    def edit(self, token: str, message_id: str, body: Json, *, files: list[Attachment]) -> Message:
        """Edit the answer or a follow-up; editing a deferred answer fills it."""
        interaction = self.by_webhook(token)
        if message_id == "@original" and _is_pending(interaction):
            check_message(body, files=len(files))
            return self._fill(interaction, body, files)
        message = self.find(token, message_id)
        self._edit(message, body, files)
        interaction.updates += 1
        self.world.changed()
        return message


def _is_pending(interaction: Interaction) -> bool:
    deferred = interaction.answered is CallbackType.DEFERRED_MESSAGE
    return deferred and interaction.original is None
