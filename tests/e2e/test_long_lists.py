"""Lists that are longer than a message of Discord can be."""

from __future__ import annotations

from tests.e2e.test_setup import imported, stored
from tests.e2e.town import THREAT, Town

_LONGEST = 2000


async def test_more_holds_than_a_message_takes_are_counted(town: Town) -> None:
    for number in range(1, 12):
        offender = town.server.join(f"offender{number}")
        await town.settled(await offender.writes(THREAT, channel=town.general, mentions=[town.ava]))
        await town.owner.runs(
            "case hold", channel=town.alerts, case=number, reason="asked for " * 20, days=30
        )
        await town.mo.runs("case confirm-hold", channel=town.alerts, case=number)
    listed = await town.mo.runs("case holds", channel=town.alerts)

    heading, *lines, rest = listed.text.splitlines()
    assert heading == "**Cases kept by a hold**"
    assert [line.partition(" until")[0] for line in lines] == [
        f"**Case {number}**" for number in range(1, len(lines) + 1)
    ]
    assert rest == f"And {11 - len(lines)} more."
    assert len(listed.text) <= _LONGEST


async def test_more_problems_of_an_import_than_a_message_takes_are_counted(town: Town) -> None:
    said = await imported(town, "\n".join(f"key_{number}: 1" for number in range(150)))
    first, *lines, rest = said.splitlines()

    assert first == "Not saved: key_0: there is no such key"
    assert lines == [f"key_{n}: there is no such key" for n in range(1, len(lines) + 1)]
    assert rest == f"And {150 - 1 - len(lines)} more."
    assert len(said) <= _LONGEST
    assert await imported(town, f"{'k' * 1000}: 1") == f"Not saved: {'k' * 300}"
    assert stored(town) == {}
