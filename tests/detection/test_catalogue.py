"""A mistake in a file is reported with file, key and remedy."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest

from bot.detection import CatalogueError, load_detector
from bot.detection.catalogue import HERE, Example, read_concepts, read_languages, read_rules
from bot.domain.message import Message, Person, Window


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


def test_a_misspelled_group_and_a_misspelled_concept_of_an_order_are_named(folder: Path) -> None:
    path = folder / "rules/money.yaml"
    _mended(path, "none: [playful, ", "none: [playfull, ")
    with pytest.raises(CatalogueError, match=r"'playfull'; did you mean 'playful'\?"):
        load_detector(folder)

    _mended(path, "none: [playfull, ", "order: [condition, exposure_tu]\n      none: [playful, ")
    with pytest.raises(CatalogueError, match=r"\.when\.order: .*'exposure_tu'; .*'exposure_to'\?"):
        load_detector(folder)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("level: high", "level: hgih", "there is no level 'hgih'; write low, medium, high, urgent"),
        ("id: ", "id: Ä", "String should match pattern"),
        (
            "    when:\n",
            "    when:\n      all: [dox]\n",
            "the key 'all' is there twice; put both lists",
        ),
        (
            "    match:",
            "    match: [a]\n    match:",
            "the key 'match' is there twice; put both lists",
        ),
    ],
)
def test_a_slip_in_a_rule_is_named_with_its_line(
    folder: Path, old: str, new: str, told: str
) -> None:
    path = folder / "rules/money.yaml"
    _mended(path, old, new)

    with pytest.raises(CatalogueError, match=rf"money\.yaml:\d+: .*{re.escape(told)}"):
        list(read_rules(folder))


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


CATALAN = """\
language: ca
name: Català
words:
  kin: [mare, pare]
concepts:
  exposure:
    - "publico"
examples:
  match: [a]
  no_match: [b]
  disclosure: [c]
"""


@pytest.fixture
def catalan(tmp_path: Path) -> Path:
    """A language file beside no other."""
    path = tmp_path / "languages" / "ca.yaml"
    path.parent.mkdir()
    path.write_text(CATALAN, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "examples:",
            "  exposure: [penjo]\nexamples:",
            "8: the key 'exposure' is there twice; put both",
        ),
        ("concepts:", "  kin: [avi]\nconcepts:", "5: the key 'kin' is there twice; put both lists"),
        (
            "  no_match:",
            "  match: [d]\n  no_match:",
            "10: the key 'match' is there twice; put both",
        ),
        ("name:", "language: en\nname:", "2: the key 'language' is there twice; keep one of them"),
        ('    - "pub', '\t- "pub', "7: a tab; indent with spaces"),
        ('publico"', "publico", "7: this quotation mark is not closed, or stands inside the text"),
        ('publico"', 'publico\n    - "penjo"', "7: this quotation mark is not closed, or stands"),
        ("publico", 'dic "publico" i', "7: this quotation mark is not closed, or stands inside"),
        ("[a]", "[a", "10: while parsing a flow sequence: did not find expected ',' or ']'"),
        ("[a]", "\a", "9: unacceptable character #x0007: control characters are not allowed"),
        ("language: ca", "language: en", " language: 'en' is not the file's name; write ca"),
        ("language: ca", "language: ca1", "1: language: String should match pattern"),
        ("  disclosure: [c]\n", "", "9: examples.disclosure: Field required"),
    ],
)
def test_a_slip_in_a_language_file_is_named_with_its_line(
    catalan: Path, old: str, new: str, told: str
) -> None:
    _mended(catalan, old, new)

    with pytest.raises(CatalogueError) as raised:
        list(read_languages(catalan.parent.parent))

    assert str(raised.value).startswith(f"{catalan}:{told}")


def test_every_language_but_the_shared_one_needs_examples(catalan: Path) -> None:
    without = CATALAN.partition("examples:")[0]
    (catalan.parent / "und.yaml").write_text(without.replace(": ca", ": und"), encoding="utf-8")
    catalan.write_text(without, encoding="utf-8")

    with pytest.raises(
        CatalogueError, match=r"ca\.yaml: examples: there are none; write match, no"
    ):
        list(read_languages(catalan.parent.parent))


def test_a_language_is_added_by_adding_the_file_of_the_guide(folder: Path) -> None:
    guide = (
        Path(__file__)
        .parents[2]
        .joinpath("docs/write-rules.md")
        .read_text(encoding="utf-8")
        .partition("## Adding a lang")[2]
    )
    skeleton = textwrap.dedent(guide.partition("   ```yaml\n")[2].partition("   ```\n")[0])
    (folder / "languages/eo.yaml").write_text(skeleton, encoding="utf-8")
    detector = load_detector(folder)
    added = next(file for path, file in read_languages(folder) if path.stem == "eo")

    def judged(examples: list[Example]) -> list[str]:
        windows = [Window(Message(1, 1, Person(1, "x"), str(text), 1.0)) for text in examples]
        return [detector.assess(window).kind.value for window in windows]

    assert added.examples is not None
    assert judged(added.examples.match) == ["threat"]
    assert judged(added.examples.no_match) == ["none"]
    assert judged(added.examples.disclosure) == ["disclosure"]


def test_every_concept_is_worded_in_english_and_every_rule_has_both_sides() -> None:
    worded = {
        name: set(file.concepts)
        for name, file in ((file.language, file) for _, file in read_languages())
    }

    assert worded["en"] == set(read_concepts().concepts)
    assert all(rule.match and rule.no_match for _, rule in read_rules())
