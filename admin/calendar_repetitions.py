"""How long it takes to find the repetitions in a calendar file, so that no file keeps the line from its work.

A rule of few characters may repeat each second, or be looked for until the year 9999 because no day fits it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from icalendar import Calendar

LONGEST_WORK = 300_000
"""So many repetitions can be counted in two seconds; to make one for the list takes as long as to count forty."""
WORK_TO_MAKE = 40
DAYS_AHEAD = 366
STEPS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
WORK_OF_A_STEP = {"DAILY": 1, "WEEKLY": 3, "MONTHLY": 3, "YEARLY": 25}
"""Where there is nothing in the step."""
WITHIN_A_DAY = {"BYHOUR", "BYMINUTE", "BYSECOND"}
IN_A_MONTH = {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}
IN_EVERY_MONTH = (28, 4)
"""Days of the month, and weeks: the 29th, and a fifth Monday, only some months have."""
IN_SOME_MONTHS = (31, 5)

Rule = Mapping[str, Any]


class TooManyRepetitions(Exception):
    """The text says of what."""


def check(calendars: Iterable[Calendar], today: date) -> None:
    """Raises TooManyRepetitions where to find those of the next 366 days would take long."""
    work = 0.0
    for event in (event for calendar in calendars for event in calendar.events):
        began = event.start.date() if isinstance(event.start, datetime) else event.start
        rules = event.get("rrule", [])
        work += sum(_work(rule, began, today) for rule in (rules if isinstance(rules, list) else [rules]))
    if work > LONGEST_WORK:
        raise TooManyRepetitions("Too many events in it repeat, or since too long ago.")


def _work(rule: Rule, began: date, today: date) -> float:
    """Repetitions since `began` are counted, those ahead are made; without a next one it goes on to the last year."""
    frequency: str = rule["FREQ"][0]
    interval: int = rule.get("INTERVAL", [1])[0]
    if frequency not in STEPS or interval < 1 or any(len(rule.get(name, ())) > 1 for name in WITHIN_A_DAY):
        raise TooManyRepetitions("An event in it repeats several times a day.")
    step = STEPS[frequency] * interval
    a_day = min(1.0, _most_in_a_step(rule, frequency) / step)
    ahead = 0.0 if _is_over(rule, today) else DAYS_AHEAD * a_day * WORK_TO_MAKE
    if _surely_comes_again(rule, frequency, interval, began):
        return ahead + max(0, (today - began).days) * a_day
    return ahead + (date.max - began).days / step * WORK_OF_A_STEP[frequency]


def _is_over(rule: Rule, today: date) -> bool:
    (until,) = rule.get("UNTIL", [date.max])
    return (until.date() if isinstance(until, datetime) else until) < today


def _most_in_a_step(rule: Rule, frequency: str) -> int:
    days, month_days = len(rule.get("BYDAY", ())), len(rule.get("BYMONTHDAY", ()))
    if frequency != "YEARLY":
        return {"DAILY": 1, "WEEKLY": max(1, days), "MONTHLY": max(1, month_days, 5 * days)}[frequency]
    if days or not _parts(rule) <= IN_A_MONTH:
        return 366
    return max(1, month_days) * len(rule.get("BYMONTH", range(12 if month_days else 1)))


def _surely_comes_again(rule: Rule, frequency: str, interval: int, began: date) -> bool:
    """Whether every round has a day of it. False also where it would take long to say."""
    parts = _parts(rule)
    if not parts:
        return True
    if not all(1 <= month <= 12 for month in rule.get("BYMONTH", ())):
        return False
    if frequency in ("DAILY", "WEEKLY"):
        return parts <= {"BYDAY", "BYMONTH"} and (interval == 1 or (frequency == "WEEKLY" and parts == {"BYDAY"}))
    if frequency == "YEARLY":
        return "BYMONTH" in parts and _has_its_day(rule, began, IN_EVERY_MONTH)
    if interval == 1:
        return _has_its_day(rule, began, IN_EVERY_MONTH if "BYMONTH" in parts else IN_SOME_MONTHS)
    return "BYMONTH" not in parts and _has_its_day(rule, began, IN_EVERY_MONTH)


def _has_its_day(rule: Rule, began: date, lasts: tuple[int, int]) -> bool:
    """Whether a month of so many days and weeks has one of the rule; without any it is that on which it `began`."""
    parts = _parts(rule)
    if not parts <= IN_A_MONTH or {"BYDAY", "BYMONTHDAY"} <= parts:
        return False
    weeks = [*(day.relative for day in rule.get("BYDAY", ()) if day.relative), *rule.get("BYSETPOS", ())]
    if "BYSETPOS" in parts and ("BYDAY" not in parts or len(weeks) > len(rule["BYSETPOS"])):
        return False
    days = rule.get("BYMONTHDAY", [] if "BYDAY" in parts else [began.day])
    return all(1 <= abs(day) <= lasts[0] for day in days) and all(1 <= abs(week) <= lasts[1] for week in weeks)


def _parts(rule: Rule) -> set[str]:
    """What says on which days it happens."""
    return {name for name in rule if name.startswith("BY")} - WITHIN_A_DAY
