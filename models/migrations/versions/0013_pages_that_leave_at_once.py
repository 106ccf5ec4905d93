"""When a page left; what a caller was told of who has the ticket; until when a technician waits for a caller."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# What the carrier has accepted. The instant of acceptance was not kept: the attempt began at most seconds before.
FIRST_ACCEPTED = """
SELECT min(attempted_at) FROM delivery
WHERE delivery.page_id = page.id AND delivery.kind IN ('page', 'alarm')
AND (delivery.provider_sid IS NOT NULL OR delivery.state IN ('sent', 'delivered', 'answered', 'unanswered'))"""


def upgrade() -> None:
    op.add_column("page", sa.Column("left_at", INSTANT, nullable=True))
    op.add_column("call", sa.Column("told_holder", sa.String(length=120), nullable=True))
    op.add_column("call", sa.Column("told_turn", sa.Integer(), nullable=True))
    op.add_column("call", sa.Column("awaited_until", INSTANT, nullable=True))
    op.execute(f"UPDATE page SET left_at = ({FIRST_ACCEPTED})")


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
