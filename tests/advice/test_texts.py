"""A language file is complete, fits, and says at its place what is wrong with it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from bot.advice.files import AdviceFileError
from bot.advice.templates import limit_of
from bot.advice.texts import LOCALES, Language, TextError, Texts, _source, load_texts

NAMES = ("command.*.name", "service.*", "alert.case", "alert.headline")
"""Texts that are mostly names and signs."""
WORD = re.compile(r"(?<![{\w.])[^\W\d_]{2,}(?![\w.]*})")

SMALL = {
    "button": {"more_help": "More help"},
    "command": {"help": {"name": "help-me"}},
    "advice": {
        "first_line": "Hi from {server}.",
        "how": "Press {button.more_help}, type /{command.help.name}.",
    },
}


def write(folder: Path, stem: str, texts: object, **header: object) -> Path:
    path = folder / f"{stem}.yaml"
    content = {"locale": stem, "name": stem, "reviewed_by": None, "texts": texts} | header
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def changed(section: str, **texts: object) -> dict[str, object]:
    return SMALL | {section: SMALL[section] | texts}


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(AdviceFileError) as caught:
        load_texts(folder)
    return caught.value.problems


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        *[("en-US", "en"), ("en-GB", "en"), ("de", "de"), ("pt-BR", "pt-BR"), ("pt-PT", "pt-BR")],
        *[("es-419", "es"), ("sv-SE", "en"), ("", "en"), (None, "en"), ("../etc", "en")],
    ],
)
def test_a_locale_gets_its_nearest_language(tmp_path: Path, asked: str | None, given: str) -> None:
    for locale in ("en", "de", "es", "pt-BR"):
        write(tmp_path, locale, SMALL)

    assert load_texts(tmp_path).get(asked).locale == given


def test_placeholders_are_filled_in_and_references_are_resolved(tmp_path: Path) -> None:
    write(tmp_path, "en", SMALL)
    english = load_texts(tmp_path).get("en")

    assert english.text("advice.first_line", server="Pixel {0} Café") == "Hi from Pixel {0} Café."
    assert english.text("advice.how") == "Press More help, type /help-me."


def test_an_unknown_key_names_the_nearest_one(english: Language) -> None:
    with pytest.raises(
        TextError, match=r"no text 'advice.firstline'; did you mean 'advice.first_line'"
    ):
        english.text("advice.firstline")


def test_a_missing_value_names_the_placeholder(english: Language) -> None:
    with pytest.raises(TextError, match=r"'advice.first_line' needs server"):
        english.text("advice.first_line")


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (
            {
                "button": SMALL["button"],
                "command": SMALL["command"],
                "advice": {"how": SMALL["advice"]["how"]},
            },
            "advice.first_line: is missing; English has 'Hi from {server}.'",
        ),
        (
            changed("button", less_help="Less"),
            "button.less_help: is not a text of English; remove it or correct its name",
        ),
        (
            changed("advice", first_line="Hallo."),
            "advice.first_line: has no braces, but English has {server}",
        ),
        (
            changed("advice", first_line="Hallo {name}."),
            "advice.first_line: has {name}, but English has {server}",
        ),
        (
            changed("advice", first_line="Hallo {server.id!r}."),
            "the braces {server.id} do not hold a plain name",
        ),
        (changed("button", more_help=""), "button.more_help: '' is not a text; put it in quotes"),
        (
            changed("button", more_help=False),
            "button.more_help: False is not a text; put it in quotes",
        ),
        (
            changed("button", more_help="x" * 81),
            "button.more_help: 81 characters are too many; Discord takes 80",
        ),
        (
            changed("advice", first_line="x" * 1901 + "{server}"),
            "advice.first_line: 2001 characters are too many; Discord takes 2000",
        ),
        (
            changed("command", help={"name": "Help me"}),
            "command.help.name: 'Help me' may hold only small letters, digits and hyphens",
        ),
    ],
)
def test_a_wrong_translation_is_named_with_its_place(
    tmp_path: Path, texts: object, problem: str
) -> None:
    write(tmp_path, "en", SMALL)
    write(tmp_path, "de", texts)

    assert problems(tmp_path) == (problem,)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "en", SMALL)
    write(tmp_path, "de", changed("button", a="A", b="B"))

    assert [problem.split(":")[0] for problem in problems(tmp_path)] == ["button.a", "button.b"]


def test_a_reference_that_leads_nowhere_or_in_a_circle_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "en", changed("advice", how="{advice.how}"))
    assert problems(tmp_path) == ("{advice.how} does not lead to a text of this file",)

    write(tmp_path, "en", changed("advice", how="{button.gone}"))
    assert problems(tmp_path) == ("{button.gone} does not lead to a text of this file",)


def test_the_same_key_twice_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "en", SMALL)
    path.write_text(path.read_text() + "name: again\n")

    assert problems(tmp_path) == ("line 13: the key 'name' is there twice; keep one of them",)


def test_a_slip_of_the_pen_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "en", SMALL)
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}  steps:\n    one: "Not closed\n    two: later\n', encoding="utf-8")

    (problem,) = problems(tmp_path)
    line = text.count("\n") + 2
    assert problem == f"line {line}: this quotation mark is not closed, or stands inside the text"


def test_a_header_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "en", SMALL)
    path = write(tmp_path, "de", SMALL, locale="fr")
    assert problems(tmp_path) == ("locale: 'fr' is not the file's name",)

    path.unlink()
    write(tmp_path, "no", SMALL, locale=False)
    assert "locale: Input should be a valid string" in problems(tmp_path)[0]


def test_every_language_has_every_text_of_english(texts: Texts, english: Language) -> None:
    for language in texts.languages.values():
        assert language.texts.keys() == english.texts.keys()


@pytest.mark.parametrize("path", sorted(LOCALES.glob("**/*.yaml")), ids=lambda path: path.stem)
def test_nothing_is_left_untranslated(path: Path) -> None:
    """What may be the same as in English: names, and single words that languages share."""
    english = _source(path.parent / "en.yaml").templates
    same = [
        key
        for key, text in _source(path).templates.items()
        if text == english[key] and not any(fnmatchcase(key, name) for name in NAMES)
    ]

    assert path.stem == "en" or [key for key in same if len(WORD.findall(english[key])) > 1] == []


def test_every_file_says_who_reviewed_it() -> None:
    for path in LOCALES.glob("**/*.yaml"):
        assert "\nreviewed_by: " in path.read_text(encoding="utf-8")


def test_buttons_menus_and_commands_have_the_limits_of_discord() -> None:
    keys = (
        "button.more_help",
        "select.country_range",
        "situation.paid.label",
        "command.help.name",
        "command.help.description",
        "advice.first_line",
    )

    assert [limit_of(key) for key in keys] == [80, 150, 100, 32, 100, 2000]


def test_moderators_read_their_language_or_else_english(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    write(tmp_path, "en", SMALL)
    write(tmp_path, "de", changed("button", more_help="Mehr Hilfe"))
    write(tmp_path, "fr", SMALL)
    write(desk, "en", {"alert": {"how": "Alert: {button.more_help}"}})
    write(desk, "fr", {"alert": {"how": "Alerte : {button.more_help}"}})

    texts = load_texts(tmp_path)

    said = {locale: texts.get(locale).text("alert.how") for locale in ("en", "de", "fr")}
    assert said == {"en": "Alert: More help", "de": "Alert: Mehr Hilfe", "fr": "Alerte : More help"}


def test_a_text_stands_in_one_of_the_two_files(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    write(tmp_path, "en", SMALL)
    write(tmp_path / "desk", "en", {"button": {"more_help": "More"}})

    assert problems(tmp_path) == ("button.more_help: stands in desk/ too; remove one of them",)
