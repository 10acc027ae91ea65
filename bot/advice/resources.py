"""The only module that knows the list of services: its file, its countries, and how old it is."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.advice.files import AdviceFileError, problems_of, read_yaml
from bot.advice.service import LISTENING, Audience, Service, ServiceKind, Show

RESOURCES = Path(__file__).parent / "resources.yaml"
MENU_SIZE = 25
"""How many options Discord shows in one select menu (API reference, "Select Menu Structure")."""

_KINDS = list(ServiceKind)
_AUDIENCES = list(Audience)
_SCREENS = list(Show)


class CountryName(NamedTuple):
    """A country to choose: its ISO 3166 code, and its name in English and in its own languages."""

    code: str
    name: str


class Superseded(BaseModel):
    """A number or address that is widely printed and wrong, and what replaced it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str
    wrong: str
    right: str


class Country(BaseModel):
    """One country's services as they are written in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    native: str
    languages: tuple[str, ...]
    services: tuple[Service, ...]

    @property
    def label(self) -> str:
        """The name in English, followed by the country's own where that differs."""
        return self.name if self.name == self.native else f"{self.name} · {self.native}"

    @property
    def listens(self) -> bool:
        """Whether someone can be talked to there, by a contact that may be shown."""
        return any(one.kind in LISTENING and one.shown() for one in self.services)


class Resources(BaseModel):
    """Every service that is known, and which of them a person in some country is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = Field(ge=1, le=1)
    compiled_on: date
    verified_on: date | None
    stale_after_days: int = Field(gt=0)
    superseded: tuple[Superseded, ...] = ()
    everywhere: tuple[Service, ...] = Field(alias="global")
    countries_by_code: dict[str, Country] = Field(alias="countries")

    def for_country(self, code: str | None) -> tuple[Service, ...]:
        """What a person there is shown, in order: crisis lines, first screen, second screen.

        Within a screen: helplines (for children first), takedown, police, hotlines, directories,
        information; a country's own before those for everybody. A country that is not known, or
        None, gets those for everybody. Nothing that is only from memory is in it.
        """
        country = self.countries_by_code.get(code or "")
        own = country.services if country else ()
        everywhere = [
            service
            for service in self.everywhere
            if country is None or not service.only_in or code in service.only_in
        ]
        shown = [kept for service in (*own, *everywhere) if (kept := service.shown())]
        return tuple(sorted(shown, key=_place))

    def countries(self) -> tuple[CountryName, ...]:
        """Every country where somebody listens, by English name: those that can be chosen."""
        listed = self.countries_by_code.items()
        named = (CountryName(code, country.label) for code, country in listed if country.listens)
        return tuple(sorted(named, key=lambda country: country.name))

    def name_of(self, code: str | None) -> str | None:
        """The name of a country that can be chosen; None for any other."""
        return dict(self.countries()).get(code or "")

    def country_pages(
        self, preferred: str | None = None, *, size: int = MENU_SIZE - 1
    ) -> tuple[tuple[CountryName, ...], ...]:
        """The countries in menus of nearly equal length, at most `size` long.

        The default leaves one option free for "Another country". A known `preferred` country comes
        first of all, out of its place in the alphabet.
        """
        names = sorted(self.countries(), key=lambda country: country.code != preferred)
        pages = -(-len(names) // size)
        length = -(-len(names) // pages)
        return tuple(tuple(names[at : at + length]) for at in range(0, len(names), length))

    def warnings(self, today: date) -> tuple[str, ...]:
        """What whoever runs the bot must know about the list; the person never reads it."""
        found = (self.stale(today), self.unverified(), self.silent())
        return tuple(warning for warning in found if warning)

    def stale(self, today: date) -> str | None:
        """A warning for whoever runs the bot if the list is too old to trust; else None."""
        seen = self.verified_on or self.compiled_on
        if today - seen <= timedelta(days=self.stale_after_days):
            return None
        return (
            f"{RESOURCES.name}: last checked {seen}, over {self.stale_after_days} days ago. "
            "Open every address, confirm every number, then set verified_on."
        )

    def unverified(self) -> str | None:
        """A warning for whoever runs the bot if nobody has tried the list's contacts; else None."""
        if self.verified_on is not None:
            return None
        return (
            f"{RESOURCES.name}: compiled on {self.compiled_on} from public pages, and never tried. "
            "Open every address, confirm every number, then set verified_on."
        )

    def silent(self) -> str | None:
        """A warning for whoever runs the bot if a country lists nobody to talk to; else None."""
        silent = [code for code, country in self.countries_by_code.items() if not country.listens]
        if not silent:
            return None
        return (
            f"{RESOURCES.name}: nobody to talk to was seen on a page for {', '.join(silent)}, so "
            "these countries cannot be chosen. Find a helpline's own page, and add it as source."
        )


@cache
def load_resources(path: Path = RESOURCES) -> Resources:
    """The list of services, read once. Raises AdviceFileError naming each place that is wrong."""
    try:
        return Resources.model_validate(read_yaml(path))
    except ValidationError as error:
        raise AdviceFileError(path, problems_of(error)) from error


def _place(service: Service) -> tuple[bool, int, int, int]:
    return (
        service.kind is not ServiceKind.CRISIS,
        _SCREENS.index(service.show),
        _KINDS.index(service.kind),
        _AUDIENCES.index(service.audience),
    )
