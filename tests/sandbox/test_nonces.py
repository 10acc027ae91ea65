"""The same nonce does not make a second message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab, MakeLab


async def test_the_same_nonce_returns_the_earlier_message(lab: Lab) -> None:
    server = lab.sandbox.create_server("Harbour")
    general, other = server.create_channel("general"), server.create_channel("other")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    first = await channel.send("once", nonce="alert-1")
    again = await channel.send("twice", nonce="alert-1")
    different = await channel.send("other", nonce="alert-2")
    elsewhere = await bot.get_channel(other.id).send("there", nonce="alert-1")
    assert (again.id, again.content) == (first.id, "once")
    assert len({first.id, different.id, elsewhere.id}) == 3
    assert [m.text for m in lab.sandbox.person("owner").sees(general)] == ["once", "other"]


async def test_a_nonce_is_forgotten_after_its_window(lab_with: MakeLab) -> None:
    async with lab_with(nonce_window=0) as lab:
        general = lab.sandbox.create_server("Harbour").create_channel("general")
        bot = await lab.connect()
        channel = bot.get_channel(general.id)
        first = await channel.send("once", nonce="alert-1")
        again = await channel.send("twice", nonce="alert-1")
        assert first.id != again.id


async def test_a_message_whose_answer_was_lost_is_not_sent_twice(lab: Lab) -> None:
    general = lab.sandbox.create_server("Harbour").create_channel("general")
    bot = await lab.connect()
    channel = bot.get_channel(general.id)
    lab.sandbox.faults.lose_answer(method="POST", path=r"/messages$")
    lost: list[Exception] = []
    for _ in range(2):
        try:
            await channel.send("once", nonce="alert-1")
        except aiohttp.ServerDisconnectedError as error:
            lost.append(error)
    assert len(lost) == 1
    assert [m.text for m in lab.sandbox.person("owner").sees(general)] == ["once"]
