"""Indexes for lists and reports: no question reads a table whole that grows with every call."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_ticket_taken_by", "ticket", ["taken_by", "state"]),
    ("ix_ticket_ended", "ticket", ["ended_at", "number"]),
    ("ix_ticket_opened_at", "ticket", ["opened_at"]),
    ("ix_call_started", "call", ["started_at", "sid"]),
    ("ix_swap_request_settled", "swap_request", ["settled_at", "id"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    # It was of all pages on SQLite, and of those that are due on PostgreSQL.
    is_due = sa.text("due_at IS NOT NULL")
    op.drop_index("ix_page_due", "page")
    op.create_index("ix_page_due", "page", ["due_at"], postgresql_where=is_due, sqlite_where=is_due)


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
