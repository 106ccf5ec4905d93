"""Handoffs and gaps that are told, and the secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IS_DUE = sa.text("due_at IS NOT NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "handoff_watch",
        sa.Column("schedule_key", sa.String(length=64), nullable=False),
        sa.Column("watched_from", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_handoff_watch_schedule_key")),
        sa.PrimaryKeyConstraint("schedule_key", name=op.f("pk_handoff_watch")),
    )
    op.create_index("ix_handoff_watch_due", "handoff_watch", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.create_table(
        "handoff_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_key", sa.String(length=64), nullable=False),
        sa.Column("technician_key", sa.String(length=64), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_handoff_notice_schedule_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_notice")),
        sa.UniqueConstraint(
            "schedule_key", "technician_key", "starts_at", "occasion", name=op.f("uq_handoff_notice_schedule_key")
        ),
    )
    op.create_table(
        "gap_watch",
        sa.Column("schedule_key", sa.String(length=64), nullable=False),
        sa.Column("told_until", INSTANT, nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_gap_watch_schedule_key")),
        sa.PrimaryKeyConstraint("schedule_key", name=op.f("pk_gap_watch")),
    )
    op.create_index("ix_gap_watch_due", "gap_watch", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("technician_key", sa.String(length=64), nullable=True),
        sa.Column("schedule_key", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["technician_key"], ["technician.key"], name=op.f("fk_calendar_feed_technician_key")),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_calendar_feed_schedule_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_index(op.f("ix_calendar_feed_technician_key"), "calendar_feed", ["technician_key"])
    op.create_index(op.f("ix_calendar_feed_schedule_key"), "calendar_feed", ["schedule_key"])


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
