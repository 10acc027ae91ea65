"""A mistake in a file is reported with file, key and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.detection import CatalogueError, load_detector
from bot.detection.catalogue import HERE, read_concepts, read_languages, read_rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(HERE / "concepts.yaml", tmp_path)
    shutil.copytree(HERE / "languages", tmp_path / "languages")
    shutil.copytree(HERE / "rules", tmp_path / "rules")
    return tmp_path


def _mended(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unknown_concept_is_named_with_the_nearest_known_one(folder: Path) -> None:
    _mended(folder / "languages/en.yaml", "\n  possession:\n", "\n  posession:\n")

    with pytest.raises(CatalogueError, match=r"en\.yaml: concepts\.posession.*'possession'"):
        load_detector(folder)


def test_a_word_class_with_the_name_of_a_built_in_shape_is_refused(folder: Path) -> None:
    _mended(folder / "languages/en.yaml", "\n  funds: [", "\n  money: [")

    with pytest.raises(CatalogueError, match=r"en\.yaml: words\.money: <money> is a shape"):
        load_detector(folder)


def test_an_unknown_concept_in_a_rule_is_named(folder: Path) -> None:
    _mended(folder / "rules/other.yaml", "[dox, proof]", "[doxx, proof]")

    with pytest.raises(CatalogueError, match=r"other\.yaml: body-threatened.*'dox'"):
        load_detector(folder)


def test_an_unknown_key_is_reported_with_its_line(folder: Path) -> None:
    _mended(folder / "rules/other.yaml", "    version: 1\n", "    vresion: 1\n")

    with pytest.raises(CatalogueError, match=r"other\.yaml:\d+: rules\.0\.v"):
        load_detector(folder)


def test_a_rule_without_examples_is_refused(folder: Path) -> None:
    path = folder / "rules/extra.yaml"
    path.write_text(
        "rules:\n  - {id: bare-rule, version: 1, title: t, level: low, category: other,\n"
        "     status: stable, false_positives: none known so far, when: {all: [dox]},\n"
        "     match: [], no_match: [a]}\n",
        encoding="utf-8",
    )

    with pytest.raises(CatalogueError, match=r"extra\.yaml:\d+: rules\.0\.match"):
        load_detector(folder)


def test_the_same_id_twice_is_refused(folder: Path) -> None:
    shutil.copy(folder / "rules/other.yaml", folder / "rules/zz.yaml")

    with pytest.raises(CatalogueError, match=r"zz\.yaml.*used twice"):
        load_detector(folder)


def test_a_malformed_phrase_is_reported_with_its_concept(folder: Path) -> None:
    _mended(folder / "languages/en.yaml", '"sex tape|video|vid"', '"sex <tpae>"')

    with pytest.raises(CatalogueError, match=r"en\.yaml: concepts\.intimate.*<tpae>"):
        load_detector(folder)


def test_a_language_is_added_by_adding_a_file(folder: Path) -> None:
    (folder / "languages/eo.yaml").write_text(
        "language: eo\nname: Esperanto\n"
        "words: {via: [via, viaj]}\n"
        "concepts:\n"
        "  money_demand: ['pagu ..2 <money>|<number>']\n"
        "  condition: ['aux']\n"
        "  exposure: ['mi publikigos']\n"
        "  your_media: ['<via> bildoj|filmo']\n"
        "examples: {match: [a], no_match: [b], disclosure: [c]}\n",
        encoding="utf-8",
    )
    from bot.domain.message import Message, Person, Window  # noqa: PLC0415

    message = Message(1, 1, Person(1, "x"), "pagu 50 aux mi publikigos viajn... viaj bildoj", 1.0)

    assert load_detector(folder).assess(Window(message)).kind.value == "threat"


def test_every_concept_is_worded_in_english_and_every_rule_has_both_sides() -> None:
    worded = {
        name: set(file.concepts)
        for name, file in ((file.language, file) for _, file in read_languages())
    }

    assert worded["en"] == set(read_concepts().concepts)
    assert all(rule.match and rule.no_match for _, rule in read_rules())
