"""What the account is set to: its standing, its numbers, and the countries that it may not reach."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy.orm import Session

from rules.phone_numbers import region_of
from simulator.exchange import Account
from simulator.tables import Barred, NumberState, Standing

COUNTRIES = frozenset(SUPPORTED_REGIONS)
VOICE, SMS = "voice", "sms"
SERVICE = "messaging_service_sid"
"""Among a number's fields, though the API tells it elsewhere: the messaging service that it belongs to."""
TWIN_FIELDS = ("voice", "voice_fallback", "sms", "sms_fallback")


def standing(session: Session, account: Account) -> Standing:
    """How the account stands."""
    known = session.get(Standing, account.sid)
    return known or Standing(sid=account.sid, status="active", is_trial=False)


def stands(session: Session, account: Account, *, status: str = "active", is_trial: bool = False) -> None:
    """Suspend the account, close it, or make it a trial."""
    session.merge(Standing(sid=account.sid, status=status, is_trial=is_trial))


def bar(session: Session, country: str, channel: str) -> None:
    """Take away the permission to reach a country (ISO 3166) by VOICE or SMS."""
    session.merge(Barred(country=country, channel=channel))


def barred(session: Session, channel: str) -> frozenset[str]:
    """The countries that the account may not reach."""
    return frozenset(session.scalars(sa.select(Barred.country).where(Barred.channel == channel)))


def may_reach(session: Session, number: str, channel: str) -> bool:
    return region_of(number) not in barred(session, channel)


def numbers(session: Session, account: Account, now: datetime) -> list[NumberState]:
    """The account's numbers."""
    every = [number(session, account, one, now) for one in sorted(account.numbers)]
    return [one for one in every if not one.is_sold]


def number(session: Session, account: Account, number: str, now: datetime) -> NumberState:
    """One number; as it is handed out, its addresses are the application's, without anything more."""
    known = session.get(NumberState, number)
    return known or NumberState(
        number=number, is_sold=False, calls=True, texts=True, fields=_handed_out(account), updated_at=now
    )


def change(
    session: Session,
    account: Account,
    of: str,
    now: datetime,
    *,
    is_sold: bool | None = None,
    calls: bool | None = None,
    texts: bool | None = None,
    fields: Mapping[str, str] | None = None,
) -> NumberState:
    """Change a number: what it can do, or fields of the API; what is left out stays."""
    row = number(session, account, of, now)
    row.is_sold = row.is_sold if is_sold is None else is_sold
    row.calls = row.calls if calls is None else calls
    row.texts = row.texts if texts is None else texts
    row.fields = {**row.fields, **(fields or {})}
    row.updated_at = now
    session.add(row)
    return row


def sid_of(number: str) -> str:
    """The id of a number, always the same."""
    return f"PN{uuid.uuid5(uuid.NAMESPACE_URL, number).hex}"


def _handed_out(account: Account) -> dict[str, Any]:
    urls = {
        "voice_url": f"{account.public_url}/twilio/voice",
        "voice_fallback_url": "",
        "status_callback": f"{account.public_url}/twilio/voice/status",
        "sms_url": f"{account.public_url}/twilio/sms",
        "sms_fallback_url": "",
    }
    methods = {f"{field}_method": "POST" for field in (*TWIN_FIELDS, "status_callback")}
    return urls | methods | dict.fromkeys(("trunk_sid", "voice_application_sid", "sms_application_sid", SERVICE), "")
