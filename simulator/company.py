"""The virtual phone company: it accepts, rings, plays and delivers, and does everything that is due."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urldefrag

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.database import Database
from simulator import bridges, faults, happenings, keys, legs, player, texts
from simulator.exchange import Account, Exchange, Kind
from simulator.faults import FaultKind
from simulator.phone import Handset, Phone
from simulator.signing import HEADER, sign
from simulator.tables import ENDED, Happening, Leg, TextMessage, Wait
from simulator.transport import Answer, NoAnswer, NoConnection, Transport

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)
"""How long a claim holds: longer than a webhook with its retries may take."""
SWITCHBOARD_LOCK = 740_112


class Company:
    """A phone company with one account and one line.

    Everything is kept in `database` and timed by its clock, so any number of processes may share it, and a virtual
    clock runs it at will. `changed` is called whenever something new may be due: `Runner` sets it.
    """

    def __init__(
        self,
        database: Database,
        transport: Transport,
        account_sid: str,
        auth_token: str,
        line_number: str,
        public_url: str,
        *,
        text_number: str = "",
        pace: float | None = None,
        typing_seconds: float = 0.0,
    ) -> None:
        """`account_sid` is 'AC' and 32 hexadecimal digits; for the rest see `Account`."""
        self.database = database
        self.account = Account(
            sid=account_sid,
            token=auth_token,
            line_number=line_number,
            text_number=text_number or line_number,
            public_url=public_url,
            pace=pace,
            typing_seconds=typing_seconds,
        )
        self.changed: Callable[[], None] = _nothing
        self._transport = transport

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """One transaction at the exchange; these come one after the other, also across processes."""
        with self.database.write() as session:
            if self.database.is_postgresql:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(SWITCHBOARD_LOCK)))
            yield Exchange(session, self.database.now(session), self.account)

    def phone(self, number: str) -> Phone:
        """A telephone to call the line from; 'anonymous' hides its number."""
        return Phone(self, number)

    def handset(self, number: str) -> Handset:
        """A telephone that the line texts and rings."""
        return Handset(self, number)

    def add_fault(
        self, kind: FaultKind, number: str = "", *, times: int = 1, code: int = 0, seconds: float = 0.0
    ) -> None:
        """See `faults.add`."""
        with self.exchange() as exchange:
            faults.add(exchange.session, kind, number, times=times, code=code, seconds=seconds)

    def next_due(self) -> datetime | None:
        """When the next happening is due (perhaps in the past), None when nothing is under way."""
        with self.database.read() as session:
            return happenings.next_due(session)

    def tick(self) -> int:
        """Do everything that is due, also what becomes due by it; answers how many happenings that were."""
        done = 0
        while (happening := self._claim()) is not None:
            self._do(happening)
            done += 1
        return done

    def _claim(self) -> Happening | None:
        with self.database.read() as session:
            due_at = happenings.next_due(session)
            if due_at is None or due_at > self.database.now(session):
                return None
        with self.database.write() as session:
            return happenings.claim(session, self.database.now(session), LEASE)

    def _do(self, happening: Happening) -> None:
        match happening.kind:
            case Kind.REQUEST:
                self._request(happening)
            case Kind.TEXT_IN:
                self._text_in(happening)
            case Kind.CALLBACK:
                self._call_back(happening)
            case _:
                self._settle(happening, lambda exchange: _act(exchange, happening))

    def _settle(self, happening: Happening, act: Callable[[Exchange], None]) -> None:
        """What comes of a happening, in one transaction with its end."""
        with self.exchange() as exchange:
            if happenings.settle(exchange.session, happening):
                act(exchange)
            else:
                log.warning("A happening took longer than its lease: %s %s", happening.kind, happening.subject)

    def _request(self, happening: Happening) -> None:
        url = happening.data["url"]
        answer = self._post(url, happening.data["form"], happening.id)

        def receive(exchange: Exchange) -> None:
            leg = exchange.live_leg(happening)
            if leg is not None:
                player.receive(exchange, leg, answer, urldefrag(url).url, happening.data["push"])

        self._settle(happening, receive)

    def _text_in(self, happening: Happening) -> None:
        url = happening.data["url"]
        answer = self._post(url, happening.data["form"], happening.id)

        def receive(exchange: Exchange) -> None:
            text = exchange.session.get_one(TextMessage, happening.subject)
            if problem := texts.receive(exchange, text, answer, urldefrag(url).url):
                log.warning("The answer to a text is of no use: %s", problem)

        self._settle(happening, receive)

    def _call_back(self, happening: Happening) -> None:
        """A status callback, unless a fault loses, repeats or postpones it."""
        data, times = happening.data, 1
        if not data.get("postponed"):
            with self.exchange() as exchange:
                delay = _callback_delay(exchange.session, data["number"])
                times = _callback_times(exchange.session, data["number"])
            if delay:
                self._settle(happening, lambda exchange: _postpone(exchange, happening, delay))
                return
        for _ in range(times):
            self._post(data["url"], data["form"], happening.id)
        self._settle(happening, _over)

    def _post(self, url: str, form: Mapping[str, str], request_number: int) -> Answer | None:
        """One signed webhook; tried again as the URL's fragment says (twilio.com/docs/usage/webhooks)."""
        address, fragment = urldefrag(url)
        overrides = parse_qs(fragment)
        tries = 1 + int(overrides.get("rc", ["1"])[0])
        retried = set(overrides.get("rp", ["ct"])[0].split(","))
        headers = {
            HEADER: sign(address, form, self.account.token),
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": f"{self.account.sid}-{request_number}",
        }
        answer = None
        for _ in range(tries):
            answer, trouble = self._try(address, form, headers)
            if trouble not in retried and "all" not in retried:
                break
        return answer

    def _try(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[Answer | None, str]:
        """The answer, and by which name the retry policy calls what went wrong ('' for nothing)."""
        try:
            answer = self._transport.post(url, form, headers)
        except NoConnection:
            return None, "ct"
        except NoAnswer:
            return None, "rt"
        return answer, f"{answer.status // 100}xx" if answer.status >= 400 else ""


def _act(exchange: Exchange, happening: Happening) -> None:
    """Do what needs no network."""
    if happening.kind in (Kind.DELIVER, Kind.EXPIRE):
        text = exchange.session.get_one(TextMessage, happening.subject)
        (texts.deliver if happening.kind == Kind.DELIVER else texts.expire)(exchange, text)
        return
    leg = exchange.leg(happening.subject)
    if leg is None:
        return
    if happening.kind == Kind.ENDED:
        bridges.ended(exchange, leg, happening.data)
    elif leg.status in ENDED:
        return
    elif happening.kind == Kind.RING:
        legs.ring(exchange, leg)
    elif happening.kind == Kind.GIVE_UP:
        legs.hang_up(exchange, leg)
    elif leg.turn == happening.turn:
        ON_TURN[Kind(happening.kind)](exchange, leg)


def _postpone(exchange: Exchange, happening: Happening, seconds: float) -> None:
    # Under another subject: the callbacks that follow must be able to overtake this one.
    subject = f"{happening.subject[:34]}/late"
    exchange.later(Kind.CALLBACK, subject, {**happening.data, "postponed": True}, seconds=seconds)


def _over(exchange: Exchange) -> None:
    """Nothing more comes of it."""


def _answered(exchange: Exchange, leg: Leg) -> None:
    """A telephone that the company rang has picked up."""
    parent = exchange.leg(leg.parent_sid or "")
    if leg.twiml is not None:
        player.start(exchange, leg, leg.twiml)
    elif parent is not None:
        bridges.answered(exchange, leg, parent)
    else:
        exchange.request(leg, leg.voice_url)


def _wait_over(exchange: Exchange, leg: Leg) -> None:
    """The leg has waited as long as it would."""
    if act := ON_WAIT.get(leg.wait):
        act(exchange, leg)


ON_TURN: dict[Kind, Callable[[Exchange, Leg], None]] = {
    Kind.PICK_UP: legs.pick_up,
    Kind.PLAY: player.play,
    Kind.ANSWERED: _answered,
    Kind.WAIT_OVER: _wait_over,
}
ON_WAIT: dict[Wait, Callable[[Exchange, Leg], None]] = {
    Wait.RING: legs.ring_over,
    Wait.SPEECH: player.play,
    Wait.GATHER: keys.gather_over,
    Wait.RECORD: keys.record_over,
    Wait.DIAL: bridges.dial_over,
    Wait.BRIDGE: bridges.dial_over,
}


def _callback_delay(session: Session, number: str) -> float:
    """Seconds by which faults postpone a callback."""
    if fault := faults.strike(session, FaultKind.LATE_CALLBACK, number):
        return fault.seconds
    return 1.0 if faults.strike(session, FaultKind.REORDER_CALLBACK, number) else 0.0


def _callback_times(session: Session, number: str) -> int:
    """How many times a callback is sent."""
    if faults.strike(session, FaultKind.LOSE_CALLBACK, number):
        return 0
    return 2 if faults.strike(session, FaultKind.DUPLICATE_CALLBACK, number) else 1


def _nothing() -> None:
    """Nobody waits for changes."""
