"""The custom ids of the moderators' controls: what each says about itself after any restart."""

from __future__ import annotations

from bot.domain.assessment import Level
from bot.domain.case import CaseState, Verdict
from bot.domain.measure import Measure
from bot.storage.caseload import Wanted

MINE, ALL, WAITING = "mine", "all", "waiting"


def press_id(what: str, case_id: int) -> str:
    """The custom id of a button that does one thing in a case: claim, release, resolve."""
    return f"na:desk:{what}:{case_id}"


def warned_id(case_id: int, *, token: str) -> str:
    """The custom id of *Show evidence* where a warning comes first; the token marks the alert."""
    return f"na:desk:warn:{case_id}:{token}"


def evidence_id(case_id: int, *, page: int = 0, token: str = "") -> str:
    """The custom id of *Show evidence*; the token marks the alert that it stands under."""
    return f"na:case:evidence:{case_id}:{page}:{token}"


def more_around_id(case_id: int) -> str:
    """The custom id of *More around it*."""
    return f"na:case:around:{case_id}"


def offer_help_id(case_id: int) -> str:
    """The custom id of *Offer help*."""
    return f"na:case:offer:{case_id}"


def offered_people_id(case_id: int) -> str:
    """The custom id of the menu in which a moderator chooses whom to offer help."""
    return f"na:case:offer-to:{case_id}"


def verdict_id(case_id: int, verdict: Verdict) -> str:
    """The custom id of a verdict's button."""
    return f"na:desk:verdict:{case_id}:{verdict.value}"


def form_id(what: str, case_id: int) -> str:
    """The custom id of a form: `note`, or a verdict."""
    return f"na:form:{what}:{case_id}"


def history_id(case_id: int, page: int) -> str:
    """The custom id of a page of a case's history."""
    return f"na:desk:history:{case_id}:{page}"


def list_id(filter_name: str, level: Level, page: int) -> str:
    """The custom id of a page of a server's cases."""
    return f"na:desk:list:{filter_name}:{level.label}:{page}"


def measure_id(case_id: int, measure: Measure, argument: int | str = 0) -> str:
    """The custom id of the button that shows what a measure would do."""
    return f"na:act:ask:{case_id}:{measure.value}:{argument}"


def pick_id(case_id: int, measure: Measure) -> str:
    """The custom id of the menu in which an invite or a message is chosen."""
    return f"na:act:pick:{case_id}:{measure.value}"


def doing_id(case_id: int, measure: Measure, argument: int | str, token: int) -> str:
    """The custom id of *Yes, do it*; the token is the page's own, so that it is done once."""
    return f"na:act:do:{case_id}:{measure.value}:{argument}:{token}"


def unquiet_id(quiet_id: int) -> str:
    """The custom id of *Alert again*."""
    return f"na:rules:lift:{quiet_id}"


def wanted_of(filter_name: str, level: Level, *, moderator: int) -> Wanted:
    """Which cases a filter means: `waiting`, `mine`, `all`, or one of the states."""
    if filter_name == ALL:
        return Wanted(tuple(CaseState), level)
    if filter_name == MINE:
        return Wanted((CaseState.CLAIMED,), level, holder=moderator)
    if filter_name == WAITING:
        return Wanted(level=level)
    return Wanted((CaseState(filter_name),), level)
