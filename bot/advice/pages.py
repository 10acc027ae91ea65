"""How texts become what a person reads: the direct message, the answer, a page per situation."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.advice.listing import bullets, named
from bot.advice.service import LISTENING, Audience, ServiceKind
from bot.domain.assessment import Assessment, Category, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.advice.service import Service
    from bot.advice.texts import Language

STEPS = (
    "share_nothing",
    "look_for_help",
    "preserve_evidence",
    "stop_and_block",
    "report_to_police",
)
"""Europol's five steps in Europol's order (europol.europa.eu, "Say No" campaign)."""


class Situation(StrEnum):
    """What a person may be going through, in the order in which they choose from it."""

    MONEY = "money"
    IMAGES = "images"
    OTHERS = "others"
    PAID = "paid"
    SENT_MORE = "sent_more"
    POSTED = "posted"
    FAKED = "faked"
    KNOWN = "known"
    EMAIL = "email"
    FRIEND = "friend"
    ADULT = "adult"


_OF_CATEGORY = {
    Category.SCAM: Situation.EMAIL,
    Category.FINANCIAL: Situation.MONEY,
    Category.IMAGES: Situation.IMAGES,
    Category.RECRUITMENT: Situation.OTHERS,
    Category.FABRICATED: Situation.FAKED,
}
"""Which advice fits a finding, the most telling category first."""

_ABOUT_IMAGES = frozenset({Situation.SENT_MORE, Situation.POSTED, Situation.FAKED})
"""Situations in which an image may have to be taken down."""

_OF_OTHERS = frozenset({Situation.FRIEND, Situation.ADULT})
"""Situations of people who help somebody else."""

_ADDED_IN_SHORT = ("preserve_evidence", "stop_and_block")
_LINES_IN_A_CRISIS = 5
_LONGEST = 1900
"""Characters of an answer that holds advice on several situations: the least telling give way."""


def direct_message(language: Language, *, server: str, urgent: bool = False) -> str:
    """The advice that a person is sent once, one screen long, a little more if urgent.

    The steps come in order.
    The first paragraph gives nothing away. `urgent` is for whoever may be hurt, or was told to hurt
    themselves: the emergency number comes before all else then, and next to it that they matter and
    should not stay alone. `server` is the server's name, already made harmless.
    """
    not_safe, comfort = language.text("advice.not_safe"), language.text("advice.comfort")
    steps = "\n".join((language.text("advice.steps_intro"), *_short_steps(language)))
    middle = [comfort, steps, not_safe]
    if urgent:
        middle = [not_safe, language.text("crisis.stay"), comfort, steps]
    first, last = (language.text(f"advice.{part}", server=server) for part in ("first_line", "why"))
    return "\n\n".join((first, *middle, last))


def help_answer(language: Language) -> str:
    """The answer to a person who asks: what to do if not safe, then the steps, each explained."""
    return "\n\n".join(
        (
            language.text("help.not_safe"),
            language.text("help.comfort"),
            "\n".join(_explained_steps(language)),
            language.text("help.closing"),
        )
    )


def answer_to_direct_message(language: Language, situations: Sequence[Situation]) -> str:
    """The answer to someone who wrote to the bot: discreet first, then what fits what they said."""
    first, last = language.text("direct.first_line"), language.text("direct.private")
    if not situations:
        return "\n\n".join((first, help_answer(language), last))
    above = (first, language.text("help.not_safe"))
    return _fitted(language, situations, above=above, below=(last,))


def situation_page(language: Language, situation: Situation) -> str:
    """The advice for one situation: the five steps in order, then what is added to them."""
    label = language.text(f"situation.{situation}.label")
    return "\n\n".join((f"**{label}**", *_advice(language, situation)))


def crisis_answer(language: Language, services: Sequence[Service], *, country: str | None) -> str:
    """The answer to someone who wrote that they may hurt themselves; the steps come last."""
    page = crisis_page(language, services, country=country)
    steps = "\n".join(_short_steps(language))
    return "\n\n".join((language.text("direct.first_line"), page, steps))


def message_page(
    language: Language,
    assessment: Assessment,
    *,
    friend: bool = False,
    grave: bool = False,
    direct: bool = False,
    services: Sequence[Service] = (),
    country: str | None = None,
) -> str:
    """What a message looks like, what to do if not safe, and the steps fitted to it.

    It names nobody, and is as careful as whoever has read one message only must be. `friend` says
    that somebody else is under pressure than the person who asks.
    `grave` says that somebody may be hurt: then the emergency number comes first by itself, and of
    the `services` those are listed where somebody listens, under the name of their `country`.
    `direct` puts a discreet line before all, for the start of it appears on a locked phone.
    """
    situations = (Situation.FRIEND,) if friend else situations_of(assessment)
    above = [language.text("direct.first_line")] if direct else []
    keys = ("crisis.number", "crisis.stay") if grave else ("help.not_safe",)
    above += [language.text(key) for key in keys]
    looks_like = (
        (language.text("message.disclosure"),) if friend else _looks_like(language, assessment)
    )
    above.append(" ".join((*looks_like, language.text("message.limits"))))
    people = _who_listens(language, services, country) if grave else ()
    return _fitted(language, situations, above=above, people=people)


def situations_of(assessment: Assessment) -> tuple[Situation, ...]:
    """The situations that a finding points to, the most telling one first."""
    return tuple(s for category, s in _OF_CATEGORY.items() if category in assessment.categories)


def crisis_page(language: Language, services: Sequence[Service], *, country: str | None) -> str:
    """For whoever is not safe: the emergency number, and a few people who listen, before all.

    `country` is the name of the one that the services are for. It may be guessed, so it is said,
    and a menu to choose another one belongs under the page.
    """
    lines = [language.text("crisis.lines"), *_who_listens(language, services, country)]
    texts = (language.text(f"crisis.{part}") for part in ("number", "stay"))
    below = (language.text(f"crisis.{part}") for part in ("choose", "later"))
    return "\n\n".join((*texts, "\n".join(lines), *below))


def report_page(language: Language) -> str:
    """How to report a message to Discord, step by step; blocking comes last."""
    steps = (language.text(f"report.{part}") for part in ("phone", "computer", "reason", "block"))
    listed = "\n".join(f"- {step}" for step in steps)
    return "\n\n".join((language.text("report.title"), language.text("report.before"), listed))


def _fitted(
    language: Language,
    situations: Sequence[Situation],
    *,
    above: Sequence[str],
    people: Sequence[str] = (),
    below: Sequence[str] = (),
) -> str:
    """A first answer: the five steps, what to do in as many situations as fit, and comfort.

    Before them `people` who listen, of whom as many are left as fit without any situation.
    """
    steps, comfort = "\n".join(_short_steps(language)), language.text("help.comfort")
    advice = [language.text(f"situation.{situation}.advice") for situation in situations]
    listed = list(people)
    while True:
        lines = "\n".join((language.text("crisis.lines"), *listed)) if listed else ""
        middle = (lines, steps, "\n".join(advice), comfort)
        page = "\n\n".join(part for part in (*above, *middle, *below) if part)
        if len(page) <= _LONGEST or not (advice or listed):
            return page
        (advice or listed).pop()


def _who_listens(language: Language, services: Sequence[Service], country: str | None) -> list[str]:
    listening = [service for service in services if _listens(service)]
    return [*named(country), *bullets(listening[:_LINES_IN_A_CRISIS], language)]


def _listens(service: Service) -> bool:
    """Whether someone can be talked to there, or in one of the helplines that it lists."""
    lists_helplines = service.kind is ServiceKind.DIRECTORY and service.audience is Audience.CHILD
    return service.kind in LISTENING or lists_helplines


def _advice(language: Language, situation: Situation) -> Iterator[str]:
    """The five steps, and below them what the situation adds."""
    yield "\n".join(_short_steps(language))
    yield language.text(f"situation.{situation}.advice")
    if situation in _ABOUT_IMAGES:
        yield language.text("situation.removal")
    if situation not in _OF_OTHERS:
        yield language.text("situation.also")


def _looks_like(language: Language, assessment: Assessment) -> Iterator[str]:
    if assessment.kind is Kind.NONE:
        yield language.text("message.unclear")
        return
    yield language.text(f"message.{assessment.kind}")
    if assessment.kind is Kind.THREAT:
        for category in assessment.categories:
            if category is not Category.OTHER:
                yield language.text(f"message.{category}")


def _short_steps(language: Language) -> Iterator[str]:
    for number, step in enumerate(STEPS, start=1):
        short = f" {language.text(f'steps.{step}.short')}" if step in _ADDED_IN_SHORT else ""
        yield f"{number}. **{language.text(f'steps.{step}.title')}**{short}"


def _explained_steps(language: Language) -> Iterator[str]:
    for number, step in enumerate(STEPS, start=1):
        title, explain = (language.text(f"steps.{step}.{part}") for part in ("title", "explain"))
        yield f"{number}. **{title}**\n{explain}"
