"""Pages of which no message has left, messages that are tried until they do, and those that wait for a carrier."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

IS_STALLED = sa.text("stalled AND due_at IS NOT NULL")
UNREACHED = sa.text("unreached_since IS NOT NULL")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("persistent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_delivery_stalled", "delivery", ["channel"], postgresql_where=IS_STALLED, sqlite_where=IS_STALLED
    )
    op.add_column("page", sa.Column("unreached_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_page_unreached", "page", ["unreached_since"], postgresql_where=UNREACHED, sqlite_where=UNREACHED
    )


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
