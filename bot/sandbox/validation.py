"""The only module that knows which messages Discord refuses as malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.components import check_components
from bot.sandbox.errors import ApiError, FormErrors
from bot.sandbox.message_payload import is_v2
from bot.sandbox.protocol import MessageFlag

if TYPE_CHECKING:
    from bot.sandbox.messages import Message
    from bot.sandbox.protocol import Json
    from bot.sandbox.world import Attachment

CONTENT_MAX = 2000
NONCE_MAX = 25
_EMBED_TEXTS = (("title", 256), ("description", 4096))
_EMBED_TOTAL = 6000


def check_message(
    payload: Json, *, files: int = 0, prefix: str = "", forward: bool = False
) -> None:
    """Raise 50035 with every wrong place, or 50006 when there is nothing to send.

    `prefix` is where the message lies in the form ("data." for interaction answers).
    """
    errors = FormErrors()
    _check_content(payload, errors, prefix)
    errors.length(f"{prefix}nonce", str(payload.get("nonce") or ""), most=NONCE_MAX)
    for index, embed in enumerate(payload.get("embeds") or []):
        _check_embed(embed, errors, f"{prefix}embeds.{index}")
    errors.count(f"{prefix}embeds", len(payload.get("embeds") or []), most=10)
    v2 = is_v2(int(payload.get("flags") or 0))
    check_components(payload.get("components") or [], errors, f"{prefix}components", v2=v2)
    errors.check()
    if not forward and not files and not _has_substance(payload):
        raise ApiError(50006)


def _has_substance(payload: Json) -> bool:
    keys = ("embeds", "components", "sticker_ids", "poll", "attachments")
    return bool(str(payload.get("content") or "").strip()) or any(payload.get(k) for k in keys)


def _check_content(payload: Json, errors: FormErrors, prefix: str) -> None:
    errors.length(f"{prefix}content", payload.get("content"), most=CONTENT_MAX)
    if not is_v2(int(payload.get("flags") or 0)):
        return
    for key in ("content", "embeds", "sticker_ids", "poll"):
        if payload.get(key):
            errors.add(
                f"{prefix}{key}",
                code="MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                message=f"'{key}' cannot be used with MessageFlags.IS_COMPONENTS_V2",
            )


def _check_embed(embed: Json, errors: FormErrors, path: str) -> None:
    total = 0
    for key, most in _EMBED_TEXTS:
        errors.length(f"{path}.{key}", embed.get(key), most=most)
        total += len(embed.get(key) or "")
    for outer, inner, most in (("footer", "text", 2048), ("author", "name", 256)):
        text = (embed.get(outer) or {}).get(inner) or ""
        errors.length(f"{path}.{outer}.{inner}", text, most=most)
        total += len(text)
    fields = embed.get("fields") or []
    errors.count(f"{path}.fields", len(fields), most=25)
    for index, field in enumerate(fields):
        errors.length(f"{path}.fields.{index}.name", field.get("name"), least=1, most=256)
        errors.length(f"{path}.fields.{index}.value", field.get("value"), least=1, most=1024)
        total += len(field.get("name") or "") + len(field.get("value") or "")
    if total > _EMBED_TOTAL:
        message = f"Embed size exceeds maximum size of {_EMBED_TOTAL}"
        errors.add(path, code="MAX_EMBED_SIZE_EXCEEDED", message=message)


def changes_of(message: Message, data: Json, files: list[Attachment], *, prefix: str = "") -> Json:
    """Return the attributes that an edit changes, after checking the message that results."""
    flags = message.flags | int(data.get("flags") or 0) & int(MessageFlag.IS_COMPONENTS_V2)
    merged = {
        "content": data.get("content", message.content),
        "embeds": data.get("embeds", message.embeds),
        "components": data.get("components", message.components),
        "flags": flags,
    }
    kept = {int(a["id"]) for a in data.get("attachments") or [] if "id" in a}
    attachments = message.attachments
    if "attachments" in data:
        attachments = [a for a in attachments if a.id in kept]
    attachments = [*attachments, *files]
    check_message(merged, files=len(attachments), prefix=prefix, forward=bool(message.snapshots))
    return {
        "content": merged["content"] or "",
        "embeds": merged["embeds"] or [],
        "components": merged["components"] or [],
        "attachments": attachments,
        "flags": flags,
    }
