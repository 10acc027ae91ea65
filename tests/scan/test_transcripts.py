"""Transcripts are read in order and in bounded memory; what is wrong is named with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.transcripts import Entry, TranscriptError, moment, person, read_transcript
from bot.transcripts.lines import read_lines
from bot.transcripts.thread import OpenConversation


def _read(path: Path, *lines: object) -> list[Entry]:
    path = path / "chat.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return list(read_transcript(path))


def test_lines_of_a_conversation_are_counted_and_others_stand_alone(tmp_path: Path) -> None:
    entries = _read(
        tmp_path,
        {"text": "a", "conversation": "x", "id": "m1"},
        {"text": "b", "conversation": "y"},
        {"text": "c", "conversation": "x"},
        {"text": "d"},
    )

    assert [(entry.conversation, entry.place) for entry in entries] == [
        ("x", 0),
        ("y", 0),
        ("x", 1),
        (None, 0),
    ]
    assert entries[0].id == "m1"
    assert len({entry.message.channel_id for entry in entries}) == 3


def test_the_same_name_is_the_same_person() -> None:
    assert person("leo") == person("leo")
    assert person("leo").id != person("ava").id


def test_a_reply_is_found_by_identifier_and_by_index(tmp_path: Path) -> None:
    entries = _read(
        tmp_path,
        {"text": "a", "author": "ava", "conversation": "x", "id": "m1"},
        {"text": "b", "author": "leo", "conversation": "x", "reply_to": "m1"},
        {"text": "c", "author": "ava", "conversation": "x", "reply_to": 1},
        {"text": "d", "author": "ava", "conversation": "x", "reply_to": "unknown"},
    )

    assert [entry.message.reply_author for entry in entries] == [
        None,
        person("ava"),
        person("leo"),
        None,
    ]


def test_a_private_chat_knows_who_is_in_it_from_the_first_message(tmp_path: Path) -> None:
    first, _ = _read(
        tmp_path,
        {"text": "a", "author": "leo", "conversation": "x", "channel": "dm"},
        {"text": "b", "author": "ava", "conversation": "x", "channel": "dm"},
    )

    assert set(first.present) == {person("leo"), person("ava")}


def test_mentions_and_times_are_understood(tmp_path: Path) -> None:
    (entry,) = _read(
        tmp_path, {"text": "a", "mentions": ["@ava", "kim"], "timestamp": "2025-01-01T00:00:00Z"}
    )

    assert entry.message.mentions == (person("ava"), person("kim"))
    assert entry.message.at == moment(1_735_689_600) == moment(1_735_689_600_000)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b'{"text": "a"}\n{"text": ', ":2: is not JSON"),
        (b'{"text": "a"}\n\n{"author": "b"}', ":3: has no `text`"),
        (b'{"text": 5}', ":1: `text` is not a string"),
        (b'{"text": "a", "mentions": "ava"}', ":1: `mentions`"),
        (b'{"text": "a", "channel": "vc"}', ":1: `channel`"),
        (b'{"text": "a", "timestamp": "soon"}', ":1: `timestamp`"),
        (b'{"text": "a", "reply_to": [1]}', ":1: `reply_to`"),
        (b"[1, 2]", ":1: is not a JSON object"),
        (b"\x89PNG\r\n\x1a\n\0\0", ":1: "),
        (b'{"text": "\xff"}', ":1: is not UTF-8"),
        (b"[" * 50_000, ":1: is not JSON"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, raw: bytes, problem: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(raw)

    with pytest.raises(TranscriptError) as raised:
        list(read_transcript(path))

    assert problem in str(raised.value)
    assert "bad.jsonl" in str(raised.value)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(TranscriptError, match="cannot be opened"):
            list(read_transcript(path))


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert _read(tmp_path) == []


def test_what_stands_before_a_broken_line_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_text('{"text": "a"}\nbroken', encoding="utf-8")
    seen: list[str] = []

    with pytest.raises(TranscriptError):
        seen.extend(entry.message.text for entry in read_transcript(path))

    assert seen == ["a"]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_export_of_discordchatexporter_is_understood(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "export.json"
    author = {"id": "1", "name": "leo", "isBot": False}
    content = {
        "guild": {"id": "0", "name": "Direct Messages"},
        "channel": {"id": "7", "type": "DirectTextChat", "name": "ava"},
        "messages": [
            {
                "id": "11",
                "timestamp": "2025-01-01T00:00:00+00:00",
                "content": "hi",
                "author": author,
                "mentions": [{"id": "2", "name": "ava"}],
            },
            {"id": "12", "content": "beep", "author": {"id": "3", "name": "bot", "isBot": True}},
            {
                "id": "13",
                "content": "hello",
                "author": {"id": "2", "name": "ava"},
                "reference": {"messageId": "11"},
                "embeds": [{"title": "t", "description": "d"}],
            },
        ],
    }
    path.write_text(json.dumps(content, indent=indent), encoding="utf-8")

    first, second = read_transcript(path)

    assert (first.conversation, first.place, first.id) == ("7", 0, "11")
    assert first.message.mentions == (person("ava"),)
    assert second.place == 2
    assert second.message.reply_author == person("leo")
    assert second.message.embedded == ("t\nd",)
    assert set(first.present) == {person("leo"), person("ava")}


def test_a_broken_export_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text('{\n"messages": [\n', encoding="utf-8")

    with pytest.raises(TranscriptError, match=r"export\.json:\d+: is not JSON"):
        list(read_transcript(path))


def test_what_can_be_answered_is_bounded_over_all_conversations(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    lines = (
        {"text": "hi", "author": "a", "conversation": f"c{n % 300}", "id": n} for n in range(30_000)
    )
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    seen: dict[int, OpenConversation] = {}
    with path.open("rb") as file:
        for _, each in read_lines(path, file):
            seen[each.channel] = each
    kept = sum(len(each.by_index) for each in seen.values())

    assert kept <= 20_000
    assert sum(each.count for each in seen.values()) == 30_000
