"""Pages of tickets that are over: no reminder counts, nothing is due, and no message waits to be sent."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OVER = "(SELECT number FROM ticket WHERE state IN ('solved', 'excluded'))"


def upgrade() -> None:
    op.execute(f"UPDATE page SET state = 'closed', due_at = NULL, followed_up_at = NULL WHERE ticket_number IN {OVER}")
    op.execute(
        "UPDATE delivery SET state = 'cancelled', due_at = NULL, settled_at = created_at "
        "WHERE state = 'pending' AND kind IN ('page', 'alarm', 'follow_up') "
        f"AND ticket_number IN {OVER}"
    )


def downgrade() -> None:
    raise RuntimeError("Migrations expand, then contract: the version before runs on this schema.")
