"""Addresses that a technician has proved to be theirs: a code is sent to one, and typed on their page.

Pages go to an address that nobody has proved too: losing a page is worse than one that reaches somebody else.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.delivery import REDACTED, Delivery, DeliveryKind, DeliveryState
from models.technician import ContactProof, Technician
from rules.escalation import Channel
from rules.line import Line
from rules.wording import spoken
from tickets.outbox import Reference, post

VALID_FOR = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)
"""Between two codes to one address."""
MOST_IN_AN_HOUR = 5
"""Codes to one technician, at whatever address."""
MOST_TRIES = 5
DIGITS = 6


class Way(StrEnum):
    """What can be proved, by the column of a technician."""

    PHONE = "phone"
    SECOND_PHONE = "second_phone"
    EMAIL = "email"


class Sent(StrEnum):
    """What asking for a code came to."""

    SENT = "sent"
    TOO_SOON = "too soon"
    TOO_MANY = "too many"
    PROVED_BEFORE = "proved before"


class Typed(StrEnum):
    """What typing a code came to. OVER: it was too late, or wrong too often, or there is none."""

    PROVED = "proved"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an address stands. `by_call`: a code is spoken. `waits`: the code sent at `sent_at` can be typed still.

    `trouble`: why that code did not arrive, as the carrier says; '' where it may have.
    """

    way: Way
    address: str
    by_call: bool
    proved_at: datetime | None
    sent_at: datetime | None
    waits: bool
    trouble: str = ""


def address_of(technician: Technician, way: Way) -> str | None:
    address: str | None = getattr(technician, way)
    return address


def channel_of(technician: Technician, way: Way) -> Channel:
    """A text or an e-mail; a call where texts cannot come: a second number may be a landline."""
    match way:
        case Way.EMAIL:
            return Channel.EMAIL
        case Way.SECOND_PHONE:
            return Channel.SECOND_PHONE
    return Channel.VOICE if technician.opted_out_at else Channel.SMS


def standings(session: Session, technician: Technician, now: datetime) -> list[Standing]:
    """Every address on file."""
    found = select(ContactProof).where(ContactProof.technician_key == technician.key)
    proofs = {proof.address: proof for proof in session.execute(found).scalars()}
    addresses = ((way, address) for way in Way if (address := address_of(technician, way)))
    return [_standing(session, technician, way, address, proofs.get(address), now) for way, address in addresses]


def _standing(
    session: Session, technician: Technician, way: Way, address: str, proof: ContactProof | None, now: datetime
) -> Standing:
    by_call = is_spoken(technician, way)
    if proof is None:
        return Standing(way, address, by_call, None, None, waits=False)
    is_waiting = waits(proof, now)
    trouble = _trouble(session, proof) if is_waiting else ""
    return Standing(way, address, by_call, proof.proved_at, proof.sent_at, is_waiting, trouble)


def _trouble(session: Session, proof: ContactProof) -> str:
    newest = select(Delivery.state, Delivery.error).where(
        Delivery.technician_key == proof.technician_key,
        Delivery.kind == DeliveryKind.CODE,
        Delivery.address == proof.address,
    )  # fmt: skip
    found = session.execute(newest.order_by(Delivery.id.desc()).limit(1)).first()
    return (found.error or "it was refused") if found and found.state is DeliveryState.FAILED else ""


def is_spoken(technician: Technician, way: Way) -> bool:
    """Whether the code comes by a call."""
    return channel_of(technician, way) in (Channel.VOICE, Channel.SECOND_PHONE)


def waits(proof: ContactProof, now: datetime) -> bool:
    """Whether the code that was sent last can be typed still."""
    return proof.digest is not None and proof.tries < MOST_TRIES and now < proof.sent_at + VALID_FOR


def proved(session: Session) -> Collection[tuple[str, str]]:
    """Technician and address of everything that is proved."""
    found = select(ContactProof.technician_key, ContactProof.address).where(ContactProof.proved_at.is_not(None))
    return {(key, address) for key, address in session.execute(found)}


