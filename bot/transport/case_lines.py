"""How a case's progress and history read, line by line, wherever a moderator meets them."""

from __future__ import annotations

from bot.advice import Language
from bot.domain.case import CaseLine, CaseState, Deed, Earlier, Progress
from bot.domain.evidence import Act
from bot.domain.measure import Measure, Obstacle
from bot.transport.marks import mention, moment
from bot.transport.wording import name

_MEASURES = frozenset(measure.value for measure in Measure)
_ACTS = frozenset(act.value for act in Act)
"""What there is a text for; a chain may hold what a newer version of this program wrote."""
_NOTE = 400


def progress(language: Language, of: Progress) -> str:
    """Who has the case, or how it ended."""
    when = "" if of.since is None else moment(of.since)
    if of.state is CaseState.CLAIMED:
        return language.text("progress.claimed", who=mention(of.holder), when=when)
    if of.state is CaseState.RESOLVED and of.verdict is not None:
        verdict = language.text(f"verdict.{of.verdict.value}")
        return language.text("progress.resolved", verdict=verdict, who=mention(of.by), when=when)
    return language.text(f"progress.{of.state.value}")


def state(language: Language, of: Progress) -> str:
    """The same in a word or two."""
    word = language.text(f"state.{of.state.value}")
    if of.state is CaseState.CLAIMED:
        return language.text("list.held_by", state=word, who=mention(of.holder))
    if of.state is CaseState.RESOLVED and of.verdict is not None:
        return language.text(f"verdict.{of.verdict.value}")
    return word


def earlier(language: Language, cases: tuple[Earlier, ...]) -> str:
    """Earlier cases of the same offender in this server."""
    told = ", ".join(
        f"{language.text('alert.case', case=case.id)} ({state(language, case.progress)})"
        for case in cases
    )
    return language.text("desk.earlier", cases=told)


def line(language: Language, case: CaseLine) -> str:
    """A case in a list."""
    who = mention(case.offender_id)
    if case.is_forwarded:
        who = language.text("list.forwarded", who=who)
    return language.text(
        "list.line",
        case=case.id,
        level=language.text(f"level.{case.level.label}"),
        categories=", ".join(language.text(f"category.{c}") for c in case.categories),
        offender=who,
        state=state(language, case.progress),
        when=moment(case.opened_at),
    )


def is_measure(deed: Deed) -> bool:
    """Whether it was done to somebody, so that an alert shows it too."""
    return deed.what in _MEASURES


def measures(language: Language, deeds: tuple[Deed, ...], *, limit: int) -> list[str]:
    """The newest measures, one line each: only how each ended, where that is known."""
    ended = [d for d in deeds if is_measure(d) and not _is_followed(d, deeds)]
    return [deed_line(language, deed) for deed in ended[-limit:]]


def history(language: Language, deeds: tuple[Deed, ...]) -> list[str]:
    """Everything that was done, oldest first, with notes and reasons quoted."""
    kept = [deed for deed in deeds if not _is_followed(deed, deeds)]
    return ["\n".join((deed_line(language, deed), *_quoted(deed))) for deed in kept]


def deed_line(language: Language, deed: Deed) -> str:
    """One thing that was done."""
    when, who = moment(deed.at), mention(deed.by)
    if deed.by is None and is_measure(deed):
        key = "automatic" if deed.outcome == "done" else "automatic_failed"
        return language.text(f"measure.{key}", when=when, code=deed.detail or "?")
    if is_measure(deed):
        told = language.text(f"measure.line.{deed.what}", when=when, who=who)
        return f"{told}{_ending(language, deed)}"
    if deed.by is None:
        who = language.text("export.report.operator")
    key = deed.what.replace(" ", "_") if deed.what in _ACTS else "other"
    detail = deed.detail or ""
    if deed.what == Act.RESOLVED:
        detail = language.text(f"verdict.{detail}")
    return language.text(f"history.{key}", when=when, who=who, detail=detail, what=deed.what)


def _ending(language: Language, deed: Deed) -> str:
    if deed.outcome == "begun":
        return f" {language.text('measure.begun')}"
    if deed.outcome == "refused":
        return f" {language.text('measure.not_done', reason=deed.detail or Obstacle.FAILED.value)}"
    return ""


def _is_followed(deed: Deed, deeds: tuple[Deed, ...]) -> bool:
    """Whether a later entry says how this beginning ended."""
    return deed.outcome == "begun" and any(
        later.what == deed.what and later.by == deed.by and later.outcome != "begun"
        for later in deeds
        if later.at >= deed.at
    )


def _quoted(deed: Deed) -> list[str]:
    return [] if deed.words is None else [f"> {name(deed.words, limit=_NOTE)}"]
