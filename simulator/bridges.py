"""Dialling telephones from a call, connecting two legs, and what follows when one of them ends."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from simulator import keys, legs
from simulator.exchange import Exchange, Kind
from simulator.tables import ENDED, HeardKind, Leg, LegStatus, Wait
from simulator.twiml import Element, words

WHISPER = "whisper"
"""The purpose of a document that is heard before a connection."""


def dialling(exchange: Exchange, leg: Leg, verb: Element) -> dict[str, Any]:
    """What a leg must remember of the Dial that it is in."""
    return {
        "verb": "dial",
        "action": exchange.link(leg, verb, "action"),
        "hangup_on_star": verb.get("hangupOnStar") == "true",
    }


def dial(exchange: Exchange, leg: Leg, verb: Element) -> None:
    """Ring all the telephones named in a Dial, or one after the other; the first to answer is connected."""
    exchange.wait(leg, Wait.DIAL, dialling(exchange, leg, verb), None)
    caller_id = verb.get("callerId", leg.caller)
    if caller_id not in exchange.account.numbers | {leg.caller, leg.called}:
        exchange.heard(leg, HeardKind.NOTE, f"The caller ID {caller_id} is not a number of this account.")
        dial_ended(exchange, leg, LegStatus.FAILED.value)
        return
    orders = [_order(exchange, leg, verb, number, caller_id) for number in verb.findall("Number") or [verb]]
    at_once = 1 if verb.get("sequential") == "true" else len(orders)
    leg.waiting = {**leg.waiting, "still": orders[at_once:]}
    for order in orders[:at_once]:
        _call(exchange, leg, order)


def _order(exchange: Exchange, leg: Leg, verb: Element, number: Element, caller_id: str) -> dict[str, Any]:
    return {
        "caller": caller_id,
        "called": "".join(words(number).split()),
        "voice_url": exchange.link(leg, number, "url"),
        "status_url": exchange.link(leg, number, "statusCallback"),
        "status_events": number.get("statusCallbackEvent", "").split(),
        "ring_seconds": int(verb.get("timeout", "30")),
    }


def _call(exchange: Exchange, leg: Leg, order: dict[str, Any]) -> None:
    exchange.heard(leg, HeardKind.NOTE, f"Dials {order['called']}.")
    legs.call_out(exchange, legs.Order(**order, parent=leg))


def answered(exchange: Exchange, leg: Leg, parent: Leg) -> None:
    """A telephone rung for a Dial picked up: what it must hear first, then the connection."""
    if parent.wait is not Wait.DIAL or parent.other_sid:
        legs.end(exchange, leg, LegStatus.COMPLETED)
        return
    for other in _rung_for(exchange, parent):
        if other is not leg:
            legs.end_now(exchange, other)
    parent.other_sid, leg.other_sid = leg.sid, parent.sid
    if leg.voice_url:
        exchange.request(leg, leg.voice_url, push=WHISPER)
    else:
        connect(exchange, parent, leg)


def connect(exchange: Exchange, dialler: Leg, leg: Leg) -> None:
    """The two talk until one hangs up."""
    legs.answer(exchange, dialler)
    dialler.other_sid, leg.other_sid = leg.sid, dialler.sid
    exchange.wait(dialler, Wait.BRIDGE, {**dialler.waiting, "since": exchange.now.isoformat()}, None)
    exchange.wait(leg, Wait.BRIDGE, {}, None)
    for one in (dialler, leg):
        exchange.heard(one, HeardKind.NOTE, "The two are connected and can talk.")


def whispered(exchange: Exchange, leg: Leg) -> None:
    """What had to be heard before the connection has been heard."""
    dialler = exchange.leg(leg.other_sid or "")
    if dialler is not None and dialler.wait is Wait.DIAL:
        connect(exchange, dialler, leg)
    else:
        legs.end(exchange, leg, LegStatus.COMPLETED)


def dial_over(exchange: Exchange, leg: Leg) -> None:
    """Nobody came to the queue that was dialled, or the dialler ended the connection with a star."""
    other = exchange.leg(leg.other_sid or "")
    dial_ended(exchange, leg, LegStatus.COMPLETED.value if other else LegStatus.NO_ANSWER.value)
    if other is not None:
        _part(exchange, other)


def dial_ended(exchange: Exchange, leg: Leg, status: str) -> None:
    """The Dial is over; the call goes on at its action, or with the next verb."""
    waiting, fields = leg.waiting, _dial_fields(exchange, leg, leg.waiting, status)
    leg.other_sid = None
    if waiting["action"]:
        exchange.request(leg, waiting["action"], fields)
    else:
        exchange.go_on(leg)


def left_queue(exchange: Exchange, leg: Leg, result: str, fields: dict[str, str]) -> None:
    """The Enqueue is over; the call goes on at its action, or with the next verb."""
    leg.queued_at, leg.other_sid = None, None
    leg.frames = leg.frames[:1]
    action = leg.frames[0]["enqueue"]["action"]
    if action:
        exchange.request(leg, action, {"QueueResult": result, **fields})
    else:
        exchange.go_on(leg)


def ended(exchange: Exchange, leg: Leg, last: dict[str, Any]) -> None:
    """What follows from the end of a leg. `last` is what it was doing: wait, waiting, queued_at."""
    if last["wait"] == Wait.RECORD:
        keys.hung_up_in_record(exchange, leg, last["waiting"])
    if last["waiting"].get("verb") == "dial":
        _dialler_ended(exchange, leg, last["waiting"])
    if last["queued_at"]:
        fields = queue_fields(leg, datetime.fromisoformat(last["queued_at"]), exchange.now)
        form = exchange.call_form(leg) | {"QueueResult": "hangup"} | fields
        exchange.tell(leg, leg.frames[0]["enqueue"]["action"], form)
    detach(exchange, leg)
    parent = exchange.leg(leg.parent_sid or "")
    if parent is not None and parent.wait is Wait.DIAL and not parent.other_sid and not _rung_for(exchange, parent):
        _try_next(exchange, parent, leg.status.value)


def _try_next(exchange: Exchange, dialler: Leg, status: str) -> None:
    """Nobody answered: the next telephone of a sequential Dial, or its end."""
    if not dialler.waiting.get("still"):
        dial_ended(exchange, dialler, status)
        return
    order, *still = dialler.waiting["still"]
    dialler.waiting = {**dialler.waiting, "still": still}
    _call(exchange, dialler, order)


def detach(exchange: Exchange, leg: Leg) -> None:
    """Take the leg out of whatever holds it to others; they go on without it."""
    for child in _rung_for(exchange, leg):
        child.other_sid = None
        legs.end_now(exchange, child)
    other = exchange.leg(leg.other_sid or "")
    leg.other_sid = None
    if other is not None and other.other_sid == leg.sid:
        _part(exchange, other)


def redirect(exchange: Exchange, leg: Leg, url: str, twiml: str) -> None:
    """Let a live call play another document, whatever it was doing."""
    if leg.queued_at is not None:
        fields = {"QueueResult": "redirected"} | queue_fields(leg, leg.queued_at, exchange.now)
        exchange.tell(leg, leg.frames[0]["enqueue"]["action"], exchange.call_form(leg) | fields)
    leg.queued_at = None
    detach(exchange, leg)
    leg.frames = []
    if url:
        exchange.request(leg, url)
    else:
        leg.voice_url, leg.twiml = "", twiml
        exchange.wait(leg, Wait.NOTHING, {}, None)
        exchange.later(Kind.ANSWERED, leg.sid, turn=leg.turn)


def queue_fields(leg: Leg, queued_at: datetime, now: datetime) -> dict[str, str]:
    """Which queue the leg was in, and for how long."""
    return {"QueueSid": queue_sid(leg.queue or ""), "QueueTime": str(round((now - queued_at).total_seconds()))}


def queue_sid(name: str) -> str:
    return f"QU{uuid.uuid5(uuid.NAMESPACE_URL, name).hex}"


def _dialler_ended(exchange: Exchange, leg: Leg, waiting: dict[str, Any]) -> None:
    status = LegStatus.COMPLETED if "since" in waiting else LegStatus.CANCELED
    fields = _dial_fields(exchange, leg, waiting, status.value)
    exchange.tell(leg, waiting["action"], exchange.call_form(leg) | fields)


def _dial_fields(exchange: Exchange, leg: Leg, waiting: dict[str, Any], status: str) -> dict[str, str]:
    fields = {"DialCallStatus": status, "DialBridged": "true" if "since" in waiting else "false"}
    if leg.other_sid:
        fields["DialCallSid"] = leg.other_sid
    if "since" in waiting:
        seconds = (exchange.now - datetime.fromisoformat(waiting["since"])).total_seconds()
        fields["DialCallDuration"] = str(round(seconds))
    return fields


def _part(exchange: Exchange, survivor: Leg) -> None:
    """The other one is gone."""
    if survivor.waiting.get("verb") == "dial":
        dial_ended(exchange, survivor, LegStatus.COMPLETED.value)
    elif survivor.parent_sid:
        legs.end_now(exchange, survivor)
    elif survivor.status not in ENDED:
        left_queue(exchange, survivor, "bridged", survivor.frames[0]["enqueue"]["fields"])


def _rung_for(exchange: Exchange, parent: Leg) -> list[Leg]:
    found = sa.select(Leg).where(Leg.parent_sid == parent.sid, Leg.status.not_in(ENDED)).order_by(Leg.sid)
    return list(exchange.session.scalars(found))
