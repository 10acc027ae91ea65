"""Failures on demand: 429 of every kind, 5xx, resets and delays; and the log of requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.sandbox import Request, Sandbox

if TYPE_CHECKING:
    from tests.sandbox.conftest import Lab, MakeLab

POSTS = {"method": "POST", "path": r"/channels/\d+/messages$"}


@pytest.fixture
async def channel(lab: Lab, sandbox: Sandbox) -> discord.TextChannel:
    general = sandbox.create_server("Harbour").create_channel("general")
    bot = await lab.connect()
    return bot.get_channel(general.id)


def texts(sandbox: Sandbox) -> list[str]:
    (server,) = sandbox.world.servers.values()
    return [m.text for m in sandbox.person("owner").sees(server.channel("general"))]


def posts(sandbox: Sandbox) -> list[int]:
    return [r.status for r in sandbox.requests if r.path.endswith("/messages")]


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_rate_limited_request_is_repeated_by_the_client(
    channel: discord.TextChannel, sandbox: Sandbox, *, is_global: bool
) -> None:
    sandbox.faults.limit(**POSTS, retry_after=0.02, is_global=is_global)
    await channel.send("hi")
    assert (posts(sandbox), texts(sandbox)) == ([429, 200], ["hi"])


async def test_a_429_without_via_raises_at_once(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.limit(**POSTS, retry_after=0.02, via=False)
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("hi")
    assert (caught.value.status, texts(sandbox)) == (429, [])


async def test_a_long_rate_limit_raises_when_the_client_has_a_limit(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.limit(**POSTS, retry_after=100)
    with pytest.raises(discord.RateLimited):
        await channel.send("hi")


async def test_a_failure_carries_status_and_code(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    fault = sandbox.faults.fail(**POSTS, status=403, code=240000, message="filtered", after=1)
    await channel.send("passes")
    with pytest.raises(discord.Forbidden) as caught:
        await channel.send("fails")
    await channel.send("passes again")
    assert (caught.value.code, caught.value.text, fault.struck) == (240000, "filtered", 1)
    assert texts(sandbox) == ["passes", "passes again"]


async def test_a_server_error_is_raised_when_it_is_not_of_the_repeated_kind(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.fail(**POSTS, status=503)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("hi")


async def test_a_reset_connection_carries_nothing_out(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.reset(**POSTS)
    with pytest.raises(aiohttp.ClientOSError) as caught:
        await channel.send("hi")
    assert isinstance(caught.value, OSError)
    assert (texts(sandbox), posts(sandbox)) == ([], [0])


async def test_a_lost_answer_was_carried_out(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.lose_answer(**POSTS)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("hi")
    assert (texts(sandbox), posts(sandbox)) == (["hi"], [0])


async def test_a_delay_holds_one_request_and_not_the_others(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    sandbox.faults.delay(0.1, path=r"/typing$")
    slow = asyncio.create_task(channel.typing().__aenter__())
    await sandbox.wait_for(lambda: any(r.path.endswith("/typing") for r in sandbox.requests))
    await channel.send("quick")
    assert (slow.done(), texts(sandbox)) == (False, ["quick"])
    await slow
    sandbox.faults.clear()


async def test_every_answer_carries_rate_limit_headers(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{sandbox.api_url}/users/@me") as response,
    ):
        assert response.headers["Content-Type"] == "application/json"
        told = {name for name in response.headers if name.startswith("X-RateLimit")}
    assert told == {
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-RateLimit-Reset-After",
        "X-RateLimit-Bucket",
    }


async def test_real_buckets_refuse_the_sixth_message(lab_with: MakeLab) -> None:
    async with lab_with(real_rate_limits=True) as lab:
        general = lab.sandbox.create_server("Harbour").create_channel("general")
        headers = {"Authorization": f"Bot {lab.sandbox.token}"}
        url = f"{lab.sandbox.api_url}/channels/{general.id}/messages"
        statuses = []
        async with aiohttp.ClientSession(headers=headers) as session:
            for number in range(6):
                async with session.post(url, json={"content": str(number)}) as response:
                    statuses.append(response.status)
                    body = await response.json()
        assert statuses == [200] * 5 + [429]
        assert (body["global"], 4 < body["retry_after"] <= 5) == (False, True)


async def test_requests_are_logged_and_told_to_hooks(
    channel: discord.TextChannel, sandbox: Sandbox
) -> None:
    before: list[str] = []
    after: list[int] = []

    async def slow_hook(request: Request) -> None:
        await asyncio.sleep(0)
        before.append(request.json["content"])

    sandbox.on_request(slow_hook)
    sandbox.after_request(lambda request: after.append(request.status))
    await channel.send("hi")
    logged = sandbox.requests[-1]
    assert (before, after) == (["hi"], [200])
    assert (logged.method, logged.path, logged.json["content"], logged.status) == (
        "POST",
        f"/channels/{channel.id}/messages",
        "hi",
        200,
    )
