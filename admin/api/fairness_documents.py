"""The documents of fairness, for the API's description."""

from pydantic import BaseModel

from admin.api.documents import Instant


class BurdenDocument(BaseModel):
    """Real hours on call, and how many nights, Saturdays and Sundays, and holidays they touch; one may be several."""

    hours: float
    night_hours: float
    weekend_hours: float
    holiday_hours: float
    nights: int
    weekend_days: int
    holidays: int


class GapShare(BaseModel):
    """The time in which nobody is on call."""

    done: BurdenDocument
    planned: BurdenDocument
    total: BurdenDocument


class TechnicianShare(GapShare):
    technician: str


class FairnessDocument(BaseModel):
    """Who bears how much of a schedule in [from, until): what is done at `at`, and what is planned from then on."""

    schedule: str
    at: Instant
    technicians: list[TechnicianShare]
    gaps: GapShare
