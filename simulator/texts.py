"""Texts: accepted, delivered or not, and those that come in with their answers."""

from datetime import timedelta
from urllib.parse import urljoin

from simulator import account, faults, forms
from simulator.exchange import Exchange, Kind, new_sid
from simulator.faults import FaultKind
from simulator.tables import Direction, HandsetMode, TextMessage, TextStatus
from simulator.transport import Answer
from simulator.twiml import CONTENT_TYPES, Element, InvalidTwiml, parse, words

UNREACHABLE = 30003
OPTED_OUT = 21610
VALIDITY_SECONDS = 36_000
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})


def accept(
    exchange: Exchange,
    recipient: str,
    body: str,
    *,
    sender: str,
    status_url: str = "",
    validity_seconds: int = VALIDITY_SECONDS,
    direction: Direction = Direction.OUTBOUND_API,
) -> TextMessage:
    """Take a text on; it is delivered as soon as the exchange gets to it."""
    text = _new_text(exchange, direction, sender, recipient, body, TextStatus.QUEUED)
    text.status_url = status_url
    text.expires_at = exchange.now + timedelta(seconds=validity_seconds)
    exchange.later(Kind.DELIVER, text.sid)
    return text


def _new_text(
    exchange: Exchange, direction: Direction, sender: str, recipient: str, body: str, status: TextStatus
) -> TextMessage:
    text = TextMessage(
        sid=new_sid("SM"),
        direction=direction,
        sender=sender,
        recipient=recipient,
        body=body,
        status=status,
        error_code=None,
        status_url="",
        created_at=exchange.now,
        updated_at=exchange.now,
        sent_at=None,
        delivered_at=None,
        expires_at=None,
    )
    exchange.session.add(text)
    exchange.session.flush()
    return text


def deliver(exchange: Exchange, text: TextMessage) -> None:
    """Send the text out; it arrives unless the telephone is off or a fault strikes."""
    if text.status not in (TextStatus.QUEUED, TextStatus.SENT):
        return
    handset = exchange.handset(text.recipient)
    if handset.opted_out:
        _settle(exchange, text, TextStatus.FAILED, OPTED_OUT)
        return
    if text.status is TextStatus.QUEUED:
        text.sent_at = exchange.now
        _settle(exchange, text, TextStatus.SENT)
        if late := faults.strike(exchange.session, FaultKind.DELIVER_LATE, text.recipient):
            exchange.later(Kind.DELIVER, text.sid, seconds=late.seconds)
            return
        if fault := faults.strike(exchange.session, FaultKind.UNDELIVERED, text.recipient):
            _settle(exchange, text, TextStatus.UNDELIVERED, fault.code)
            return
    if handset.mode is HandsetMode.OFF:
        left = text.expires_at - exchange.now if text.expires_at else timedelta()
        exchange.later(Kind.EXPIRE, text.sid, seconds=left.total_seconds())
    else:
        text.delivered_at = exchange.now
        _settle(exchange, text, TextStatus.DELIVERED)


def expire(exchange: Exchange, text: TextMessage) -> None:
    """Its validity is over: what has not arrived will not arrive."""
    if text.status in (TextStatus.QUEUED, TextStatus.SENT):
        _settle(exchange, text, TextStatus.UNDELIVERED, UNREACHABLE)


def cancel(exchange: Exchange, text: TextMessage) -> bool:
    """Stop a text that has not left yet; answers whether it could be stopped."""
    if text.status is not TextStatus.QUEUED:
        return False
    _settle(exchange, text, TextStatus.CANCELED)
    return True


def _settle(exchange: Exchange, text: TextMessage, status: TextStatus, error_code: int | None = None) -> None:
    text.status, text.error_code, text.updated_at = status, error_code, exchange.now
    if text.status_url:
        data = {
            "url": text.status_url,
            "form": forms.of_text_status(exchange.account.sid, text),
            "number": text.recipient,
        }
        exchange.later(Kind.CALLBACK, text.sid, data)


def come_in(exchange: Exchange, sender: str, body: str) -> TextMessage:
    """Somebody texts the line. The reserved words act here, before the application sees them."""
    text = _new_text(exchange, Direction.INBOUND, sender, exchange.account.text_number, body, TextStatus.RECEIVED)
    handset = exchange.handset(sender)
    word = body.strip().upper()
    if word in STOP_WORDS or word in START_WORDS:
        handset.opted_out = word in STOP_WORDS
    fields = account.number(exchange.session, exchange.account, exchange.account.text_number, exchange.now).fields
    if fields["sms_url"]:
        data = {"url": fields["sms_url"], "form": forms.of_text(exchange.account.sid, text)}
        exchange.later(Kind.TEXT_IN, text.sid, data)
    return text


def receive(exchange: Exchange, text: TextMessage, answer: Answer | None, url: str) -> str:
    """Send the answers in the application's document. Answers what is wrong with it, '' when nothing is."""
    if answer is None or answer.status not in (200, 204):
        return f"{url}: {f'HTTP status {answer.status}' if answer else 'no answer'}"
    if not answer.body.strip():
        return ""
    if answer.content_type not in CONTENT_TYPES:
        return f"{url}: the content type is {answer.content_type or 'missing'}, not text/xml"
    try:
        verbs = list(parse(answer.body, "messaging"))
    except InvalidTwiml as error:
        return f"{url}: {error}"
    for verb in verbs:
        if verb.tag == "Redirect":
            form = forms.of_text(exchange.account.sid, text)
            exchange.later(Kind.TEXT_IN, text.sid, {"url": urljoin(url, words(verb)), "form": form})
            return ""
        _reply(exchange, text, verb, url)
    return ""


def _reply(exchange: Exchange, text: TextMessage, verb: Element, url: str) -> None:
    body = "\n".join(part.text or "" for part in verb.findall("Body")) or (verb.text or "").strip()
    if body:
        accept(
            exchange,
            verb.get("to", text.sender),
            body,
            sender=verb.get("from", text.recipient),
            status_url=urljoin(url, verb.get("statusCallback", "")) if verb.get("statusCallback") else "",
            direction=Direction.OUTBOUND_REPLY,
        )
