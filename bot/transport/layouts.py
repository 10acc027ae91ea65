"""What the bot's messages look like: texts and buttons, with nothing that can ping or unfurl.

Buttons carry their meaning in their custom ids, which the cogs' `DynamicItem`s recognise after any
restart; so views are sent finished, and discord.py keeps none of them in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord

from bot.advice import Language, direct_message
from bot.domain.assessment import Level
from bot.domain.case import CaseState, CaseView, Thread
from bot.domain.delivery import DeliveryState
from bot.domain.evidence import Act
from bot.transport import advice_lines, case_lines
from bot.transport.case_ids import evidence_id, offer_help_id, press_id, warned_id
from bot.transport.marks import moment
from bot.transport.widgets import button, view_of
from bot.transport.wording import in_line, name

PRIVATE_HELP = "na:help:open"
MORE_HELP = "na:help:more"
NOT_SAFE = "na:help:unsafe"
HIDE = "na:help:hide"
STOP_MESSAGES = "na:help:stop"
ALLOW_MESSAGES = "na:help:allow"

_TAG_DEMANDED = 40067

_COLOURS = {
    Level.LOW: 0x808080,
    Level.MEDIUM: 0xE0A030,
    Level.HIGH: 0xD04020,
    Level.URGENT: 0x8000A0,
}
_ROOM = 3900
"""Characters in one message of components, with some to spare: Discord takes 4,000."""
_MEASURES_SHOWN = 3
_WORDS_SHOWN = 5
_SHORTEST_TELLING = 4


def was_nothing_id(token: str) -> str:
    """The custom id of *This was nothing* under the advice with this token."""
    return f"na:advice:nothing:{token}"


def advice(
    language: Language, *, server: str, token: str, urgent: bool
) -> tuple[str, discord.ui.View]:
    """The direct message to a target: text and buttons, first the one that is needed most."""
    text = direct_message(language, server=name(server, limit=80), urgent=urgent)
    help_, not_safe = ("button.more_help", MORE_HELP), ("button.not_safe", NOT_SAFE)
    first, second = (not_safe, help_) if urgent else (help_, not_safe)
    buttons = view_of(
        button(language, *first, discord.ButtonStyle.primary),
        button(language, *second),
        button(language, "button.was_nothing", was_nothing_id(token)),
        button(language, "button.stop_messages", STOP_MESSAGES),
        button(language, "button.hide", HIDE),
    )
    return text, buttons


def offer(language: Language) -> tuple[str, discord.ui.View]:
    """The neutral message in a channel: text and button."""
    return language.text("channel.offer"), view_of(
        button(language, "button.private_help", PRIVATE_HELP)
    )


def alert(
    language: Language,
    view: CaseView,
    *,
    token: str,
    titles: Mapping[str, str],
    ping: int | None,
) -> discord.ui.LayoutView:
    """A case as moderators see it: at a glance who, to whom, why, and what was done."""
    container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=_COLOURS[view.level])
    call = f"<@&{ping}> {language.text('alert.role_call')}" if ping is not None else ""
    is_resolved = view.progress.state is CaseState.RESOLVED
    reminders = "" if is_resolved else _reminders(language)
    room = _ROOM - _length(call) - _length(reminders)
    facts = fitting(_facts(language, view, titles), room)
    done = fitting(_done(language, view), room - _length(facts))
    for text in filter(None, (call, facts)):
        container.add_item(discord.ui.TextDisplay(text))
    container.add_item(discord.ui.Separator())
    for text in filter(None, (done, reminders)):
        container.add_item(discord.ui.TextDisplay(text))
    for row in _alert_buttons(language, view, token):
        container.add_item(row)
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(container)
    layout.stop()
    return layout


def superseded(language: Language, view: CaseView) -> discord.ui.LayoutView:
    """What an older alert becomes: it points to the newest one, so that nothing in it is stale."""
    assert view.newest_alert is not None
    channel_id, message_id = view.newest_alert
    link = f"https://discord.com/channels/{view.guild_id}/{channel_id}/{message_id}"
    return _sentence(language.text("alert.superseded", case=view.id, link=link))


def withdrawn(language: Language, case_id: int) -> discord.ui.LayoutView:
    """What becomes of a case's message where it is not to be read anymore: nothing of the case."""
    return _sentence(language.text("alert.withdrawn", case=case_id))


def deleted(language: Language) -> discord.ui.LayoutView:
    """What becomes of the messages of a case that is no longer kept."""
    return _sentence(language.text("error.case_gone"))


def _sentence(text: str) -> discord.ui.LayoutView:
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(discord.ui.Container(discord.ui.TextDisplay(text)))
    layout.stop()
    return layout


def _facts(language: Language, view: CaseView, titles: Mapping[str, str]) -> Iterable[str]:
    headline = language.text(
        "alert.headline",
        kind=language.text("kind.threat"),
        level=language.text(f"level.{view.level.label}"),
        categories=", ".join(language.text(f"category.{c}") for c in view.categories),
    )
    when = f"{moment(view.happened_at)} ({moment(view.happened_at, 'f')})"
    why = titles.get(view.rules[0], view.rules[0]) if view.rules else ""
    words = " · ".join(in_line(word, limit=40) for word in _telling(view.words)[:_WORDS_SHOWN])
    yield f"### {headline}"
    yield case_lines.progress(language, view.progress)
    yield f"**{language.text('alert.who')}** {advice_lines.known_as(view.offender)}"
    yield from _to_whom(language, view)
    yield f"**{language.text('alert.why')}** {why}{f': {words}' if words else ''}"
    if view.is_forwarded:
        yield f"-# {language.text('alert.forwarded')}"
    yield f"**{language.text('alert.when')}** {when}"
    where = f"<#{view.channel_id}> {jump(view)}"
    if view.is_elsewhere:
        where = language.text("alert.elsewhere")
    yield f"**{language.text('alert.where')}** {where}"


