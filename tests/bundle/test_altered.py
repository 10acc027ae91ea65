"""A case is exported whatever somebody altered in the database, and the bundle names the item."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bundle import build_bundle, verify_bundle
from bot.bundle.names import REPORT
from bot.storage import Store
from tests.bundle.building import ENGLISH, SIGNER, dossier_of, open_case, unpacked, write


def _fact(name: str, value: str) -> str:
    return f"facts = json_set(facts, '$.{name}', json('{value}'))"


_ODD = ('"x"', "[1]", '{"a":1}', "1.5", "-1", "true", "18446744073709551616")
"""What is no identifier."""
TAMPERED = [
    # which item, and what becomes of it
    (3, "facts = '{}'"),
    *((3, _fact(name, odd)) for name in ("author_id", "channel_id", "guild_id") for odd in _ODD),
    (3, _fact("message_id", "null")),
    (3, _fact("mentions", "[[1]]")),
    (3, _fact("mentions", '"x"')),
    (10, _fact("person_id", "[1]")),
    (10, _fact("person_id", "null")),
    (3, "source = x'ff00'"),
    (3, _fact("written_at", '"0001-01-01T00:00:00+14:00"')),
    (11, "recorded_at = '9999-12-31T23:59:59-10:00'"),
    *((3, _fact("reply_to", odd)) for odd in (r'"\\ud800"', r'"\\u202etxet"', *_ODD)),
    *((3, _fact("forwarded_from", f'{{"a":{odd}}}')) for odd in (r'"\\ud800"', *_ODD)),
    (13, f"""facts = '{{"what":"noted","x":{"[" * 450}{"]" * 450}}}'"""),
]
STILL_TOLD = [
    # what the report can tell of nevertheless
    (3, "message_id = 'x'"),
    *((3, f"{name} = x'ff00'") for name in ("message_id", "about", "previous", "digest")),
    (11, "recorded_at = '2026-01-01'"),
    (12, "recorded_at = '2026-01-01'"),
    (3, _fact("forwarded_from", r'{"\ud800\u202e":5}')),
    *(
        (4, f"""kind = 'action', facts = '{{"what": "words erased", "items": {items}}}'""")
        for items in ("[[1]]", '[{}, "x"]', "5")
    ),
]


@pytest.mark.parametrize(("seq", "change"), [*TAMPERED, *STILL_TOLD])
async def test_a_case_that_was_tampered_with_is_exported_and_says_so(
    sqlite_store: Store, tmp_path: Path, seq: int, change: str
) -> None:
    case_id = await open_case(sqlite_store)
    async with sqlite_store._engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE evidence SET {change} WHERE seq = {seq}")  # noqa: S608 - the test's own words

    dossier = await dossier_of(sqlite_store, case_id)
    files = unpacked(build_bundle(dossier, ENGLISH, SIGNER))

    assert dossier.fault is not None
    assert dossier.fault.startswith(f"item {seq}:")
    assert verify_bundle(write(files, tmp_path / "bundle")).faults[0].startswith(f"item {seq}:")
    told = f"Item {seq} was altered and cannot be read." in files[REPORT].decode()
    assert told is ((seq, change) in TAMPERED)
    assert "\u202e" not in files[REPORT].decode()


async def test_sealed_words_that_are_none_make_no_case_impossible_to_export(
    sqlite_store: Store,
) -> None:
    case_id = await open_case(sqlite_store)
    async with sqlite_store._engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE evidence SET sealed = 5 WHERE seq = 3")

    dossier = await dossier_of(sqlite_store, case_id)

    assert dossier.fault == "item 3: its content was altered"
