"""Which country a locale hints at, never enough to assume it; languages by their own names."""

from __future__ import annotations

from collections.abc import Iterable

HOME = {
    "bg": "BG",
    "cs": "CZ",
    "da": "DK",
    "de": "DE",
    "el": "GR",
    "es": "ES",
    "et": "EE",
    "fi": "FI",
    "fr": "FR",
    "ga": "IE",
    "hi": "IN",
    "hr": "HR",
    "hu": "HU",
    "id": "ID",
    "is": "IS",
    "it": "IT",
    "ja": "JP",
    "ko": "KR",
    "lb": "LU",
    "lt": "LT",
    "lv": "LV",
    "mt": "MT",
    "ne": "NP",
    "nl": "NL",
    "no": "NO",
    "pl": "PL",
    "pt": "PT",
    "ro": "RO",
    "ru": "RU",
    "sk": "SK",
    "sl": "SI",
    "sv": "SE",
    "th": "TH",
    "tr": "TR",
    "uk": "UA",
    "vi": "VN",
}
"""The country where most speakers of a language that Discord or the EU knows live."""

TONGUES = {
    "bg": "български",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "el": "ελληνικά",
    "en": "English",
    "es": "español",
    "et": "eesti",
    "fi": "suomi",
    "fr": "français",
    "hi": "हिन्दी",
    "hr": "hrvatski",
    "hu": "magyar",
    "it": "italiano",
    "lb": "Lëtzebuergesch",
    "lt": "lietuvių",
    "lv": "latviešu",
    "mi": "te reo Māori",
    "mt": "Malti",
    "ne": "नेपाली",
    "nl": "Nederlands",
    "pl": "polski",
    "pt": "português",
    "ro": "română",
    "ru": "русский",
    "sk": "slovenčina",
    "sl": "slovenščina",
    "sv": "svenska",
}
"""What the languages of services call themselves, by ISO 639-1 code."""


def tongues(codes: Iterable[str]) -> str:
    """The languages by their own names, in which whoever speaks one finds it."""
    return ", ".join(TONGUES[code] for code in codes)


def guess_country(locale: str | None) -> str | None:
    """The ISO 3166 code to preselect for a Discord locale, or None where there is no hint.

    A region in the locale wins ("pt-BR" is BR); a region of several countries ("es-419") and a
    language spoken in many of them without a region ("en", "ar") give None. The country may be
    one without services. "en-US" gives US although it is also what Discord sets by default: so say
    which country it is, and show the menu too. Only for a locale that the person's own Discord has.
    """
    language, _, region = (locale or "").replace("_", "-").partition("-")
    if not region:
        return HOME.get(language.lower())
    return region.upper() if len(region) == 2 and region.isalpha() else None  # noqa: PLR2004
