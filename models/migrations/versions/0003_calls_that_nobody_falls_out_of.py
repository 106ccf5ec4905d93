"""Recordings that are kept here, throttled and blocked callers, messages for the duty manager, windows that page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "blocked_number",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("blocked_by", sa.String(length=254), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_blocked_number")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shut_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "duty_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name=op.f("fk_duty_message_call_sid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_message")),
        sa.UniqueConstraint("call_sid", "occasion", name=op.f("uq_duty_message_call_sid")),
    )
    op.create_index("ix_duty_message_caller", "duty_message", ["caller", "told_at"])
    op.create_index("ix_duty_message_due", "duty_message", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.create_index("ix_duty_message_told", "duty_message", ["told_at"])
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_sid", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("call_sid", sa.String(length=64), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("media_type", sa.String(length=64), nullable=True),
        sa.Column("sound", sa.LargeBinary(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name=op.f("fk_recording_call_sid")),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_recording_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("key", name=op.f("uq_recording_key")),
        sa.UniqueConstraint("call_sid", "provider_sid", name=op.f("uq_recording_call_sid")),
    )
    op.create_index("ix_recording_due", "recording", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.create_index(op.f("ix_recording_ticket_number"), "recording", ["ticket_number"])
    op.add_column("call", sa.Column("stir", sa.String(length=64), nullable=True))
    op.add_column("contract", sa.Column("site", sa.String(length=120), nullable=True))
    op.add_column("contract", sa.Column("time_zone", sa.String(length=64), nullable=True))
    op.add_column("sim_recording", sa.Column("transcript_sid", sa.String(length=64), nullable=True))
    op.add_column("maintenance", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_maintenance_due", "maintenance", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)
    op.execute("UPDATE maintenance SET due_at = starts_at WHERE ticket_number IS NULL AND ends_at > CURRENT_TIMESTAMP")


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
