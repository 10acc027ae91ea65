"""Canonical JSON, digests, and a chain in which nothing changes unnoticed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import (
    GENESIS,
    EvidenceItem,
    ItemKind,
    canonical,
    content_digest,
    first_fault,
    item_digest,
)

SALT = "00" * 16
WORDS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(WORDS, VALUES, max_size=4)


def chain(*contents: dict[str, Any] | None, case_id: int = 7) -> list[EvidenceItem]:
    """A chain as the database keeps it, one item for each content."""
    items: list[EvidenceItem] = []
    previous = GENESIS
    for seq, content in enumerate(contents, 1):
        digest = None if content is None else content_digest(content, SALT)
        fields: dict[str, Any] = {
            "case_id": case_id,
            "seq": seq,
            "kind": ItemKind.MESSAGE,
            "about": f"message:{seq}:0",
            "message_id": seq,
            "recorded_at": "2026-03-01T12:00:00+00:00",
            "source": "gateway",
            "facts": {"place": seq},
            "content_digest": digest,
            "previous": previous,
        }
        previous = item_digest(**fields)
        salt = None if content is None else SALT
        items.append(EvidenceItem(**fields, content=content, salt=salt, digest=previous))
    return items


def fault(items: list[EvidenceItem], whole: list[EvidenceItem]) -> str | None:
    """What is wrong with `items`, where the case recorded `whole`."""
    return first_fault(items, count=len(whole), head=whole[-1].digest if whole else GENESIS)


@given(VALUES)
def test_canonical_json_is_json_for_the_same_value(value: Any) -> None:
    assert json.loads(canonical(value)) == value


@given(OBJECTS)
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(VALUES, VALUES)
def test_different_values_have_different_forms(one: Any, other: Any) -> None:
    same = canonical(one) == canonical(other)

    assert same == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def test_the_form_is_written_down() -> None:
    """A program in another language must be able to make the same bytes."""
    value = {"b": [1, True, None], "a": 'ü "quoted"\n\u2028', "ä": {}, "A": -0}

    assert canonical(value) == (
        '{"A":0,"a":"ü \\"quoted\\"\\n\u2028","b":[1,true,null],"ä":{}}'.encode()
    )


def test_half_a_surrogate_pair_does_not_break_it() -> None:
    assert canonical("\ud83d") == b'"\xed\xa0\xbd"'


@pytest.mark.parametrize("value", [1.0, [float("nan")], {"a": {"b": (0.5,)}}])
def test_floats_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="evidence holds no floats"):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a"}, [{None: "a"}], {"a": {2: "b", 10: "c"}}, {0.5: 1}])
def test_keys_that_json_would_turn_into_text_are_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="evidence has text for keys"):
        canonical(value)


@given(OBJECTS, st.binary(min_size=16, max_size=16))
def test_the_salt_changes_the_digest_of_the_same_words(
    content: dict[str, Any], salt: bytes
) -> None:
    same = content_digest(content, salt.hex()) == content_digest(content, SALT)

    assert same == (salt.hex() == SALT)


@given(st.lists(st.none() | OBJECTS, max_size=6))
def test_a_chain_that_nobody_touched_is_intact(contents: list[dict[str, Any] | None]) -> None:
    items = chain(*contents)

    assert fault(items, items) is None


@given(st.lists(OBJECTS, min_size=1, max_size=6), st.data())
def test_erased_content_leaves_the_chain_intact(
    contents: list[dict[str, Any]], data: st.DataObject
) -> None:
    items = chain(*contents)
    at = data.draw(st.integers(0, len(items) - 1))
    erased = [*items[:at], replace(items[at], content=None, salt=None), *items[at + 1 :]]

    assert fault(erased, items) is None


CHANGES: list[dict[str, Any]] = [
    {"case_id": 8},
    {"kind": ItemKind.CONTEXT},
    {"about": "message:99:0"},
    {"message_id": 99},
    {"message_id": None},
    {"recorded_at": "2026-03-01T12:00:01+00:00"},
    {"source": "history"},
    {"facts": {"place": 99}},
    {"facts": {"place": 1.5}},
    {"facts": {1: 2}},
    {"content": {"text": "something else"}},
    {"content": {"text": 0.5}},
    {"content": {"text": "something else"}, "salt": None},
    {"salt": "11" * 16},
    {"salt": "no hex"},
    {"salt": None},
    {"content_digest": None},
    {"content_digest": "f" * 64},
    {"previous": "f" * 64},
    {"digest": "f" * 64},
    {"seq": 99},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_changed_item_is_the_first_fault(change: dict[str, Any], at: int) -> None:
    items = chain({"text": "one"}, {"text": "two"}, {"text": "three"})
    changed = [*items[:at], replace(items[at], **change), *items[at + 1 :]]

    assert str(fault(changed, items)).startswith(f"item {at + 1}: ")


def test_content_given_to_an_item_that_had_none_is_found() -> None:
    items = chain(None)
    given_some = [replace(items[0], content={"text": "never written"}, salt=SALT)]

    assert fault(given_some, items) == "item 1: its content was altered"


@given(st.permutations(range(4)))
def test_only_one_order_is_intact(order: list[int]) -> None:
    items = chain(*({"text": str(n)} for n in range(4)))
    reordered = [items[n] for n in order]

    assert (fault(reordered, items) is None) == (order == [0, 1, 2, 3])


@given(st.sets(st.integers(0, 3)))
def test_no_item_can_be_missing(missing: set[int]) -> None:
    items = chain(*({"text": str(n)} for n in range(4)))
    left = [item for n, item in enumerate(items) if n not in missing]

    expected = None if not missing else f"item {min(missing) + 1}: missing"
    assert str(fault(left, items)).startswith(str(expected))


def test_an_item_too_many_is_named() -> None:
    items = chain({"text": "one"}, {"text": "two"}, {"text": "three"})

    assert fault(items, items[:2]) == "item 3: added, the case recorded 2 items"


def test_a_chain_made_anew_with_other_words_does_not_lead_to_the_recorded_head() -> None:
    items, forged = chain({"text": "one"}, {"text": "two"}), chain({"text": "1"}, {"text": "two"})

    assert fault(forged, items) == "item 2: is not the last item that the case recorded"


def test_a_chain_of_another_case_is_another_chain() -> None:
    mine, theirs = chain({"text": "one"}), chain({"text": "one"}, case_id=8)

    assert fault(theirs, mine) == "item 1: is not the last item that the case recorded"
