"""How the carriers fare: what becomes of a request, and of the reports that follow."""

import random
from datetime import datetime
from enum import StrEnum

from tests.simulation.timeline import Timeline


class Fate(StrEnum):
    """Of one request to the carrier. LATE: it gives up on the answer, and what it asked happens only afterwards."""

    FINE = "fine"
    SLOW = "slow"
    BUSY = "busy"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    LOST = "lost"
    ANSWER_LOST = "answer lost"
    LATE = "late"
    NO_ACCOUNT = "account refused"


class Sky(StrEnum):
    CLEAR = "clear"
    FAIR = "fair"
    ROUGH = "rough"
    DOWN = "down"
    CLOSED = "closed to the account"


FATES: dict[Sky, dict[Fate, float]] = {
    Sky.CLEAR: {Fate.FINE: 1},
    Sky.FAIR: {Fate.FINE: 88, Fate.SLOW: 3, Fate.BUSY: 2, Fate.REFUSED: 1, Fate.LOST: 2, Fate.ANSWER_LOST: 4},
    Sky.ROUGH: {
        Fate.FINE: 40,
        Fate.SLOW: 15,
        Fate.BUSY: 14,
        Fate.REFUSED: 4,
        Fate.LOST: 10,
        Fate.ANSWER_LOST: 14,
        Fate.LATE: 3,
    },
    Sky.DOWN: {Fate.UNREACHABLE: 65, Fate.LOST: 35},
    Sky.CLOSED: {Fate.NO_ACCOUNT: 1},
}
REPORTS_LOST = {Sky.CLEAR: 0.0, Sky.FAIR: 0.06, Sky.ROUGH: 0.35, Sky.DOWN: 0.5, Sky.CLOSED: 0.06}
REPORTS_TWICE = {Sky.CLEAR: 0.0, Sky.FAIR: 0.1, Sky.ROUGH: 0.3, Sky.DOWN: 0.3, Sky.CLOSED: 0.1}
REPORTS_LATE = {Sky.CLEAR: 0.0, Sky.FAIR: 0.08, Sky.ROUGH: 0.3, Sky.DOWN: 0.5, Sky.CLOSED: 0.08}


class Weather:
    """`changed_at` is when the sky was last worse than fair."""

    def __init__(self, timeline: Timeline, chance: random.Random) -> None:
        self.sky = Sky.FAIR
        self.changed_at: datetime = timeline.now
        self._timeline = timeline
        self._chance = chance

    def turns(self, sky: Sky) -> None:
        self.sky = sky
        self.changed_at = self._timeline.now

    @property
    def is_good(self) -> bool:
        return self.sky in (Sky.CLEAR, Sky.FAIR)

    def fate(self) -> Fate:
        fates = FATES[self.sky]
        return self._chance.choices(list(fates), list(fates.values()))[0]

    def report_delays(self) -> list[float]:
        """Seconds until each arrival of one report: none when it is lost, two when it comes twice."""
        if self._chance.random() < REPORTS_LOST[self.sky]:
            return []
        times = 2 if self._chance.random() < REPORTS_TWICE[self.sky] else 1
        return [self._report_delay() for _ in range(times)]

    def _report_delay(self) -> float:
        if self._chance.random() < REPORTS_LATE[self.sky]:
            return self._chance.uniform(5, 400)
        return self._chance.uniform(0.05, 1.5)
