"""Reads a table of contracts (CSV, one row a contract) as the same tree as the YAML file, whose places are cells."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from admin.file import columns
from admin.file.forms import did_you_mean
from admin.file.tree import FileErrors, Mapping, Node, Scalar, Sequence, Tree
from admin.sheet import as_typed

SEPARATORS = (",", ";", "\t")
MOST_ROWS = 25_000
MOST_COLUMNS = 500
PLACE = re.compile(r"customers\[[0-9]+\](?P<contract>\.contracts\[[0-9]+\])?(?P<inner>[.\[][\w.\[\]]*)?")
CONTACT = re.compile(r"\.contacts\[([0-9]+)\]\.?(\w*)")
ZONE = "customer time zone"
SECOND_ZONE = "customer_time_zone"
"""The place of what a further row says of its customer."""
WORDS = {"must be true or false": "must be yes or no"}
SWITCHES = {"yes": "true", "no": "false"}


@dataclass(slots=True)
class Table(Tree):
    """A table that could be read; its `lines` are rows, as a spreadsheet numbers them."""

    all: list[Node] = field(default_factory=Sequence)
    customers: dict[str, Mapping] = field(default_factory=dict)

    def told(self, place: str) -> str:
        match = PLACE.fullmatch(place)
        column = _column(bool(match["contract"]), match["inner"] or "") if match else ""
        return f"row {self.line(place)}" + (f", column {column}" if column else "")

    def in_words(self, message: str) -> str:
        return WORDS.get(message) or PLACE.sub(lambda match: self.told(match[0]), message)


def _column(is_contract: bool, inner: str) -> str:
    """The column of a value's place within a contract or customer; '' for the whole row."""
    if contact := CONTACT.fullmatch(inner):
        return columns.contact_column(int(contact[1]) + 1, contact[2] or "name")
    if inner.startswith(".pins"):
        return columns.PIN
    if inner.startswith(".specialist"):
        return next((name for name, key in columns.SPECIALIST.items() if inner.endswith(f".{key}")), "specialist name")
    names = columns.CONTRACT | {ZONE: SECOND_ZONE} if is_contract else columns.CUSTOMER
    return next((name for name, key in names.items() if inner == f".{key}"), "")


def is_table(text: str) -> bool:
    """Whether a text begins with our columns."""
    return set(_names(text)) >= set(columns.NEEDED)


def read(text: str) -> Table:
    """Read a table. Raises FileErrors where it is none, or where its columns are not ours."""
    rows = enumerate(_records(text), 1)
    names = next((list(map(_name, cells)) for _, cells in rows if any(cells)), [])
    if wrong := list(_wrong_columns(names)):
        raise FileErrors([("the first row", message) for message in wrong])
    table = Table()
    table.root.place = ""
    for number, cells in rows:
        if number > MOST_ROWS:
            raise FileErrors([("the file", f"has more than {MOST_ROWS:,} rows: import it in parts")])
        if len(cells) != len(names) and any(cells):
            words = f"has {len(cells)} cells where the first row has {len(names)}: is a separator missing, or too much?"
            raise FileErrors([(f"row {number}", words)])
        if any(cells):
            _add(table, number, dict(zip(names, map(str.strip, map(as_typed, cells)), strict=True)))
    table.root["customers"] = _sequence("customers", table.all)
    return table


