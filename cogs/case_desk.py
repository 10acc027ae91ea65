"""The buttons and forms with which moderators work on cases.

Each carries its case in its custom id, so that it works after any restart. That holds for forms
too: discord.py would forget them, so they are recognised here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import discord
from discord.ext import commands

from bot.client import NotAlone
from bot.domain.assessment import Level
from bot.domain.case import HinderedError, Hindrance, Mistake, Verdict
from bot.domain.quiet import Quieted
from bot.storage import StoreUnavailableError
from bot.transport import desk_views, forms
from bot.transport.case_ids import wanted_of
from bot.transport.help_views import country_of
from bot.transport.marks import moment
from bot.transport.pressing import Recognised
from bot.transport.wording import as_block, fitting, in_line
from cogs.admission import Interaction, OfCase, Visit, admit

_FORM = re.compile(r"na:form:(?P<what>[a-z_]+):(?P<case>\d+)")
_SOON = 1.5
"""Seconds until a form must be there: Discord waits three, and it has to travel."""
_Answer = TypeVar("_Answer")
_Button = discord.ui.DynamicItem[discord.ui.Button[Any]]


async def claim(visit: Visit, case_id: int) -> None:
    """Take a case."""
    await visit.think()
    await visit.parts.desk.claim(case_id, visit.presser)
    await visit.say(visit.language.text("desk.claimed", case=case_id))


async def release(visit: Visit, case_id: int) -> None:
    """Let go of a case."""
    await visit.think()
    await visit.parts.desk.release(case_id, visit.presser)
    await visit.say(visit.language.text("desk.released", case=case_id))


async def reopen(visit: Visit, case_id: int) -> None:
    """Work on a resolved case again."""
    await visit.think()
    await visit.parts.desk.reopen(case_id, visit.presser)
    await visit.say(visit.language.text("desk.reopened", case=case_id))


async def choose_verdict(visit: Visit, case_id: int) -> None:
    """Ask how the case ends."""
    await visit.think()
    await visit.parts.desk.leading_rule(case_id, visit.presser)  # raises where it would be in vain
    await visit.show(desk_views.verdicts(visit.language, case_id))


async def write_note(visit: Visit, case_id: int) -> None:
    """Ask for a note, where the case can take one."""
    case = await _soon(visit.parts.desk.view(case_id, visit.presser))
    if case is not None and case.is_erased:
        raise HinderedError(Hindrance.ERASED)
    await visit.interaction.response.send_modal(forms.note_form(visit.language, case_id))


async def show_more(visit: Visit, case_id: int) -> None:
    """Show what else can be done."""
    await visit.think()
    case = await visit.parts.desk.view(case_id, visit.presser)
    await visit.show(desk_views.more(visit.language, case))


async def show_history(visit: Visit, case_id: int) -> None:
    """Show who did what."""
    await visit.think()
    case = await visit.parts.desk.view(case_id, visit.presser)
    await visit.show(desk_views.history(visit.language, case, 0))


async def show_reporting(visit: Visit, case_id: int) -> None:
    """Show how to report."""
    await visit.think()
    case = await visit.parts.desk.view(case_id, visit.presser)
    country = country_of(visit.interaction.locale)
    page = desk_views.reporting(visit.language, case, visit.parts.resources, country=country)
    await visit.show(page)


async def was_reported(visit: Visit, case_id: int) -> None:
    """Keep on record that it was reported."""
    await visit.think()
    await visit.parts.acting.reported(case_id, visit.presser)
    await visit.say(visit.language.text("report.done"))


async def show_care(visit: Visit, case_id: int = 0) -> None:  # noqa: ARG001 - as all of them
    """Show what moderators can do for themselves."""
    await visit.think()
    await visit.show(desk_views.care(visit.language))


_ANSWERS: dict[str, Callable[[Visit, int], Awaitable[None]]] = {
    "claim": claim,
    "release": release,
    "reopen": reopen,
    "resolve": choose_verdict,
    "note": write_note,
    "more": show_more,
    "history": show_history,
    "report": show_reporting,
    "reported": was_reported,
    "care": show_care,
}


class CaseButton(
    OfCase, _Button, template=rf"na:desk:(?P<what>{'|'.join(_ANSWERS)}):(?P<case>\d+)"
):
    """The buttons that need to know nothing but their case."""

    async def callback(self, interaction: Interaction) -> None:
        """Do what the button says."""
        answer = _ANSWERS[self.parts["what"]]
        await admit(interaction, lambda visit: answer(visit, self.case_id))


class WarningButton(OfCase, _Button, template=r"na:desk:warn:(?P<case>\d+):(?P<token>[0-9a-f]*)"):
    """*Show evidence*, where a warning comes first."""

    async def callback(self, interaction: Interaction) -> None:
        """Warn, and leave the choice."""
        await admit(interaction, self._warn)

    async def _warn(self, visit: Visit) -> None:
        await visit.think()
        case = await visit.parts.desk.view(self.case_id, visit.presser)
        await visit.show(desk_views.warning(visit.language, case))


class HistoryButton(OfCase, _Button, template=r"na:desk:history:(?P<case>\d+):(?P<page>\d+)"):
    """Turning the pages of a history."""

    async def callback(self, interaction: Interaction) -> None:
        """Show that page in the place of this one."""
        await admit(interaction, self._turn)

    async def _turn(self, visit: Visit) -> None:
        await visit.turn()
        case = await visit.parts.desk.view(self.case_id, visit.presser)
        page = int(self.parts["page"])
        await visit.replace(desk_views.history(visit.language, case, page))


class VerdictButton(OfCase, _Button, template=r"na:desk:verdict:(?P<case>\d+):(?P<verdict>\w+)"):
    """How a case ends: opens the form that asks why."""

    async def callback(self, interaction: Interaction) -> None:
        """Ask why."""
        await admit(interaction, partial(ask_why, case_id=self.case_id, verdict=self._verdict))

    @property
    def _verdict(self) -> Verdict:
        return Verdict(self.parts["verdict"])


async def ask_why(visit: Visit, case_id: int, verdict: Verdict) -> None:
    """Open the form of a verdict, where the presser may resolve the case."""
    rule = await _soon(visit.parts.desk.leading_rule(case_id, visit.presser))
    if verdict is not Verdict.FALSE_ALARM:
        form = forms.reason_form(visit.language, case_id, verdict)
    else:
        title = visit.parts.titles.get(rule, rule) if rule else None
        form = forms.false_alarm_form(visit.language, case_id, title)
    await visit.interaction.response.send_modal(form)


async def _soon(asked: Coroutine[Any, Any, _Answer]) -> _Answer | None:
    """What was asked; None where the database takes longer than a form can wait."""
    asking = asyncio.create_task(asked)
    done, _ = await asyncio.wait((asking,), timeout=_SOON)
    if done:
        return asking.result()
    asking.add_done_callback(lambda late: late.cancelled() or late.exception())
    return None


class ListButton(
    Recognised,
    _Button,
    template=r"na:desk:list:(?P<filter>\w+):(?P<level>\w+):(?P<page>\d+)(?::(?P<token>[0-9a-f]*))?",
):
    """The list of cases, from a reminder or a digest, and turning its pages."""

    async def callback(self, interaction: Interaction) -> None:
        """Show that page; in the place of this one where this one is a page too."""
        await admit(interaction, self._show)

    async def _show(self, visit: Visit) -> None:
        await visit.turn()
        page = await list_page(
            visit, self.parts["filter"], Level[self.parts["level"].upper()], int(self.parts["page"])
        )
        await visit.replace(page)


async def list_page(visit: Visit, filter_name: str, level: Level, page: int) -> desk_views.Page:
    """A page of the server's cases."""
    wanted = wanted_of(filter_name, level, moderator=visit.presser.id)
    found = await visit.parts.desk.page(wanted, page, visit.presser)
    return desk_views.cases(visit.language, found, filter_name=filter_name, level=level)


