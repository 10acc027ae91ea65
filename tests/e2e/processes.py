"""The bot as a process of its own, which can be killed at any moment."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.town import KEY, Town

_DRIVER = Path(__file__).with_name("driver.py")
_PATIENCE = 20.0
_ROOT = Path(__file__).parents[2]


class Process:
    """One run of the bot, in a process that belongs to the nursery."""

    def __init__(self, number: int, log: Path) -> None:
        self.log = log
        self._number = number
        self._ended = asyncio.Event()
        self._watch_end()

    @property
    def ended(self) -> bool:
        """Whether the process is gone, for whatever reason."""
        return self._ended.is_set()

    def says(self, words: str) -> bool:
        """Whether something stands in the log."""
        return self.log.exists() and words in self.log.read_text("utf-8")

    def kill(self) -> None:
        """End it at once (SIGKILL): nothing in it can notice."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)

    async def terminate(self) -> None:
        """Ask it to end in good order, and wait until it has."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGTERM)
        await asyncio.wait_for(self._ended.wait(), _PATIENCE)

    async def until_ended(self) -> None:
        """Wait until it is gone."""
        await asyncio.wait_for(self._ended.wait(), _PATIENCE)

    def _watch_end(self) -> None:
        try:
            descriptor = os.pidfd_open(self._number)
        except ProcessLookupError:
            self._ended.set()
            return
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            self._ended.set()

        loop.add_reader(descriptor, gone)


class Nursery:
    """Starts bots."""

    def __init__(self, driver: subprocess.Popen[str]) -> None:
        self._driver = driver
        self._started: list[Process] = []

    def start(
        self,
        town: Town,
        *,
        kill_at: int | None = None,
        level: str = "info",
        form: str = "text",
        **policy: Any,
    ) -> Process:
        """Start the bot of a town; with `kill_at` it kills itself at that step."""
        number = len(list(town.folder.glob("*.log")))
        config, log = town.folder / "config.yaml", town.folder / f"{number}.log"
        key = town.folder / "notalone.key"
        key.write_text(base64.b64encode(KEY).decode("ascii"))
        key.chmod(0o600)
        log.touch()
        logging = {"level": level, "format": form}
        config.write_text(yaml.safe_dump({**town.written(**policy), "logging": logging}))
        order = {
            "config": str(config),
            "token": town.sandbox.token,
            "log": str(log),
            "kill_at": kill_at,
        }
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(order) + "\n")
        self._driver.stdin.flush()
        self._started.append(Process(int(self._driver.stdout.readline()), log))
        return self._started[-1]

    def clear(self) -> None:
        """End every bot that still runs."""
        for process in self._started:
            process.kill()
        self._started.clear()


@contextlib.contextmanager
def nursing() -> Iterator[Nursery]:
    """Import the bot once, in a process that forks for every start."""
    with subprocess.Popen(  # noqa: S603 - our own driver
        [sys.executable, str(_DRIVER)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as driver:
        yield Nursery(driver)
        assert driver.stdin is not None
        driver.stdin.close()
