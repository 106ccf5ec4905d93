"""One claimed task at a carrier: sent, asked for or ended, and what came of it written down.

A row is marked as attempting before the network call and settled after it; a call whose answer was lost is looked up at
the provider before it is made again. No transaction is held across a network call.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Update, select, update

from models.database import Database
from models.delivery import DELIVERY_MOVES, Delivery, DeliveryState
from models.page import Page, PageState
from paging import outcomes
from paging.breaker import Breakers
from paging.carriers.protocol import (
    AmbiguousFailure,
    Carrier,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
)
from paging.claims import PAGING_KINDS, Claim, Task
from rules.escalation import Channel
from rules.line import Line

log = structlog.get_logger(__name__)

LOOKUP_AFTER = timedelta(seconds=2)
CLOCKS_DIFFER_BY = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(seconds=60)


class NotOurs(Exception):
    """The lease is over or somebody has the page: nothing may be sent."""


class Courier:
    """Does claimed tasks, each in the thread that calls it."""

    def __init__(
        self, database: Database, line: Line, carriers: Mapping[Channel, Carrier], breakers: Breakers
    ) -> None:
        self._database = database
        self._line = line
        self._carriers = carriers
        self._breakers = breakers

    def do(self, claim: Claim) -> None:
        """The network call, and what came of it."""
        match claim.task:
            case Task.SEND:
                self._send(claim)
            case Task.ASK:
                self._ask(claim)
            case Task.END_CALL:
                self._end_call(claim)

    def _send(self, claim: Claim) -> None:
        try:
            sid = self._hand_over(claim)
        except NotOurs:
            return
        except SendFailure as failure:
            self._failed(claim, failure)
        else:
            self._breakers.worked(claim.channel)
            state = DeliveryState.DELIVERED if claim.channel is Channel.EMAIL else DeliveryState.SENT
            self._settle(claim, state, sid=sid)

    def _hand_over(self, claim: Claim) -> str:
        """The provider's id: of what an earlier attempt left there, else of what is sent now."""
        carrier = self._carriers[claim.channel]
        if claim.lost_since is not None:
            if found := self._find(carrier, claim, claim.lost_since):
                return found
            self._renew(claim)
        self._check(claim)
        return carrier.send(claim.message)

    def _find(self, carrier: Carrier, claim: Claim, since: datetime) -> str | None:
        try:
            found = carrier.find(claim.message, since - CLOCKS_DIFFER_BY)
        except SendFailure as failure:
            # Whatever stood in the way of looking, the message may be out.
            raise AmbiguousFailure(str(failure), failure.code) from failure
        with self._database.read() as session:
            taken = select(Delivery.provider_sid).where(Delivery.provider_sid.in_(found))
            known = set(session.execute(taken).scalars())
        return next((sid for sid in found if sid not in known), None)

    def _renew(self, claim: Claim) -> None:
        """The lease from now on: the lookup took its time."""
        with self._database.write() as session:
            until = self._database.now(session) + self._line.policy.lease
            held = self._held(claim).values(due_at=until).returning(Delivery.id)
            if session.execute(held).first() is None:
                raise NotOurs

    def _check(self, claim: Claim) -> None:
        """The last look before the network: a process that slept through its lease must not send."""
        with self._database.read() as session:
            statement = (
                select(Delivery.state, Delivery.attempts, Delivery.due_at, Page.state)
                .outerjoin(Page, Page.id == Delivery.page_id)
                .where(Delivery.id == claim.id)
            )
            state, attempts, due_at, page = session.execute(statement).one()
            is_held = state is DeliveryState.ATTEMPTING and attempts == claim.attempt
            if not is_held or due_at is None or due_at <= self._database.now(session):
                raise NotOurs
        if claim.kind in PAGING_KINDS and page is not PageState.PAGING:
            self._settle(claim, DeliveryState.CANCELLED)
            raise NotOurs

    def _failed(self, claim: Claim, failure: SendFailure) -> None:
        match failure:
            case PermanentFailure():
                self._breakers.worked(claim.channel)
                self._settle(claim, DeliveryState.FAILED, failure)
            case TemporaryFailure():
                self._note(claim, of_carrier=failure.of_carrier)
                self._settle(claim, DeliveryState.PENDING, failure)
            case AmbiguousFailure():
                self._note(claim, of_carrier=True)
                self._settle(claim, DeliveryState.ATTEMPTING, failure)

    def _note(self, claim: Claim, of_carrier: bool) -> None:
        if of_carrier:
            with self._database.read() as session:
                self._breakers.failed(claim.channel, self._database.now(session))

    def _settle(
        self, claim: Claim, state: DeliveryState, failure: SendFailure | None = None, sid: str | None = None
    ) -> None:
        """Write the outcome, if this attempt still holds the delivery: a callback may have been faster."""
        with self._database.write() as session:
            now = self._database.now(session)
            pages = outcomes.lock_pages(session, claim.id) if state in outcomes.LOST else ()
            values = {
                "state": state,
                "due_at": _next_look(state, claim.attempt, now),
                "error": str(failure) if failure else None,
                "error_code": failure.code if failure else None,
                "settled_at": now if not DELIVERY_MOVES[state] else None,
            }
            if sid:
                values["provider_sid"] = sid
            held = self._held(claim).values(values).returning(Delivery)
            delivery = session.execute(held, execution_options={"populate_existing": True}).scalar()
            if delivery is not None:
                outcomes.settled(session, self._line, delivery, pages, now)
            elif sid:
                unknown = update(Delivery).where(Delivery.id == claim.id, Delivery.provider_sid.is_(None))
                session.execute(unknown.values(provider_sid=sid))

    def _held(self, claim: Claim) -> Update:
        return update(Delivery).where(
            Delivery.id == claim.id,
            Delivery.attempts == claim.attempt,
            Delivery.state == DeliveryState.ATTEMPTING,
        )

    def _ask(self, claim: Claim) -> None:
        """What became of a message of which the provider has said nothing for a while."""
        try:
            status = self._carriers[claim.channel].status_of(claim.channel, claim.sid)
        except SendFailure as failure:
            log.info("the carrier was asked and does not tell; it is asked again", delivery=claim.id, why=str(failure))
            return
        if status is not None:
            with self._database.write() as session:
                now = self._database.now(session)
                outcomes.report(session, self._line, claim.id, claim.sid, status.word, status.code, now)

    def _end_call(self, claim: Claim) -> None:
        try:
            self._carriers[claim.channel].end_call(claim.sid)
        except PermanentFailure as failure:
            self._settle(claim, DeliveryState.FAILED, failure)
        except SendFailure as failure:
            self._settle(claim, DeliveryState.PENDING, failure)
        else:
            self._settle(claim, DeliveryState.DELIVERED)


def _next_look(state: DeliveryState, attempt: int, now: datetime) -> datetime | None:
    match state:
        case DeliveryState.ATTEMPTING if attempt == 1:
            return now + LOOKUP_AFTER
        case DeliveryState.ATTEMPTING | DeliveryState.PENDING:
            pause = min(timedelta(seconds=2 ** min(attempt, 6)), LONGEST_PAUSE)
            return now + pause * random.uniform(0.5, 1.0)
        case DeliveryState.SENT:
            return now + outcomes.ASK_AFTER
    return None
