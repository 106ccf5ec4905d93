"""The life of one leg: phoned or ringing, answered, over."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator import account, faults
from simulator.exchange import Exchange, Kind, new_sid, phone_of
from simulator.tables import (
    ENDED,
    LEG_MOVES,
    Direction,
    HandsetMode,
    HeardKind,
    Leg,
    LegStatus,
    Wait,
)

VOICEMAIL_PICKS_UP_SECONDS = 15
VOICEMAIL_RECORDS_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Order:
    """An outgoing call as it was asked for. `ring_seconds`: how long it may ring."""

    caller: str
    called: str
    voice_url: str = ""
    twiml: str | None = None
    status_url: str = ""
    status_events: Sequence[str] = ()
    ring_seconds: int = 60
    detects_machines: bool = False
    parent: Leg | None = None


def call_in(exchange: Exchange, caller: str) -> Leg:
    """Somebody phones the line."""
    line = exchange.account.line_number
    fields = account.number(exchange.session, exchange.account, line, exchange.now).fields
    order = Order(caller=caller, called=line, voice_url=fields["voice_url"], status_url=fields["status_callback"])
    leg = _new_leg(exchange, order, Direction.INBOUND, LegStatus.RINGING)
    exchange.request(leg, leg.voice_url)
    return leg


def call_out(exchange: Exchange, order: Order) -> Leg:
    """The application phones somebody; the telephone rings as soon as the exchange gets to it."""
    direction = Direction.OUTBOUND_DIAL if order.parent else Direction.OUTBOUND_API
    leg = _new_leg(exchange, order, direction, LegStatus.QUEUED)
    exchange.later(Kind.RING, leg.sid)
    return leg


def _new_leg(exchange: Exchange, order: Order, direction: Direction, status: LegStatus) -> Leg:
    leg = Leg(
        sid=new_sid("CA"),
        direction=direction,
        caller=order.caller,
        called=order.called,
        status=status,
        parent_sid=order.parent.sid if order.parent else None,
        voice_url=order.voice_url,
        twiml=order.twiml,
        status_url=order.status_url,
        status_events=list(order.status_events),
        callbacks=0,
        ring_seconds=order.ring_seconds,
        detects_machines=order.detects_machines,
        wait=Wait.NOTHING,
        waiting={},
        turn=0,
        frames=[],
        document=0,
        hurry=0,
        created_at=exchange.now,
        updated_at=exchange.now,
    )
    exchange.session.add(leg)
    exchange.session.flush()
    return leg


def ring(exchange: Exchange, leg: Leg) -> None:
    """Reach for the telephone: it rings, is engaged, or cannot be reached."""
    if leg.status is not LegStatus.QUEUED:
        return
    exchange.report(leg, "initiated")
    mode = exchange.handset(leg.called).mode
    if mode is HandsetMode.OFF or faults.strike(exchange.session, faults.FaultKind.CALL_FAILS, leg.called):
        end(exchange, leg, LegStatus.FAILED)
        return
    if mode is HandsetMode.BUSY:
        end(exchange, leg, LegStatus.BUSY)
        return
    exchange.move(leg, LegStatus.RINGING)
    exchange.report(leg, "ringing")
    exchange.wait(leg, Wait.RING, {}, leg.ring_seconds)
    if mode is HandsetMode.VOICEMAIL:
        exchange.later(Kind.PICK_UP, leg.sid, turn=leg.turn, seconds=VOICEMAIL_PICKS_UP_SECONDS)


def answer(exchange: Exchange, leg: Leg, *, by_machine: bool = False) -> None:
    """The telephone, or for an incoming call the line, picks up."""
    if leg.status is not LegStatus.RINGING:
        return
    exchange.move(leg, LegStatus.IN_PROGRESS)
    leg.answered_at = exchange.now
    if leg.direction is Direction.INBOUND:
        return
    if leg.detects_machines:
        leg.answered_by = "machine_start" if by_machine else "human"
    exchange.report(leg, "answered")
    if by_machine:
        exchange.heard(leg, HeardKind.NOTE, "The voicemail answers.")
        exchange.later(Kind.GIVE_UP, leg.sid, seconds=VOICEMAIL_RECORDS_SECONDS)
    exchange.wait(leg, Wait.NOTHING, {}, None)
    exchange.later(Kind.ANSWERED, leg.sid, turn=leg.turn)


def pick_up(exchange: Exchange, leg: Leg) -> None:
    """The telephone's voicemail answers a call that is still ringing."""
    if leg.wait is Wait.RING:
        answer(exchange, leg, by_machine=True)


def ring_over(exchange: Exchange, leg: Leg) -> None:
    """Nobody answered in time."""
    end(exchange, leg, LegStatus.NO_ANSWER)


def hang_up(exchange: Exchange, leg: Leg) -> None:
    """The person at the telephone puts it down, or declines what rings."""
    if leg.status in ENDED:
        return
    exchange.heard(leg, HeardKind.NOTE, f"{phone_of(leg)} hangs up.")
    if leg.status is LegStatus.IN_PROGRESS:
        end(exchange, leg, LegStatus.COMPLETED)
    else:
        end(exchange, leg, LegStatus.CANCELED if leg.direction is Direction.INBOUND else LegStatus.BUSY)


def end(exchange: Exchange, leg: Leg, status: LegStatus) -> None:
    """The leg is over, with this status. What follows from it for others is done as a happening of its own."""
    if status not in LEG_MOVES[leg.status]:
        return
    queued_at = leg.queued_at.isoformat() if leg.queued_at else None
    data = {"wait": leg.wait.value, "waiting": leg.waiting, "queued_at": queued_at}
    exchange.move(leg, status)
    leg.ended_at = exchange.now
    leg.queued_at = None
    exchange.wait(leg, Wait.NOTHING, {}, None)
    exchange.report(leg, "completed")
    exchange.later(Kind.ENDED, leg.sid, data)


def end_now(exchange: Exchange, leg: Leg) -> None:
    """End the leg whatever it is doing."""
    end(exchange, leg, LegStatus.COMPLETED if leg.status is LegStatus.IN_PROGRESS else LegStatus.CANCELED)
