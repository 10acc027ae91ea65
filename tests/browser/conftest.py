"""A real browser, which the report is opened in: the Chromium of this machine, headless."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.bundle.names import REPORT
from bot.storage import Store
from tests.bundle.building import files_of

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_REMEDY = "no Chromium is installed; on Debian and Ubuntu: apt-get install chromium"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium. In CI it must be there; elsewhere its absence is said, with the remedy."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None and os.environ.get("CI"):
        pytest.fail(_REMEDY)
    if path is None:
        pytest.skip(_REMEDY)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def report(sqlite_store: Store, tmp_path: Path) -> Path:
    """The report of a case in which everybody wrote the worst that a report can be given."""
    files = await files_of(sqlite_store)
    path = tmp_path / REPORT
    path.write_bytes(files[REPORT])
    return path
