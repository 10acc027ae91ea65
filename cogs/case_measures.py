"""The buttons with which moderators act: what could be done, what it would do, and doing it."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord

from bot.client import NotAlone
from bot.domain.measure import Measure, Obstacle
from bot.services.acting import Ground
from bot.transport import measure_views
from bot.transport.measures import BarredError
from cogs.admission import Interaction, OfCase, Visit, admit

_Button = discord.ui.DynamicItem[discord.ui.Button[Any]]
_Menu = discord.ui.DynamicItem[discord.ui.Select[Any]]


class ActButton(OfCase, _Button, template=r"na:desk:act:(?P<case>\d+)"):
    """*Act…*: shows what can be done. Nothing happens yet."""

    async def callback(self, interaction: Interaction) -> None:
        """Show the measures that make sense in this case."""
        await admit(interaction, self._choose)

    async def _choose(self, visit: Visit) -> None:
        await visit.think()
        ground = await visit.parts.acting.ground(self.case_id, visit.presser)
        offered = visit.parts.measures.offered(ground, visit.guild)
        await visit.show(measure_views.choice(visit.language, ground, offered))


class AskButton(
    OfCase, _Button, template=r"na:act:ask:(?P<case>\d+):(?P<measure>\w+):(?P<argument>[\w-]+)"
):
    """A measure: shows what it would do."""

    async def callback(self, interaction: Interaction) -> None:
        """Ask which invite or message, or show what will happen."""
        measure, argument = Measure(self.parts["measure"]), self.parts["argument"]
        await admit(
            interaction, partial(_ask, case_id=self.case_id, measure=measure, argument=argument)
        )


class PickMenu(OfCase, _Menu, template=r"na:act:pick:(?P<case>\d+):(?P<measure>\w+)"):
    """Which invite, or which message."""

    async def callback(self, interaction: Interaction) -> None:
        """Show what will happen to it."""
        measure, argument = Measure(self.parts["measure"]), self.item.values[0]
        await admit(
            interaction, partial(_ask, case_id=self.case_id, measure=measure, argument=argument)
        )


class DoButton(
    OfCase,
    _Button,
    template=(r"na:act:do:(?P<case>\d+):(?P<measure>\w+):(?P<argument>[\w-]+):(?P<token>\d+)"),
):
    """*Yes, do it*."""

    async def callback(self, interaction: Interaction) -> None:
        """Do it, once, and keep it on record."""
        await admit(interaction, self._do)

    async def _do(self, visit: Visit) -> None:
        await visit.turn()
        measure = Measure(self.parts["measure"])
        ground = await visit.parts.acting.ground(self.case_id, visit.presser)
        try:
            told = await _take(
                visit, ground, measure, self.parts["argument"], token=self.parts["token"]
            )
        except BarredError as error:
            told = measure_views.barred(visit.language, error)
        await visit.close(told)


async def _ask(visit: Visit, case_id: int, measure: Measure, argument: str) -> None:
    await visit.think()
    ground = await visit.parts.acting.ground(case_id, visit.presser)
    if measure is Measure.DELETE and not ground.is_reported:
        await visit.show(measure_views.report_first(visit.language, case_id))
        return
    try:
        if measure_views.needs_picking(measure, argument):
            await _pick(visit, ground, measure)
        else:
            await _confirm(visit, ground, measure, argument)
    except BarredError as error:
        await visit.say(measure_views.barred(visit.language, error))


async def _pick(visit: Visit, ground: Ground, measure: Measure) -> None:
    """Let the moderator choose an invite or a message."""
    if measure is Measure.INVITE:
        invites = await visit.parts.measures.invites(ground, visit.member)
        if not invites:
            raise BarredError(Obstacle.NO_INVITE)
        page = measure_views.invite_menu(visit.language, ground.case_id, invites)
    elif not ground.messages:
        raise BarredError(Obstacle.NO_MESSAGE)
    else:
        newest = str(ground.messages[0].message_id)
        await visit.parts.measures.prepare(measure, newest, ground, visit.member)
        page = measure_views.message_menu(visit.language, ground)
    await visit.show(page)


async def _confirm(visit: Visit, ground: Ground, measure: Measure, argument: str) -> None:
    prepared = await visit.parts.measures.prepare(measure, argument, ground, visit.member)
    page = measure_views.confirmation(
        visit.language,
        ground,
        measure,
        argument,
        prepared,
        moderator=visit.presser.id,
        token=visit.interaction.id,
    )
    await visit.show(page)


async def _take(
    visit: Visit, ground: Ground, measure: Measure, argument: str, *, token: str
) -> str:
    """Do it; what the moderator is told. Raises BarredError, which is on record then."""
    acting, case_id = visit.parts.acting, ground.case_id
    prepared = await visit.parts.measures.prepare(measure, argument, ground, visit.member)
    if not await acting.begin(case_id, measure, token, visit.presser, argument=argument):
        return visit.language.text("measure.twice")
    reason = measure_views.audit_reason(case_id, visit.presser.id)
    try:
        await visit.parts.measures.take(measure, prepared, reason=reason)
    except BarredError as error:
        await acting.finish(case_id, measure, token, visit.presser, fault=error.told)
        raise
    await acting.finish(case_id, measure, token, visit.presser, fault=None)
    return visit.language.text("measure.done", case=case_id)


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(ActButton, AskButton, PickMenu, DoButton)
