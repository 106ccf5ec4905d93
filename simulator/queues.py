"""Waiting in a queue (Enqueue) and taking the first caller out of it (Dial with a Queue)."""

import sqlalchemy as sa

from simulator import bridges
from simulator.exchange import Exchange
from simulator.tables import HeardKind, Leg, LegStatus, Wait
from simulator.twiml import Element, words

HOLD = "hold"
"""The purpose of a document that is heard while waiting in a queue."""
SIZE = 100


def enqueue(exchange: Exchange, leg: Leg, verb: Element) -> None:
    """The caller waits, hearing what the wait address says, until somebody dials the queue."""
    name = words(verb)
    left = {"action": exchange.link(leg, verb, "action"), "wait_url": exchange.link(leg, verb, "waitUrl")}
    leg.frames = [*leg.frames[:-1], {**leg.frames[-1], "enqueue": left}]
    if len(_waiting(exchange, name)) >= int(verb.get("maxQueueSize", SIZE)):
        bridges.left_queue(exchange, leg, "queue-full", {})
        return
    leg.queue, leg.queued_at = name, exchange.now
    exchange.heard(leg, HeardKind.NOTE, f"Waits in the queue {name}.")
    if left["wait_url"]:
        exchange.request(leg, left["wait_url"], _wait_fields(exchange, leg), push=HOLD)
    else:
        exchange.wait(leg, Wait.QUEUE, {}, None)
    serve(exchange, name)


def hold_again(exchange: Exchange, leg: Leg) -> None:
    """The wait document is over: it is asked for again."""
    url = leg.frames[0]["enqueue"]["wait_url"]
    leg.frames = leg.frames[:1]
    exchange.request(leg, url, _wait_fields(exchange, leg), push=HOLD, seconds=1)


def leave(exchange: Exchange, leg: Leg, result: str) -> None:
    """Out of the queue without a connection."""
    if leg.queued_at is not None:
        bridges.left_queue(exchange, leg, result, bridges.queue_fields(leg, leg.queued_at, exchange.now))


def dial(exchange: Exchange, leg: Leg, verb: Element, queue: Element) -> None:
    """Wait for the first caller in the queue, who may be there already."""
    name = words(queue)
    waiting = bridges.dialling(exchange, leg, verb) | {"queue": name, "whisper": exchange.link(leg, queue, "url")}
    exchange.wait(leg, Wait.DIAL, waiting, int(verb.get("timeout", "30")))
    exchange.heard(leg, HeardKind.NOTE, f"Dials the queue {name}.")
    if exchange.session.scalar(sa.select(sa.func.count()).where(Leg.queue == name)):
        serve(exchange, name)
    else:
        bridges.dial_ended(exchange, leg, LegStatus.FAILED.value)


def serve(exchange: Exchange, name: str) -> None:
    """Connect who dialled the queue with who has waited longest in it."""
    caller = next(iter(_waiting(exchange, name)), None)
    dialler = next(iter(_diallers(exchange, name)), None)
    if caller is None or caller.queued_at is None or dialler is None:
        return
    fields = bridges.queue_fields(caller, caller.queued_at, exchange.now)
    base = {**caller.frames[0], "enqueue": {**caller.frames[0]["enqueue"], "fields": fields}}
    caller.frames, caller.queued_at = [base], None
    if whisper := dialler.waiting["whisper"]:
        dialler.other_sid, caller.other_sid = caller.sid, dialler.sid
        exchange.wait(dialler, Wait.DIAL, dialler.waiting, None)
        exchange.request(caller, whisper, fields | {"DequeingCallSid": dialler.sid}, push=bridges.WHISPER)
    else:
        bridges.connect(exchange, dialler, caller)


def _waiting(exchange: Exchange, name: str) -> list[Leg]:
    found = sa.select(Leg).where(Leg.queue == name, Leg.queued_at.is_not(None)).order_by(Leg.queued_at, Leg.sid)
    return list(exchange.session.scalars(found))


def _diallers(exchange: Exchange, name: str) -> list[Leg]:
    free = sa.select(Leg).where(Leg.wait == Wait.DIAL, Leg.other_sid.is_(None)).order_by(Leg.updated_at, Leg.sid)
    return [leg for leg in exchange.session.scalars(free) if leg.waiting.get("queue") == name]


def _wait_fields(exchange: Exchange, leg: Leg) -> dict[str, str]:
    line = _waiting(exchange, leg.queue or "")
    return bridges.queue_fields(leg, leg.queued_at or exchange.now, exchange.now) | {
        "QueuePosition": str(line.index(leg) + 1 if leg in line else 1),
        "CurrentQueueSize": str(len(line)),
        "AvgQueueTime": "0",
    }
