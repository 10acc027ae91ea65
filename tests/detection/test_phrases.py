"""The phrase language, and what it says to someone who made a mistake."""

from __future__ import annotations

import re

import pytest

from bot.detection.index import Language, Wording
from bot.detection.lexicon import Hit, Lexicon
from bot.detection.matching import Budget
from bot.detection.phrases import Element, PhraseError, element_of, parse

CLASSES = {"kin": Element(frozenset({"mom", "dad"}))}


def _hits(phrase: str, text: str, *, begins: frozenset[int] | None = None) -> list[Hit]:
    language = Language("und", [Wording("told", parse(phrase, CLASSES))])
    lexicon = Lexicon([language], concepts=["told"], gated=["told"])
    hits = lexicon.match(text.split(), Budget(), begins)
    assert bool(lexicon.bits(text.split())) >= bool(hits)
    return hits


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("tell your <kin>", "i tell your dad"),
        ("tell|show your <kin>", "show your mom"),
        ("tell your? <kin>", "tell mom"),
        ("tell your? <kin>", "tell your mom"),
        ("tell ..2 <kin>", "tell her own mom"),
        ("leak*", "leaking"),
        ("pay <money>", "pay $50"),
        ("pay <sum>", "pay 50"),
        ("<money> jetzt", "50zl jetzt"),
        ("<money> сразу", "500руб сразу"),
        ("<money> acum", "200lei acum"),
    ],
)
def test_a_phrase_finds_its_wording(phrase: str, text: str) -> None:
    assert _hits(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("tell your <kin>", "your dad will tell"),
        ("tell ..2 <kin>", "tell her own old mom"),
        ("leak*", "lea"),
        ("pay <sum>", "pay 2024"),
    ],
)
def test_a_phrase_leaves_other_wording_alone(phrase: str, text: str) -> None:
    assert not _hits(phrase, text)


def test_words_are_skipped_within_a_clause_only() -> None:
    assert _hits("tell ..3 <kin>", "tell them now mom", begins=frozenset({0}))
    assert not _hits("tell ..3 <kin>", "tell them now mom", begins=frozenset({0, 2}))


def test_a_caret_asks_for_the_beginning_of_a_clause() -> None:
    assert _hits("^tell <kin>", "ok tell mom", begins=frozenset({0, 1}))
    assert not _hits("^tell <kin>", "i tell mom", begins=frozenset({0}))


@pytest.mark.parametrize(
    ("phrase", "hint"),
    [
        ("", "begins and ends"),
        ("tell?", "begins and ends"),
        ("tell ..2", "begins and ends"),
        ("tell ..9 mom", "between 1 and 8"),
        ("tell <kni>", "there is no word class <kni>"),
        ("tell a||b", "cannot read"),
        ("tell ki*", "3 letters at least"),
        ("tell ..12 mom", "'..12': a gap skips between 1 and 8 words"),
        ("tell ...3 mom", "'...3': a gap skips between 1 and 8 words"),
        ("tell .3 mom", "'.3': a gap skips between 1 and 8 words"),
        ("tell <kin", "'<kin': a class is written <media>"),
        ("tell kin>|mom", "'kin>': a class is written <media>"),
        ("tell *ublic", "'*ublic': a star stands only at the end of a stem"),
        ("pa*ga", "'pa*ga': a star stands only at the end of a stem"),
        ("leak**", "'leak**': a star stands only at the end of a stem"),
        ("x ^pay", "'^pay': ^ stands only at the beginning"),
        ("^send|^bring", "'^bring': ^ stands only at the beginning"),
    ],
)
def test_a_malformed_phrase_is_refused_with_what_to_mend(phrase: str, hint: str) -> None:
    with pytest.raises(PhraseError, match=re.escape(hint)):
        parse(phrase, CLASSES)


def test_a_slip_in_a_word_class_is_refused_too() -> None:
    with pytest.raises(PhraseError, match=r"'<kin': a class is written <media>"):
        element_of("family", ["aunt", "<kin"], CLASSES)


def test_a_word_class_may_hold_another() -> None:
    element = element_of("family", ["<kin>", "aunt"], CLASSES)

    assert element.words == {"mom", "dad", "aunt"}
