"""Changes a master key in a process that kills itself at its n-th step; see `test_rotation.py`.

A step is a statement, a commit, or an operation on a file beside the key, before it is done.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.storage.rotation import rotate_key

_FILE_STEPS = ("open", "os.rename", "os.link", "os.remove")


class Countdown:
    """Kills this process at the n-th step."""

    def __init__(self, kill_at: int, folder: Path) -> None:
        self._left = kill_at
        self._folder = str(folder)
        for step in ("before_cursor_execute", "commit"):
            event.listen(Engine, step, self._step)
        sys.addaudithook(self._audit)

    def _audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in _FILE_STEPS and str(arguments[0]).startswith(self._folder):
            self._step()

    def _step(self, *_: Any) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Arguments: the database's address, the key file, and the step to die at."""
    url, key_file, kill_at = sys.argv[1:]
    path = Path(key_file)
    Countdown(int(kill_at), path.parent)
    asyncio.run(rotate_key(url, path))


if __name__ == "__main__":
    main()
