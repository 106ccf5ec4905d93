"""Nobody's telephone rings on for a page that somebody has."""

from datetime import datetime, timedelta
from functools import partial

from tests.simulation.cases import Case
from tests.simulation.messages import PAGING
from tests.simulation.telephones import Telephones
from tests.simulation.timeline import Timeline
from tests.simulation.trace import Violation
from tests.simulation.watch import Watch
from tests.simulation.weather import Weather

MAY_RING_FOR = 12.0
"""Seconds since the acknowledgement: calls ring for 25."""
A_CARRIER_IS_LEFT_ALONE_FOR = timedelta(seconds=60)
"""After it was down."""


class Silence:
    def __init__(self, timeline: Timeline, watch: Watch, weather: Weather, telephones: Telephones) -> None:
        self._timeline = timeline
        self._watch = watch
        self._weather = weather
        self._telephones = telephones

    def page_is_over(self, case: Case) -> None:
        """Soon all telephones that ring for it must be still."""
        self._timeline.after(MAY_RING_FOR, partial(self._must_be_still, case, case.ended, self._timeline.now))

    def _must_be_still(self, case: Case, ended: int | None, since: datetime) -> None:
        good_since = self._weather.changed_at + A_CARRIER_IS_LEFT_ALONE_FOR
        was_quiet = self._weather.is_good and max(good_since, self._watch.calm_since) < since
        if case.ended != ended or not was_quiet:
            return
        for number in self._telephones.ringing():
            row = self._watch.messages.rows[number]
            if row.page_id == case.page.id and row.kind in PAGING and not self._watch.messages.is_excused(number):
                raise Violation("silence", f"#{number} still rings {row.technician} for {case.page.number}")
