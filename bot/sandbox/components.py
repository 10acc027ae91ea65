"""The only module that knows what Discord accepts as components of messages and modals.

Limits are those of https://docs.discord.com/developers/components/reference.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.sandbox.protocol import SELECTS, ComponentType
from bot.sandbox.reading import walk

if TYPE_CHECKING:
    from bot.sandbox.errors import FormErrors
    from bot.sandbox.protocol import Json

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_ROWS = 5
MAX_OPTIONS = 25
LINK = 5
PREMIUM = 6

_TOP_V2 = frozenset({1, 9, 10, 12, 13, 14, 17})
_IN_CONTAINER = frozenset({1, 9, 10, 12, 13, 14})
_TOP_MODAL = frozenset({1, 10, 18})
_IN_LABEL = frozenset({3, 4, 5, 6, 7, 8, 19, 21, 22, 23})


def check_components(components: list[Json], errors: FormErrors, path: str, *, v2: bool) -> None:
    """Note everything that Discord would refuse in a message's components."""
    if v2:
        _check_totals(components, errors, path)
    else:
        errors.count(path, len(components), most=MAX_ROWS)
    allowed = _TOP_V2 if v2 else frozenset({int(ComponentType.ACTION_ROW)})
    for index, component in enumerate(components):
        _check(component, errors, f"{path}.{index}", allowed=allowed)
    _check_custom_ids(components, errors, path)


def check_modal(data: Json, errors: FormErrors) -> None:
    """Note everything that Discord would refuse in a modal."""
    errors.length("data.title", data.get("title"), least=1, most=45)
    errors.length("data.custom_id", data.get("custom_id"), least=1, most=100)
    components = data.get("components") or []
    errors.count("data.components", len(components), least=1, most=5)
    for index, component in enumerate(components):
        _check(component, errors, f"data.components.{index}", allowed=_TOP_MODAL)
    _check_custom_ids(components, errors, "data.components")


def _check_totals(components: list[Json], errors: FormErrors, path: str) -> None:
    every = list(walk(components))
    if len(every) > MAX_COMPONENTS:
        errors.add(
            path,
            code="BASE_TYPE_BAD_LENGTH",
            message=f"The total number of components cannot exceed {MAX_COMPONENTS}",
        )
    texts = [str(c.get("content") or "") for c in every if c.get("type") == 10]
    if sum(map(len, texts)) > MAX_TEXT:
        errors.add(
            path,
            code="COMPONENT_MAX_TOTAL_TEXT_EXCEEDED",
            message=f"The total text of all components cannot exceed {MAX_TEXT} characters",
        )


def _check_custom_ids(components: list[Json], errors: FormErrors, path: str) -> None:
    ids = Counter(c["custom_id"] for c in walk(components) if c.get("custom_id"))
    for custom_id, times in ids.items():
        if times > 1:
            errors.add(
                path,
                code="COMPONENT_CUSTOM_ID_DUPLICATED",
                message=f"Component custom id cannot be duplicated: {custom_id}",
            )


def _check(component: Json, errors: FormErrors, path: str, *, allowed: frozenset[int]) -> None:
    kind = int(component.get("type", 0))
    if kind not in allowed:
        message = f'Value of field "type" must be one of {tuple(sorted(allowed))}.'
        errors.add(f"{path}.type", code="UNION_TYPE_CHOICES", message=message)
        return
    if "custom_id" in component or _is_interactive(component):
        errors.length(f"{path}.custom_id", component.get("custom_id"), least=1, most=100)
    if kind == ComponentType.BUTTON:
        _check_button(component, errors, path)
    elif kind in SELECTS:
        _check_select(component, errors, path)
    elif kind == ComponentType.ACTION_ROW:
        _check_row(component, errors, path)
    elif kind == ComponentType.TEXT_DISPLAY:
        errors.length(f"{path}.content", component.get("content"), least=1, most=MAX_TEXT)
    elif kind == ComponentType.TEXT_INPUT:
        _check_text_input(component, errors, path)
    else:
        _check_nested(component, errors, path)


