"""Telephones in the words of the people who hold them; for stories told by tests and demonstrations.

Everything that follows at once from an act has happened when it returns. Nothing waits: staying silent and letting
it ring bring the end of the wait forward to now.
"""

from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from simulator import desk
from simulator.tables import ENDED, HandsetMode, Heard, HeardKind, Leg, LegStatus, TextMessage, TextStatus, Wait

if TYPE_CHECKING:
    from simulator.company import Company


class LineIsDead(Exception):
    """The call is over, or nothing rings: there is nobody to do this to."""


class Phone:
    """A telephone to call the line from."""

    def __init__(self, company: "Company", number: str) -> None:
        self.company = company
        self.number = number

    def dials(self) -> "PhoneCall":
        """Phone the line."""
        sid = desk.dial(self.company, self.number)
        self.company.tick()
        return PhoneCall(self.company, sid)


class PhoneCall:
    """One call, from the side of the person on the telephone."""

    def __init__(self, company: "Company", sid: str) -> None:
        self.company = company
        self.sid = sid

    @property
    def said(self) -> list[str]:
        """What was said and played in the current document."""
        current = Heard.document == sa.select(Leg.document).where(Leg.sid == self.sid).scalar_subquery()
        return self._heard(current, Heard.kind.in_((HeardKind.SAID, HeardKind.PLAYED)))

    @property
    def heard(self) -> list[str]:
        """What was said and played since the call began."""
        return self._heard(Heard.kind.in_((HeardKind.SAID, HeardKind.PLAYED)))

    @property
    def words(self) -> str:
        """The current document in one string."""
        return " ".join(self.said)

    @property
    def notes(self) -> list[str]:
        """What the company noted about the call: connections, hang-ups, application errors."""
        return self._heard(Heard.kind == HeardKind.NOTE)

    @property
    def status(self) -> LegStatus:
        return self._leg().status

    @property
    def wait(self) -> Wait:
        """What the call is waiting for."""
        return self._leg().wait

    @property
    def over(self) -> bool:
        return self.status in ENDED

    def presses(self, keys: str) -> Self:
        """Press keys, one after the other."""
        self._must_be_alive()
        for key in keys:
            desk.press(self.company, self.sid, key)
            self.company.tick()
        return self

    def stays_silent(self) -> Self:
        """Say and press nothing until the wait is over."""
        return self._act(desk.let_time_pass)

    def says(self, words: str, *, seconds: int = 5) -> Self:
        """Speak into a recording, without ending it."""
        self._must_be_alive()
        desk.speak(self.company, self.sid, words, seconds)
        self.company.tick()
        return self

    def records(self, words: str, *, seconds: int = 5, key: str = "#") -> Self:
        """Speak into a recording and end it with a key."""
        return self.says(words, seconds=seconds).presses(key)

    def hangs_up(self) -> Self:
        return self._act(desk.hang_up)

    def _act(self, act: "desk.Act") -> Self:
        self._must_be_alive()
        act(self.company, self.sid)
        self.company.tick()
        return self

    def _must_be_alive(self) -> None:
        if self.over:
            raise LineIsDead(f"the call from {self._leg().caller} to {self._leg().called} is {self.status}")

    def _leg(self) -> Leg:
        with self.company.database.read() as session:
            return session.get_one(Leg, self.sid)

    def _heard(self, *conditions: sa.ColumnElement[bool]) -> list[str]:
        with self.company.database.read() as session:
            found = sa.select(Heard.text).where(Heard.leg_sid == self.sid, *conditions).order_by(Heard.id)
            return list(session.scalars(found))


class Handset:
    """A telephone that the line texts and rings."""

    def __init__(self, company: "Company", number: str) -> None:
        self.company = company
        self.number = number

    @property
    def texts(self) -> list[str]:
        """The texts that have arrived, oldest first."""
        with self.company.database.read() as session:
            arrived = sa.select(TextMessage.body).where(
                TextMessage.recipient == self.number, TextMessage.status == TextStatus.DELIVERED
            )
            return list(session.scalars(arrived.order_by(TextMessage.delivered_at, TextMessage.created_at)))

    @property
    def ringing(self) -> bool:
        return self._rings() is not None

    def sends(self, body: str) -> list[str]:
        """Text the line; answers what came back at once."""
        before = len(self.texts)
        desk.send_text(self.company, self.number, body)
        self.company.tick()
        return self.texts[before:]

    def answers(self) -> PhoneCall:
        """Take the call that rings, the oldest first."""
        sid = self._ringing_sid()
        desk.pick_up(self.company, sid)
        self.company.tick()
        return PhoneCall(self.company, sid)

    def declines(self) -> Self:
        """Press the red button while it rings."""
        desk.hang_up(self.company, self._ringing_sid())
        self.company.tick()
        return self

    def lets_it_ring(self) -> Self:
        """Let it ring until the ringing stops."""
        desk.let_time_pass(self.company, self._ringing_sid())
        self.company.tick()
        return self

    def is_on(self) -> Self:
        return self._behaves(HandsetMode.ON)

    def is_busy(self) -> Self:
        """Engaged whenever it is called."""
        return self._behaves(HandsetMode.BUSY)

    def is_off(self) -> Self:
        """Unreachable: calls fail, texts wait for it until they expire."""
        return self._behaves(HandsetMode.OFF)

    def has_voicemail(self) -> Self:
        """A machine answers: it says nothing and presses nothing."""
        return self._behaves(HandsetMode.VOICEMAIL)

    def _behaves(self, mode: HandsetMode) -> Self:
        desk.set_mode(self.company, self.number, mode)
        self.company.tick()
        return self

    def _rings(self) -> str | None:
        with self.company.database.read() as session:
            ringing = sa.select(Leg.sid).where(Leg.called == self.number, Leg.wait == Wait.RING)
            return session.scalars(ringing.order_by(Leg.created_at, Leg.sid)).first()

    def _ringing_sid(self) -> str:
        sid = self._rings()
        if sid is None:
            raise LineIsDead(f"{self.number} does not ring")
        return sid
