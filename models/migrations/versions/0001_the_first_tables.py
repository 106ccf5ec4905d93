"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("name", name=op.f("uq_customer_name")),
    )
    op.create_table(
        "escalation_policy",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_escalation_policy")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("engine", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("engine", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("end_of_support", sa.Date(), nullable=True),
        sa.Column("end_of_life", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("name", name=op.f("uq_product_name")),
    )
    op.create_table(
        "role_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_contact")),
    )
    op.create_index("ix_role_contact_role", "role_contact", ["role", "position"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_schedule")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "sim_fault",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sim_fault")),
    )
    op.create_table(
        "sim_handset",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("on", "busy", "off", "voicemail", name="handsetmode", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sim_handset")),
    )
    op.create_table(
        "sim_happening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sim_happening")),
    )
    op.create_index("ix_sim_happening_due", "sim_happening", ["due_at", "id"], unique=False)
    op.create_index(op.f("ix_sim_happening_subject"), "sim_happening", ["subject"], unique=False)
    op.create_table(
        "sim_leg",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "inbound",
                "outbound-api",
                "outbound-dial",
                "outbound-reply",
                name="direction",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("called", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "ringing",
                "in-progress",
                "completed",
                "busy",
                "failed",
                "no-answer",
                "canceled",
                name="legstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_sid", sa.String(length=64), nullable=True),
        sa.Column("other_sid", sa.String(length=64), nullable=True),
        sa.Column("voice_url", sa.Text(), nullable=False),
        sa.Column("twiml", sa.Text(), nullable=True),
        sa.Column("status_url", sa.Text(), nullable=False),
        sa.Column("status_events", sa.JSON(), nullable=False),
        sa.Column("callbacks", sa.Integer(), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("detects_machines", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column(
            "wait",
            sa.Enum(
                "nothing",
                "ring",
                "answer",
                "speech",
                "gather",
                "record",
                "dial",
                "queue",
                "bridge",
                name="wait",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("frames", sa.JSON(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("hurry", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["parent_sid"], ["sim_leg.sid"], name=op.f("fk_sim_leg_parent_sid")),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_sim_leg")),
    )
    op.create_index(op.f("ix_sim_leg_called"), "sim_leg", ["called"], unique=False)
    op.create_index(op.f("ix_sim_leg_caller"), "sim_leg", ["caller"], unique=False)
    op.create_index("ix_sim_leg_created", "sim_leg", ["created_at"], unique=False)
    op.create_index(op.f("ix_sim_leg_parent_sid"), "sim_leg", ["parent_sid"], unique=False)
    op.create_index(op.f("ix_sim_leg_queue"), "sim_leg", ["queue"], unique=False)
    op.create_index(op.f("ix_sim_leg_status"), "sim_leg", ["status"], unique=False)
    op.create_table(
        "sim_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sim_mail")),
    )
    op.create_index(op.f("ix_sim_mail_delivery_id"), "sim_mail", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_sim_mail_recipient"), "sim_mail", ["recipient"], unique=False)
    op.create_index(op.f("ix_sim_mail_sent_at"), "sim_mail", ["sent_at"], unique=False)
    op.create_table(
        "sim_text",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "inbound",
                "outbound-api",
                "outbound-dial",
                "outbound-reply",
                name="direction",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sent",
                "delivered",
                "undelivered",
                "failed",
                "received",
                "canceled",
                name="textstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("status_url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_sim_text")),
    )
    op.create_index("ix_sim_text_created", "sim_text", ["created_at"], unique=False)
    op.create_index(op.f("ix_sim_text_recipient"), "sim_text", ["recipient"], unique=False)
    op.create_index(op.f("ix_sim_text_sender"), "sim_text", ["sender"], unique=False)
    op.create_table(
        "technician",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_technician")),
    )
    op.create_index(op.f("ix_technician_phone"), "technician", ["phone"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("session_key", sa.String(length=64), nullable=False),
        sa.Column(
            "role",
            sa.Enum("admin", "manager", "technician", "viewer", name="role", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column(
            "plan", sa.Enum("basic", "gold", "platinum", name="plan", native_enum=False, length=32), nullable=False
        ),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("escalation_policy", sa.String(length=64), nullable=False),
        sa.Column("specialist_name", sa.String(length=120), nullable=True),
        sa.Column("specialist_email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contract_customer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_contract_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    op.create_index(op.f("ix_contract_customer_id"), "contract", ["customer_id"], unique=False)
    op.create_table(
        "schedule_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_key", sa.String(length=64), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=254), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["schedule_key"], ["schedule.key"], name=op.f("fk_schedule_revision_schedule_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_revision")),
    )
    op.create_index(
        "ix_schedule_revision_lookup", "schedule_revision", ["schedule_key", "effective_at", "id"], unique=False
    )
    op.create_table(
        "sim_heard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leg_sid", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("said", "played", "pressed", "spoke", "note", name="heardkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["leg_sid"], ["sim_leg.sid"], name=op.f("fk_sim_heard_leg_sid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sim_heard")),
    )
    op.create_index(op.f("ix_sim_heard_at"), "sim_heard", ["at"], unique=False)
    op.create_index("ix_sim_heard_story", "sim_heard", ["leg_sid", "id"], unique=False)
    op.create_table(
        "sim_recording",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("leg_sid", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["leg_sid"], ["sim_leg.sid"], name=op.f("fk_sim_recording_leg_sid")),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_sim_recording")),
    )
    op.create_index(op.f("ix_sim_recording_leg_sid"), "sim_recording", ["leg_sid"], unique=False)
    op.create_table(
        "call",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=32), nullable=True),
        sa.Column(
            "step",
            sa.Enum(
                "desk",
                "language",
                "pin",
                "priority",
                "callback",
                "description",
                "hold",
                "human",
                "ended",
                name="step",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("silences", sa.Integer(), nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Integer(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("staffed", sa.Boolean(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("keyed_callback", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("recording_url", sa.String(length=500), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_call_contract_id")),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_caller"), "call", ["caller"], unique=False)
    op.create_index(op.f("ix_call_ticket_number"), "call", ["ticket_number"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contact_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_contract_id"), "contact", ["contract_id"], unique=False)
    op.create_index(op.f("ix_contact_phone"), "contact", ["phone"], unique=False)
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_pin_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("digest", name=op.f("uq_pin_digest")),
    )
    op.create_index(op.f("ix_pin_contract_id"), "pin", ["contract_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "scope", sa.Enum("full", "read", "events", name="scope", native_enum=False, length=32), nullable=False
        ),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_token_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_table(
        "call_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name=op.f("fk_call_step_call_sid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_step")),
    )
    op.create_index("ix_call_step_story", "call_step", ["call_sid", "at", "id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=100001), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column(
            "priority", sa.Enum("P1", "P2", "P3", "P4", name="priority", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "in_charge", "waiting", "solved", "excluded", name="ticketstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("call", "event", "maintenance", name="ticketsource", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("call_sid", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.Integer(), nullable=True),
        sa.Column("caller", sa.String(length=32), nullable=True),
        sa.Column("callback", sa.String(length=32), nullable=True),
        sa.Column("recording_url", sa.String(length=500), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_in_charge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(length=120), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("remote_access", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["call.sid"], name=op.f("fk_ticket_call_sid")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_ticket_contract_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ticket")),
        sa.UniqueConstraint("call_sid", "problem", name=op.f("uq_ticket_call_sid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ticket_contract_id"), "ticket", ["contract_id"], unique=False)
    op.create_index("ix_ticket_state", "ticket", ["state", "number"], unique=False)
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_maintenance_contract_id")),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_maintenance_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index(op.f("ix_maintenance_contract_id"), "maintenance", ["contract_id"], unique=False)
    op.create_table(
        "monitored_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_monitored_event_contract_id")),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_monitored_event_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitored_event")),
    )
    op.create_index("ix_monitored_event_known", "monitored_event", ["contract_id", "event", "key"], unique=False)
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("armed", "paging", "acknowledged", "closed", name="pagestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("round_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("alarmed_round", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_page_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("ticket_number", name=op.f("uq_page_ticket_number")),
    )
    op.create_index("ix_page_due", "page", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_ticket_event_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_event")),
    )
    op.create_index("ix_ticket_event_story", "ticket_event", ["ticket_number", "at", "id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "page",
                "alarm",
                "stand_down",
                "update",
                "duty",
                "notice",
                name="deliverykind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel", sa.Enum("sms", "voice", "email", name="channel", native_enum=False, length=32), nullable=False
        ),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("technician_key", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "attempting",
                "sent",
                "delivered",
                "answered",
                "unanswered",
                "failed",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=16), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_delivery_page_id")),
        sa.ForeignKeyConstraint(["ticket_number"], ["ticket.number"], name=op.f("fk_delivery_ticket_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["urgency", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_delivery_page", "delivery", ["page_id", "round", "level"], unique=False)
    op.create_index(op.f("ix_delivery_provider_sid"), "delivery", ["provider_sid"], unique=False)
    op.create_index(op.f("ix_delivery_technician_key"), "delivery", ["technician_key"], unique=False)
    op.create_index("ix_delivery_ticket", "delivery", ["ticket_number"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        # PostgreSQL's sequence starts at the first ticket number by itself.
        op.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', 100000)")


def downgrade() -> None:
    raise RuntimeError("the first tables are the first: restore a backup instead")
