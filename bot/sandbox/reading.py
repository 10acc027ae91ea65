"""The only module that knows what a person can read and press in a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.protocol import SELECTS, ComponentType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.protocol import Json

_SINGLE = ("accessory", "component")


@dataclass(frozen=True)
class Button:
    """A button as a person sees it."""

    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int


@dataclass(frozen=True)
class Select:
    """A select menu as a person sees it; `options` maps value to label (text selects only).

    `chosen` are the values that it shows as chosen; `channel_types` is empty for any.
    """

    custom_id: str
    kind: ComponentType
    placeholder: str
    options: dict[str, str]
    disabled: bool
    least: int = 1
    most: int = 1
    channel_types: tuple[int, ...] = ()
    chosen: tuple[str, ...] = ()


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component, parents first, in reading order."""
    for component in components:
        yield component
        if isinstance(component.get("components"), list):
            yield from walk(component["components"])
        for key in _SINGLE:
            if isinstance(component.get(key), dict):
                yield from walk([component[key]])


def texts_of(components: list[Json]) -> list[str]:
    """Return the contents of the text displays and the descriptions of galleries."""
    texts: list[str] = []
    for component in walk(components):
        if component.get("type") == ComponentType.TEXT_DISPLAY:
            texts.append(str(component.get("content", "")))
        texts.extend(
            str(item["description"])
            for item in component.get("items", [])
            if item.get("description")
        )
    return texts


def buttons_of(components: list[Json]) -> list[Button]:
    """Return the buttons in reading order."""
    return [
        Button(
            label=component.get("label") or str((component.get("emoji") or {}).get("name") or ""),
            custom_id=component.get("custom_id"),
            url=component.get("url"),
            disabled=bool(component.get("disabled")),
            style=int(component.get("style", 1)),
        )
        for component in walk(components)
        if component.get("type") == ComponentType.BUTTON
    ]


def selects_of(components: list[Json]) -> list[Select]:
    """Return the select menus in reading order."""
    return [
        Select(
            custom_id=str(component["custom_id"]),
            kind=ComponentType(component["type"]),
            placeholder=str(component.get("placeholder") or ""),
            options={str(o["value"]): str(o["label"]) for o in component.get("options", [])},
            disabled=bool(component.get("disabled")),
            least=int(component.get("min_values", 1)),
            most=int(component.get("max_values", 1)),
            channel_types=tuple(component.get("channel_types") or ()),
            chosen=_chosen(component),
        )
        for component in walk(components)
        if component.get("type") in SELECTS
    ]


def _chosen(select: Json) -> tuple[str, ...]:
    options = [str(o["value"]) for o in select.get("options", []) if o.get("default")]
    return (*options, *(str(value["id"]) for value in select.get("default_values") or []))


def embed_texts(embed: Json) -> list[str]:
    """Return what is readable in an embed, from top to bottom."""
    parts = [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
    for field in embed.get("fields", []):
        parts += [field.get("name"), field.get("value")]
    parts.append((embed.get("footer") or {}).get("text"))
    return [str(part) for part in parts if part]


def text_of(message: Json) -> str:
    """Return everything readable: in content, embeds, components, snapshots and poll."""
    parts = [str(message.get("content") or "")]
    for embed in message.get("embeds", []):
        parts += embed_texts(embed)
    parts += texts_of(message.get("components", []))
    parts += [text_of(snapshot["message"]) for snapshot in message.get("message_snapshots", [])]
    poll = message.get("poll")
    if poll:
        media = [poll["question"], *(answer["poll_media"] for answer in poll["answers"])]
        parts += [str(each.get("text") or "") for each in media]
    return "\n".join(part for part in parts if part)
