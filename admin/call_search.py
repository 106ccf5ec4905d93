"""Calls found by what became of them, and by who called."""

from sqlalchemy import ColumnElement, and_, or_, select

from admin import call_log, search
from admin.search import any_choice
from models.call import Call
from models.customer import Contract, Customer

_BY_OUTCOME = {
    "ticket": ("Opened or joined a ticket", ("ticket", "joined", "holding", "connected")),
    "help_desk": ("Connected to the help desk", ("help_desk",)),
    "lower": ("Nothing urgent: sent to the web portal", ("lower",)),
    "hung_up": ("Hung up", ("hung_up",)),
    "blocked": ("Turned away: blocked", ("blocked",)),
}
_TO_A_PERSON = Call.outcome == "human"
KINDS: dict[str, tuple[str, ColumnElement[bool]]] = {
    "refused": ("Refused", Call.outcome.startswith(call_log.REFUSED)),
    "unverified": ("Unverified: passed to the duty manager", and_(_TO_A_PERSON, Call.contract_id.is_(None))),
    "human": ("Passed to the duty manager", _TO_A_PERSON),
    "language": ("Chose another language", Call.outcome.startswith("language:")),
    **{kind: (words, Call.outcome.in_(outcomes)) for kind, (words, outcomes) in _BY_OUTCOME.items()},
}


class CallSearch(search.SearchForm):
    kind = any_choice("What became of it", [(kind, words) for kind, (words, _) in KINDS.items()])

    def conditions(self, zone: str) -> list[ColumnElement[bool]]:
        """What a call must be."""
        found = [KINDS[self.kind.data][1]] if self.kind.data else []
        return [*found, *self.within(Call.started_at, zone), *map(_matches, self.words())]


def _matches(word: str) -> ColumnElement[bool]:
    """The word is in the caller's number, its customer or contract, or is the ticket's number."""
    named = [column.icontains(word, autoescape=True) for column in (Customer.name, Contract.number)]
    contracts = select(Contract.id).join(Customer, Customer.id == Contract.customer_id).where(or_(*named))
    found: list[ColumnElement[bool]] = [Call.contract_id.in_(contracts)]
    if digits := search.digits_of(word):
        found.append(Call.caller.contains(digits))
    if (number := search.number_of(word)) is not None:
        found.append(Call.ticket_number == number)
    return or_(*found)
