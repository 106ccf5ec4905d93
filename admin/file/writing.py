"""Writes values as YAML that `load` reads back: quoted where other programs would guess, short lists in one line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml

from rules import timezones


class Quoted(str):
    """A text that is put in quotes: another reader would guess, such as from a telephone number."""


class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """The same value twice is written twice: `load` reads no aliases."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """A list stands further in than its key."""
        super().increase_indent(flow, False)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = all(map(_is_scalar, node.value))
        return node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """In one line where it holds nothing but values and lists of values."""
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = all(_is_scalar(value) or _is_short_list(value) for _, value in node.value)
        return node


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _is_short_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode) and bool(node.flow_style)


def _quoted(writer: yaml.SafeDumper, text: Quoted) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Writer.add_representer(Quoted, _quoted)


def written(content: Mapping[str, Any]) -> str:
    """The YAML text of mappings, lists, texts, numbers, dates and true or false."""
    text: str = yaml.dump(content, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def filled(**values: Any) -> dict[str, Any]:
    """What has a value: an empty list and None are left out, as a new entry has them anyway. `from_` is `from`."""
    return {name.rstrip("_"): value for name, value in values.items() if value is not None and value != []}


def duration(seconds: int) -> str:
    """In the largest unit that says it exactly: '5m', '90s', '2h'."""
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def moment(at: datetime, zone: str) -> Quoted:
    """A local time in `zone` where that names this instant, else the instant with its offset.

    The clocks show each time of the hour that comes twice a second time; and no local time has parts of a second.
    """
    local = timezones.to_wall(at, zone)
    wall = local.replace(tzinfo=None)
    if wall.microsecond == 0 and timezones.to_utc(wall, zone) == at:
        return wall_time(wall)
    return Quoted(local.isoformat())


def wall_time(wall: datetime) -> Quoted:
    """A naive local time, to the minute where it has no seconds."""
    return Quoted(wall.isoformat(timespec="seconds" if wall.second else "minutes"))
