"""A wording counts where its language is spoken, and languages mix."""

from __future__ import annotations

from bot.detection.catalogue import SHARED
from bot.detection.index import Language, Wording
from bot.detection.lexicon import Lexicon
from bot.detection.matching import Budget
from bot.detection.phrases import parse

ENGLISH = {"send": 0, "the": 1, "me": 2, "to": 3, "now": 4, "or": 5}
FRENCH = {"tes": 0, "a": 1, "ta": 2, "la": 3}


def _found(text: str, *wordings: tuple[str, str]) -> set[str]:
    common = {SHARED: {}, "en": ENGLISH, "fr": FRENCH}
    languages = [
        Language(
            code,
            [
                Wording(f"{each} {phrase}", parse(phrase, {}))
                for each, phrase in wordings
                if each == code
            ],
            commonest,
        )
        for code, commonest in common.items()
    ]
    named = [f"{code} {phrase}" for code, phrase in wordings]
    lexicon = Lexicon(languages, concepts=named, gated=named)
    return {hit.concept for hit in lexicon.match(lexicon.words(text), Budget())}


def test_a_word_of_another_language_does_not_count() -> None:
    wordings = ("en", "send"), ("fr", "pack")

    assert _found("send the pack to the shop", *wordings) == {"en send"}
    assert _found("tes potes et la pack", *wordings) == {"fr pack"}


def test_two_languages_in_one_sentence_both_count() -> None:
    wordings = ("en", "send"), ("fr", "photos ..1 à ta mère")

    assert _found("send me 50 now or tes photos vont à ta mère", *wordings) == {
        "en send",
        "fr photos ..1 à ta mère",
    }


def test_without_any_telling_word_every_language_counts() -> None:
    assert _found("pack", ("fr", "pack"), ("en", "send")) == {"fr pack"}


def test_what_all_languages_share_always_counts() -> None:
    assert _found("send the paysafe to a", (SHARED, "paysafe")) == {"und paysafe"}
