"""The moderators' commands: `/case …` and `/rules`."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import NotAlone
from bot.domain.assessment import Level
from bot.domain.case import CaseLine, Verdict
from bot.transport import desk_views, layouts
from bot.transport.pressing import Recognised
from cogs import case_desk
from cogs.admission import Interaction, Visit, admit

_Case = app_commands.Range[int, 1]
_FILTERS = ("waiting", "mine", "open", "claimed", "reopened", "resolved", "all")


async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """The newest cases whose numbers begin so; to moderators only."""
    visit = Visit(interaction)
    if not visit.is_moderator:
        return []
    found = await visit.parts.desk.suggestions(typed, visit.presser)
    return [app_commands.Choice(name=_named(visit, case), value=case.id) for case in found]


def _named(visit: Visit, case: CaseLine) -> str:
    language = visit.language
    parts = (
        language.text("alert.case", case=case.id),
        language.text(f"level.{case.level.label}"),
        language.text(f"state.{case.progress.state.value}"),
        ", ".join(language.text(f"category.{c}") for c in case.categories),
    )
    return " · ".join(parts)[:100]


@app_commands.default_permissions(moderate_members=True)
@app_commands.guild_only()
class CaseCommands(commands.GroupCog, group_name="case", group_description="Work on cases"):
    """`/case`. Discord offers it to those who may time out members; the bot checks for itself."""

    @app_commands.command(name="list", description="The cases of this server")
    @app_commands.describe(show="Which cases", level="From which level on")
    @app_commands.choices(
        show=[app_commands.Choice(name=name, value=name) for name in _FILTERS],
        level=[
            app_commands.Choice(name=level.label, value=level.label)
            for level in Level
            if level is not Level.NONE
        ],
    )
    async def list_cases(
        self, interaction: Interaction, show: str = "waiting", level: str = "none"
    ) -> None:
        """Show the first page."""
        await admit(interaction, partial(_list, show=show, level=Level[level.upper()]))

    @app_commands.command(description="One case, with everything that can be done about it")
    @app_commands.autocomplete(case=suggest)
    async def show(self, interaction: Interaction, case: _Case) -> None:
        """Show it as its alert does."""
        await admit(interaction, partial(_show, case_id=case))

    @app_commands.command(description="Take a case, so that nobody does the same work")
    @app_commands.autocomplete(case=suggest)
    async def claim(self, interaction: Interaction, case: _Case) -> None:
        """Take it."""
        await admit(interaction, partial(case_desk.claim, case_id=case))

    @app_commands.command(description="Let go of a case, so that somebody else can take it")
    @app_commands.autocomplete(case=suggest)
    async def release(self, interaction: Interaction, case: _Case) -> None:
        """Let go of it."""
        await admit(interaction, partial(case_desk.release, case_id=case))

    @app_commands.command(description="Write a note in a case")
    @app_commands.autocomplete(case=suggest)
    async def note(self, interaction: Interaction, case: _Case) -> None:
        """Open the form."""
        await admit(interaction, partial(case_desk.write_note, case_id=case))

    @app_commands.command(description="Close a case, and say how it ended")
    @app_commands.autocomplete(case=suggest)
    @app_commands.choices(
        outcome=[
            app_commands.Choice(name=verdict.value.replace("_", " "), value=verdict.value)
            for verdict in Verdict
        ]
    )
    async def resolve(self, interaction: Interaction, case: _Case, outcome: str) -> None:
        """Open the form that asks why."""
        verdict = Verdict(outcome)
        await admit(interaction, partial(case_desk.ask_why, case_id=case, verdict=verdict))

    @app_commands.command(description="Work on a resolved case again")
    @app_commands.autocomplete(case=suggest)
    async def reopen(self, interaction: Interaction, case: _Case) -> None:
        """Open it again."""
        await admit(interaction, partial(case_desk.reopen, case_id=case))

    @app_commands.command(description="Looking after yourself, as a moderator")
    async def care(self, interaction: Interaction) -> None:
        """Show the page."""
        await admit(interaction, case_desk.show_care)


async def _list(visit: Visit, show: str, level: Level) -> None:
    await visit.think()
    await visit.show(await case_desk.list_page(visit, show, level, 0))


async def _show(visit: Visit, case_id: int) -> None:
    await visit.think()
    case = await visit.parts.desk.view(case_id, visit.presser)
    look = layouts.alert(visit.language, case, token="", titles=visit.parts.titles, ping=None)
    await visit.interaction.followup.send(view=look, ephemeral=True)


class Rules(commands.Cog):
    """`/rules`: what is quiet in this server."""

    @app_commands.command(description="Which rules are quiet in this server, and why")
    @app_commands.default_permissions(moderate_members=True)
    @app_commands.guild_only()
    async def rules(self, interaction: Interaction) -> None:
        """Show what is quiet."""
        await admit(interaction, _rules)


async def _rules(visit: Visit) -> None:
    await visit.think()
    found = await visit.parts.quieting.shown(visit.presser)
    await visit.show(desk_views.quiets(visit.language, found, visit.parts.titles))


class UnquietButton(
    Recognised,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"na:rules:lift:(?P<quiet>\d+)",
):
    """*Alert again*."""

    async def callback(self, interaction: Interaction) -> None:
        """Let it alert again, and show what is still quiet."""
        await admit(interaction, self._lift)

    async def _lift(self, visit: Visit) -> None:
        await visit.turn()
        was_quiet = await visit.parts.quieting.lift(int(self.parts["quiet"]), visit.presser)
        found = await visit.parts.quieting.shown(visit.presser)
        page = desk_views.quiets(visit.language, found, visit.parts.titles)
        told = visit.language.text("rules.lifted" if was_quiet else "rules.gone")
        await visit.replace(page._replace(text=f"{told}\n\n{page.text}"))


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(CaseCommands())
    await bot.add_cog(Rules())
    bot.add_dynamic_items(UnquietButton)
