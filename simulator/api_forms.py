"""What may be asked of the REST API, and the provider's code for what may not."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from simulator import texts
from simulator.exchange import Account
from simulator.legs import Order
from simulator.trouble import Refused

LONGEST_BODY = 1600
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})


@dataclass(frozen=True, slots=True)
class TextOrder:
    """A text as it was asked for."""

    recipient: str
    sender: str
    body: str
    status_url: str
    validity_seconds: int


def text_order(account: Account, form: MultiDict[str, str]) -> TextOrder:
    """Raises Refused."""
    recipient = _number(form, "To", missing=21604)
    sender = form.get("From", "")
    if not sender:
        raise Refused(21603)
    if sender not in account.numbers:
        raise Refused(21606, sender)
    body = form.get("Body", "")
    if not body:
        raise Refused(21602)
    if len(body) > LONGEST_BODY:
        raise Refused(21617)
    validity = _integer(form, "ValidityPeriod", texts.VALIDITY_SECONDS, most=texts.VALIDITY_SECONDS)
    return TextOrder(recipient, sender, body, _status_url(form), validity)


def call_order(account: Account, form: MultiDict[str, str]) -> Order:
    """Raises Refused."""
    called = _number(form, "To", missing=21201)
    caller = form.get("From", "")
    if not caller:
        raise Refused(21213)
    if caller not in account.numbers:
        raise Refused(21210, caller)
    url, twiml = form.get("Url", ""), form.get("Twiml")
    if url or not twiml:
        must_be_address(url, 21205)
    events = [event for value in form.getlist("StatusCallbackEvent") for event in value.split()]
    if not EVENTS.issuperset(events):
        raise Refused(20001, "StatusCallbackEvent")
    return Order(
        caller=caller,
        called=called,
        voice_url=url,
        twiml=None if url else twiml,
        status_url=_status_url(form),
        status_events=events,
        ring_seconds=_integer(form, "Timeout", 60, most=600),
        detects_machines=form.get("MachineDetection") in ("Enable", "DetectMessageEnd"),
    )


def must_be_address(url: str, code: int) -> None:
    """Raises Refused with `code` unless `url` is an absolute http address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", url):
        raise Refused(code, url)


def _number(form: MultiDict[str, str], name: str, *, missing: int) -> str:
    number = form.get(name, "")
    if not number:
        raise Refused(missing)
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise Refused(21211, number)
    return number


def _status_url(form: MultiDict[str, str]) -> str:
    url = form.get("StatusCallback", "")
    if url:
        must_be_address(url, 21205)
    return url


def _integer(form: MultiDict[str, str], name: str, usual: int, *, most: int) -> int:
    value = form.get(name) or str(usual)
    if not re.fullmatch(r"[0-9]{1,6}", value) or not 1 <= int(value) <= most:
        raise Refused(20001, name)
    return int(value)
