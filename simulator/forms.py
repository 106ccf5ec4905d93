"""The fields of every webhook, as the provider sends them: none is left out because it is blank."""

import math
from datetime import UTC, datetime
from email.utils import format_datetime

import phonenumbers

from rules import gsm7
from simulator.tables import Leg, LegStatus, TextMessage

API_VERSION = "2010-04-01"
PLACES = ("City", "State", "Zip")
EVENT_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


def of_call(account_sid: str, leg: Leg) -> dict[str, str]:
    """The fields of every request about a call."""
    form = {
        "CallSid": leg.sid,
        "AccountSid": account_sid,
        "From": leg.caller,
        "To": leg.called,
        "Caller": leg.caller,
        "Called": leg.called,
        "CallStatus": leg.status.value,
        "ApiVersion": API_VERSION,
        "Direction": leg.direction.value,
    }
    for role, number in (("From", leg.caller), ("Caller", leg.caller), ("To", leg.called), ("Called", leg.called)):
        form |= _place(role, number)
    if leg.parent_sid:
        form["ParentCallSid"] = leg.parent_sid
    if leg.answered_by:
        form["AnsweredBy"] = leg.answered_by
    return form


def of_call_status(account_sid: str, leg: Leg, event: str, now: datetime) -> dict[str, str]:
    """A status callback. `event` is initiated, ringing, answered or completed (which every ending counts as)."""
    form = of_call(account_sid, leg) | {
        "CallStatus": EVENT_STATUS.get(event, leg.status.value),
        "Timestamp": format_datetime(now.astimezone(UTC)),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(leg.callbacks),
    }
    if event == "completed":
        seconds = call_seconds(leg)
        form["CallDuration"] = str(seconds)
        if leg.status is LegStatus.COMPLETED:
            form["Duration"] = str(math.ceil(seconds / 60))
    return form


def call_seconds(leg: Leg) -> int:
    """Whole seconds that a call lasted, from its answer to its end."""
    if leg.answered_at is None or leg.ended_at is None:
        return 0
    return round((leg.ended_at - leg.answered_at).total_seconds())


def of_text(account_sid: str, text: TextMessage) -> dict[str, str]:
    """An incoming text."""
    form = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsMessageSid": text.sid,
        "AccountSid": account_sid,
        "From": text.sender,
        "To": text.recipient,
        "Body": text.body,
        "NumMedia": "0",
        "NumSegments": str(segments(text.body)),
        "SmsStatus": text.status.value,
        "ApiVersion": API_VERSION,
    }
    return form | _place("From", text.sender) | _place("To", text.recipient)


def of_text_status(account_sid: str, text: TextMessage) -> dict[str, str]:
    """What became of a text that was sent."""
    form = {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": account_sid,
        "From": text.sender,
        "To": text.recipient,
        "MessageStatus": text.status.value,
        "SmsStatus": text.status.value,
        "ApiVersion": API_VERSION,
    }
    if text.error_code is not None:
        form["ErrorCode"] = str(text.error_code)
    return form


def segments(body: str) -> int:
    """How many messages the networks carry, and bill, for one text: 70 characters each outside the GSM alphabet."""
    if gsm7.to_gsm7(body) == body:
        return gsm7.segments(body)
    size = len(body.encode("utf-16-le")) // 2
    return 1 if size <= 70 else math.ceil(size / 67)


def _place(role: str, number: str) -> dict[str, str]:
    return {f"{role}{part}": "" for part in PLACES} | {f"{role}Country": _country(number)}


def _country(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
