"""The forms that moderators fill in: how they are built, and how what was filled in is read.

Like buttons, a form carries its meaning in its custom id and is kept nowhere, so that one that was
open while the bot was restarted can still be sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.advice import Language
from bot.domain.case import Mistake, Verdict
from bot.domain.quiet import Quieted
from bot.transport.case_ids import form_id

REASON, NOTE, WHY, QUIET = "reason", "note", "why", "quiet"
_LABEL, _OPTION = 45, 100
LONGEST = 1000
"""How many characters a note or a reason may have."""


def reason_form(language: Language, case_id: int, verdict: Verdict) -> discord.ui.Modal:
    """Why a case ends with this verdict."""
    title = language.text(
        "form.resolve", case=case_id, verdict=language.text(f"verdict.{verdict.value}")
    )
    field = _text_field(language, REASON, "form.reason", "form.reason_hint")
    return _form(title, form_id(verdict.value, case_id), field)


def note_form(language: Language, case_id: int) -> discord.ui.Modal:
    """What a moderator wants to write down."""
    field = _text_field(language, NOTE, "form.note_label", "form.note_hint")
    return _form(language.text("form.note", case=case_id), form_id("note", case_id), field)


def false_alarm_form(language: Language, case_id: int, rule: str | None) -> discord.ui.Modal:
    """Why it was a false alarm, and what shall be quiet from now on; `rule` is a title."""
    reasons = [
        discord.SelectOption(label=language.text(f"mistake.{m.value}"), value=m.value)
        for m in Mistake
    ]
    fields: list[discord.ui.Label[Any]] = [
        discord.ui.Label(
            text=language.text("form.why")[:_LABEL],
            component=discord.ui.Select(custom_id=WHY, options=reasons),
        )
    ]
    if rule is not None:
        fields.append(_quiet_field(language, rule))
    title = language.text("form.false_alarm", case=case_id)
    return _form(title, form_id(Verdict.FALSE_ALARM.value, case_id), *fields)


def _quiet_field(language: Language, rule: str) -> discord.ui.Label[Any]:
    labels = {
        Quieted.PHRASE: language.text("form.same_words"),
        Quieted.RULES: language.text("form.whole_rule", rule=rule),
    }
    options = [
        discord.SelectOption(label=label[:_OPTION], value=quiet.value)
        for quiet, label in labels.items()
    ]
    return discord.ui.Label(
        text=language.text("form.quiet")[:_LABEL],
        description=language.text("form.quiet_hint"),
        component=discord.ui.Select(
            custom_id=QUIET, options=options, required=False, min_values=0, max_values=1
        ),
    )


def _text_field(language: Language, custom_id: str, label: str, hint: str) -> discord.ui.Label[Any]:
    return discord.ui.Label(
        text=language.text(label)[:_LABEL],
        description=language.text(hint),
        component=discord.ui.TextInput(
            custom_id=custom_id,
            style=discord.TextStyle.paragraph,
            max_length=LONGEST,
            required=True,
        ),
    )


def _form(title: str, custom_id: str, *fields: discord.ui.Label[Any]) -> discord.ui.Modal:
    """A finished form, which discord.py does not keep."""
    form = discord.ui.Modal(title=title[:_LABEL], custom_id=custom_id)
    for field in fields:
        form.add_item(field)
    form.stop()
    return form


def filled_in(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was filled in, by the fields' custom ids; of a text one value, of a menu all chosen."""
    return dict(_fields(data.get("components", ())))


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for component in components:
        if "custom_id" in component:
            values = component.get("values") or [component.get("value") or ""]
            yield component["custom_id"], [str(value) for value in values if value]
        yield from _fields(component.get("components", ()))
        if "component" in component:
            yield from _fields([component["component"]])
