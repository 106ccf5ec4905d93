"""What a technician's call says of a drill: that it is one, and once it is answered that nothing is left to do."""

from collections.abc import Sequence

from ivr.prompts import Prompts
from ivr.twiml import Speech
from models.ticket import Ticket, TicketSource
from rules.wording import lasting, spoken


def is_drill(ticket: Ticket) -> bool:
    return ticket.source is TicketSource.DRILL


def menu(prompts: Prompts, ticket: Ticket) -> Sequence[Speech]:
    """Priority and keys: there is no description to hear, and no caller to be connected to."""
    return [
        prompts.say("responder.drill", priority=spoken(ticket.priority)),
        prompts.say("responder.drill_keys"),
        prompts.with_ticket("responder.ticket", ticket.number),
    ]


def over(prompts: Prompts, ticket: Ticket) -> Sequence[Speech]:
    """For whoever acknowledged it: how long that took."""
    length = lasting((ticket.taken_in_charge_at or ticket.opened_at) - ticket.opened_at)
    return [prompts.with_ticket("responder.drill_over", ticket.number, length=length)]