def _telling(words: Sequence[str]) -> list[str]:
    """The words that say something: not those that others contain, nor short ones like "or"."""
    return [
        word
        for word in words
        if not any(word != other and word in other for other in words)
        and (len(word) >= _SHORTEST_TELLING or any(char.isdigit() for char in word))
    ]


def _to_whom(language: Language, view: CaseView) -> Iterable[str]:
    if not view.targets:
        yield f"**{language.text('alert.to_whom')}** {language.text('alert.not_clear')}"
    surely = [person for person in view.targets if person.id in view.aimed_at]
    perhaps = [person for person in view.targets if person.id not in view.aimed_at]
    shown = advice_lines.PEOPLE_SHOWN
    if surely:
        yield f"**{language.text('alert.to_whom')}** {advice_lines.named(language, surely)}"
        shown = max(1, shown - len(surely))
    if perhaps:
        named = advice_lines.named(language, perhaps, shown=shown)
        yield f"**{language.text('alert.possibly_aimed_at')}** {named}"


def _done(language: Language, view: CaseView) -> Iterable[str]:
    case = language.text("alert.case", case=view.id)
    yield f"**{language.text('alert.what_was_done')}** · {case}"
    for line in advice_lines.lines(language, view):
        yield f"- {line}"
    for line in _changes(language, view):
        yield f"- {line}"
    for line in case_lines.measures(language, view.deeds, limit=_MEASURES_SHOWN):
        yield f"- {line}"
    yield f"- {_evidence_line(language, view)}"
    if view.earlier:
        yield f"- {case_lines.earlier(language, view.earlier)}"
    if view.thread is not None:
        yield from _thread_line(language, view.thread)


def _changes(language: Language, view: CaseView) -> Iterable[str]:
    """What became of the messages, and no promise of words that were erased."""
    if view.is_erased:
        return
    if view.edits:
        yield language.text("case.edited", count=view.edits)
    if view.deletions:
        yield language.text("case.deleted", count=view.deletions)
    if any(deed.what == Act.WORDS_ERASED for deed in view.deeds):
        yield language.text("case.partly_erased")


def _thread_line(language: Language, thread: Thread) -> Iterable[str]:
    """Where it is, also while it is being brought up to date; nothing before there is one."""
    if thread.state not in (DeliveryState.DELIVERED, DeliveryState.PENDING):
        key = "desk.thread_untagged" if thread.code == _TAG_DEMANDED else "desk.thread_failed"
        yield f"- {language.text(key, code=thread.code or '?')}"
    elif thread.channel_id is not None:
        yield f"- {language.text('desk.thread', channel=f'<#{thread.channel_id}>')}"


def _evidence_line(language: Language, view: CaseView) -> str:
    if view.fault is not None:
        return language.text("case.evidence_altered", count=view.items, fault=view.fault)
    if view.is_erased:
        return language.text("evidence.erased")
    return language.text("case.evidence_intact", count=view.items)


def _reminders(language: Language) -> str:
    keys = ("reminder.images", "reminder.confront", "reminder.victim", "reminder.report")
    return f"-# {' '.join(language.text(key) for key in keys)}"


def fitting(lines: Iterable[str], room: int) -> str:
    """The lines that there is room for: length must never be why moderators see nothing."""
    kept: list[str] = []
    for line in lines:
        length = _length(line) + 1
        if length <= room:
            kept.append(line)
            room -= length
    return "\n".join(kept)


def _length(text: str) -> int:
    """As the stricter of those count who count characters: what needs two units is two."""
    return len(text.encode("utf-16-le")) // 2


def _alert_buttons(
    language: Language, view: CaseView, token: str
) -> Iterable[discord.ui.ActionRow[Any]]:
    """What to do next comes first; the rows hold five buttons each at most."""
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    is_resolved = view.progress.state is CaseState.RESOLVED
    if view.progress.state in (CaseState.OPEN, CaseState.REOPENED):
        claim = press_id("claim", view.id)
        row.add_item(button(language, "button.claim", claim, discord.ButtonStyle.success))
    row.add_item(_evidence_button(language, view, token))
    if advice_lines.held_people(view):
        row.add_item(button(language, "button.offer_help", offer_help_id(view.id)))
    if not is_resolved:
        row.add_item(button(language, "button.resolve", press_id("resolve", view.id)))
    row.add_item(button(language, "button.more", press_id("more", view.id)))
    if view.is_elsewhere:
        return (row,)
    links: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    links.add_item(discord.ui.Button(label=language.text("button.go_to_message"), url=jump(view)))
    return row, links


def _evidence_button(language: Language, view: CaseView, token: str) -> discord.ui.Button[Any]:
    """Where what was said may be hard to read, a warning comes first."""
    hard = view.level is Level.URGENT
    show = warned_id(view.id, token=token) if hard else evidence_id(view.id, token=token)
    return button(language, "button.show_evidence", show, discord.ButtonStyle.primary)


def jump(view: CaseView) -> str:
    """The address of the message that the newest finding rests on."""
    return f"https://discord.com/channels/{view.guild_id}/{view.channel_id}/{view.message_id}"
