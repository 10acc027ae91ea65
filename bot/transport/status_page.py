"""What /status shows: whether a server is watched, what waits, and what needs somebody's care."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import discord

from bot import __version__
from bot.advice import Language, Texts
from bot.services.choices import SETTINGS, as_written
from bot.services.condition import ServerCondition
from bot.services.policies import Policies
from bot.transport.choices_here import lapsed, shown
from bot.transport.inspection import reason_and_remedy
from bot.transport.marks import moment
from bot.transport.places import obstacle
from bot.transport.wording import name

_LONGEST = 3800


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page tells. `condition` is None while the database cannot be used."""

    armed: bool
    condition: ServerCondition | None
    seen_at: datetime | None
    warnings: tuple[str, ...]


def status_page(
    language: Language, languages: Texts, guild: discord.Guild, policies: Policies, facts: Facts
) -> discord.ui.LayoutView:
    """The page, for one moderator."""
    lines = [
        language.text("status.heading", server=name(guild.name)),
        *_watching(language, guild, policies, facts),
        *_work(language, facts),
        *(language.text("status.resources", warning=warning) for warning in facts.warnings),
        *_settings(language, languages, guild, policies),
        language.text("status.version", version=__version__),
    ]
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.TextDisplay("\n".join(lines)[:_LONGEST]))
    layout.stop()
    return layout


def _watching(
    language: Language, guild: discord.Guild, policies: Policies, facts: Facts
) -> Iterator[str]:
    policy = policies.of(guild.id)
    reason = obstacle(guild, policy)
    if reason is not None:
        why, remedy = reason_and_remedy(language, guild, policy, reason)
        key = "status.cannot_alert" if facts.armed else "status.not_armed"
        yield language.text(key, reason=why, remedy=remedy)
    elif facts.armed:
        yield language.text("status.armed")
    else:
        yield language.text("status.not_armed_yet")
    if policy.dry_run:
        yield language.text("status.dry_run")
    if not policies.are_known:
        yield language.text("status.settings_unknown")


def _work(language: Language, facts: Facts) -> Iterator[str]:
    condition = facts.condition
    if facts.seen_at is None:
        yield language.text("status.nothing_seen")
    else:
        yield language.text("status.seen", when=moment(facts.seen_at))
    if condition is None:
        yield language.text("status.database_away")
        return
    if condition.oldest is None:
        yield language.text("status.queue_empty")
    else:
        when = moment(condition.oldest)
        yield language.text("status.queue", count=condition.pending, when=when)
    yield language.text(
        "status.budgets",
        hour=condition.left.server_hour,
        day=condition.left.server_day,
        all=condition.left.bot_hour,
    )
    if condition.breaker_until is not None:
        yield language.text("status.breaker", when=moment(condition.breaker_until))


def _settings(
    language: Language, languages: Texts, guild: discord.Guild, policies: Policies
) -> Iterator[str]:
    values = as_written(policies.settings(guild.id))
    chosen = [
        f"\n- {language.text(f'setup.setting.{key}.name')}: "
        + shown(language, languages, guild, SETTINGS[key], values[key])
        for key in policies.stored(guild.id)
    ]
    if chosen:
        yield language.text("status.different", settings="".join(chosen))
    else:
        yield language.text("status.same")
    settings, faults = policies.settings(guild.id), policies.faults(guild.id)
    yield from lapsed(language, guild, settings, faults)
