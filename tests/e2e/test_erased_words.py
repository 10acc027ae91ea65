"""Words that were erased stay away, also when somebody else threatens in the same channel."""

from __future__ import annotations

import pytest

from bot.sandbox import Message
from tests.e2e.test_case_work import resolves
from tests.e2e.town import OTHER_THREAT, THREAT, Town

_ORDINARY = "what pics? leave me alone"
_DEMAND = "pay me 100 dollars by tonight"


async def _words(town: Town, case_id: int) -> list[tuple[str, str]]:
    """What a case holds of messages: as what kind, and the words without mentions."""
    items = await town.evidence(case_id)
    said = [(item.kind.value, (item.content or {}).get("text")) for item in items]
    return [(kind, text.rpartition("> ")[2]) for kind, text in said if text]


async def _another_threat(town: Town, *, replying_to: Message | None = None) -> None:
    """Somebody else threatens in the same channel."""
    await town.settled(
        await town.kim.writes(
            OTHER_THREAT, channel=town.general, mentions=[town.sam], reply_to=replying_to
        )
    )


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "after a restart"])
async def test_the_words_of_a_false_alarm_do_not_come_back_with_somebody_elses_threat(
    town_on_each: Town, *, restarted: bool
) -> None:
    town = town_on_each
    threat = await town.threatens()
    await town.settled(threat)
    await resolves(town, "False alarm", why="joke")
    await town.sam.writes("nice weather", channel=town.general)
    if restarted:
        await town.restart()
    await _another_threat(town, replying_to=threat)

    assert await _words(town, 1) == []
    assert await _words(town, 2) == [("context", "nice weather"), ("message", OTHER_THREAT)]


async def test_what_a_person_erased_does_not_come_back_with_somebody_elses_threat(
    town: Town,
) -> None:
    await town.leo.writes("i have your pics", channel=town.general, mentions=[town.ava])
    await town.ava.writes(_ORDINARY, channel=town.general)
    await town.settled(await town.threatens())
    assert await town.bot.bot.parts.privacy.erase(town.ava.id) == 1
    await _another_threat(town)

    found = [text for _, text in await _words(town, 2)]
    assert found == ["i have your pics", THREAT, OTHER_THREAT]


async def test_words_of_a_false_alarm_that_a_later_threat_is_made_of_are_its_proof(
    town: Town,
) -> None:
    """Whoever goes on threatening is seen with what makes it a threat."""
    await town.settled(await town.threatens())
    await resolves(town, "False alarm", why="joke")
    await town.settled(await town.leo.writes(_DEMAND, channel=town.general, mentions=[town.ava]))

    assert await _words(town, 2) == [("message", THREAT), ("message", _DEMAND)]
