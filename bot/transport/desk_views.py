"""The pages of the moderators' desk: each a text and its buttons, for one moderator alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import discord

from bot.advice import Language, Resources
from bot.advice.service import ServiceKind
from bot.domain.assessment import Level
from bot.domain.case import CaseState, CaseView, HinderedError, Hindrance, Verdict
from bot.domain.message import Person
from bot.domain.quiet import Quiet
from bot.services.desk import CasePage
from bot.transport import advice_lines, case_lines
from bot.transport.case_ids import (
    evidence_id,
    history_id,
    list_id,
    offered_people_id,
    press_id,
    unquiet_id,
    verdict_id,
)
from bot.transport.layouts import fitting, jump
from bot.transport.marks import mention, moment
from bot.transport.widgets import button, view_of
from bot.transport.wording import in_line, label

_PAGE = 1800
_QUIETS = 20
_MENU_SIZE = 25
_WORDS = 5
_HOTLINES = 4
_HINDRANCES = {
    Hindrance.TAKEN: "desk.taken",
    Hindrance.RESOLVED: "desk.is_resolved",
    Hindrance.NOT_RESOLVED: "desk.not_resolved",
    Hindrance.NOT_CLAIMED: "desk.not_claimed",
    Hindrance.ERASED: "desk.erased",
    Hindrance.HELD: "desk.held",
    Hindrance.ALREADY_HELD: "keeping.refused.held",
    Hindrance.NOT_HELD: "keeping.refused.not_held",
    Hindrance.SAME_PERSON: "keeping.refused.same_person",
    Hindrance.HOLD_CONFIRMED: "keeping.refused.confirmed",
    Hindrance.OTHER_OPEN: "desk.other_open",
}


class Page(NamedTuple):
    """What one moderator is shown."""

    text: str
    view: discord.ui.View


def hindered(language: Language, error: HinderedError) -> str:
    """Why the case cannot be changed so, and what to do instead."""
    key = _HINDRANCES[error.hindrance]
    return language.text(key, who=mention(error.who), case=error.case)


def verdicts(language: Language, case_id: int) -> Page:
    """How a case can end."""
    return Page(
        language.text("desk.choose_verdict", case=case_id),
        view_of(*(_verdict(language, case_id, verdict) for verdict in Verdict)),
    )


def _verdict(language: Language, case_id: int, verdict: Verdict) -> discord.ui.Button[Any]:
    return button(language, f"button.{verdict.value}", verdict_id(case_id, verdict))


def more(language: Language, case: CaseView) -> Page:
    """Everything that is not under the alert itself."""
    state = case.progress.state
    keys = ["release"] if state is CaseState.CLAIMED else []
    keys += ["reopen"] if state is CaseState.RESOLVED and not case.is_erased else []
    keys += ["act", "report", "note", "history", "care"]
    buttons = [button(language, f"button.{key}", press_id(key, case.id)) for key in keys]
    return Page(language.text("desk.more", case=case.id), view_of(*buttons))


def history(language: Language, case: CaseView, page: int) -> Page:
    """What was done in a case, in pages; a page that does not exist is the last one."""
    lines = case_lines.history(language, case.deeds)
    pages = _packed(lines or [language.text("desk.history_empty")])
    page = min(page, len(pages) - 1)
    turns = {page - 1: "button.previous_page", page + 1: "button.next_page"}
    heading = language.text("desk.history", case=case.id)
    return Page(
        f"{heading}\n{pages[page]}",
        view_of(
            *(
                button(language, key, history_id(case.id, to))
                for to, key in turns.items()
                if 0 <= to < len(pages)
            )
        ),
    )


def _packed(lines: Sequence[str]) -> list[str]:
    """The lines in pages that Discord takes."""
    pages = [""]
    for line in lines:
        if len(pages[-1]) + len(line) > _PAGE:
            pages.append("")
        pages[-1] += f"{line}\n"
    return pages


def cases(language: Language, found: CasePage, *, filter_name: str, level: Level) -> Page:
    """A page of a server's cases, and the way to the others."""
    known = filter_name in ("waiting", "all", "mine")
    named = language.text(f"list.{filter_name}" if known else f"state.{filter_name}")
    heading = language.text(
        "list.heading",
        filter=named,
        total=found.total,
        page=found.page + 1,
        pages=found.pages,
    )
    lines = [case_lines.line(language, case) for case in found.lines]
    turns = {found.page - 1: "button.previous_page", found.page + 1: "button.next_page"}
    return Page(
        "\n".join((heading, *(lines or [language.text("list.empty")]))),
        view_of(
            *(
                button(language, key, list_id(filter_name, level, to))
                for to, key in turns.items()
                if 0 <= to < found.pages
            )
        ),
    )


