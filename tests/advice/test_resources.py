"""The services that a person is shown: seen, reachable, in order, in pages that fit."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.advice.country import guess_country
from bot.advice.files import AdviceFileError
from bot.advice.listing import help_pages, service_line
from bot.advice.resources import RESOURCES, Resources, load_resources
from bot.advice.service import LISTENING, Audience, Confidence, Contacts, Service, ServiceKind, Show
from bot.advice.texts import Language


def service(name: str = "Line", **facts: object) -> Service:
    seen = {"kind": "helpline", "audience": "any", "contacts": {"phone": "1"}, "show": "headline"}
    source = {"confidence": "official", "source": ("https://example.org",)}
    return Service.model_validate({"id": name.lower(), "name": name} | seen | source | facts)


def written(resources: Resources) -> dict[str, Service]:
    national = [s for country in resources.countries_by_code.values() for s in country.services]
    return {one.id: one for one in (*resources.everywhere, *national)}


def shown(resources: Resources) -> list[Service]:
    codes = [None, *resources.countries_by_code]
    return [one for code in codes for one in resources.for_country(code)]


def names(services: tuple[Service, ...]) -> list[str]:
    return [one.id for one in services]


def test_services_from_memory_are_in_the_file_and_never_shown(resources: Resources) -> None:
    memory = {one.id for one in written(resources).values() if one.confidence is Confidence.MEMORY}

    assert {"findahelpline", "lu_helpline", "gr_116111"} <= memory
    assert memory & {one.id for one in shown(resources)} == set()


def test_fields_from_memory_are_never_shown(resources: Resources, english: Language) -> None:
    everything = written(resources)
    for one in shown(resources):
        original, line = everything[one.id], service_line(one, english)
        for field in set(original.memory_fields) & Contacts.model_fields.keys():
            value = getattr(original.contacts, field)
            assert getattr(one.contacts, field) in (None, False)
            assert not isinstance(value, str) or one.contacts.phone == value or value not in line


def test_a_service_with_no_contact_left_is_dropped() -> None:
    one = service(contacts={"chat": True, "url": "https://a.org"}, memory_fields=("url",))

    assert one.shown() is None


def test_a_service_keeps_what_was_seen_and_loses_what_was_not() -> None:
    one = service(
        contacts={"phone": "1", "chat": True, "url": "https://a.org"},
        hours="24/7",
        free=True,
        memory_fields=("url", "hours"),
    )
    kept = one.shown()

    assert kept is not None
    assert kept.contacts == Contacts(phone="1")
    assert (kept.hours, kept.free) == (None, True)


def test_what_is_internal_is_never_shown(resources: Resources) -> None:
    assert written(resources)["pl_800100100"].show is Show.INTERNAL
    assert [one.id for one in shown(resources) if one.show is Show.INTERNAL] == []


def test_everybody_is_offered_something_to_talk_to_or_to_look_in(resources: Resources) -> None:
    for code in (None, *resources.countries_by_code):
        kinds = {one.kind for one in resources.for_country(code)}
        assert kinds & {ServiceKind.CRISIS, ServiceKind.HELPLINE, ServiceKind.DIRECTORY}


def test_every_service_that_a_text_names_can_be_reached(
    resources: Resources, language: Language
) -> None:
    listed = {one.id: one.name for one in shown(resources)}.values()
    advised = language.text("situation.removal").split("\n- ")[1:]
    named = set(re.findall(r"\*\*([A-Z][\w ]+)\*\*", " ".join(advised)))

    assert named >= {"Take It Down", "Report Remove", "StopNCII"}
    buttons = {text for key, text in language.texts.items() if key.startswith("button.")}
    lost = [name for name in named - buttons if not any(one.startswith(name) for one in listed)]
    assert lost == []


def test_who_was_under_18_can_have_images_taken_down_from_anywhere(resources: Resources) -> None:
    for code in (None, *resources.countries_by_code):
        assert "take_it_down" in names(resources.for_country(code))


def test_crisis_lines_come_first_then_helplines_with_those_for_children_before_others(
    resources: Resources,
) -> None:
    assert names(resources.for_country("US"))[:3] == ["us_crisistext", "us_988", "us_ncmec"]
    assert names(resources.for_country("ES"))[:2] == ["es_anar", "es_017"]
    assert names(resources.for_country("GB"))[:6] == [
        "gb_childline",
        "gb_rph",
        "gb_reportremove",
        "take_it_down",
        "stopncii",
        "gb_ceop",
    ]


def test_the_first_screen_comes_before_the_second(resources: Resources) -> None:
    for code in resources.countries_by_code:
        screens = [one.show for one in resources.for_country(code)]
        assert screens == sorted(screens, key=list(Show).index)


@pytest.mark.parametrize("code", [None, "XX", "UA", ""])
def test_a_country_that_is_not_known_gets_the_services_for_everybody(
    resources: Resources, code: str | None
) -> None:
    assert names(resources.for_country(code)) == [
        "take_it_down",
        "stopncii",
        "emergency_eu",
        "childhelpline_int",
        "discord_report",
        "cybertipline",
        "inhope",
        "europol_guide",
    ]


def test_the_european_emergency_number_is_for_countries_of_the_union(resources: Resources) -> None:
    assert "emergency_eu" in names(resources.for_country("DE"))
    assert "emergency_eu" not in names(resources.for_country("US"))


def test_numbers_that_are_out_of_date_stand_in_no_contact(resources: Resources) -> None:
    contacts = " ".join(one.contacts.model_dump_json() for one in written(resources).values())

    assert [old.wrong for old in resources.superseded if old.wrong in contacts] == []


def test_identifiers_are_unique_and_carry_their_country(resources: Resources) -> None:
    national = [
        (code, one.id) for code, c in resources.countries_by_code.items() for one in c.services
    ]

    assert len(written(resources)) == len(national) + len(resources.everywhere)
    assert [one for code, one in national if not one.startswith(f"{code.lower()}_")] == []


def test_every_page_of_services_fits(resources: Resources, language: Language) -> None:
    for code in (None, *resources.countries_by_code):
        pages = help_pages(language, resources.for_country(code), country=resources.name_of(code))
        assert [page for page in pages if not 0 < len(page) <= 2000] == []


def test_a_long_list_is_continued_on_further_pages(english: Language) -> None:
    many = tuple(service(f"Line {number} {'x' * 60}") for number in range(60))
    pages = help_pages(english, many, country="Austria")

    assert [page for page in pages if len(page) > 2000] == []
    assert sum(page.count("- Line ") for page in pages) == 60
    assert pages[-1].endswith(f"Page {len(pages)} of {len(pages)}")


def test_the_page_begins_with_the_crisis_line(resources: Resources, english: Language) -> None:
    page = help_pages(english, resources.for_country("US"), country="United States")[0]

    assert page.splitlines()[:4] == [
        english.text("more_help.crisis"),
        "",
        "**United States**",
        "- Crisis Text Line — text THORN (or DISCORD) to 741741",
    ]


def test_a_line_says_how_when_and_at_what_cost(resources: Resources, english: Language) -> None:
    lines = {one.id: service_line(one, english) for one in resources.for_country("AT")}

    assert lines["at_147"] == (
        "Rat auf Draht, for children and teens — call 147 · chat <https://www.rataufdraht.at>"
        " · 24/7 · free, no name needed"
    )


def test_a_line_says_in_which_languages_people_listen(english: Language) -> None:
    line = service_line(service(languages=("fr", "en")), english)

    assert line == "Line — call 1 · in français, English"


def test_a_language_without_a_name_is_refused_by_place(tmp_path: Path) -> None:
    path = tmp_path / "resources.yaml"
    good = RESOURCES.read_text(encoding="utf-8")
    path.write_text(good.replace("languages: [en, es]", "languages: [en, xx]", 1), encoding="utf-8")

    with pytest.raises(AdviceFileError, match=r"resources.yaml: global.2.languages: .*'xx'"):
        load_resources(path)


def test_no_link_unfurls(resources: Resources, english: Language) -> None:
    for one in shown(resources):
        line = service_line(one, english)
        assert line.count("https://") == line.count("<https://")


def test_the_person_never_reads_that_the_list_is_old(
    resources: Resources, english: Language
) -> None:
    pages = "".join(help_pages(english, resources.for_country("AT"), country="Austria"))

    assert resources.unverified() is not None
    assert "verif" not in pages.lower()


def test_whoever_runs_the_bot_is_warned_of_an_old_or_untried_list(resources: Resources) -> None:
    verified = resources.model_copy(update={"verified_on": date(2027, 1, 1)})

    assert resources.stale(date(2026, 12, 1)) is None
    assert resources.stale(date(2027, 5, 21)) is None
    assert "last checked 2026-11-22" in (resources.stale(date(2027, 5, 22)) or "")
    assert "never tried" in (resources.unverified() or "")
    assert (verified.stale(date(2027, 5, 22)), verified.unverified()) == (None, None)
    assert verified.warnings(date(2027, 5, 22)) == (resources.silent(),)
    assert [len(resources.warnings(date(2027, 5, day))) for day in (21, 22)] == [2, 3]


def test_a_country_where_nobody_listens_cannot_be_chosen_and_is_named_to_whoever_runs_the_bot(
    resources: Resources,
) -> None:
    offered = {country.code for country in resources.countries()}

    assert resources.countries_by_code.keys() - offered == {"LU"}
    assert resources.name_of("LU") is None
    assert "nobody to talk to was seen on a page for LU, so" in (resources.silent() or "")
    for code in offered:
        assert {one.kind for one in resources.for_country(code)} & LISTENING


def test_the_documents_count_the_countries_that_can_be_chosen(resources: Resources) -> None:
    count = f"{len(resources.countries())} countries"

    for document in ("README.md", "CHANGELOG.md"):
        assert count in (RESOURCES.parents[2] / document).read_text(encoding="utf-8")


def test_the_countries_are_a_menu_in_pages_that_discord_takes(resources: Resources) -> None:
    pages = resources.country_pages("PL")
    codes = [country.code for page in pages for country in page]

    assert [len(page) for page in pages if len(page) > 24] == []
    assert codes[0] == "PL"
    assert sorted(codes) == sorted(country.code for country in resources.countries())
    assert [country for page in pages for country in page if len(country.name) > 50] == []


def test_the_countries_are_named_in_english_and_in_their_own_words(resources: Resources) -> None:
    named = dict(resources.countries())

    assert (named["AT"], named["PT"], named["NO"]) == (
        "Austria · Österreich",
        "Portugal",
        "Norway · Norge",
    )


@pytest.mark.parametrize(
    ("locale", "country"),
    [
        *[("de", "DE"), ("pt-BR", "BR"), ("en-GB", "GB"), ("en-US", "US"), ("sv-SE", "SE")],
        *[("no", "NO"), ("el", "GR"), ("cs", "CZ"), ("da", "DK"), ("hi", "IN"), ("uk", "UA")],
        *[("lv", "LV"), ("es-ES", "ES"), ("es-419", None), ("en", None), ("tlh", None)],
        *[("", None), (None, None)],
    ],
)
def test_a_locale_hints_at_a_country_or_at_none(locale: str | None, country: str | None) -> None:
    assert guess_country(locale) == country


def test_a_file_that_is_wrong_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "resources.yaml"
    good = RESOURCES.read_text(encoding="utf-8")
    path.write_text(good.replace("kind: takedown", "kind: magic", 1), encoding="utf-8")

    with pytest.raises(
        AdviceFileError, match=r"resources.yaml: global.0.kind: .* \(found 'magic'\)"
    ):
        load_resources(path)


def test_a_service_that_was_seen_names_its_source() -> None:
    with pytest.raises(ValueError, match="names its source"):
        service(source=())
    with pytest.raises(ValueError, match="names what cannot be left out"):
        service(memory_fields=("name",))


def test_every_kind_and_audience_has_its_words(language: Language) -> None:
    keys = [f"service.kind.{kind}" for kind in ServiceKind]
    keys += [
        f"service.audience.{audience}" for audience in Audience if audience is not Audience.ANY
    ]

    assert [key for key in keys if key not in language.texts] == []
