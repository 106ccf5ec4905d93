"""How long records are kept: progress of their deletion, and what is known of a row whose words are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HAS_TEXT, IS_REDACTED = sa.text("redacted_at IS NULL"), sa.text("redacted_at IS NOT NULL")
IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    for table, column in (
        ("delivery", "redacted_at"),
        ("duty_message", "redacted_at"),
        ("page", "first_message_at"),
        ("contact_proof", "due_at"),
    ):
        op.add_column(table, sa.Column(column, INSTANT, nullable=True))
    _add_indexes()
    op.create_table(
        "retention_progress",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("last_rows", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("total_rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_progress")),
    )
    # Codes that were sent before: they are over, or will be when an engine looks.
    op.execute("UPDATE contact_proof SET due_at = sent_at")


def _add_indexes() -> None:
    for name, table, column, where in (
        ("ix_delivery_with_text", "delivery", "created_at", HAS_TEXT),
        ("ix_delivery_redacted", "delivery", "created_at", IS_REDACTED),
        ("ix_duty_message_with_text", "duty_message", "left_at", HAS_TEXT),
        ("ix_contact_proof_due", "contact_proof", "due_at", IS_DUE),
    ):
        op.create_index(name, table, [column], postgresql_where=where, sqlite_where=where)
    op.create_index("ix_monitored_event_last", "monitored_event", ["last_at"])
    op.create_index("ix_handoff_notice_starts", "handoff_notice", ["starts_at"])


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
