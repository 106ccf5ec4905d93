"""The form of the policy file: what each section holds, and what its parts must agree on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, Strict, model_validator

from rules import timezones
from rules.escalation import WRITTEN_CHANNELS, Channel
from rules.targets import Plan, Priority

SHORTEST_PERIOD, LONGEST_PERIOD = 30, 36_500
"""Days that a record may be kept: the line itself looks a few weeks back, for shifts and swaps."""
ROLES = ("duty_manager", "support_team", "team_leader", "support_manager", "co_ceo", "cto")


def _zone(name: str) -> str:
    if not timezones.is_known(name):
        raise ValueError(timezones.unknown(name))
    return name


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError(f"{code!r} is not a country's code of two capital letters")
    return code


def _month_and_day(text: str) -> str:
    try:
        date.fromisoformat(f"2000-{text}")
    except ValueError:
        raise ValueError(f"{text!r} is not a month and day such as 12-25") from None
    return text


def _within_a_day(hours: list[time]) -> list[time]:
    if hours and (len(hours) != 2 or hours[0] >= hours[1]):
        raise ValueError("hours are an opening and a later closing time, or nothing")
    return hours


def _role(name: str) -> str:
    if name not in ROLES:
        raise ValueError(f"unknown role {name!r}; there are {', '.join(ROLES)}")
    return name


def _written(channels: list[Channel]) -> list[Channel]:
    if not {*channels} <= {*WRITTEN_CHANNELS} or len(channels) != len({*channels}):
        raise ValueError(f"may hold {' and '.join(WRITTEN_CHANNELS)}, each once, or nothing")
    return channels


def _each_once(columns: list[list[str]]) -> list[list[str]]:
    roles = [role for column in columns for role in column]
    if len(roles) != len(set(roles)):
        raise ValueError("a role is told once: it stands in two columns")
    return columns


def _period(days: int) -> int:
    if days != 0 and not SHORTEST_PERIOD <= days <= LONGEST_PERIOD:
        raise ValueError(f"must be 0 (keep for ever) or from {SHORTEST_PERIOD} to {LONGEST_PERIOD} days")
    return days


_Zone = Annotated[str, AfterValidator(_zone)]
_Countries = list[Annotated[str, AfterValidator(_country)]]
_Hours = Annotated[list[Annotated[time, Strict()]], AfterValidator(_within_a_day)]
_Role = Annotated[str, AfterValidator(_role)]
_Row = Annotated[list[list[_Role]], AfterValidator(_each_once)]
_WrittenChannels = Annotated[list[Channel], AfterValidator(_written)]
_Days = Annotated[int, AfterValidator(_period)]
_Text = Annotated[str, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VendorSection(_Section):
    name: _Text
    portal: _Text
    time_zone: _Zone
    languages: list[_Text] = Field(min_length=1)
    renewal_days: int = Field(ge=0)


class HolidaysSection(_Section):
    fixed: list[Annotated[str, AfterValidator(_month_and_day)]]
    days_after_easter: list[int]


class CalendarSection(_Section):
    time_zone: _Zone
    holidays: str
    holiday_hours: _Hours = []
    monday: _Hours = []
    tuesday: _Hours = []
    wednesday: _Hours = []
    thursday: _Hours = []
    friday: _Hours = []
    saturday: _Hours = []
    sunday: _Hours = []

    @property
    def week(self) -> list[list[time]]:
        return [self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday]

    @model_validator(mode="after")
    def _open_sometimes(self) -> CalendarSection:
        if not any(self.week):
            raise ValueError("it is open on no day of the week")
        return self


class LimitSection(_Section):
    elapsed_minutes: PositiveInt | None = None
    business_minutes: PositiveInt | None = None
    business_days: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> LimitSection:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("give one of elapsed_minutes, business_minutes and business_days")
        return self


class PlanSection(_Section):
    name: _Text
    rank: int
    calendar: str
    on_call: bool
    guaranteed: bool
    proactive: bool
    specialist: bool
    targets: dict[Priority, LimitSection] = {}
    notices: dict[Priority, LimitSection] = {}
    matrix_columns: list[LimitSection]


class LineSection(_Section):
    calendar: str
    phone_priorities: list[Priority]
    maintenance_priority: Priority
    pin_shortest: PositiveInt
    pin_longest: PositiveInt
    pin_tries: PositiveInt
    callback_countries: _Countries = Field(min_length=1)

    @model_validator(mode="after")
    def _lengths_in_order(self) -> LineSection:
        if self.pin_shortest > self.pin_longest:
            raise ValueError("pin_shortest is more than pin_longest")
        return self


class AsiaPacificSection(_Section):
    strict: bool
    countries: _Countries


class EventSection(_Section):
    priority: Priority
    title: _Text


class WaitsSection(_Section):
    page_leaves_after: PositiveInt
    minimum_round: PositiveInt
    no_work_follow_up: PositiveInt
    follow_up_wait: PositiveInt
    untaken_event: PositiveInt
    lease: int = Field(ge=1, le=15)
    help_desk_dial: PositiveInt
    hold_limit: PositiveInt
    hold_news: PositiveInt


class LimitsSection(_Section):
    texts_a_second: float = Field(ge=0)
    texts_at_once: PositiveInt
    text_gap_seconds: int = Field(ge=0)
    calls: PositiveInt
    calls_within_seconds: PositiveInt


class HandoffsSection(_Section):
    ahead_hours: int = Field(ge=1, le=168)
    ahead: _WrittenChannels
    begun: _WrittenChannels
    released: _WrittenChannels


class HumanPathSection(_Section):
    per_number_seconds: PositiveInt
    pages_an_hour: PositiveInt
    registered_number_pages_an_hour: PositiveInt
    registered_pages_an_hour: PositiveInt
    digest_seconds: PositiveInt


class SharesSection(_Section):
    line: PositiveFloat
    registered: PositiveFloat
    verified: PositiveFloat
    contract: PositiveFloat
    common: PositiveFloat
    common_verified: PositiveFloat

    @model_validator(mode="after")
    def _no_more_than_all(self) -> SharesSection:
        if sum(self.model_dump().values()) > 1 + 1e-9:
            raise ValueError("the shares are more than 1 together: the odds would not hold")
        return self


class ThrottlesSection(_Section):
    odds: int = Field(ge=2)
    shares: SharesSection
    number_failures: PositiveInt
    prefix_failures: PositiveInt
    country_failures: PositiveInt
    refilled_seconds: PositiveInt


class RecordingsSection(_Section):
    longest_seconds: PositiveInt
    retention_days: PositiveInt
    transcribe: bool


class RetentionSection(_Section):
    message_text_days: _Days
    message_days: _Days
    call_days: _Days
    ticket_contact_days: _Days
    timeline_days: _Days
    event_days: _Days
    schedule_message_days: _Days
    audit_days: _Days

    @model_validator(mode="after")
    def _text_before_message(self) -> RetentionSection:
        if self.message_days and not 0 < self.message_text_days <= self.message_days:
            raise ValueError("message_text_days must be from 1 to message_days: a message is deleted with its text")
        return self


class FairnessSection(_Section):
    night_from: Annotated[time, Strict()]
    night_until: Annotated[time, Strict()]

    @model_validator(mode="after")
    def _two_times(self) -> FairnessSection:
        if self.night_from == self.night_until:
            raise ValueError("night_from and night_until are the same")
        return self


class PolicyFile(_Section):
    vendor: VendorSection
    holidays: dict[str, HolidaysSection]
    calendars: dict[str, CalendarSection]
    plans: dict[Plan, PlanSection]
    line: LineSection
    asia_pacific: AsiaPacificSection
    matrix: dict[Priority, _Row]
    events: dict[str, EventSection]
    waits: WaitsSection
    limits: LimitsSection
    handoffs: HandoffsSection
    human_path: HumanPathSection
    throttles: ThrottlesSection
    recordings: RecordingsSection
    retention: RetentionSection
    fairness: FairnessSection

    def disagreements(self) -> Iterator[tuple[str, str]]:
        """Where one section does not fit another, as (place, message)."""
        yield from _missing("plans", Plan, self.plans)
        yield from _missing("matrix", Priority, self.matrix)
        for name, calendar in self.calendars.items():
            yield from _unknown(f"calendars.{name}.holidays", calendar.holidays, self.holidays)
        for plan, terms in self.plans.items():
            yield from _unknown(f"plans.{plan}.calendar", terms.calendar, self.calendars)
            for priority, row in self.matrix.items():
                if len(row) != len(terms.matrix_columns):
                    yield f"matrix.{priority}", f"has {len(row)} columns, plans.{plan} {len(terms.matrix_columns)}"
        if 0 < self.retention.call_days < (kept := self.recordings.retention_days):
            yield "retention.call_days", f"must be 0 or at least recordings.retention_days, which is {kept}"
        yield from _unknown("line.calendar", self.line.calendar, self.calendars)


def _missing(place: str, wanted: Iterable[str], given: Collection[str]) -> Iterator[tuple[str, str]]:
    return ((f"{place}.{name}", "is missing") for name in wanted if name not in given)


def _unknown(place: str, name: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    if name not in known:
        yield place, f"there is no {name!r}; there are {', '.join(known)}"
