"""What moderators are told about many cases at once: reminders and the weekly digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import discord

from bot.advice import Language
from bot.domain.assessment import Level
from bot.domain.delivery import DeliveryState
from bot.domain.review import Digest, Reminder
from bot.transport.case_ids import WAITING, list_id
from bot.transport.marks import moment
from bot.transport.widgets import view_of

_RULES = 10
_HOUR = 3600
_UNREACHED = (DeliveryState.REFUSED, DeliveryState.GAVE_UP)


def reminder(language: Language, of: Reminder, token: str) -> tuple[str, discord.ui.View]:
    """How many cases wait. The button shows them to who presses it, and marks the message.

    Nobody is named: it is never edited, whatever becomes of the cases and of the channel.
    """
    told = [language.text("waiting.heading", total=of.total)]
    if of.levels:
        levels = {language.text(f"level.{lv.label}"): n for lv, n in of.levels.items()}
        told.append(_counted(language, levels))
    return "\n".join(told), _to_the_list(language, token)


def digest(
    language: Language, of: Digest, token: str, titles: Mapping[str, str]
) -> tuple[str, discord.ui.View]:
    """What a week brought."""
    return "\n".join(_digest(language, of, titles)), _to_the_list(language, token)


def _to_the_list(language: Language, token: str) -> discord.ui.View:
    custom_id = f"{list_id(WAITING, Level.NONE, 0)}:{token}"
    label = language.text("button.show_list")
    return view_of(discord.ui.Button(label=label, custom_id=custom_id))


def _digest(language: Language, of: Digest, titles: Mapping[str, str]) -> Iterable[str]:
    yield language.text(
        "digest.heading",
        since=moment(of.since, "D"),
        until=moment(of.until, "D"),
    )
    yield language.text("digest.alerts", opened=of.opened, unresolved=of.unresolved)
    yield _outcomes(language, of)
    yield _reaction(language, of)
    yield language.text(
        "digest.advice",
        delivered=of.advice.get(DeliveryState.DELIVERED, 0),
        refused=sum(of.advice.get(state, 0) for state in _UNREACHED),
    )
    if of.silenced:
        yield language.text("digest.silenced", count=of.silenced)
    if of.rules:
        yield language.text("digest.rules")
    for record in of.rules[:_RULES]:
        rule = language.text(
            "digest.rule",
            rule=titles.get(record.rule, record.rule),
            precision=record.precision,
            judged=record.confirmed + record.false_alarms,
        )
        yield f"- {rule}"


def _outcomes(language: Language, of: Digest) -> str:
    if not of.verdicts:
        return language.text("digest.no_outcomes")
    verdicts = {language.text(f"verdict.{v.value}"): n for v, n in of.verdicts.items()}
    return language.text("digest.outcomes", verdicts=_counted(language, verdicts))


def _counted(language: Language, counts: Mapping[str, int]) -> str:
    """How many of each there are, by what they are called."""
    return " · ".join(
        language.text("digest.count", what=what, count=count) for what, count in counts.items()
    )


def _reaction(language: Language, of: Digest) -> str:
    if of.reaction is None:
        return language.text("digest.no_reaction")
    seconds = of.reaction.total_seconds()
    if seconds < 2 * _HOUR:
        told = language.text("digest.minutes", count=max(1, round(seconds / 60)))
    else:
        told = language.text("digest.hours", count=round(seconds / _HOUR))
    return language.text("digest.reaction", count=of.taken, time=told)