def _records(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise FileErrors([(f"line {reader.line_num}", f"is not CSV: {error}")]) from None


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def _separator(text: str) -> str:
    return max(SEPARATORS, key=_first_line(text).count)


def _names(text: str) -> list[str]:
    return [_name(cell.strip('"')) for cell in _first_line(text).split(_separator(text))]


def _name(cell: str) -> str:
    return " ".join(cell.replace("_", " ").lower().split())


def _wrong_columns(names: list[str]) -> Iterator[str]:
    if len(names) > MOST_COLUMNS:
        yield f"has more than {MOST_COLUMNS} columns"
        return
    suggested = [*columns.NAMED, *columns.contact_columns(2)]
    for name, times in Counter(names).items():
        if not columns.is_known(name):
            yield f"column {name!r} is not known here{did_you_mean(name, suggested)}"
        elif times > 1:
            yield f"there are two columns {name!r}"
    for name in columns.NEEDED:
        if name not in names:
            yield f"there is no column {name!r}"


def _add(table: Table, number: int, cells: dict[str, str]) -> None:
    customer = _customer(table, number, cells)
    contracts = customer["contracts"]
    has_contract = any(value for name, value in cells.items() if name not in columns.CUSTOMER)
    if not has_contract or not isinstance(contracts, Sequence):
        return
    place = f"{customer.place}.contracts[{len(contracts)}]"
    table.lines[place] = number
    contracts.append(_contract(place, cells))
    zone = cells.get(ZONE, "")
    if zone != customer.get("time_zone", ""):
        words = (
            f"is {zone or 'empty'}, but the first row of this customer, {table.told(customer.place)}, says otherwise"
        )
        table.errors.append((f"{place}.{SECOND_ZONE}", words))


def _customer(table: Table, number: int, cells: dict[str, str]) -> Mapping:
    """The customer of a row: the first that names it says what is to be said of it."""
    name = cells["customer"]
    if name in table.customers:
        return table.customers[name]
    place = f"customers[{len(table.all)}]"
    table.lines[place] = number
    found = _mapping(place, _values(place, columns.CUSTOMER, cells))
    found["contracts"] = _sequence(f"{place}.contracts", ())
    table.all.append(found)
    if name:
        table.customers[name] = found
    return found


def _contract(place: str, cells: dict[str, str]) -> Mapping:
    """An empty cell is an empty value; of the policy, one that is left out. What has no column stays as it is."""
    contract = _mapping(place, _values(place, columns.CONTRACT, cells))
    if not contract.get("escalation_policy", "-"):
        del contract["escalation_policy"]
    if "paid" in contract:
        contract["paid"] = _scalar(f"{place}.paid", _switch(cells["paid"]))
    if "plan" in contract:
        contract["plan"] = _scalar(f"{place}.plan", cells["plan"].lower())
    if any(name in cells for name in columns.SPECIALIST):
        contract["specialist"] = _specialist(f"{place}.specialist", cells)
    if any(name.startswith("contact ") for name in cells):
        contract["contacts"] = _sequence(f"{place}.contacts", _contacts(f"{place}.contacts", cells))
    if cells.get(columns.PIN):
        pins = enumerate(re.split(r"[\s,;]+", cells[columns.PIN]))
        contract["pins"] = _sequence(f"{place}.pins", [_scalar(f"{place}.pins[{n}]", pin) for n, pin in pins])
    return contract


def _values(place: str, names: dict[str, str], cells: dict[str, str]) -> dict[str, Node]:
    return {key: _scalar(f"{place}.{key}", cells[name]) for name, key in names.items() if name in cells}


def _switch(cell: str) -> str:
    return SWITCHES.get(cell.lower(), cell.lower())


def _specialist(place: str, cells: dict[str, str]) -> Node:
    values = _values(place, columns.SPECIALIST, cells)
    return _mapping(place, values) if any(values.values()) else _scalar(place, "")


def _contacts(place: str, cells: dict[str, str]) -> Iterator[Mapping]:
    """Each at the place of its columns; columns without anything are nobody."""
    found: dict[int, dict[str, Node]] = {}
    for name, cell in cells.items():
        if cell and (column := columns.contact_of(name)):
            number, part = column
            found.setdefault(number, {})[part] = _scalar(f"{place}[{number - 1}].{part}", cell)
    for number in sorted(found):
        yield _mapping(f"{place}[{number - 1}]", found[number])


def _scalar(place: str, cell: str) -> Scalar:
    """An empty cell is null."""
    scalar = Scalar(cell)
    scalar.place, scalar.quoted = place, bool(cell)
    return scalar


def _sequence(place: str, items: Iterable[Node]) -> Sequence:
    sequence = Sequence(items)
    sequence.place = place
    return sequence


def _mapping(place: str, entries: dict[str, Node]) -> Mapping:
    mapping = Mapping(entries)
    mapping.place = place
    return mapping
