"""How far the deletion of old records has come."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class RetentionProgress(Base):
    """One kind of record, by its name in the policy. `due_at` is when an engine deletes the next batch.

    `ended_at` and `number` are those of the last ticket that was done, where tickets are done one after the other.
    `rows` counts what the run that is going on has deleted or redacted; `last_rows` and `last_at` are of the last run
    that deleted something, `finished_at` is the end of the last one, `total_rows` counts all of them.
    """

    __tablename__ = "retention_progress"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    number: Mapped[int | None]
    rows: Mapped[int]
    last_rows: Mapped[int]
    last_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    total_rows: Mapped[int] = mapped_column(BigInteger)
