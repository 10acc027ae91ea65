"""What an alert showed last is not counted: only changes since then matter."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop a column that nothing read."""
    op.drop_column("outbox", "sent_revision")
