"""One claimed task at a carrier: sent, asked for or ended, and what came of it written down.

A row is marked as attempting before the network call and settled after it; a call whose answer was lost is looked up at
the provider before it is made again. No transaction is held across a network call.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Update, and_, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.database import Database, announce
from models.delivery import DELIVERY_MOVES, Delivery, DeliveryKind, DeliveryState
from paging import attempts, kindness, outcomes, reach_out
from paging.breaker import Breakers
from paging.carriers.protocol import (
    AccountRefused,
    AmbiguousFailure,
    Carrier,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
)
from paging.claims import Claim, Task
from paging.due import may_leave
from paging.reach_out import TRY_AGAIN
from rules.escalation import Channel
from rules.line import Line

log = structlog.get_logger(__name__)

CLOCKS_DIFFER_BY = timedelta(seconds=5)
ACCEPTED = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED})
TRIED_AGAIN = frozenset({DeliveryState.PENDING, DeliveryState.ATTEMPTING})


class NotOurs(Exception):
    """The lease is over or somebody has the page: nothing may be sent."""


class NotBegun(Exception):
    """The database could not be asked before anything was sent: it is any engine's again."""


class Courier:
    """Does claimed tasks, each in the thread that calls it."""

    def __init__(self, database: Database, line: Line, carriers: Mapping[Channel, Carrier], breakers: Breakers) -> None:
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

    def give_back(self, claim: Claim) -> None:
        """It was never begun, and is any engine's again. What an earlier attempt left in doubt stays so."""
        with self._database.write() as session:
            now = self._database.now(session)
            state = DeliveryState.PENDING if claim.lost_since is None else DeliveryState.ATTEMPTING
            held = self._held(claim).values(state=state, due_at=now, attempted_at=claim.lost_since)
            if session.execute(held.returning(Delivery.id)).first():
                announce(session)

    def _send(self, claim: Claim) -> None:
        try:
            sid = self._hand_over(claim)
        except NotOurs:
            return
        except SendFailure as failure:
            self._failed(claim, failure)
        else:
            state = DeliveryState.DELIVERED if claim.channel is Channel.EMAIL else DeliveryState.SENT
            self._settle(claim, state, sid=sid)
            self._worked(claim)

    def _hand_over(self, claim: Claim) -> str:
        """The provider's id: of what an earlier attempt left there, else of what is sent now."""
        carrier = self._carriers[claim.channel]
        try:
            if claim.lost_since is not None and (found := self._find(carrier, claim, claim.lost_since)):
                return found
            if claim.lost_since is not None or claim.is_late:
                self._renew(claim)
            self._check(claim)
        except OperationalError as error:
            raise NotBegun from error
        return carrier.send(claim.message)

    def _find(self, carrier: Carrier, claim: Claim, since: datetime) -> str | None:
        """What an earlier attempt left at the carrier, if it can be told from what others have left there."""
        try:
            found = carrier.find(claim.message, since - CLOCKS_DIFFER_BY)
        except SendFailure as failure:
            # Whatever stood in the way of looking, the message may be out.
            raise AmbiguousFailure(str(failure), failure.code) from failure
        with self._database.read() as session:
            taken = select(Delivery.provider_sid).where(Delivery.provider_sid.in_(found))
            known = set(session.execute(taken).scalars())
            if claim.channel in kindness.CALLS and self._is_one_of_many(session, claim, since):
                return None
        return next((sid for sid in found if sid not in known), None)

    def _is_one_of_many(self, session: Session, claim: Claim, since: datetime) -> bool:
        """Whether another call to the same telephone is in doubt: a call does not tell what it is about.

        One that was tried more than once may have left a call at the provider that nobody knows of.
        """
        in_doubt = and_(Delivery.state == DeliveryState.ATTEMPTING, Delivery.due_at.is_not(None))
        is_open = or_(Delivery.settled_at.is_(None), Delivery.settled_at > since)
        others = select(Delivery.id).where(
            Delivery.address == claim.message.to,
            Delivery.channel.in_(kindness.CALLS),
            Delivery.kind != DeliveryKind.HANG_UP,
            or_(in_doubt, and_(Delivery.attempts > 1, is_open)),
            Delivery.id != claim.id,
        )
        return session.execute(others.limit(1)).first() is not None

    def _renew(self, claim: Claim) -> None:
        """The lease from now on: the lookup, or the wait for a sender, took its time."""
        with self._database.write() as session:
            until = self._database.now(session) + self._line.policy.lease
            held = self._held(claim).values(due_at=until).returning(Delivery.id)
            if session.execute(held).first() is None:
                raise NotOurs

    def _check(self, claim: Claim) -> None:
        """The last look before the network: a process that slept through its lease must not send."""
        with self._database.read() as session:
            state, attempt, page, followed_up_at = session.connection().execute(attempts.HOLDER, {"id": claim.id}).one()
        if state is not DeliveryState.ATTEMPTING or attempt != claim.attempt:
            raise NotOurs
        if not may_leave(claim.kind, page, followed_up_at):
            self._settle(claim, DeliveryState.CANCELLED)
            raise NotOurs
        if claim.kind is DeliveryKind.BUNDLE and not self._holds_together(claim):
            self._settle(claim, DeliveryState.PENDING)  # its members go their own ways when it is claimed again
            raise NotOurs

    def _holds_together(self, claim: Claim) -> bool:
        with self._database.read() as session:
            return kindness.holds_together(session, claim.id)

    def _failed(self, claim: Claim, failure: SendFailure) -> None:
        match failure:
            case AccountRefused():
                self._note(claim, of_carrier=True, is_refusal=True)
                self._settle(claim, DeliveryState.PENDING, failure)
            case PermanentFailure():
                state = DeliveryState.PENDING if claim.persistent else DeliveryState.FAILED
                self._settle(claim, state, failure, again_after=TRY_AGAIN)
                self._worked(claim)
            case TemporaryFailure():
                self._note(claim, of_carrier=failure.of_carrier)
                self._settle(claim, DeliveryState.PENDING, failure)
            case AmbiguousFailure():
                self._note(claim, of_carrier=True)
                self._settle(claim, DeliveryState.ATTEMPTING, failure)

    def _worked(self, claim: Claim) -> None:
        """The carrier is there; if it was away, what waited for it is due now."""
        if self._breakers.worked(claim.channel):
            with self._database.write() as session:
                waits = or_(Delivery.stalled, and_(Delivery.state == DeliveryState.PENDING, Delivery.attempts > 0))
                waiting = update(Delivery).where(Delivery.channel == claim.channel, Delivery.due_at.is_not(None), waits)
                session.execute(waiting.values(due_at=self._database.now(session)))
                announce(session)

    def _note(self, claim: Claim, of_carrier: bool, is_refusal: bool = False) -> None:
        if of_carrier:
            note = self._breakers.refused if is_refusal else self._breakers.failed
            with self._database.read() as session:
                note(claim.channel, self._database.now(session))

    def _settle(
        self,
        claim: Claim,
        state: DeliveryState,
        failure: SendFailure | None = None,
        sid: str | None = None,
        again_after: timedelta | None = None,
    ) -> None:
        """Write the outcome, if this attempt still holds the delivery: a callback may have been faster."""
        with self._database.write() as session:
            now = self._database.now(session)
            is_away = self._breakers.rests_until(claim.channel) is not None
            is_stalled = state in TRIED_AGAIN and (is_away or claim.persistent)
            pages = outcomes.lock_pages(session, claim.id) if is_stalled or state in outcomes.LOST else ()
            if state in ACCEPTED and claim.kind in outcomes.LEAVES:
                # Before the delivery is locked: pages come first.
                session.connection().execute(attempts.HAS_LEFT, {"delivery_id": claim.id, "now": now})
            if state in ACCEPTED and claim.is_unreached and claim.channel is not Channel.EMAIL:
                reach_out.has_left(session, claim.id)
            values = {
                "delivery_id": claim.id,
                "attempt": claim.attempt,
                "new_state": state,
                "next_look": attempts.next_look(state, claim.attempt, now, again_after),
                "why": str(failure) if failure else None,
                "code": failure.code if failure else None,
                "settled": now if not DELIVERY_MOVES[state] else None,
                "sid": sid,
                "is_stalled": is_stalled,
            }
            held = session.connection().execute(attempts.SETTLE, values).first()
            if held is None:
                attempts.keep_sid(session, claim, sid)
            elif state is DeliveryState.SENT and claim.kind is not DeliveryKind.BUNDLE:
                outcomes.tell(session, self._line, held, now)
            else:
                delivery = session.get_one(Delivery, claim.id, populate_existing=True)
                outcomes.settled(session, self._line, delivery, pages, now)

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
        except SendFailure as failure:
            is_over = isinstance(failure, PermanentFailure) and not isinstance(failure, AccountRefused)
            self._settle(claim, DeliveryState.FAILED if is_over else DeliveryState.PENDING, failure)
        else:
            self._settle(claim, DeliveryState.DELIVERED)
            self._worked(claim)
