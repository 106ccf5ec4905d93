"""Reads the vendor's policy from a TOML file into the rules' values, and says everything that is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.policy_file import (
    CalendarSection,
    HandoffsSection,
    HolidaysSection,
    HumanPathSection,
    LimitSection,
    LimitsSection,
    PlanSection,
    PolicyFile,
    RecordingsSection,
    RetentionSection,
    ThrottlesSection,
)
from rules.entitlement import EntitlementTerms
from rules.fairness import Night
from rules.pin_budgets import GuessingRules, Shares
from rules.policy import (
    EventType,
    HandoffRules,
    HumanPathRules,
    Limits,
    PinRules,
    Policy,
    RecordingRules,
    RetentionRules,
)
from rules.service_hours import Calendar, EasterHoliday, FixedHoliday, Hours
from rules.targets import BusinessDays, BusinessTime, Elapsed, Limit, PlanTerms, Priority


class PolicyError(ValueError):
    """The file cannot be used; `problems` names everything wrong with it, each with its place."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


def load_policy(path: Path) -> Policy:
    """Read the policy file at `path`. Raises PolicyError where it cannot be read or is wrong in any place."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(path, [f"cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(path, [f"is not TOML: {error}"]) from error
    try:
        file = PolicyFile.model_validate(content)
    except ValidationError as error:
        raise PolicyError(path, [_in_words(problem["loc"], problem["msg"]) for problem in error.errors()]) from error
    disagreements = [f"{place}: {message}" for place, message in file.disagreements()]
    if disagreements:
        raise PolicyError(path, disagreements)
    return _policy(file)


def _in_words(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in place)}: {message.removeprefix('Value error, ')}"


def _policy(file: PolicyFile) -> Policy:
    calendars = {name: _calendar(section, file.holidays[section.holidays]) for name, section in file.calendars.items()}
    plans = {plan: _terms(section, calendars[section.calendar]) for plan, section in file.plans.items()}
    line = file.line
    return Policy(
        vendor=file.vendor.name,
        portal=file.vendor.portal,
        time_zone=file.vendor.time_zone,
        languages=tuple(file.vendor.languages),
        plans=plans,
        line_calendar=calendars[line.calendar],
        matrix={priority: tuple(tuple(column) for column in row) for priority, row in file.matrix.items()},
        phone_priorities=frozenset(line.phone_priorities),
        maintenance_priority=line.maintenance_priority,
        entitlement=_entitlement(file),
        callback_countries=frozenset(line.callback_countries),
        events={key: EventType(event.title, event.priority) for key, event in file.events.items()},
        pin=PinRules(line.pin_shortest, line.pin_longest, line.pin_tries),
        human_path=_human_path(file.human_path),
        throttles=_throttles(file.throttles),
        recordings=_recordings(file.recordings),
        retention=_retention(file.retention),
        limits=_limits_of(file.limits),
        handoffs=_handoffs(file.handoffs),
        night=Night(file.fairness.night_from, file.fairness.night_until),
        **_waits(file),
    )


def _human_path(section: HumanPathSection) -> HumanPathRules:
    return HumanPathRules(
        per_number=timedelta(seconds=section.per_number_seconds),
        an_hour=section.pages_an_hour,
        registered_number=section.registered_number_pages_an_hour,
        registered=section.registered_pages_an_hour,
        digest_after=timedelta(seconds=section.digest_seconds),
    )


def _throttles(section: ThrottlesSection) -> GuessingRules:
    return GuessingRules(
        odds=section.odds,
        shares=Shares(**section.shares.model_dump()),
        number=section.number_failures,
        prefix=section.prefix_failures,
        country=section.country_failures,
        refilled_in=timedelta(seconds=section.refilled_seconds),
    )


def _recordings(section: RecordingsSection) -> RecordingRules:
    return RecordingRules(
        longest=timedelta(seconds=section.longest_seconds),
        retention=timedelta(days=section.retention_days),
        transcribe=section.transcribe,
    )


def _retention(section: RetentionSection) -> RetentionRules:
    return RetentionRules(**{
        name.removesuffix("_days"): timedelta(days=days) if days else None for name, days in section
    })  # fmt: skip


def _limits_of(section: LimitsSection) -> Limits:
    return Limits(
        texts_a_second=section.texts_a_second,
        texts_at_once=section.texts_at_once,
        text_gap=timedelta(seconds=section.text_gap_seconds),
        calls=section.calls,
        calls_within=timedelta(seconds=section.calls_within_seconds),
    )


def _handoffs(section: HandoffsSection) -> HandoffRules:
    return HandoffRules(
        ahead=timedelta(hours=section.ahead_hours),
        ahead_by=tuple(section.ahead),
        begun_by=tuple(section.begun),
        released_by=tuple(section.released),
    )


def _waits(file: PolicyFile) -> Mapping[str, Any]:
    return {name: timedelta(seconds=seconds) for name, seconds in file.waits}


def _entitlement(file: PolicyFile) -> EntitlementTerms:
    return EntitlementTerms(
        on_call_plans=frozenset(plan for plan, section in file.plans.items() if section.on_call),
        asia_pacific=frozenset(file.asia_pacific.countries),
        strict=file.asia_pacific.strict,
        time_zone=file.vendor.time_zone,
        renewal_days=file.vendor.renewal_days,
    )


def _calendar(section: CalendarSection, holidays: HolidaysSection) -> Calendar:
    fixed = (FixedHoliday(int(day[:2]), int(day[3:])) for day in holidays.fixed)
    moving = (EasterHoliday(days) for days in holidays.days_after_easter)
    weekdays = tuple(_hours(day) for day in section.week)
    return Calendar(section.time_zone, weekdays, (*fixed, *moving), _hours(section.holiday_hours))


def _hours(hours: list[time]) -> Hours | None:
    return Hours(hours[0], hours[1]) if hours else None


def _terms(section: PlanSection, calendar: Calendar) -> PlanTerms:
    return PlanTerms(
        name=section.name,
        rank=section.rank,
        calendar=calendar,
        on_call=section.on_call,
        guaranteed=section.guaranteed,
        proactive=section.proactive,
        specialist=section.specialist,
        targets=_limits(section.targets),
        notices=_limits(section.notices),
        matrix_columns=tuple(_limit(column) for column in section.matrix_columns),
    )


def _limits(sections: Mapping[Priority, LimitSection]) -> Mapping[Priority, Limit]:
    return {priority: _limit(section) for priority, section in sections.items()}


def _limit(section: LimitSection) -> Limit:
    if section.elapsed_minutes:
        return Elapsed(timedelta(minutes=section.elapsed_minutes))
    if section.business_minutes:
        return BusinessTime(timedelta(minutes=section.business_minutes))
    return BusinessDays(section.business_days or 1)
