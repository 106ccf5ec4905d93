"""The PINs that a guess could hit, counted by contract and by length: what a wrong one costs follows from them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, bindparam, distinct, func, select

from models.customer import Contact, Contract, Pin
from rules.pins import SHORTEST

Counts = Mapping[int, int]
"""How many PINs there are of each length in digits."""

MOST_OF_ONE_NAME = 20
"""So many contracts may have the same digits in their numbers, and are told apart by the PIN."""

_LENGTH = func.coalesce(Pin.digits, SHORTEST)
_IN_FORCE = Pin.revoked_at.is_(None)
_ALL = select(_LENGTH, func.count()).where(_IN_FORCE).group_by(_LENGTH)
_BY_CONTRACT = select(Pin.contract_id, _LENGTH, func.count()).where(_IN_FORCE).group_by(Pin.contract_id, _LENGTH)
_CUSTOMERS = (
    select(Contract.customer_id)
    .join(Contact, Contact.contract_id == Contract.id)
    .where(Contact.phone == bindparam("number"))
)
_OF_CALLER = _BY_CONTRACT.join(Contract, Contract.id == Pin.contract_id).where(Contract.customer_id.in_(_CUSTOMERS))
_OF_CONTRACTS = _BY_CONTRACT.where(Pin.contract_id.in_(bindparam("ids", expanding=True)))
_CONTRACTS = select(func.count(distinct(Pin.contract_id))).where(_IN_FORCE)
_NUMBERS = select(func.count(distinct(Contact.phone)))
_NAMED = select(Contract.id, Contract.number).where(Contract.number.like(bindparam("pattern"))).order_by(Contract.id)
_NO_DIGIT = re.compile(r"[^0-9]")


def all_of_them(connection: Connection) -> Counts:
    """Every PIN in force. One whose length is not known yet counts as the shortest, the easiest to guess."""
    return {length: count for length, count in connection.execute(_ALL)}


def of_caller(connection: Connection, number: str) -> Mapping[int, Counts]:
    """Those of the customers that have this number on file, by contract."""
    return _by_contract(connection.execute(_OF_CALLER, {"number": number}))


def of_contracts(connection: Connection, ids: Sequence[int]) -> Mapping[int, Counts]:
    """Those of these contracts. A contract without a PIN is left out."""
    return _by_contract(connection.execute(_OF_CONTRACTS, {"ids": list(ids)}))


def contracts_named(connection: Connection, digits: str) -> list[int]:
    """The contracts whose numbers have exactly these digits, in this order, whatever stands between them.

    None where more than MOST_OF_ONE_NAME have: their numbers tell nothing, and a guess could hit any of them.
    """
    rows = connection.execute(_NAMED, {"pattern": f"%{'%'.join(digits)}%"})
    ids = [row.id for row in rows if _NO_DIGIT.sub("", row.number) == digits]
    return ids if len(ids) <= MOST_OF_ONE_NAME else []


def contracts(connection: Connection) -> int:
    """How many contracts a PIN can open."""
    return connection.execute(_CONTRACTS).scalar_one()


def registered_numbers(connection: Connection) -> int:
    """How many telephone numbers are on file."""
    return connection.execute(_NUMBERS).scalar_one()


def together(counts: Iterable[Counts]) -> Counts:
    """The sum over several contracts."""
    total: Counter[int] = Counter()
    for each in counts:
        total.update(each)
    return total


def _by_contract(rows: Iterable[Row[int, int, int]]) -> Mapping[int, Counts]:
    found: dict[int, dict[int, int]] = {}
    for contract_id, length, count in rows:
        found.setdefault(contract_id, {})[length] = count
    return found
