"""The only module that knows what a person's client sends when they use commands and components."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from bot.sandbox import message_payload, serialise
from bot.sandbox.channels import Channel
from bot.sandbox.commands import GROUP, SUBCOMMAND, localised
from bot.sandbox.errors import SandboxError
from bot.sandbox.offering import is_offered
from bot.sandbox.protocol import ComponentType, Json
from bot.sandbox.world import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.sandbox.answers import Modal, ModalField
    from bot.sandbox.commands import Commands
    from bot.sandbox.messages import Message
    from bot.sandbox.reading import Select
    from bot.sandbox.servers import Server

Value: TypeAlias = "str | int | float | bool | User | Role | Channel"
FieldValue: TypeAlias = "str | bool | list[str] | User | Role | Channel | list[User]"
_ENTITIES = {6: User, 7: Channel, 8: Role}


def find_command(commands: Commands, user: User, channel: Channel, *, name: str, kind: int) -> Json:
    """Return a command that this person is offered here, by its name or the one in their language.

    Raises SandboxError when there is none.
    """
    place = channel.server.id if channel.server else None
    offered = [c for c in commands.offered(place, kind=kind) if is_offered(c, user, channel)]
    for command in offered:
        if name in {command["name"], localised(command, "name", user.locale)}:
            return command
    names = ", ".join(c["name"] for c in offered) or "none"
    where = f"#{channel.name}" if channel.server else "direct messages"
    raise SandboxError(f"{user.name} is not offered {name!r} in {where}; offered: {names}")


def command_data(
    command: Json,
    *,
    path: list[str],
    options: Mapping[str, Value],
    server: Server | None,
    focused: str | None = None,
) -> Json:
    """Return the data of a slash command, with subcommands in `path` after its name.

    While one option is `focused`, it is being typed: required ones may still be missing.
    """
    described = command.get("options") or []
    levels: list[Json] = []
    for name in path:
        found = [o for o in described if o["name"] == name and o["type"] in {SUBCOMMAND, GROUP}]
        if not found:
            raise SandboxError(f"{command['name']!r} has no subcommand {name!r}")
        levels.append(found[0])
        described = found[0].get("options") or []
    resolved = Resolved(server)
    typing = focused is not None
    given = [o for o in described if _is_given(o, options, typing=typing)]
    filled = [_option(o, options, resolved) for o in given]
    for option in filled:
        if option["name"] == focused:
            option["focused"] = True
    if unknown := set(options) - {o["name"] for o in described}:
        raise SandboxError(f"{command['name']!r} has no option {sorted(unknown)}")
    for level in reversed(levels):
        filled = [{"type": level["type"], "name": level["name"], "options": filled}]
    return _data(command) | {"options": filled} | resolved.payload()


def _data(command: Json) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _is_given(option: Json, options: Mapping[str, Value], *, typing: bool) -> bool:
    if option["type"] in {SUBCOMMAND, GROUP}:
        raise SandboxError(f"name a subcommand, such as {option['name']!r}")
    if option["name"] in options:
        return True
    if option.get("required") and not typing:
        raise SandboxError(f"the option {option['name']!r} is required")
    return False


def _option(option: Json, options: Mapping[str, Value], resolved: Resolved) -> Json:
    value, kind = options[option["name"]], option["type"]
    if isinstance(value, User | Role | Channel):
        if not isinstance(value, _ENTITIES.get(kind, (User, Role))):
            raise SandboxError(f"{option['name']!r} takes no {type(value).__name__}")
        return {"type": kind, "name": option["name"], "value": resolved.add(value)}
    choices = {c["name"]: c["value"] for c in option.get("choices") or []}
    if choices and value not in choices and value not in choices.values():
        raise SandboxError(f"{option['name']!r} offers {sorted(choices)}, not {value!r}")
    chosen = choices.get(value, value) if isinstance(value, str) else value
    return {"type": kind, "name": option["name"], "value": chosen}


def menu_data(command: Json, target: Message | User, server: Server | None) -> Json:
    """Return the data of a message or user command."""
    resolved = Resolved(server)
    resolved.add(target)
    return _data(command) | {"target_id": str(target.id)} | resolved.payload()


class Resolved:
    """Collects the objects that interaction data refers to by id."""

    def __init__(self, server: Server | None = None) -> None:
        self._server = server
        self._found: dict[str, Json] = {}

    def add(self, thing: User | Role | Channel | Message) -> str:
        """Note an object and return its id."""
        key = str(thing.id)
        if isinstance(thing, User):
            self._keep("users", key, serialise.user(thing))
            if self._server is not None and thing.id in self._server.members:
                member = self._server.members[thing.id]
                self._keep("members", key, serialise.member(member, with_user=False))
        elif isinstance(thing, Role):
            self._keep("roles", key, serialise.role(thing))
        elif isinstance(thing, Channel):
            self._keep("channels", key, serialise.channel(thing) | {"permissions": "0"})
        else:
            self._keep("messages", key, message_payload.message(thing))
        return key

    def _keep(self, kind: str, key: str, payload: Json) -> None:
        self._found.setdefault(kind, {})[key] = payload

    def payload(self) -> Json:
        """Return the `resolved` part, nothing when empty."""
        return {"resolved": self._found} if self._found else {}


def button_data(message: Message, label: str) -> Json:
    """Return the data of a press on the button with that label or custom id."""
    for button in message.button_details:
        if label in {button.label, button.custom_id}:
            if button.disabled or button.custom_id is None:
                raise SandboxError(f"the button {label!r} cannot be pressed")
            return {"component_type": int(ComponentType.BUTTON), "custom_id": button.custom_id}
    raise SandboxError(f"no button {label!r}; there are {message.buttons} in {message!r}")


def select_data(
    message: Message, custom_id: str, values: Iterable[str | User | Role | Channel]
) -> Json:
    """Return the data of a choice in the menu with that custom id or placeholder.

    Text options are named by value or label.
    """
    for select in message.selects:
        if custom_id in {select.custom_id, select.placeholder} and not select.disabled:
            resolved = Resolved(message.channel.server)
            values = list(values)
            _check_choice(select, values)
            chosen = [_chosen(select.options, value, resolved) for value in values]
            return {
                "component_type": int(select.kind),
                "custom_id": select.custom_id,
                "values": chosen,
            } | resolved.payload()
    raise SandboxError(f"no menu {custom_id!r} to choose from in {message!r}")


def _check_choice(select: Select, values: list[str | User | Role | Channel]) -> None:
    """Raise SandboxError for what the client does not let a person choose."""
    if not select.least <= len(values) <= select.most:
        raise SandboxError(f"the menu takes {select.least} to {select.most}, not {len(values)}")
    for value in values:
        kinds = select.channel_types
        if isinstance(value, Channel) and kinds and int(value.kind) not in kinds:
            raise SandboxError(f"the menu does not offer {value.name!r}")


def _chosen(options: dict[str, str], value: str | User | Role | Channel, resolved: Resolved) -> str:
    if not isinstance(value, str):
        return resolved.add(value)
    if value in options:
        return value
    for option, label in options.items():
        if label == value:
            return option
    raise SandboxError(f"the menu offers {list(options.values())}, not {value!r}")


def modal_data(modal: Modal, values: Mapping[str, FieldValue], server: Server | None) -> Json:
    """Return the data of a filled form; fields are named by custom id or label."""
    names = {name for field in modal.fields for name in (field.custom_id, field.label)}
    if unknown := set(values) - names:
        raise SandboxError(f"the form has no field {sorted(unknown)}, only {sorted(names)}")
    resolved = Resolved(server)
    filled = {f.custom_id: _filled(f, values, resolved) for f in modal.fields}
    data = modal.interaction.modal
    assert data is not None
    components = [_returned(component, filled) for component in data["components"]]
    return {"custom_id": modal.custom_id, "components": components} | resolved.payload()


def _filled(field: ModalField, values: Mapping[str, FieldValue], resolved: Resolved) -> Json:
    component = field.component
    value = values.get(field.custom_id, values.get(field.label))
    if field.kind is ComponentType.TEXT_INPUT:
        return {"value": _text(field, value)}
    if field.kind is ComponentType.CHECKBOX:
        return {"value": bool(value)}
    if field.kind is ComponentType.RADIO_GROUP:
        return {"value": value}
    options = {str(o["value"]): str(o["label"]) for o in component.get("options", [])}
    given = value if isinstance(value, list) else [] if value is None else [value]
    chosen = [_chosen(options, v, resolved) for v in given if not isinstance(v, bool)]
    if field.required and not chosen:
        raise SandboxError(f"the field {field.label!r} is required")
    return {"values": chosen}


def _text(field: ModalField, value: FieldValue | None) -> str:
    component = field.component
    text = str(component.get("value") or "") if value is None else value
    if not isinstance(text, str):
        raise SandboxError(f"the field {field.label!r} takes text")
    if field.required and not text:
        raise SandboxError(f"the field {field.label!r} is required")
    least, most = component.get("min_length") or 0, component.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise SandboxError(f"the field {field.label!r} takes {least} to {most} characters")
    return text


def _returned(component: Json, filled: dict[str, Json]) -> Json:
    kept: Json = {"type": component["type"], "id": component["id"]}
    if "custom_id" in component:
        return kept | {"custom_id": component["custom_id"]} | filled[component["custom_id"]]
    if "component" in component:
        kept["component"] = _returned(component["component"], filled)
    if "components" in component:
        kept["components"] = [_returned(child, filled) for child in component["components"]]
    return kept
