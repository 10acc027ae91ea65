"""How services become what a person reads: one line each, in pages that Discord takes."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from bot.advice.country import tongues
from bot.advice.service import Audience, ServiceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.advice.service import Ages, Service
    from bot.advice.texts import Language

PAGE_SIZE = 1900
"""Characters of a page; the rest of Discord's 2,000 is for its number."""


def help_pages(
    language: Language, services: Sequence[Service], *, country: str | None
) -> tuple[str, ...]:
    """The services in pages that Discord takes: the crisis line, then first and second screen.

    `services` are in the order of `Resources.for_country`, `country` is that country's name: it may
    be guessed, so it stands above them. Without one the page asks for it, and says that the
    services are for many countries.
    """
    crisis = [service for service in services if service.kind is ServiceKind.CRISIS]
    others = [service for service in services if service.kind is not ServiceKind.CRISIS]
    head = [language.text("more_help.crisis"), "", *named(country)]
    head += [*bullets(crisis, language), ""] if crisis else []
    head.append(language.text("more_help.intro"))
    head.append(language.text(f"more_help.{'national_numbers' if country else 'any_country'}"))
    pages = ["\n".join(head)]
    for _, listed in groupby(others, key=lambda service: service.show):
        _fill(pages, _blocks(listed, language))
    return _numbered(pages, language)


def service_line(service: Service, language: Language) -> str:
    """One service in one line: name, whom it is for, contacts, hours, cost. Links do not unfurl."""
    facts = (*_contacts(service, language), *_conditions(service, language))
    return f"{service.name}{_for_whom(service, language)} — {' · '.join(facts)}"


def _blocks(services: Iterable[Service], language: Language) -> Iterator[str]:
    for kind, listed in groupby(services, key=lambda service: service.kind):
        heading = f"**{language.text(f'service.kind.{kind}')}**"
        first, *others = bullets(listed, language)
        yield f"\n{heading}\n{first}"
        yield from others


def named(country: str | None) -> list[str]:
    """The line that says for which country a list is, if that is known or guessed."""
    return [f"**{country}**"] if country else []


def bullets(services: Iterable[Service], language: Language) -> list[str]:
    """Each service as a line of a list."""
    return [f"- {service_line(service, language)}" for service in services]


def _fill(pages: list[str], blocks: Iterable[str]) -> None:
    for block in blocks:
        if len(pages[-1]) + len(block) >= PAGE_SIZE:
            pages.append("")
        pages[-1] = f"{pages[-1]}\n{block}" if pages[-1] else block.strip()


def _numbered(pages: Sequence[str], language: Language) -> tuple[str, ...]:
    if len(pages) == 1:
        return tuple(pages)
    return tuple(
        f"{page}\n\n{language.text('more_help.page', page=number, pages=len(pages))}"
        for number, page in enumerate(pages, start=1)
    )


def _contacts(service: Service, language: Language) -> Iterator[str]:
    contacts = service.contacts
    if contacts.phone:
        yield language.text("service.call", phone=contacts.phone)
    if contacts.text:
        yield language.text("service.text", number=contacts.text)
    if contacts.whatsapp:
        yield language.text("service.whatsapp", number=contacts.whatsapp)
    if contacts.telegram:
        yield language.text("service.telegram", name=contacts.telegram)
    if contacts.email:
        yield language.text("service.email", address=contacts.email)
    if contacts.url:
        link = f"<{contacts.url}>"
        yield language.text("service.chat", url=link) if contacts.chat else link
    if contacts.app:
        yield language.text("service.app")


def _conditions(service: Service, language: Language) -> Iterator[str]:
    if service.hours:
        yield service.hours
    if service.languages:
        yield language.text("service.languages", languages=tongues(service.languages))
    terms = [term for term in ("free", "anonymous") if getattr(service, term)]
    if terms:
        yield ", ".join(language.text(f"service.{term}") for term in terms)


def _for_whom(service: Service, language: Language) -> str:
    if service.ages:
        return f", {_ages(service.ages, language)}"
    if service.audience is Audience.ANY:
        return ""
    return f", {language.text(f'service.audience.{service.audience}')}"


def _ages(ages: Ages, language: Language) -> str:
    youngest, oldest = ages.youngest, ages.oldest
    if youngest is None:
        return language.text("service.ages_to", oldest=oldest)
    if oldest is None:
        return language.text("service.ages_from", youngest=youngest)
    return language.text("service.ages_from_to", youngest=youngest, oldest=oldest)