def lock(session: Session, key: str) -> Technician | None:
    """A technician whose codes nobody else sends or types meanwhile."""
    locked = select(Technician).where(Technician.key == key).with_for_update(key_share=True)
    return session.execute(locked.execution_options(populate_existing=True)).scalar_one_or_none()


def send(session: Session, line: Line, technician: Technician, way: Way, address: str, now: datetime) -> Sent:
    """Send a new code, after which an older one is worth nothing. The technician must be locked."""
    proof = session.get(ContactProof, (technician.key, address))
    if proof and proof.proved_at:
        return Sent.PROVED_BEFORE
    if proof and now - proof.sent_at < PAUSE:
        return Sent.TOO_SOON
    if _sent_within_an_hour(session, technician.key, now) >= MOST_IN_AN_HOUR:
        return Sent.TOO_MANY
    forget_codes(session, technician.key, address, now)
    if proof is None:
        proof = ContactProof(technician_key=technician.key, address=address)
        session.add(proof)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    proof.digest, proof.sent_at, proof.tries, proof.due_at = _salted(code), now, 0, now + VALID_FOR
    _post(session, line, technician, channel_of(technician, way), address, code, now)
    return Sent.SENT


def _sent_within_an_hour(session: Session, key: str, now: datetime) -> int:
    sent = select(func.count()).select_from(Delivery).where(
        Delivery.technician_key == key,
        Delivery.kind == DeliveryKind.CODE,
        Delivery.created_at > now - timedelta(hours=1),
    )  # fmt: skip
    return session.execute(sent).scalar_one()


def _post(
    session: Session, line: Line, technician: Technician, channel: Channel, address: str, code: str, now: datetime
) -> None:
    say = line.wording.say
    minutes = int(VALID_FOR.total_seconds() // 60)
    match channel:
        case Channel.SMS:
            body = say("code.text", code=code, minutes=minutes)
        case Channel.EMAIL:
            url = line.url(f"/technicians/{technician.key}")
            body = say("code.mail", code=code, minutes=minutes, name=technician.name, url=url)
        case _:
            body = spoken(code)
    post(
        session,
        key=f"{DeliveryKind.CODE}:{technician.key}:{now:%Y%m%d%H%M%S%f}:{channel}",
        kind=DeliveryKind.CODE,
        channel=channel,
        name=technician.name,
        address=address,
        subject=say("code.subject") if channel is Channel.EMAIL else None,
        body=body,
        now=now,
        about=Reference(technician_key=technician.key),
    )


def prove(session: Session, technician: Technician, address: str, code: str, now: datetime) -> Typed:
    """Type a code. A wrong one counts, so the transaction must be kept. The technician must be locked."""
    proof = session.get(ContactProof, (technician.key, address))
    if proof is None or not waits(proof, now):
        return Typed.OVER
    if not _is(code, proof.digest or ""):
        proof.tries += 1
        if waits(proof, now):
            return Typed.WRONG
        proof.due_at = now
        return Typed.OVER
    proof.proved_at, proof.digest, proof.due_at = now, None, now
    return Typed.PROVED


def forget_codes(session: Session, technician_key: str, address: str, now: datetime) -> bool:
    """Empty the messages with codes to an address. False while one is not handed over: it is cancelled when due."""
    sent = (
        Delivery.technician_key == technician_key,
        Delivery.kind == DeliveryKind.CODE,
        Delivery.address == address,
        Delivery.redacted_at.is_(None),
    )
    is_handed_over = Delivery.state.not_in((DeliveryState.PENDING, DeliveryState.ATTEMPTING))
    session.execute(update(Delivery).where(*sent, is_handed_over).values(REDACTED | {"redacted_at": now}))
    return session.execute(select(Delivery.id).where(*sent).limit(1)).first() is None


def _salted(code: str, salt: str | None = None) -> str:
    salt = salt or secrets.token_hex(16)
    return f"{salt}:{hashlib.sha256(f'{salt}{code}'.encode()).hexdigest()}"


def _is(code: str, digest: str) -> bool:
    return hmac.compare_digest(_salted(code, digest.partition(":")[0]), digest)
