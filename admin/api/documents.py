"""The documents that the API takes and gives, for its OpenAPI description and to read what is sent."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from rules.targets import Priority

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Reason = Literal["layer", "override", "absence", "gap"]
TicketStateName = Literal["open", "in_charge", "waiting", "solved", "excluded"]


class ProblemField(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457: what is wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemField] = []


class OnCallQuery(BaseModel):
    schedule: str
    at: Instant | None = None


class OnCallAnswer(BaseModel):
    """Who is on call in the shift or gap `[since, until)`; null where it has no bound."""

    schedule: str
    at: Instant
    technician: str | None
    since: Instant | None
    until: Instant | None
    because: Reason
    layer: str | None
    sentence: str


class ShiftsQuery(BaseModel):
    from_: Annotated[Instant, Field(alias="from")]
    until: Instant


class Shift(BaseModel):
    technician: str
    start: Instant
    end: Instant
    because: Reason
    layer: str | None


class ShiftGap(BaseModel):
    start: Instant
    end: Instant


class Shifts(BaseModel):
    shifts: list[Shift]
    gaps: list[ShiftGap]


class TicketPage(BaseModel):
    """Level and round count from 1."""

    state: Literal["armed", "paging", "acknowledged", "closed"]
    level: int
    round: int


class TicketEvent(BaseModel):
    at: Instant
    kind: str
    text: str


class TicketDocument(BaseModel):
    number: str
    priority: Priority
    state: TicketStateName
    customer: str
    contract: str
    caller: str | None
    callback: str | None
    opened_at: Instant
    target_at: Instant | None
    taken_in_charge_at: Instant | None
    taken_by: str | None
    page: TicketPage | None
    events: list[TicketEvent]


class TicketsQuery(BaseModel):
    state: TicketStateName | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: str | None = None


class TicketList(BaseModel):
    """Newest first; `next` is the cursor of what follows, null at the end."""

    tickets: list[TicketDocument]
    next: str | None


def _words(text: str) -> str | None:
    """A blank text is none at all."""
    return text.strip() or None


def _storable(text: str) -> str:
    """JSON can name characters that no database takes: NUL, and halves of a surrogate pair."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must not hold NUL or lone surrogate characters")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Words = Annotated[Text, StringConstraints(max_length=2000), AfterValidator(_words)]
Name = Annotated[Text, StringConstraints(max_length=120), AfterValidator(_words)]
Key = Annotated[Text, StringConstraints(min_length=1, max_length=200)]


class Move(BaseModel):
    """`by`: a technician's key, else a name; left out, the token's name."""

    reason: Words | None = None
    by: Name | None = None
    priority: Priority | None = None


class MaintenanceWindow(BaseModel):
    """A booked window `[from, until)`. `ticket`: its number, once it has begun."""

    id: int
    from_: Annotated[Instant, Field(alias="from")]
    until: Instant
    reference: str
    ticket: str | None


class MaintenanceList(BaseModel):
    maintenance: list[MaintenanceWindow]


class Booking(BaseModel):
    """A window to be booked."""

    model_config = ConfigDict(str_strip_whitespace=True)

    from_: Annotated[Instant, Field(alias="from")]
    until: Instant
    reference: Annotated[Text, StringConstraints(min_length=1, max_length=120)]


class Booked(MaintenanceWindow):
    """`warning`: why the window may not be what was meant; null if all is well."""

    warning: str | None


class EventReport(BaseModel):
    """`key` tells apart conditions of one kind at one contract: a host's name, for example."""

    model_config = ConfigDict(str_strip_whitespace=True)

    contract: Key
    event: Key
    status: Literal["firing", "resolved"]
    source: Annotated[Text, StringConstraints(max_length=200)]
    summary: Annotated[Text, StringConstraints(max_length=2000)]
    key: Key


class EventAnswer(BaseModel):
    """The event's ticket; null where none is opened for it."""

    number: str | None
    state: TicketStateName | None


class Alert(BaseModel):
    """One alert of Prometheus Alertmanager's webhook, as far as it is read."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    fingerprint: str = ""


class Alerts(BaseModel):
    """Each alert is looked at by itself: one that cannot be read does not lose the others."""

    alerts: Annotated[list[Any], Field(max_length=10_000, json_schema_extra={"items": {"type": "object"}})]


class AlertsAnswer(BaseModel):
    """What is rejected is kept, listed in the console and told to the admins."""

    accepted: int
    rejected: int
