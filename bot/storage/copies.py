"""Backups of a SQLite database: consistent while the bot runs, and put back when it does not.

By SQLite's own backup interface (sqlite.org/backup.html): copying the file while somebody writes
would miss what lies in the write-ahead log.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

PG_HINT = (
    "this database is PostgreSQL's: use its own tools, `pg_dump --format=custom` and "
    "`pg_restore`, which are consistent while the bot runs (docs/operate.md)"
)


class CopyError(Exception):
    """A backup cannot be made or put back; the message says why and what to do."""


def sqlite_path(url: str) -> Path:
    """The file of a SQLite database. Raises CopyError for any other."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise CopyError(PG_HINT)
    return Path(parsed.database or "")


def back_up(source: Path, target: Path) -> None:
    """Copy a database to a new file that only its owner can read, and check the copy.

    The bot may run meanwhile. Raises CopyError.
    """
    if target.exists():
        raise CopyError(f"{target}: exists already; choose another name")
    if not source.exists():
        raise CopyError(f"{source}: there is no database to copy")
    unfinished = target.with_name(f"{target.name}.part")
    _copy(source, unfinished)
    unfinished.replace(target)


def unpack(copy: Path, database: Path) -> Path:
    """Copy a backup beside the database, and check it; where it lies. Raises CopyError."""
    if not copy.exists():
        raise CopyError(f"{copy}: there is no such file")
    restored = database.with_name(f"{database.name}.restoring")
    _copy(copy, restored)
    return restored


def put_in_place(restored: Path, database: Path, *, now: datetime) -> Path | None:
    """Put it in the place of the database; where the database that was there is kept now.

    Whoever is killed between any two steps can begin anew: there is always a whole database in
    place. Raises CopyError, also when the bot still runs.
    """
    close_log(restored)
    kept = None
    if database.exists():
        close_log(database)
        kept = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%S}")
        kept.hardlink_to(database)
    restored.replace(database)
    return kept


def close_log(database: Path) -> None:
    """Bring everything from the write-ahead log into the file. Raises CopyError if in use."""
    try:
        with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as alone:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("COMMIT")
            alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        raise CopyError(
            f"{database}: another program uses the database ({error}); stop the bot first"
        ) from None
    except sqlite3.DatabaseError as error:
        raise CopyError(f"{database}: is no usable database ({error})") from None


def _copy(source: Path, target: Path) -> None:
    """Copy page by page, and look through the copy."""
    for left in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    try:
        os.close(os.open(target, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written)
            written.execute("PRAGMA journal_mode=DELETE")
            (found,) = written.execute("PRAGMA integrity_check").fetchone()
            written.execute("SELECT count(*) FROM cases")
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise CopyError(f"{source}: cannot be copied as a database of the bot ({error})") from None
    if found != "ok":
        target.unlink(missing_ok=True)
        raise CopyError(f"{source}: is damaged ({found})")
