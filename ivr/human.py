"""The human path: what a caller leaves goes to the duty manager, at once or with the next digest.

Messages of callers whose PIN is not known are passed on at once only so often; the others wait for the digest.
Registered numbers are counted apart, and among them the calls that the carriers vouch for: junk under other numbers
does not delay a customer's message. No message is left out, and no number of such a caller is dialled or texted.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select

from ivr.exchange import Exchange
from ivr.screening import contract_by_id
from models.call import Call, DutyMessage
from models.database import insert_once
from models.service import RoleContact
from paging import alerts
from rules import caller_id
from tickets import duty

log = structlog.get_logger(__name__)

HOUR = timedelta(hours=1)


def leave_message(x: Exchange, *, recorded: bool, occasion: str = "call") -> bool:
    """Pass on what this call left. Answers whether the duty manager is told at once: else with the next digest."""
    is_verified = x.call.contract_id is not None
    at_once = _is_somebody_on_file(x) and (is_verified or _may_tell_now(x))
    message = {
        "call_sid": x.call.sid,
        "occasion": occasion,
        "caller": x.call.caller,
        "is_verified": is_verified,
        "text": _text(x, recorded),
        "left_at": x.now,
        "due_at": None if at_once else _digest_at(x),
        "told_at": x.now if at_once else None,
    }
    is_new = insert_once(x.session, DutyMessage, ["call_sid", "occasion"], message)
    if is_new and at_once:
        _tell(x, occasion, str(message["text"]))
    elif is_new:
        x.log("duty_waits", "goes to the duty manager with the next digest")
    return at_once


def _tell(x: Exchange, occasion: str, text: str) -> None:
    people = duty.tell(
        x.session,
        key=f"call:{x.call.sid}:{occasion}",
        subject=x.line.wording.say("caller.duty_subject"),
        text=text,
        now=x.now,
        ticket_number=x.call.ticket_number,
    )
    if people or _is_somebody_on_file(x):
        x.log("duty_told", "told at once")


def _is_somebody_on_file(x: Exchange) -> bool:
    """Whether there is a duty manager; the admins learn of it where there is none."""
    if duty.managers(x.session):
        return True
    log.error("no duty manager is on file: a caller's message reaches nobody", call=x.call.sid)
    alerts.no_duty_manager(x.session, x.line, x.now)
    x.log("duty_told", "nobody is on file")
    return False


def _text(x: Exchange, recorded: bool) -> str:
    say = x.line.wording.say
    caller = x.call.caller or say("caller.unknown")
    url = x.line.url(f"/calls/{x.call.sid}")
    message = say("caller.duty_message", url=url) if recorded else say("caller.duty_no_message")
    if x.call.contract_id is None:
        return say("caller.duty_unverified", caller=caller, message=message)
    contract = contract_by_id(x.session, x.call.contract_id)
    text = say("caller.duty_verified", customer=contract.customer.name, caller=caller, message=message)
    if x.call.ticket_number is None:
        return text
    return f"{text} {say('caller.duty_ticket', number=x.call.ticket_number)}"


def _may_tell_now(x: Exchange) -> bool:
    """Once a while for each number, and so often an hour in all; callers are counted one after the other."""
    managers = select(RoleContact.id).where(RoleContact.role == duty.ROLE).order_by(RoleContact.id)
    x.session.execute(managers.with_for_update()).all()
    rules, told = x.line.policy.human_path, _told_at_once(x)
    if x.call.registered:
        return told.count(x.call.caller) < rules.registered_number and len(told) < rules.registered
    return len(told) < rules.an_hour and not _told_lately(x, rules.per_number)


def _told_lately(x: Exchange, within: timedelta) -> bool:
    """Whether another call of this number was passed on. Calls without a number are not taken for one another."""
    if x.call.caller is None:
        return False
    told = select(DutyMessage.id).where(
        DutyMessage.caller == x.call.caller,
        DutyMessage.told_at > x.now - within,
        DutyMessage.call_sid != x.call.sid,
    )
    return x.session.execute(told.limit(1)).first() is not None


def _told_at_once(x: Exchange) -> list[str | None]:
    """The numbers of the unverified callers, of those counted with this one, who were passed on at once in the hour."""
    told = (
        select(DutyMessage.caller, Call.stir)
        .join(Call, Call.sid == DutyMessage.call_sid)
        .where(
            DutyMessage.told_at > x.now - HOUR,
            DutyMessage.told_at == DutyMessage.left_at,
            DutyMessage.is_verified.is_(False),
            Call.registered.is_(x.call.registered),
        )
    )
    rows = x.session.execute(told).all()
    if x.call.registered:
        is_vouched_for = caller_id.is_verified(x.call.stir)
        rows = [row for row in rows if caller_id.is_verified(row.stir) is is_vouched_for]
    return [row.caller for row in rows]


def _digest_at(x: Exchange) -> datetime:
    """With the messages that wait already, if there are some."""
    waiting = x.session.execute(select(func.min(DutyMessage.due_at))).scalar()
    return waiting or x.now + x.line.policy.human_path.digest_after
