"""Who can be paged."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Technician(Base):
    """A person who can be on call; `key` never changes, schedules name it."""

    __tablename__ = "technician"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
