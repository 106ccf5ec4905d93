"""What programs send to change schedules: layers, dated items, revisions, swaps."""

import re
from datetime import datetime, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StrictInt, StringConstraints
from pydantic import WithJsonSchema as Schema

from admin.api import times
from admin.api.documents import Instant, Key, Text
from admin.file.shape import Day
from rules.rotation import Unit


def _moment(value: Any) -> datetime:
    """Whole seconds: no form shows more, so that nobody could name again what was given here."""
    at = times.read(value) if isinstance(value, str) else times.read("")
    if at.microsecond:
        raise ValueError("must be a whole second")
    return at


def _wall_time(value: Any) -> datetime:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
        raise ValueError("must be a local date and time such as 2026-12-24T18:00, without a zone")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"is not a date and time: {error}") from None


def _time_of_day(value: Any) -> time:
    if not isinstance(value, str) or not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError('must be a time of day from "00:00" to "23:59"')
    return time.fromisoformat(value)


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", text):
        raise ValueError("must be a word of letters, digits, - and _, at most 64 characters")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text


Moment = Annotated[datetime, PlainValidator(_moment), Schema({"type": "string", "format": "date-time"})]
WallTime = Annotated[datetime, PlainValidator(_wall_time), Schema({"type": "string"})]
TimeOfDay = Annotated[time, PlainValidator(_time_of_day), Schema({"type": "string"})]
ScheduleKey = Annotated[str, AfterValidator(_word)]
Zone = Annotated[Text, StringConstraints(max_length=64)]
LayerName = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_printable)]


class Given(BaseModel):
    """A mistyped name must not pass for one that was left out."""

    model_config = ConfigDict(extra="forbid")


class WindowDocument(Given):
    """Local wall times; an end that is not after the start is on the next day."""

    days: list[Day]
    from_: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay


class RotationDocument(Given):
    """`first_handoff`: local wall time in the schedule's zone, without an offset."""

    unit: Unit
    length: StrictInt
    first_handoff: WallTime
    participants: list[Key]


class LayerDocument(Given):
    """Without any window it is always open. A later layer wins."""

    name: LayerName
    rotation: RotationDocument
    windows: list[WindowDocument] = []


class DatedDocument(Given):
    """An override or an absence of `technician` in `[from, until)`."""

    technician: Key
    from_: Annotated[Moment, Field(alias="from")]
    until: Moment


class NewSchedule(Given):
    key: ScheduleKey
    time_zone: Zone
    layers: list[LayerDocument]
    overrides: list[DatedDocument] = []
    absences: list[DatedDocument] = []
    accept_gaps: bool = False


class NewRevision(Given):
    """What is left out stays; a list replaces. It holds from `effective_at`, or from now.

    `keep_turns`: who is on call then stays so until the next handoff. `accept_gaps`: save it though it makes new gaps.
    """

    time_zone: Zone | None = None
    layers: list[LayerDocument] | None = None
    overrides: list[DatedDocument] | None = None
    absences: list[DatedDocument] | None = None
    effective_at: Moment | None = None
    keep_turns: bool = True
    accept_gaps: bool = False


class Restoring(Given):
    effective_at: Moment | None = None
    accept_gaps: bool = False


class NewDated(DatedDocument):
    accept_gaps: bool = False


class NewSwap(Given):
    """Each is on call in the whole of the named time, and the other one takes it over."""

    first: DatedDocument
    second: DatedDocument


class DatedQuery(BaseModel):
    technician: str
    from_: Annotated[Instant, Field(alias="from")]
    until: Instant
    accept_gaps: Literal["true", "false"] = "false"


class WithdrawingQuery(BaseModel):
    accept_gaps: Literal["true", "false"] = "false"


class IfMatch(BaseModel):
    """The ETag of the schedule that was read: 412 where it has been changed since."""

    revision: Annotated[str | None, Field(alias="If-Match")] = None


class IfMatchNeeded(BaseModel):
    """The ETag of the schedule that was read: 412 where it has been changed since, 428 without it."""

    revision: Annotated[str, Field(alias="If-Match")]


class RevisionsQuery(BaseModel):
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = None


class DifferencesQuery(BaseModel):
    from_: Annotated[int, Field(alias="from")]
    to: int
