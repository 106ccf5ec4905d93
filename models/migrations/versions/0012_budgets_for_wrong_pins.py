"""Budgets for wrong PINs: what is spent of them, the lengths of PINs, and the contract number of a call."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("throttle", sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pin", sa.Column("digits", sa.Integer(), nullable=True))
    op.add_column("call", sa.Column("keyed_contract", sa.String(length=255), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
