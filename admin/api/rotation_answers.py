"""What programs are told of schedules: as they hold, their revisions, and what an edit does."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from admin.api.documents import Instant, Problem
from admin.api.rotation_documents import DatedDocument, LayerDocument


class ScheduleSummary(BaseModel):
    """`revision`: the newest, which is the ETag too."""

    key: str
    time_zone: str
    revision: int


class ScheduleList(BaseModel):
    schedules: list[ScheduleSummary]


class Arrangement(BaseModel):
    """Layers are in local wall time, dated items in UTC."""

    time_zone: str
    layers: list[LayerDocument]
    overrides: list[DatedDocument]
    absences: list[DatedDocument]


class Planned(BaseModel):
    """What will hold from `effective_at` on; `differences` to what holds just before, in words."""

    revision: int
    effective_at: Instant
    author: str
    differences: list[str]


class ScheduleDocument(Arrangement):
    """`revision` is the newest, planned or not, and the ETag. The rest is as it holds now: by `in_force`."""

    key: str
    revision: int
    in_force: int
    effective_at: Instant
    author: str
    planned: list[Planned]


class SavedRevision(BaseModel):
    """It holds from `effective_at` on."""

    revision: int
    effective_at: Instant


class SavedSchedule(ScheduleDocument):
    """`saved`: null where all of it was there already."""

    saved: SavedRevision | None


class RevisionSummary(BaseModel):
    """`differences` to what would hold without it, in words."""

    id: int
    effective_at: Instant
    created_at: Instant
    author: str
    differences: list[str]


class RevisionList(BaseModel):
    """Newest first; `next` is the cursor of what follows, null at the end."""

    revisions: list[RevisionSummary]
    next: str | None


class RevisionContent(Arrangement, RevisionSummary):
    key: str


class DifferenceList(BaseModel):
    differences: list[str]


class Stretch(BaseModel):
    start: Instant
    end: Instant


class ChangeDocument(Stretch):
    """It is `after` who is on call, and no longer `before`; null: nobody."""

    before: str | None
    after: str | None


class Balance(BaseModel):
    """What one technician gains and loses by the changes."""

    technician: str
    gained_hours: float
    lost_hours: float
    gains: list[Stretch]
    loses: list[Stretch]


class DoubleBookingDocument(Stretch):
    technician: str
    schedule: str


class UnreachableDocument(BaseModel):
    technician: str
    because: Literal["no_phone", "opted_out"]


class Warnings(BaseModel):
    """Those who come on call by an edit and are on call by another schedule too, or cannot be paged as others are.

    `overridden`: overrides by those whom it makes absent then, and who stay on call.
    """

    double_booked: list[DoubleBookingDocument]
    unreachable: list[UnreachableDocument]
    overridden: list[DatedDocument]


class PreviewDocument(Warnings):
    """What an edit would do in `[start, end)`. `gaps` need accept_gaps; where something is `silenced` it is refused."""

    effective_at: Instant
    start: Instant
    end: Instant
    differences: list[str]
    changes: list[ChangeDocument]
    technicians: list[Balance]
    gaps: list[Stretch]
    silenced: list[str]


class SavedDated(Warnings):
    technician: str
    from_: Annotated[Instant, Field(alias="from")]
    until: Instant


class SavedSwap(Warnings):
    overrides: list[DatedDocument]


class StaleProblem(Problem):
    """`changes`: what was saved since the revision that If-Match names."""

    changes: list[RevisionSummary] = Field(default_factory=list)


class GapsProblem(Problem):
    """`gaps`: those that would be new, where that is the reason."""

    gaps: list[Stretch] = Field(default_factory=list)
