"""Swaps that technicians ask of each other, addresses that they prove, PINs that can be told apart, zones of users."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("user_account", sa.Column("time_zone", sa.String(length=64), nullable=True))
    op.add_column("pin", sa.Column("label", sa.String(length=60), nullable=True))
    op.add_column("pin", sa.Column("issued_by", sa.String(length=254), nullable=True))
    op.add_column("call", sa.Column("pin_id", sa.Integer(), nullable=True))
    op.create_index("ix_call_pin", "call", ["pin_id", "started_at"])
    op.create_table(
        "contact_proof",
        sa.Column("technician_key", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("digest", sa.String(length=120), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("proved_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["technician_key"], ["technician.key"], name=op.f("fk_contact_proof_technician_key")),
        sa.PrimaryKeyConstraint("technician_key", "address", name=op.f("pk_contact_proof")),
    )
    op.create_table(
        "swap_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_key", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_of", sa.String(length=64), nullable=False),
        sa.Column("given_from", INSTANT, nullable=True),
        sa.Column("given_until", INSTANT, nullable=True),
        sa.Column("taken_from", INSTANT, nullable=True),
        sa.Column("taken_until", INSTANT, nullable=True),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_swap_request_schedule_key")),
        sa.ForeignKeyConstraint(["asked_by"], ["technician.key"], name=op.f("fk_swap_request_asked_by")),
        sa.ForeignKeyConstraint(["asked_of"], ["technician.key"], name=op.f("fk_swap_request_asked_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_request")),
    )
    op.create_index(op.f("ix_swap_request_schedule_key"), "swap_request", ["schedule_key"])
    op.create_index(op.f("ix_swap_request_asked_by"), "swap_request", ["asked_by"])
    op.create_index("ix_swap_request_asked_of", "swap_request", ["asked_of", "state"])
    op.create_index("ix_swap_request_due", "swap_request", ["due_at"], postgresql_where=IS_DUE, sqlite_where=IS_DUE)


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
