"""Which days a timeline shows, as its address says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from rules import timezones

LENGTHS = {1: "1 day", 7: "1 week", 14: "2 weeks", 28: "4 weeks", 56: "8 weeks"}
USUAL_LENGTH = 14


@dataclass(frozen=True, slots=True)
class TimelineRange:
    """So many whole local days from `first` on."""

    first: date
    days: int

    @classmethod
    def asked(cls, parameters: Mapping[str, str], today: date) -> "TimelineRange":
        """From the parameters `from` and `days`; what is not of use is as if it were left out."""
        days = {str(length): length for length in LENGTHS}.get(parameters.get("days", ""), USUAL_LENGTH)
        try:
            first = date.fromisoformat(parameters.get("from", ""))
        except ValueError:
            return cls(today, days)
        answerable = timezones.EARLIEST.year < first.year < timezones.LATEST.year - 1
        return cls(first if answerable else today, days)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """From midnight to midnight in a zone."""
        return _midnight(self.first, zone), _midnight(self.first + timedelta(days=self.days), zone)

    def moved(self, times: int) -> str:
        """The query of the range that lies so many lengths later."""
        return replace(self, first=self.first + times * timedelta(days=self.days)).query()

    def ranged(self, days: int) -> str:
        """The query of another length from the same day on."""
        return replace(self, days=days).query()

    def query(self) -> str:
        return "?" + urlencode({"from": self.first.isoformat(), "days": self.days})


def _midnight(day: date, zone: str) -> datetime:
    return timezones.to_utc(datetime.combine(day, time()), zone)
