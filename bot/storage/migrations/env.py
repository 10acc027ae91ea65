"""Alembic's entry: runs the revisions on the connection that it was given, or drafts one."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from bot.storage.schema import metadata


def plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """What a drafted revision writes for a type of ours: a revision knows nothing of the code."""
    ours = kind == "type" and isinstance(item, TypeDecorator)
    return f"sa.{item.impl_instance!r}" if ours else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain,
)
with context.begin_transaction():
    context.run_migrations()
