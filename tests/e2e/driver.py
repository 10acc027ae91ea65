"""Runs the bot as a process that can be killed at any step of its work.

A server of processes: it imports the bot once, and forks for every run, which spares each run the
seconds that importing takes. Read from standard input, one JSON object a line:
{"config": path, "token": text, "log": path, "kill_at": number or null}; answered with a line that
holds the process's number. A run that is to be killed kills itself, by SIGKILL, at its n-th step
after the first message that it is told of. A step is a statement or a commit, before it is done.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.advice import load_resources, load_texts
from bot.app import App, point_to
from bot.config import load_config
from bot.detection import load_detector
from bot.logs import configure_logs
from bot.storage import Keyring

_STEPS = ("before_cursor_execute", "commit")


class Countdown:
    """Kills this process at the n-th step after the first message."""

    def __init__(self, kill_at: int) -> None:
        self._left = kill_at
        self._begun = False
        for step in _STEPS:
            event.listen(Engine, step, self._step)

    async def on_socket_event_type(self, name: str) -> None:
        """Begin to count with the first message."""
        self._begun = self._begun or name == "MESSAGE_CREATE"

    def _step(self, *_: Any) -> None:
        if not self._begun:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def run(order: dict[str, Any]) -> None:
    """Be the bot."""
    config = load_config(Path(order["config"]))
    configure_logs(config.logging)
    point_to(config)
    app = App(config, keyring=Keyring.load_or_create(config.database.key_file))
    if order["kill_at"]:
        app.bot.add_listener(Countdown(order["kill_at"]).on_socket_event_type)
    asyncio.run(app.run(order["token"]))


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    status = 1
    try:
        run(order)
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Fork until nothing more is asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    load_detector(), load_texts(), load_resources()
    for line in sys.stdin:
        sys.stdout.write(f"{_fork(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
