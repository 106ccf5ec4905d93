"""Calls, messages, recordings, numbers and the account as the provider's REST API shows them."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from simulator.account import SERVICE, sid_of
from simulator.exchange import Account
from simulator.forms import API_VERSION, call_seconds, segments
from simulator.tables import ENDED, Direction, Leg, NumberState, Recording, Standing, TextMessage
from simulator.trouble import MESSAGES

Resource = dict[str, Any]


def of_call(account: Account, leg: Leg) -> Resource:
    uri = f"{root(account)}/Calls/{leg.sid}"
    return {
        "sid": leg.sid,
        "date_created": _date(leg.created_at),
        "date_updated": _date(leg.updated_at),
        "parent_call_sid": leg.parent_sid,
        "account_sid": account.sid,
        "to": leg.called,
        "to_formatted": leg.called,
        "from": leg.caller,
        "from_formatted": leg.caller,
        "phone_number_sid": None,
        "status": leg.status.value,
        "start_time": _date(leg.answered_at or leg.ended_at),
        "end_time": _date(leg.ended_at),
        "duration": str(call_seconds(leg)) if leg.status in ENDED else None,
        "price": None,
        "price_unit": "USD",
        "direction": leg.direction.value,
        "answered_by": leg.answered_by,
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def of_message(account: Account, text: TextMessage) -> Resource:
    uri = f"{root(account)}/Messages/{text.sid}"
    return {
        "sid": text.sid,
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": text.body,
        "num_segments": str(segments(text.body)),
        "num_media": "0",
        "direction": text.direction.value,
        "from": text.sender,
        "to": text.recipient,
        "date_created": _date(text.created_at),
        "date_updated": _date(text.updated_at),
        "date_sent": _date(text.created_at if text.direction is Direction.INBOUND else text.sent_at),
        "status": text.status.value,
        "error_code": text.error_code,
        "error_message": MESSAGES.get(text.error_code) if text.error_code else None,
        "messaging_service_sid": None,
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def of_recording(account: Account, recording: Recording) -> Resource:
    uri = f"{root(account)}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.leg_sid,
        "conference_sid": None,
        "channels": 1,
        "date_created": _date(recording.created_at),
        "date_updated": _date(recording.created_at),
        "start_time": _date(recording.created_at),
        "duration": str(recording.seconds),
        "price": None,
        "price_unit": "USD",
        "source": "RecordVerb",
        "status": "completed",
        "error_code": None,
        "encryption_details": None,
        "media_url": account.recording_url(recording.sid),
        "uri": f"{uri}.json",
        "subresource_uris": {},
    }


def of_account(account: Account, standing: Standing) -> Resource:
    return {
        "sid": account.sid,
        "owner_account_sid": account.sid,
        "friendly_name": "The simulator's account",
        "auth_token": account.token,
        "status": standing.status,
        "type": "Trial" if standing.is_trial else "Full",
        "date_created": None,
        "date_updated": None,
        "uri": f"{root(account)}.json",
        "subresource_uris": {},
    }


def of_number(account: Account, number: NumberState) -> Resource:
    sid = sid_of(number.number)
    fields = {name: value for name, value in number.fields.items() if name != SERVICE}
    return {
        "sid": sid,
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "phone_number": number.number,
        "friendly_name": number.number,
        "capabilities": {"voice": number.calls, "sms": number.texts, "mms": False, "fax": False},
        "date_created": _date(number.updated_at),
        "date_updated": _date(number.updated_at),
        "address_requirements": "none",
        "beta": False,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "origin": "twilio",
        "status": "in-use",
        "type": "local",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "uri": f"{root(account)}/IncomingPhoneNumbers/{sid}.json",
        **dict.fromkeys(("address_sid", "identity_sid", "bundle_sid", "emergency_address_sid")),
        **fields,
    }


def of_transcripts(account: Account, recording: Recording) -> Resource:
    """The list of a recording's transcripts: one, or none."""
    sid = recording.transcript_sid
    uri = f"{root(account)}/Recordings/{recording.sid}/Transcriptions.json"
    shown = {
        "sid": sid,
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "recording_sid": recording.sid,
        "date_created": _date(recording.created_at),
        "date_updated": _date(recording.created_at),
        "duration": str(recording.seconds),
        "status": "completed",
        "transcription_text": recording.words,
        "type": "fast",
        "price": None,
        "price_unit": "USD",
        "uri": f"{root(account)}/Transcriptions/{sid}.json",
    }
    return {"transcriptions": [shown] if sid else [], "page": 0, "page_size": 50, "uri": uri, "next_page_uri": None}


def root(account: Account) -> str:
    """Where the account's resources are, from the API's root on."""
    return f"/{API_VERSION}/Accounts/{account.sid}"


def _date(at: datetime | None) -> str | None:
    """RFC 2822, as the API writes instants."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0)) if at else None
