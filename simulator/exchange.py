"""One transaction at the exchange: the legs it finds, what it makes them wait for, and what it makes happen later."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

import sqlalchemy as sa
from sqlalchemy.orm import Session

from simulator import forms
from simulator.tables import Direction, HandsetMode, HandsetState, Happening, Heard, HeardKind, Leg, LegStatus, Wait
from simulator.twiml import Element

SPEECH_PACE = 14.0
"""Characters a second of a spoken prompt."""


class Kind(StrEnum):
    """What can happen later."""

    REQUEST = "request"
    CALLBACK = "callback"
    RING = "ring"
    PICK_UP = "pick_up"
    GIVE_UP = "give_up"
    WAIT_OVER = "wait_over"
    PLAY = "play"
    ANSWERED = "answered"
    ENDED = "ended"
    DELIVER = "deliver"
    EXPIRE = "expire"
    TEXT_IN = "text_in"


@dataclass(frozen=True, slots=True)
class Account:
    """The one account that the company serves.

    `public_url` is where the application answers, without a slash at its end. `pace` is how many characters a second
    are spoken, None for no time at all. `typing_seconds` are added to the silence that ends a recording, for people
    who type their words.
    """

    sid: str
    token: str
    line_number: str
    text_number: str
    public_url: str
    pace: float | None
    typing_seconds: float

    def recording_url(self, recording_sid: str) -> str:
        return f"{self.public_url}/simulator/api/{forms.API_VERSION}/Accounts/{self.sid}/Recordings/{recording_sid}"

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset({self.line_number, self.text_number})


def new_sid(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Exchange:
    session: Session
    now: datetime
    account: Account

    def leg(self, sid: str) -> Leg | None:
        return self.session.get(Leg, sid)

    def live_leg(self, happening: Happening) -> Leg | None:
        """The leg that a happening is meant for, unless it has moved on to another turn."""
        leg = self.leg(happening.subject)
        return leg if leg is not None and leg.turn == happening.turn else None

    def handset(self, number: str) -> HandsetState:
        state = self.session.get(HandsetState, number)
        if state is None:
            state = HandsetState(number=number, mode=HandsetMode.ON, opted_out=False)
            self.session.add(state)
        return state

    def later(
        self, kind: Kind, subject: str, data: dict[str, Any] | None = None, *, turn: int = 0, seconds: float = 0.0
    ) -> None:
        due_at = self.now + timedelta(seconds=seconds)
        self.session.add(
            Happening(due_at=due_at, kind=kind, subject=subject, turn=turn, data=data or {}, claimed_until=None)
        )

    def wait(self, leg: Leg, wait: Wait, waiting: dict[str, Any], seconds: float | None) -> None:
        """Make the leg wait; after `seconds` it has waited long enough, with None it waits for somebody."""
        leg.wait, leg.waiting = wait, waiting
        leg.turn += 1
        leg.updated_at = self.now
        if seconds is not None:
            self.later(Kind.WAIT_OVER, leg.sid, turn=leg.turn, seconds=seconds)

    def request(
        self, leg: Leg, url: str, extra: Mapping[str, str] | None = None, *, push: str = "", seconds: float = 0.0
    ) -> None:
        """Ask the application what to play next. `push`: on top of the current document, for this purpose."""
        form = self.call_form(leg) | dict(extra or {})
        self.wait(leg, Wait.ANSWER, {"push": push}, None)
        data = {"url": self.absolute(leg, url), "form": form, "push": push}
        self.later(Kind.REQUEST, leg.sid, data, turn=leg.turn, seconds=seconds)

    def absolute(self, leg: Leg, url: str) -> str:
        """An address in the leg's current document; none at all means the document's own."""
        return urljoin(leg.frames[-1]["url"], url) if leg.frames else url

    def link(self, leg: Leg, verb: Element, attribute: str) -> str:
        """The absolute address in an attribute, '' where there is none."""
        return self.absolute(leg, verb.get(attribute, "")) if verb.get(attribute) else ""

    def call_form(self, leg: Leg) -> dict[str, str]:
        return forms.of_call(self.account.sid, leg)

    def tell(self, leg: Leg, url: str, form: Mapping[str, str], *, seconds: float = 0.0) -> None:
        """Post something to which no answer is played."""
        if url:
            data = {"url": url, "form": dict(form), "number": phone_of(leg)}
            self.later(Kind.CALLBACK, f"{leg.sid}/status", data, seconds=seconds)

    def go_on(self, leg: Leg) -> None:
        """The current document goes on with its next verb."""
        self.wait(leg, Wait.NOTHING, {}, None)
        self.later(Kind.PLAY, leg.sid, turn=leg.turn)

    def report(self, leg: Leg, event: str) -> None:
        """The status callback, if the application asked for this event."""
        if leg.status_url and event in (leg.status_events or ["completed"]):
            form = forms.of_call_status(self.account.sid, leg, event, self.now)
            leg.callbacks += 1
            self.tell(leg, leg.status_url, form)

    def heard(self, leg: Leg, kind: HeardKind, text: str) -> None:
        self.session.add(Heard(leg_sid=leg.sid, at=self.now, document=leg.document, kind=kind, text=text))

    def move(self, leg: Leg, status: LegStatus) -> None:
        leg.status = status
        leg.updated_at = self.now


def at_the_phone(number: str) -> sa.ColumnElement[bool]:
    """The condition for legs that end at this telephone."""
    phones = sa.and_(Leg.direction == Direction.INBOUND, Leg.caller == number)
    is_rung = sa.and_(Leg.direction != Direction.INBOUND, Leg.called == number)
    return sa.or_(phones, is_rung)


def phone_of(leg: Leg) -> str:
    """The number of the telephone at the end of this leg."""
    return leg.caller if leg.direction is Direction.INBOUND else leg.called