def people_to_help(language: Language, case_id: int, people: Sequence[Person]) -> Page:
    """To whom the advice could be sent that was held back."""
    shown = people[:_MENU_SIZE]
    menu: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=offered_people_id(case_id),
        max_values=len(shown),
        options=[
            discord.SelectOption(
                label=label(p.name or str(p.id)), description=str(p.id), value=str(p.id)
            )
            for p in shown
        ],
    )
    return Page(language.text("offer.choose"), view_of(menu))


def warning(language: Language, case: CaseView) -> Page:
    """What comes before words that may be hard to read, and what became of the advice."""
    advice = (f"- {line}" for line in advice_lines.lines(language, case))
    return Page(
        fitting((language.text("care.warning", case=case.id), *advice), _PAGE),
        view_of(
            button(language, "button.show_anyway", evidence_id(case.id)),
            button(language, "button.care", press_id("care", case.id)),
        ),
    )


def care(language: Language) -> Page:
    """What moderators can do for themselves."""
    return Page(language.text("care.page"), view_of())


def reporting(
    language: Language, case: CaseView, resources: Resources, *, country: str | None
) -> Page:
    """How to report, step by step, before anything is removed."""
    hotlines = [s for s in resources.for_country(country) if s.kind is ServiceKind.HOTLINE]
    lines = [
        language.text("report.hotline_line", name=service.name, contact=_contact(service))
        for service in hotlines[:_HOTLINES]
    ]
    first = "report.discord_elsewhere" if case.is_elsewhere else "report.discord"
    parts = (
        language.text("report.heading", case=case.id),
        language.text(first),
        "\n".join(
            (language.text("report.hotline"), *(lines or [language.text("report.hotline_none")]))
        ),
        language.text("report.police"),
        language.text("report.then"),
    )
    was_reported = button(language, "button.was_reported", press_id("reported", case.id))
    return Page("\n\n".join(parts), view_of(*_to_message(language, case), was_reported))


def _to_message(language: Language, case: CaseView) -> list[discord.ui.Button[Any]]:
    """The way to it, where moderators can go."""
    if case.is_elsewhere:
        return []
    return [discord.ui.Button(label=language.text("button.go_to_message"), url=jump(case))]


def _contact(service: Any) -> str:
    return str(service.contacts.url or service.contacts.phone or "")


def quiets(language: Language, found: Sequence[Quiet], titles: Mapping[str, str]) -> Page:
    """What is quiet in a server, since when, by whom and why; and the way back."""
    if not found:
        return Page(language.text("rules.empty"), view_of())
    lines = [language.text("rules.heading", total=len(found)), language.text("rules.urgent")]
    buttons: list[discord.ui.Button[Any]] = []
    for number, quiet in enumerate(found[:_QUIETS], start=1):
        told = _quiet(language, quiet, number, titles)
        if sum(map(len, lines)) + len(told) > _PAGE:
            break
        lines.append(told)
        back = button(language, "button.unquiet", unquiet_id(quiet.id))
        back.label = f"{back.label}: {number}"
        buttons.append(back)
    if len(buttons) < len(found):
        lines.append(language.text("rules.rest", count=len(found) - len(buttons)))
    return Page("\n".join(lines), view_of(*buttons))


def _longest(quiet: Quiet) -> list[str]:
    """The words of a phrase that tell most."""
    return sorted(quiet.phrase or (), key=len, reverse=True)[:_WORDS]


def _quiet(language: Language, quiet: Quiet, number: int, titles: Mapping[str, str]) -> str:
    leading = quiet.rules[0]
    words = " · ".join(in_line(word, limit=40) for word in _longest(quiet))
    key = "rules.rule" if quiet.phrase is None else "rules.phrase"
    since = language.text(
        "rules.since",
        when=moment(quiet.since, "d"),
        who=mention(quiet.by),
        case=quiet.case_id,
        why=language.text(f"mistake.{quiet.why.value}"),
        count=quiet.counted,
    )
    told = language.text(
        key,
        number=number,
        rule=titles.get(leading, leading),
        words=words,
        others=len(quiet.rules) - 1,
    )
    return f"{told}\n{since}"