class CaseForms(commands.Cog):
    """Takes the forms that moderators send."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """A form was sent, or something else happened that is none of this cog's business."""
        data: Any = interaction.data or {}
        form = _FORM.fullmatch(str(data.get("custom_id", "")))
        if interaction.type is not discord.InteractionType.modal_submit or form is None:
            return
        fields = forms.filled_in(data)
        take = partial(_take, what=form["what"], case_id=int(form["case"]), fields=fields)
        await admit(interaction, take)


async def _take(visit: Visit, what: str, case_id: int, fields: dict[str, list[str]]) -> None:
    await visit.think()
    try:
        await _store(visit, what, case_id, fields)
    except (HinderedError, LookupError, StoreUnavailableError):
        for written in (*fields.get(forms.NOTE, ()), *fields.get(forms.REASON, ())):
            block = as_block(written, limit=forms.LONGEST)
            await visit.say(f"{visit.language.text('desk.you_wrote')}\n{block}")
        raise


async def _store(visit: Visit, what: str, case_id: int, fields: dict[str, list[str]]) -> None:
    if what == "note":
        await visit.parts.desk.note(case_id, fields[forms.NOTE][0], visit.presser)
        await visit.say(visit.language.text("desk.noted", case=case_id))
    elif what == Verdict.FALSE_ALARM.value:
        await _take_false_alarm(visit, case_id, fields)
    else:
        verdict = Verdict(what)
        await visit.parts.desk.resolve(case_id, verdict, fields[forms.REASON][0], visit.presser)
        told = visit.language.text(f"verdict.{verdict.value}")
        await visit.say(visit.language.text("desk.resolved", case=case_id, verdict=told))


async def _take_false_alarm(visit: Visit, case_id: int, fields: dict[str, list[str]]) -> None:
    quiet = [Quieted(value) for value in fields.get(forms.QUIET, [])]
    handed = await visit.parts.desk.false_alarm(
        case_id,
        Mistake(fields[forms.WHY][0]),
        visit.presser,
        quiet=quiet[0] if quiet else None,
    )
    text = visit.language.text
    lines = (
        text("desk.handed_on", recipient=in_line(each.recipient), when=moment(each.at, "f"))
        for each in handed
    )
    done = text("desk.false_alarm_done", case=case_id)
    await visit.say("\n".join(fitting((done, *lines))))


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(CaseForms())
    bot.add_dynamic_items(CaseButton, WarningButton, HistoryButton, VerdictButton, ListButton)
