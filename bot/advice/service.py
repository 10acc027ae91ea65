"""What one service is: whom it helps, how it is reached, where that was seen, what may be shown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.advice.country import TONGUES

if TYPE_CHECKING:
    from collections.abc import Collection

FORGETTABLE = frozenset({"hours", "free", "anonymous", "languages", "ages"})
"""Facts besides contacts that `memory_fields` may name; without them a service is still one."""


class ServiceKind(StrEnum):
    """What a service does, in the order in which a person is told of it."""

    CRISIS = "crisis"
    HELPLINE = "helpline"
    TAKEDOWN = "takedown"
    POLICE = "police"
    HOTLINE = "hotline"
    DIRECTORY = "directory"
    INFO = "info"


LISTENING = frozenset({ServiceKind.CRISIS, ServiceKind.HELPLINE})
"""What a service does where someone can be talked to."""


class Audience(StrEnum):
    """Whom a service is for, in the order in which services of one kind are listed."""

    CHILD = "child"
    ANY = "any"
    ADULT = "adult"
    PARENTS = "parents"


class Show(StrEnum):
    """Where a service is listed: on the first screen, on the second, or never to the person."""

    HEADLINE = "headline"
    MORE = "more"
    INTERNAL = "internal"


class Confidence(StrEnum):
    """Where a service was seen. What comes from memory was seen nowhere and is never shown."""

    OFFICIAL = "official"
    THIRD = "third"
    SEEN_UNLOGGED = "seen_unlogged"
    MEMORY = "memory"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ages(_Frozen):
    """The ages a service is for, both ends included."""

    youngest: int | None = Field(default=None, alias="from")
    oldest: int | None = Field(default=None, alias="to")


class Contacts(_Frozen):
    """How to reach a service. `chat` and `app` are found at `url`."""

    phone: str | None = None
    text: str | None = None
    whatsapp: str | None = None
    telegram: str | None = None
    email: str | None = None
    chat: bool = False
    app: bool = False
    url: str | None = Field(default=None, pattern=r"^https://[^\s<>]+$")

    @property
    def reachable(self) -> bool:
        """Whether there is any way to reach the service."""
        return any((self.phone, self.text, self.whatsapp, self.telegram, self.email, self.url))

    def without(self, fields: Collection[str]) -> Contacts:
        """These contacts less some fields, and less what nobody could find without them."""
        kept = self.model_dump(exclude=set(fields))
        if not kept.get("url"):
            kept.update(chat=False, app=False)
        return Contacts(**kept)


class Service(_Frozen):
    """One service, with where each fact comes from."""

    id: str
    name: str
    kind: ServiceKind
    audience: Audience
    ages: Ages | None = None
    only_in: tuple[str, ...] = ()
    contacts: Contacts
    hours: str | None = None
    free: bool = False
    anonymous: bool = False
    languages: tuple[str, ...] = ()
    show: Show
    confidence: Confidence
    memory_fields: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    note: str | None = None

    @field_validator("languages")
    @classmethod
    def _have_names(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        nameless = sorted(set(codes) - TONGUES.keys())
        if nameless:
            raise ValueError(f"TONGUES in country.py has no name for {nameless}")
        return codes

    @model_validator(mode="after")
    def _is_accounted_for(self) -> Self:
        if self.confidence is not Confidence.MEMORY and not self.source:
            raise ValueError("a service that is not from memory names its source")
        unknown = set(self.memory_fields) - Contacts.model_fields.keys() - FORGETTABLE
        if unknown:
            raise ValueError(f"memory_fields names what cannot be left out: {sorted(unknown)}")
        return self

    def shown(self) -> Service | None:
        """The service without what is only from memory; None if nothing is left to offer."""
        if self.confidence is Confidence.MEMORY or self.show is Show.INTERNAL:
            return None
        contacts = self.contacts.without(self.memory_fields)
        if not contacts.reachable:
            return None
        left_out = FORGETTABLE.intersection(self.memory_fields)
        defaults = {name: Service.model_fields[name].default for name in left_out}
        return self.model_copy(update={"contacts": contacts, **defaults})
