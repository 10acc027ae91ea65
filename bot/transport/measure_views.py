"""The pages on which a moderator chooses a measure, reads what it will do, and says yes or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.advice import Language
from bot.domain.measure import REMOVALS, TIMEOUT_HOURS, Measure
from bot.services.acting import Ground
from bot.transport.case_ids import doing_id, measure_id, pick_id, press_id
from bot.transport.desk_views import Page
from bot.transport.measures import BarredError, Prepared
from bot.transport.widgets import button, view_of

_OPTIONS = 25
_PICKED = (Measure.INVITE, Measure.DELETE)
"""Measures for which something has to be chosen first."""


def audit_reason(case_id: int, moderator: int) -> str:
    """What stands in Discord's audit log, which many can read: numbers only."""
    return f"NotAlone case {case_id}, decided by moderator {moderator}"


def choice(language: Language, ground: Ground, offered: Sequence[Measure]) -> Page:
    """What can be done in a case."""
    buttons: list[discord.ui.Button[Any]] = []
    for measure in offered:
        for argument in TIMEOUT_HOURS if measure is Measure.TIMEOUT else (0,):
            label = language.text(f"measure.name.{measure.value}", span=span(language, argument))
            custom_id = measure_id(ground.case_id, measure, argument)
            buttons.append(discord.ui.Button(label=label, custom_id=custom_id))
    lines = [language.text("measure.choose", case=ground.case_id), *_caveat(language, ground)]
    return Page("\n\n".join(lines), view_of(*buttons))


def _caveat(language: Language, ground: Ground) -> list[str]:
    """That whoever is to be acted on may be the one who calls for help."""
    return [f"**{language.text('alert.forwarded')}**"] if ground.is_forwarded else []


def span(language: Language, hours: int) -> str:
    """A number of hours as people say it."""
    if hours % 24 or hours == 24:  # noqa: PLR2004 - of a day
        return language.text("measure.hours", count=hours)
    return language.text("measure.days", count=hours // 24)


def needs_picking(measure: Measure, argument: str) -> bool:
    """Whether it has to be chosen first what the measure is about."""
    return measure in _PICKED and argument == "0"


def invite_menu(language: Language, case_id: int, invites: Sequence[discord.Invite]) -> Page:
    """The invites that the offender made."""
    options = [discord.SelectOption(label=i.code, value=i.code) for i in invites[:_OPTIONS]]
    return _menu(language, "measure.pick_invite", pick_id(case_id, Measure.INVITE), options)


def message_menu(language: Language, ground: Ground) -> Page:
    """The offender's preserved messages, by time; their words are for those who ask for them."""
    options = [
        discord.SelectOption(
            label=language.text(
                "measure.message_option", number=number, when=f"{written.at:%Y-%m-%d %H:%M} UTC"
            ),
            value=str(written.message_id),
        )
        for number, written in enumerate(ground.messages[:_OPTIONS], start=1)
    ]
    custom_id = pick_id(ground.case_id, Measure.DELETE)
    return _menu(language, "measure.pick_message", custom_id, options)


def _menu(
    language: Language, key: str, custom_id: str, options: list[discord.SelectOption]
) -> Page:
    menu: discord.ui.Select[Any] = discord.ui.Select(custom_id=custom_id, options=options)
    return Page(language.text(key), view_of(menu))


def confirmation(
    language: Language,
    ground: Ground,
    measure: Measure,
    argument: str,
    prepared: Prepared,
    *,
    moderator: int,
    token: int,
) -> Page:
    """What will happen, before it does."""
    reason = audit_reason(ground.case_id, moderator)
    values = dict(prepared.values)
    if measure is Measure.TIMEOUT:
        values["span"] = span(language, int(argument))
    key = f"{measure.value}_erased" if prepared.is_last_copy else measure.value
    lines = [*_caveat(language, ground), language.text(f"measure.will.{key}", **values)]
    if measure is not Measure.PAUSE:  # Discord takes no reason there
        lines.append(f"-# {language.text('measure.confirm', reason=reason)}")
    do_it = doing_id(ground.case_id, measure, argument, token)
    buttons = [button(language, "button.do_it", do_it, discord.ButtonStyle.danger)]
    if measure is Measure.DELETE:
        lines.append(language.text("measure.confirm_delete"))
    if measure in REMOVALS and not ground.is_reported:
        lines.append(language.text("measure.reported_first"))
        buttons.append(button(language, "button.report", press_id("report", ground.case_id)))
    return Page("\n\n".join(lines), view_of(*buttons))


def report_first(language: Language, case_id: int) -> Page:
    """That a removal has to wait until it was reported, and how that is done."""
    return Page(
        language.text("measure.reported_first"),
        view_of(
            button(language, "button.report", press_id("report", case_id)),
            button(language, "button.was_reported", press_id("reported", case_id)),
        ),
    )


def barred(language: Language, error: BarredError) -> str:
    """Why a measure cannot be taken, and what to do instead."""
    values = dict(error.values)
    if "permission" in values:
        values["permission"] = language.text(f"permission.{values['permission']}")
    return language.text(f"measure.obstacle.{error.obstacle.value}", **values)
