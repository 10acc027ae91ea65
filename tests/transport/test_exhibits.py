"""Evidence as a moderator reads it: in pages that Discord takes, whatever was written."""

from __future__ import annotations

from typing import Any

import pytest

from bot.advice import load_texts
from bot.domain.evidence import GENESIS, EvidenceItem, ItemKind
from bot.services.casework import Exhibit
from bot.transport.exhibits import pages

LANGUAGE = load_texts().get("en")
TIME = "2026-03-01T12:00:00.000+00:00"


def item(
    seq: int, text: str = "", *, kind: ItemKind = ItemKind.MESSAGE, **content: Any
) -> EvidenceItem:
    said = {"author_name": "leo", "text": text, "forwarded": [], "embedded": [], **content}
    return EvidenceItem(
        case_id=7,
        seq=seq,
        kind=kind,
        about=f"message:{seq}:0",
        message_id=seq,
        recorded_at=TIME,
        source="gateway",
        facts={"author_id": 42, "written_at": TIME, "edited_at": None},
        content=None if kind is ItemKind.DELETION else {"attachments": [], **said},
        content_digest=None,
        salt=None,
        previous=GENESIS,
        digest=GENESIS,
    )


def shown(*items: EvidenceItem, fault: str | None = None) -> list[str]:
    return pages(LANGUAGE, Exhibit(case_id=7, items=items, fault=fault))


def test_a_short_case_is_one_page_in_the_order_of_what_was_said() -> None:
    (page,) = shown(
        item(1, "hello", kind=ItemKind.CONTEXT),
        item(2, "pay me"),
        item(3, "never mind", kind=ItemKind.EDIT),
    )
    lines = page.splitlines()
    assert lines[0] == "Evidence of case 7. Only you see this. It is recorded that you looked."
    assert [line for line in lines if line in {"hello", "pay me", "never mind"}] == [
        "hello",
        "pay me",
        "never mind",
    ]
    assert lines[-1] == "Part 1 of 1"


@pytest.mark.parametrize(
    "text", ["word " * 800, "aa.bb.cc." * 440, "x://" * 1000, "`" * 4000, "\n" * 4000, "é" * 4000]
)
def test_no_page_is_longer_than_discord_takes(text: str) -> None:
    found = shown(*(item(seq, text) for seq in range(1, 6)), fault="item 3: altered " * 3)
    assert len(found) > 5
    assert [page for page in found if len(page) > 2000] == []
    assert [page for page in found if page.count("```") % 2] == []


def test_whoever_wrote_is_named_by_discord_and_by_the_name_they_chose() -> None:
    said = item(1, "pay me", author_name="`ava`, <@7>")
    (page,) = shown(said, EvidenceItem(**{**_fields(item(2)), "content": None}))
    assert "**1.** <@42> (`ˋavaˋ, <@7>`) wrote <t:" in page
    assert "**2.** <@42> wrote <t:" in page


def test_many_short_messages_fill_the_pages() -> None:
    found = shown(*(item(seq, f"number {seq}.") for seq in range(1, 101)))
    assert [sum(f"number {n}." in page for page in found) for n in range(1, 101)] == [1] * 100
    assert len(found) < 10


def test_a_deletion_names_the_part_that_is_gone() -> None:
    gone = item(2, kind=ItemKind.DELETION)
    (page,) = shown(item(1, "pay me"), EvidenceItem(**{**_fields(gone), "message_id": 1}))
    assert "**2.** The message of part 1 was deleted." in page


def test_files_are_named_and_nothing_more() -> None:
    files = [{"filename": "a`b.png", "size": 5}]
    (page,) = shown(item(1, "look", attachments=files))
    assert "A file was attached: `aˋb[.]png`, 5 bytes." in page


def test_a_broken_chain_is_said_on_every_page() -> None:
    found = shown(*(item(seq, "word " * 300) for seq in range(1, 4)), fault="item 2: altered")
    assert ["The chain is not intact" in page for page in found] == [True] * len(found)


def test_erased_words_are_said_to_be_erased() -> None:
    erased = EvidenceItem(**{**_fields(item(1)), "content": None})
    (page,) = shown(erased)
    assert "The words of this case were erased." in page


def test_a_case_without_anything_says_so() -> None:
    (page,) = shown()
    assert "Nothing is preserved in this case." in page


def _fields(of: EvidenceItem) -> dict[str, Any]:
    return {name: getattr(of, name) for name in EvidenceItem.__slots__}
