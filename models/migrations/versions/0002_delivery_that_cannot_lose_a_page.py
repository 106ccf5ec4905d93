"""Outcomes that are asked for, bundled texts, calls that are ended, the rate of a number that texts, preferences."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "periodic",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "scheduled_for", name=op.f("pk_periodic")),
    )
    op.create_table(
        "sender",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sender")),
    )
    op.add_column("delivery", sa.Column("stalled", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("delivery", sa.Column("asked", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("bundled_into", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("ends_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_delivery_bundled_into"), "delivery", ["bundled_into"], unique=False)
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_delivery_next", "delivery", ["channel", "due_at"], postgresql_where=is_due, sqlite_where=is_due)
    op.drop_index("ix_delivery_due", table_name="delivery")  # on SQLite it held all that was ever sent
    op.create_index("ix_delivery_due", "delivery", ["urgency", "due_at"], postgresql_where=is_due, sqlite_where=is_due)
    recent = ["technician_key", "channel", "attempted_at"]
    op.create_index("ix_delivery_recent", "delivery", recent, unique=False)
    op.drop_index("ix_delivery_technician_key", table_name="delivery")  # the new one begins with it
    op.add_column("page", sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("technician", sa.Column("second_phone", sa.String(length=32), nullable=True))
    op.add_column("technician", sa.Column("channels", sa.JSON(), nullable=True))
    op.add_column("technician", sa.Column("quiet_channels", sa.JSON(), nullable=True))
    op.add_column("technician", sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_technician_second_phone"), "technician", ["second_phone"], unique=False)


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
