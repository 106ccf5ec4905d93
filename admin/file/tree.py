"""A YAML file as mappings, lists and texts that know their places.

Values stay as they were typed: what a text means is for the form that reads it, so that YAML's own guesses (`18:00` is
1080, `01234567` is octal, `no` is false) never happen. Built from the parser's events: no tags, no aliases, a bounded
depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

LARGEST = 10_000_000
"""Characters in a file."""
DEEPEST = 20
"""Mappings and lists within each other; the format needs nine."""
NULLS = ("", "~", "null", "Null", "NULL")
_LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class FileErrors(Exception):
    """What is wrong: (place, message) for every error, in the file's order. Its text has a line for each."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{place}: {message}" for place, message in errors))
        self.errors = errors


class Scalar(str):
    """A single value, as typed. `place` is its path, such as `customers[0].contracts[1].pins[0]`."""

    place: str
    quoted: bool

    @property
    def is_null(self) -> bool:
        return not self.quoted and self in NULLS


class Sequence(list["Node"]):
    place: str


class Mapping(dict[str, "Node"]):
    place: str


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class Tree:
    """A file that could be read, and what was found wrong with it so far."""

    root: Mapping = field(default_factory=Mapping)
    lines: dict[str, int] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def raise_errors(self) -> None:
        """Raise FileErrors with all that was found, each once, in the order of the file."""
        if self.errors:
            ordered = sorted(dict.fromkeys(self.errors), key=lambda error: self.line(error[0]))
            raise FileErrors([(self.told(place), self.in_words(message)) for place, message in ordered])

    def told(self, place: str) -> str:
        """A place as a person finds it."""
        return f"{place} (line {self.line(place)})"

    def in_words(self, message: str) -> str:
        """A message, which may name other places."""
        return message

    def line(self, place: str) -> int:
        """The line of a place, or of the nearest one around it that the file has."""
        while place and place not in self.lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
        return self.lines.get(place, 1)


def parse(text: str) -> Tree:
    """Read a file. Raises FileErrors where it is not YAML, or not a mapping."""
    if len(text) > LARGEST:
        raise FileErrors([("the file", f"is larger than {LARGEST // 1_000_000} MB: load it in parts")])
    try:
        return _build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileErrors([(f"line {line}", f"is not YAML: {error.problem or error.context}")]) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise FileErrors([("the file", f"is not YAML: {' '.join(str(error).split())}")]) from None


def _build(events: Iterator[yaml.Event]) -> Tree:
    tree = Tree()
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise FileErrors([(f"line {_line(event)}", "a second document begins here: a file holds one")])
            root = _node(tree, next(events), events, "", 0)
            if not isinstance(root, Mapping):
                raise FileErrors([("the file", "must be a mapping, with keys such as technicians and customers")])
            tree.root = root
    if not documents:
        raise FileErrors([("the file", "is empty")])
    return tree


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _node(tree: Tree, event: yaml.Event, events: Iterator[yaml.Event], place: str, depth: int) -> Node:
    line = _line(event)
    tree.lines.setdefault(place, line)
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise FileErrors([(f"{place} (line {line})", "anchors, aliases and tags (&, *, !) are not read: write it out")])
    if depth > DEEPEST:
        raise FileErrors([(f"{place} (line {line})", f"more than {DEEPEST} lists and mappings within each other")])
    node: Node
    if isinstance(event, yaml.ScalarEvent):
        node = Scalar(event.value)
        node.quoted = bool(event.style)
    elif isinstance(event, yaml.SequenceStartEvent):
        node = _sequence(tree, events, place, depth)
    else:
        node = _mapping(tree, events, place, depth)
    node.place = place
    return node


def _sequence(tree: Tree, events: Iterator[yaml.Event], place: str, depth: int) -> Sequence:
    items = Sequence()
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(tree, event, events, f"{place}[{len(items)}]", depth + 1))
    return items


def _mapping(tree: Tree, events: Iterator[yaml.Event], place: str, depth: int) -> Mapping:
    entries = Mapping()
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(tree, event, events, place, depth + 1)
        name = str(key) if isinstance(key, Scalar) else "?"
        inner = f"{place}.{name}" if place else name
        tree.lines.setdefault(inner, _line(event))
        if not isinstance(key, Scalar):
            tree.errors.append((inner, "a key must be a word"))
        if name in entries:
            tree.errors.append((inner, f"the key is there twice, also in line {_line(event)}"))
        entries[name] = _node(tree, next(events), events, inner, depth + 1)
    return entries