def _is_interactive(component: Json) -> bool:
    kind = component.get("type")
    if kind == ComponentType.BUTTON:
        return component.get("style") not in {LINK, PREMIUM}
    return kind in SELECTS or kind == ComponentType.TEXT_INPUT


def _check_button(button: Json, errors: FormErrors, path: str) -> None:
    errors.length(f"{path}.label", button.get("label"), most=80)
    if not button.get("label") and not button.get("emoji") and button.get("style") != PREMIUM:
        message = "A button must have a label or emoji"
        errors.add(path, code="BUTTON_COMPONENT_INVALID_LABEL", message=message)
    if button.get("style") == LINK:
        errors.length(f"{path}.url", button.get("url"), least=1, most=512)


def _check_select(select: Json, errors: FormErrors, path: str) -> None:
    errors.length(f"{path}.placeholder", select.get("placeholder"), most=150)
    if select["type"] != ComponentType.STRING_SELECT:
        return
    options = select.get("options") or []
    errors.count(f"{path}.options", len(options), least=1, most=MAX_OPTIONS)
    for index, option in enumerate(options):
        where = f"{path}.options.{index}"
        errors.length(f"{where}.label", option.get("label"), least=1, most=100)
        errors.length(f"{where}.value", option.get("value"), least=1, most=100)
        errors.length(f"{where}.description", option.get("description"), most=100)
    values = Counter(option.get("value") for option in options)
    if any(times > 1 for times in values.values()):
        message = "The specified option value is already used"
        errors.add(
            f"{path}.options", code="SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message=message
        )


def _check_row(row: Json, errors: FormErrors, path: str) -> None:
    children = row.get("components") or []
    errors.count(f"{path}.components", len(children), least=1, most=5)
    allowed = SELECTS | {int(ComponentType.BUTTON), int(ComponentType.TEXT_INPUT)}
    for index, child in enumerate(children):
        _check(child, errors, f"{path}.components.{index}", allowed=allowed)
    wide = [c for c in children if c.get("type") != ComponentType.BUTTON]
    if wide and len(children) > 1:
        message = "An action row holds up to five buttons or one select"
        errors.add(f"{path}.components", code="COMPONENT_LAYOUT_WIDTH_EXCEEDED", message=message)


def _check_text_input(text_input: Json, errors: FormErrors, path: str) -> None:
    errors.length(f"{path}.label", text_input.get("label"), most=45)
    errors.length(f"{path}.placeholder", text_input.get("placeholder"), most=100)
    errors.length(f"{path}.value", text_input.get("value"), most=MAX_TEXT)


def _check_nested(component: Json, errors: FormErrors, path: str) -> None:
    kind = component["type"]
    if kind == ComponentType.SECTION:
        children = component.get("components") or []
        errors.count(f"{path}.components", len(children), least=1, most=3)
        _check_all(children, errors, path, allowed=frozenset({10}))
        accessory = component.get("accessory") or {}
        _check(accessory, errors, f"{path}.accessory", allowed=frozenset({2, 11}))
    elif kind == ComponentType.CONTAINER:
        _check_all(component.get("components") or [], errors, path, allowed=_IN_CONTAINER)
    elif kind == ComponentType.MEDIA_GALLERY:
        errors.count(f"{path}.items", len(component.get("items") or []), least=1, most=10)
    elif kind == ComponentType.LABEL:
        errors.length(f"{path}.label", component.get("label"), least=1, most=45)
        errors.length(f"{path}.description", component.get("description"), most=100)
        _check(component.get("component") or {}, errors, f"{path}.component", allowed=_IN_LABEL)


def _check_all(
    children: list[Json], errors: FormErrors, path: str, *, allowed: frozenset[int]
) -> None:
    for index, child in enumerate(children):
        _check(child, errors, f"{path}.components.{index}", allowed=allowed)
