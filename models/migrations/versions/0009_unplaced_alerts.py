"""Alerts of monitoring that could not be placed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "unplaced_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_unplaced_alert_key")),
    )
    op.create_index("ix_unplaced_alert_due", "unplaced_alert", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.create_index("ix_unplaced_alert_listed", "unplaced_alert", ["last_at", "id"])
    op.create_index("ix_unplaced_alert_told", "unplaced_alert", ["told_at"])


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
