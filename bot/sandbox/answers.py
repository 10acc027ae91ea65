"""The only module that knows what a person gets from the bot after using it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.sandbox.errors import SandboxError
from bot.sandbox.protocol import CallbackType, ComponentType, Json, MessageFlag
from bot.sandbox.reading import texts_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.interactions import Interaction
    from bot.sandbox.messages import Message
    from bot.sandbox.world import World

AnswerKind = Literal["message", "deferred", "update", "modal", "choices"]
_KINDS: dict[CallbackType, AnswerKind] = {
    CallbackType.MESSAGE: "message",
    CallbackType.DEFERRED_MESSAGE: "deferred",
    CallbackType.DEFERRED_UPDATE: "deferred",
    CallbackType.UPDATE: "update",
    CallbackType.MODAL: "modal",
    CallbackType.AUTOCOMPLETE: "choices",
}
_FIELDS = frozenset({3, 4, 5, 6, 7, 8, 19, 21, 22, 23})


@dataclass(frozen=True)
class ModalField:
    """One thing to fill in."""

    custom_id: str
    label: str
    kind: ComponentType
    required: bool
    component: Json


@dataclass(frozen=True)
class Modal:
    """A form that the bot opened for one person."""

    title: str
    custom_id: str
    text: str
    fields: tuple[ModalField, ...]
    interaction: Interaction

    @classmethod
    def of(cls, interaction: Interaction) -> Modal:
        """Read the form that answered an interaction."""
        data = interaction.modal
        assert data is not None
        components = data["components"]
        return cls(
            str(data["title"]),
            str(data["custom_id"]),
            "\n".join((str(data["title"]), *texts_of(components))),
            tuple(_fields(components)),
            interaction,
        )


def _fields(components: list[Json]) -> list[ModalField]:
    found: list[ModalField] = []
    label = ""
    for component in walk(components):
        if component["type"] == ComponentType.LABEL:
            label = str(component["label"])
        elif component["type"] in _FIELDS:
            found.append(
                ModalField(
                    str(component["custom_id"]),
                    str(component.get("label") or label),
                    ComponentType(component["type"]),
                    bool(component.get("required", True)),
                    component,
                )
            )
    return found


@dataclass(frozen=True)
class Answer:
    """What the bot made of one interaction; it goes on to show edits and follow-ups."""

    interaction: Interaction

    @property
    def kind(self) -> AnswerKind:
        """How the bot answered first."""
        assert self.interaction.answered is not None
        return _KINDS[self.interaction.answered]

    @property
    def message(self) -> Message | None:
        """The first message of the answer (the pressed one for an update), None without."""
        return next(iter(self.messages), None)

    @property
    def messages(self) -> list[Message]:
        """The answer and its follow-ups, in order, without deleted ones."""
        return self.interaction.messages

    @property
    def modal(self) -> Modal | None:
        """The form that was opened, None when there is none."""
        return None if self.interaction.modal is None else Modal.of(self.interaction)

    @property
    def text(self) -> str:
        """Everything readable in all messages, or in the form."""
        if self.modal is not None:
            return self.modal.text
        return "\n".join(message.text for message in self.messages)

    @property
    def buttons(self) -> list[str]:
        """The labels of all buttons, in reading order."""
        return [label for message in self.messages for label in message.buttons]

    @property
    def ephemeral(self) -> bool:
        """Whether nobody else sees any of it."""
        if not self.messages:
            return bool(self.interaction.flags & MessageFlag.EPHEMERAL)
        return all(message.ephemeral for message in self.messages)

    @property
    def choices(self) -> list[str]:
        """The names of offered completions."""
        return [str(choice["name"]) for choice in self.interaction.choices]


async def until(world: World, condition: Callable[[], object], *, seconds: float) -> bool:
    """Wait for a condition of the world; returns whether it came true in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        left = end - loop.time()
        if left <= 0:
            return False
        await world.next_change(min(left, 0.05))
    return True


async def answer_to(
    world: World, interaction: Interaction, *, window: float, patience: float
) -> Answer:
    """Wait for what the bot says; raises SandboxError when it says nothing in time.

    Args:
        world: Where changes are told.
        interaction: What the person did.
        window: Seconds for the first answer.
        patience: Seconds for the content after a deferral.
    """
    who = interaction.user.name
    if not await until(world, lambda: interaction.answered is not None, seconds=window + 0.1):
        refused = interaction.refused and interaction.refused.body()
        raise SandboxError(
            f"the bot did not answer {who} within {window} s"
            + (f"; Discord refused what it said: {refused}" if refused else "")
        )
    if interaction.answered is CallbackType.DEFERRED_MESSAGE:
        if not await until(world, lambda: interaction.messages, seconds=patience):
            raise SandboxError(f"the bot deferred and left {who} waiting for {patience} s")
    elif interaction.answered is CallbackType.DEFERRED_UPDATE:
        await until(world, lambda: _is_updated(interaction), seconds=patience)
    return Answer(interaction)


def _is_updated(interaction: Interaction) -> bool:
    """Return whether anything followed a deferred update, by whichever route."""
    pressed = interaction.message
    if pressed is not None and (
        pressed.deleted or (pressed.edited_at or 0) >= interaction.created_at
    ):
        return True
    return bool(interaction.updates or interaction.followups)
