"""The human path: what a caller leaves goes to the duty manager, at most once a while for each number."""

import structlog
from sqlalchemy import select

from ivr.exchange import Exchange
from ivr.screening import contract_by_id
from models.call import Call, CallStep
from tickets import duty

log = structlog.get_logger(__name__)

TOLD = "duty_told"


def tell_duty_manager(x: Exchange, recording_url: str | None, occasion: str = "") -> bool:
    """Tell the duty manager what this call left. False when this number was told of a short while ago."""
    if _told_lately(x):
        x.log("duty_spared", "the duty manager was told of this number a short while ago")
        return False
    people = duty.tell(
        x.session,
        key=f"call:{x.call.sid}{occasion}",
        subject=x.line.wording.say("caller.duty_subject"),
        text=_text(x, recording_url),
        now=x.now,
        ticket_number=x.call.ticket_number,
    )
    if not people:
        log.error("no duty manager is on file: a caller's message reaches nobody", call=x.call.sid)
    x.log(TOLD, f"told {people} people")
    return True


def _text(x: Exchange, recording_url: str | None) -> str:
    say = x.line.wording.say
    caller = x.call.caller or say("caller.unknown")
    message = say("caller.duty_message", url=recording_url) if recording_url else say("caller.duty_no_message")
    if x.call.contract_id is None:
        return say("caller.duty_unverified", caller=caller, message=message)
    contract = contract_by_id(x.session, x.call.contract_id)
    text = say("caller.duty_verified", customer=contract.customer.name, caller=caller, message=message)
    if x.call.ticket_number is None:
        return text
    return f"{text} {say('caller.duty_ticket', number=x.call.ticket_number)}"


def _told_lately(x: Exchange) -> bool:
    """Whether another call of the same number was passed on. Calls without a number are not taken for one another."""
    if x.call.caller is None:
        return False
    since = x.now - x.line.policy.human_path.per_number
    statement = (
        select(CallStep.id)
        .join(Call, Call.sid == CallStep.call_sid)
        .where(Call.caller == x.call.caller, Call.sid != x.call.sid, CallStep.kind == TOLD, CallStep.at > since)
    )
    return x.session.execute(statement.limit(1)).first() is not None
