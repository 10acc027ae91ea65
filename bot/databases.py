"""The command line's side of looking after the database: backup, restore, a new master key."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Config
from bot.storage import Keyring, Store
from bot.storage.copies import CopyError, back_up, put_in_place, sqlite_path, unpack
from bot.storage.rotation import rotate_key


def backup(config: Config, target: Path) -> str:
    """Copy the database to a new file, while the bot may run. Raises CopyError."""
    back_up(sqlite_path(config.database.url), target)
    return (
        f"{target}: written and checked. It is of no use without {config.database.key_file}, and "
        "with it everyone can read it: keep a copy of that file in another place."
    )


def restore(config: Config, copy: Path) -> str:
    """Put a backup in the place of the database, while the bot does not run.

    Raises CopyError; KeyFileError when the master key is not the one of that backup.
    """
    database = sqlite_path(config.database.url)
    keyring = Keyring.load(config.database.key_file)
    restored = unpack(copy, database)
    asyncio.run(_try(restored, keyring, named=copy))
    kept = put_in_place(restored, database, now=datetime.now(UTC))
    before = (
        "" if kept is None else f" What was there before is now {kept}: delete it when you can."
    )
    return f"{database}: restored from {copy}.{before}"


async def _try(restored: Path, keyring: Keyring, *, named: Path) -> None:
    """Make sure that this version and this key can use what was in the backup."""
    store = Store(f"sqlite+aiosqlite:///{restored}", keyring)
    try:
        if (await store.condition()).is_newer:
            raise CopyError(f"{named}: belongs to a newer version of the bot: update the bot")
        await store.check_key()
    finally:
        await store.close()


def rotate(config: Config) -> str:
    """Change the master key, while the bot does not run. Raises as `rotate_key`."""
    database = config.database
    count, kept = asyncio.run(rotate_key(database.url, database.key_file))
    return (
        f"{database.key_file}: is a new master key; {count} keys were wrapped anew. Copy it to a "
        f"safe place. The old one is {kept}: it opens older backups only. Delete it together with "
        "them, at once if somebody else may have it."
    )
