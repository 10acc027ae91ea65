"""The only module that knows how a person uses the bot: commands, buttons, menus and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import acting
from bot.sandbox.answers import Answer, Modal, answer_to
from bot.sandbox.commands import CHAT_INPUT, MESSAGE, USER
from bot.sandbox.errors import SandboxError
from bot.sandbox.messages import Message
from bot.sandbox.protocol import InteractionType, Json
from bot.sandbox.world import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.sandbox.acting import FieldValue, Value
    from bot.sandbox.channels import Channel
    from bot.sandbox.interactions import Interaction
    from bot.sandbox.sandbox import Sandbox

PATIENCE = 5.0
"""Seconds that a person waits for the content of a deferred answer."""


class Client(User):
    """What a person's Discord client shows of the bot and sends to it."""

    def __init__(self, sandbox: Sandbox, name: str, *, locale: str = "en-US") -> None:
        super().__init__(sandbox.world.snowflakes.next(), name, name, locale=locale)
        self.sandbox = sandbox

    @property
    def conversation(self) -> Channel:
        """The direct messages between this person and the bot."""
        return self.sandbox.conversation(self)

    def can_see(self, message: Message) -> bool:
        """Return whether this person can read the message now."""
        if message.deleted or message.only_for not in {None, self}:
            return False
        return message.channel.visible_to(self)

    def sees(self, channel: Channel) -> list[Message]:
        """Return the messages that this person can read there, ephemeral ones included."""
        hidden = self.sandbox.world.ephemeral.values()
        private = [m for m in hidden if m.channel is channel]
        every = [*channel.messages.values(), *private]
        return sorted((m for m in every if self.can_see(m)), key=lambda m: m.id)

    def pinged_by(self, channel: Channel) -> list[Message]:
        """Return the messages there that notified this person."""
        return [m for m in self.sees(channel) if self in m.pings]

    async def runs(
        self,
        command: str,
        *,
        channel: Channel | None = None,
        options: Mapping[str, Value] | None = None,
        patience: float = PATIENCE,
        **more_options: Value,
    ) -> Answer:
        """Run a slash command, subcommands separated by spaces; without `channel`, directly.

        Options are given by name, or in `options` when a name is taken (such as `channel`).
        """
        place = channel or self.conversation
        self._must_see(place)
        name, *path = command.split()
        found = acting.find_command(self.sandbox.commands, self, place, name=name, kind=CHAT_INPUT)
        given = {**(options or {}), **more_options}
        data = acting.command_data(found, path=path, options=given, server=place.server)
        return await self._does(InteractionType.COMMAND, place, data, patience=patience)

    async def completes(
        self,
        command: str,
        option: str,
        text: str,
        *,
        channel: Channel | None = None,
        options: Mapping[str, Value] | None = None,
    ) -> list[str]:
        """Begin to type an option of a slash command; returns the completions that are offered."""
        place = channel or self.conversation
        name, *path = command.split()
        found = acting.find_command(self.sandbox.commands, self, place, name=name, kind=CHAT_INPUT)
        data = acting.command_data(
            found,
            path=path,
            options={**(options or {}), option: text},
            server=place.server,
            focused=option,
        )
        answer = await self._does(InteractionType.AUTOCOMPLETE, place, data, patience=PATIENCE)
        return answer.choices

    async def runs_on(
        self,
        target: Message | User,
        command: str,
        *,
        channel: Channel | None = None,
        patience: float = PATIENCE,
    ) -> Answer:
        """Run a message or user command from the context menu."""
        if isinstance(target, Message):
            place, kind = target.channel, MESSAGE
            self._must_read(target)
        else:
            place, kind = channel or self.conversation, USER
            self._must_see(place)
        found = acting.find_command(self.sandbox.commands, self, place, name=command, kind=kind)
        data = acting.menu_data(found, target, place.server)
        return await self._does(InteractionType.COMMAND, place, data, patience=patience)

    async def presses(
        self, on: Message | Answer, button: str, *, patience: float = PATIENCE
    ) -> Answer:
        """Press a button, named by label or custom id."""
        message = self._message_with(on, button)
        data = acting.button_data(message, button)
        return await self._does(
            InteractionType.COMPONENT, message.channel, data, message=message, patience=patience
        )

    async def selects(
        self,
        on: Message | Answer,
        menu: str,
        values: Iterable[str | User | Role | Channel],
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """Choose in a menu, named by custom id or placeholder."""
        messages = [on] if isinstance(on, Message) else on.messages
        named = [
            m for m in messages if any(menu in {s.custom_id, s.placeholder} for s in m.selects)
        ]
        message = (named or messages)[-1]
        self._must_read(message)
        data = acting.select_data(message, menu, values)
        return await self._does(
            InteractionType.COMPONENT, message.channel, data, message=message, patience=patience
        )

    async def submits(
        self,
        form: Answer | Modal,
        values: Mapping[str, FieldValue],
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """Fill in a form and send it; fields are named by custom id or label."""
        modal = form if isinstance(form, Modal) else form.modal
        if modal is None or modal.interaction.user is not self:
            raise SandboxError(f"{self.name} has no form open")
        source: Interaction = modal.interaction
        data = acting.modal_data(modal, values, source.channel.server)
        return await self._does(
            InteractionType.MODAL, source.channel, data, message=source.message, patience=patience
        )

    def _message_with(self, on: Message | Answer, button: str) -> Message:
        messages = [on] if isinstance(on, Message) else on.messages
        if not messages:
            raise SandboxError(f"there is no message with a button {button!r}")
        named = [
            m for m in messages if any(button in {b.label, b.custom_id} for b in m.button_details)
        ]
        message = (named or messages)[-1]
        self._must_read(message)
        return message

    async def _does(
        self,
        kind: InteractionType,
        channel: Channel,
        data: Json,
        *,
        message: Message | None = None,
        patience: float,
    ) -> Answer:
        if not self.sandbox.gateway.connected:
            raise SandboxError("no bot is connected")
        interactions = self.sandbox.interactions
        interaction = interactions.send(
            kind, user=self, channel=channel, data=data, message=message
        )
        window = interactions.answer_window
        return await answer_to(self.sandbox.world, interaction, window=window, patience=patience)

    def _must_see(self, channel: Channel) -> None:
        if not channel.visible_to(self):
            raise SandboxError(f"{self.name} cannot see #{channel.name}")

    def _must_read(self, message: Message) -> None:
        if not self.can_see(message):
            raise SandboxError(f"{self.name} cannot see {message!r}")
