"""Writes the next revision of the database: what schema.py has that the revisions do not lead to.

Usage: .venv/bin/python -m scripts.new_revision "What it brings"

It compares with an empty SQLite database that it brings up to date in memory. Read what it writes,
give it its words, and run `ruff format` over it: how data moves along is for people to say.
"""

# ruff: noqa: INP001 - a program, not part of a package
from __future__ import annotations

import sys

from sqlalchemy import create_engine

from bot.storage import migrations


def main() -> int:
    """Write the revision that is named; the exit status."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program, and what it brings
        sys.stderr.write(f"{__doc__}")
        return 2
    with create_engine("sqlite://").begin() as connection:
        migrations.upgrade(connection)
        migrations.draft(connection, sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
