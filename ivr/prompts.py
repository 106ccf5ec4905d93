"""The line's sentences as they are spoken: digits one by one, each in its voice."""

from datetime import datetime, timedelta
from functools import lru_cache

from ivr.twiml import Speech
from rules import timezones
from rules.line import Line
from rules.phone_numbers import is_dialable
from rules.wording import Tongue, spoken

SOON = timedelta(hours=3)
"""Up to here a time is said as minutes from now, later as a time of day."""


class Prompts:
    """Speaks with the line's wording. Raises KeyError for a language of the policy that has no sentences."""

    def __init__(self, line: Line) -> None:
        self._line = line
        by_code = {tongue.code: tongue for tongue in line.wording.tongues}
        self.tongues = {str(key): by_code[code] for key, code in enumerate(line.policy.languages[1:], start=2)}
        """The languages that the line does not serve, by the key that chooses them."""

    def say(self, key: str, **values: object) -> Speech:
        """A sentence in English."""
        wording = self._line.wording
        return Speech(wording.say(key, **values), wording.locale, wording.voice)

    def offer(self, key: str, tongue: Tongue) -> Speech:
        """How a language is offered, in that language."""
        return Speech(tongue.offer.format(key=key), tongue.locale, tongue.voice)

    def redirect(self, tongue: Tongue) -> Speech:
        """How to open a web ticket, in that language."""
        return Speech(tongue.redirect.format(portal=self._line.policy.portal), tongue.locale, tongue.voice)

    def with_ticket(self, key: str, number: int, **values: object) -> Speech:
        """A sentence in which the ticket's number is said digit by digit."""
        return self.say(key, ticket=spoken(str(number)), **values)

    def by_when(self, opened_at: datetime, target_at: datetime | None) -> str:
        """'within 60 minutes', or 'by Monday 11:00, Rome time'."""
        wording, zone = self._line.wording, self._line.policy.time_zone
        if target_at is None:
            return wording.say("caller.when_possible")
        if target_at - opened_at <= SOON:
            return wording.say("caller.when_minutes", minutes=int((target_at - opened_at).total_seconds() // 60))
        wall = timezones.to_wall(target_at, zone)
        city = zone.rpartition("/")[2].replace("_", " ")
        return wording.say("caller.when_time", day=f"{wall:%A}", time=f"{wall:%H:%M}", city=city)

    def may_dial(self, number: str | None) -> bool:
        """Whether we may dial and text a number."""
        return number is not None and _may_dial(number, self._line.policy.callback_countries)


# Looking into the numbering plan takes longer than the rest of a webhook, and every step of a call asks of one number.
_may_dial = lru_cache(maxsize=1024)(is_dialable)
