"""The outbox worker ends when it is asked to, at whatever moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.case import CaseView
from bot.domain.delivery import Delivery, Outcome
from bot.services.budgets import Budgets
from bot.services.choices import PolicySettings
from bot.services.dispatch import Dispatcher, Patience
from bot.services.policies import Policies
from bot.storage import Keyring, Store


class _Idle:
    """A courier with nothing to carry."""

    async def send(self, delivery: Delivery, view: CaseView | None) -> Outcome:
        raise AssertionError((delivery, view))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'n.db'}", Keyring(bytes(32)))
    await store.migrate()
    yield store
    await store.close()


@pytest.mark.parametrize("steps", range(6))
async def test_being_woken_and_asked_to_end_at_once_ends_it(store: Store, steps: int) -> None:
    dispatcher = Dispatcher(
        store,
        _Idle(),
        Policies(PolicySettings(), {}),
        rehearsal=_Idle(),
        budgets=Budgets(),
        patience=Patience(),
    )
    work = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.3)  # until it waits for something to do

    dispatcher.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    work.cancel()

    done, _ = await asyncio.wait([work], timeout=2)
    assert done == {work}
