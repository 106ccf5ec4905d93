"""Who can be paged."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, due_index


class Technician(Base):
    """A person who can be on call; `key` never changes, schedules name it.

    `channels` is the order in which this person wants to be paged (None: the policy's), `quiet_channels` are not used
    for less than a P1. `opted_out_at`: the carrier refuses to text this number until its owner sends START.
    """

    __tablename__ = "technician"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    second_phone: Mapped[str | None] = mapped_column(String(32), index=True)
    channels: Mapped[list[Any] | None]
    quiet_channels: Mapped[list[Any] | None]
    opted_out_at: Mapped[datetime | None]


class ContactProof(Base):
    """A code that was sent to one address of a technician, to prove that it is theirs: the newest for each address.

    `digest` is SHA-256 of the code with a random salt before it, in the form `salt:digest`; None once it is used up.
    `tries` counts wrong ones. `proved_at`: the right code was typed. Pages go to an address that nobody has proved too.
    `due_at` is when the messages with the code are emptied.
    """

    __tablename__ = "contact_proof"
    __table_args__ = (due_index("contact_proof"),)

    technician_key: Mapped[str] = mapped_column(ForeignKey("technician.key"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    digest: Mapped[str | None] = mapped_column(String(120))
    sent_at: Mapped[datetime]
    tries: Mapped[int]
    proved_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
