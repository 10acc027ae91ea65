"""Somebody else's words are harmless once the bot shows them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.transport.wording import as_block, as_blocks, in_line, label, name

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_LINK = re.compile(r"(?i)[a-z]://")


def hidden_in(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in _HIDDEN} - {"\n"}


@given(st.text())
@example("```\n@everyone```")
@example("\u202ehttps://evil.example\u200b")
def test_words_in_line_stay_in_one_piece_of_code(words: str) -> None:
    shown = in_line(words, limit=40)
    assert shown[0] == shown[-1] == "`"
    assert "`" not in shown[1:-1]
    assert len(shown) <= 42
    assert hidden_in(shown) == set()
    assert "\n" not in shown
    assert _LINK.search(shown) is None


@given(st.text(max_size=300), st.integers(1, 50))
@example("aa.bb.cc." * 30, 50)
@example("x://" * 30, 7)
def test_words_in_blocks_stay_in_their_blocks(words: str, size: int) -> None:
    blocks = list(as_blocks(words, size=size))
    assert blocks
    for block in blocks:
        inside = block.removeprefix("```text\n").removesuffix("\n```")
        assert block == f"```text\n{inside}\n```"
        assert "`" not in inside
        assert len(inside) <= size
        assert hidden_in(inside) == set()


def test_blocks_keep_every_visible_word_and_line() -> None:
    words = "one two\nthree " * 50
    inside = [block[len("```text\n") : -len("\n```")] for block in as_blocks(words, size=17)]
    assert "".join(inside) == words


@given(st.text(max_size=300), st.integers(1, 50))
@example("aa.bb.cc." * 30, 50)
@example("x://" * 30, 7)
def test_what_is_too_long_for_one_block_is_cut_after_it_was_disarmed(words: str, size: int) -> None:
    (first, *more) = as_blocks(words, size=size)
    block = as_block(words, limit=size)
    assert (block == first) is not bool(more)
    assert len(block) <= size + len("```text\n\n```")
    assert block.removesuffix("…\n```") in first


@given(st.text())
@example("olga\u202e\nhttps://evil.example")
@example("aa.bb.cc." * 30)
def test_a_label_is_one_line_that_fits_and_hides_nothing(words: str) -> None:
    shown = label(words)
    assert 1 <= len(shown) <= 100
    assert hidden_in(shown) == set()
    assert "\n" not in shown
    assert _LINK.search(shown) is None


@given(st.text())
@example("[click](https://evil.example)")
@example("**@everyone** <@1> <#2> </x:3> # - > | ~~ __")
def test_a_name_is_no_markup(words: str) -> None:
    shown = name(words)
    assert re.search(r"(?<!\\)(?:\\\\)*[`*_~|>\[\]()<#@:]", shown) is None
    assert hidden_in(shown) == set()
    assert "\n" not in shown
    assert shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("https://evil.example/x", "`https[:]//evil[.]example/x`"),
        ("discord.gg/abc", "`discord[.]gg/abc`"),
        ("1.5 dollars e.g. now", "`1.5 dollars e.g. now`"),
        ("a\u0301\u0301\u0301\u0301", "`a\u0301\u0301`"),
        ("", "` `"),
    ],
)
def test_links_and_piled_up_marks_are_disarmed(words: str, shown: str) -> None:
    assert in_line(words) == shown
