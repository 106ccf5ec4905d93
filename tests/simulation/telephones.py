"""What the telephone company does with what it has accepted: it delivers, rings, and reports."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from paging.carriers.protocol import Message
from rules.escalation import Channel
from tests.simulation.timeline import Timeline
from tests.simulation.weather import Weather

RING = 25.0
VALIDITY = 150.0
CLOCK_SKEW = timedelta(seconds=2)
Report = Callable[[int, str, str, str], None]
"""Tells the product: delivery, sid, status and error code."""


@dataclass(slots=True)
class Accepted:
    """A text or a call that the company has. `created` is by its own clock; `status` is its own word."""

    sid: str
    message: Message
    created: datetime
    status: str = "queued"
    code: str = ""
    is_final: bool = False


class Owner(Protocol):
    """Who has a telephone in their pocket."""

    @property
    def has_reception(self) -> bool: ...

    def receives(self, text: str) -> None: ...

    def rings(self, call: "Call") -> None: ...


class Telephones:
    def __init__(self, timeline: Timeline, chance: random.Random, weather: Weather, report: Report) -> None:
        self.owners: Mapping[str, Owner] = {}
        self._timeline = timeline
        self._chance = chance
        self._weather = weather
        self._report = report
        self._accepted: list[Accepted] = []
        self._calls: dict[str, Call] = {}

    def take(self, message: Message) -> Accepted:
        """The company has it from now on."""
        is_text = message.channel is Channel.SMS
        sid = f"{'SM' if is_text else 'CA'}{len(self._accepted) + 1:032d}"
        created = self._timeline.shown() + CLOCK_SKEW * self._chance.uniform(-1, 1)
        accepted = Accepted(sid, message, created)
        self._accepted.append(accepted)
        self._timeline.after(self._chance.uniform(0.1, 3), partial(self._text if is_text else self._call, accepted))
        return accepted

    def matching(self, message: Message, since: datetime) -> list[str]:
        """What the company's list shows: texts of the same words, calls to the same number."""
        is_text = message.channel is Channel.SMS
        return [
            each.sid
            for each in reversed(self._accepted[-500:])
            if each.message.to == message.to
            and (each.message.channel is Channel.SMS) is is_text
            and (not is_text or each.message.body == message.body)
            and each.created >= since
        ]

    def known(self, sid: str) -> Accepted:
        """What has this id."""
        return next(each for each in self._accepted if each.sid == sid)

    def ringing(self) -> list[int]:
        """The deliveries whose calls ring now, unanswered."""
        calls = self._calls.values()
        return [call.accepted.message.delivery_id for call in calls if not call.is_over and not call.is_answered]

    def stop_ringing(self, sid: str) -> None:
        """A call that somebody answered goes on."""
        call = self._calls.get(sid)
        if call is None:
            self.says(self.known(sid), "canceled", is_final=True)
        else:
            call.ends_if_ringing("canceled")

    def says(self, accepted: Accepted, status: str, code: str = "", is_final: bool = False) -> None:
        """The status from now on, and a report of it that may be late, lost, or sent twice."""
        if accepted.is_final:
            return
        accepted.status, accepted.code, accepted.is_final = status, code, is_final
        for delay in self._weather.report_delays():
            report = partial(self._report, accepted.message.delivery_id, accepted.sid, status, code)
            self._timeline.after(delay, report)

    def _text(self, text: Accepted) -> None:
        self.says(text, "sent")
        owner = self.owners.get(text.message.to)
        if owner is None:
            self.says(text, "delivered", is_final=True)
        elif not self._weather.is_good and self._chance.random() < 0.1:
            self.says(text, "undelivered", "30003", is_final=True)
        else:
            self._deliver(text, owner, self._timeline.now + timedelta(seconds=VALIDITY))

    def _deliver(self, text: Accepted, owner: Owner, until: datetime) -> None:
        if self._timeline.now > until:
            self.says(text, "undelivered", "30005", is_final=True)
        elif owner.has_reception:
            self.says(text, "delivered", is_final=True)
            owner.receives(text.message.body)
        else:
            self._timeline.after(20, partial(self._deliver, text, owner, until))

    def _call(self, accepted: Accepted) -> None:
        self.says(accepted, "initiated")
        owner = self.owners.get(accepted.message.to)
        if owner is None or not owner.has_reception:
            status = self._chance.choice(("completed", "no-answer", "failed"))
            self._timeline.after(self._chance.uniform(1, RING), partial(self.says, accepted, status, "", True))
            return
        call = Call(accepted, self._timeline.now, self)
        self._calls[accepted.sid] = call
        self._timeline.after(RING, partial(call.ends_if_ringing, "no-answer"))
        owner.rings(call)


@dataclass(slots=True)
class Call:
    """A telephone that rings, or is answered."""

    accepted: Accepted
    rings_since: datetime
    company: Telephones
    is_answered: bool = False

    @property
    def is_over(self) -> bool:
        return self.accepted.is_final

    def is_picked_up(self) -> bool:
        """Whether it was still ringing."""
        if self.is_over or self.is_answered:
            return False
        self.is_answered = True
        self.company.says(self.accepted, "in-progress")
        return True

    def ends(self, status: str = "completed") -> None:
        self.company.says(self.accepted, status, is_final=True)

    def ends_if_ringing(self, status: str) -> None:
        if not self.is_answered:
            self.ends(status)
