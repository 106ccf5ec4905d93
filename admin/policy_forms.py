"""The form of an escalation policy. What is typed is read and checked as the file is: one set of rules for both."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import Field, Form, FormField, SelectField
from wtforms.fields.list import FieldList
from wtforms.validators import Regexp

from admin import fields
from admin.file.writing import duration, filled
from admin.shown_rows import RowsForm
from rules.escalation import POLICY_CHANNELS, Channel
from rules.targets import Priority

CHANNELS = {Channel.SMS: "Text", Channel.VOICE: "Call", Channel.EMAIL: "E-mail"}
SPARE_PLACES = 2
NEW_LEVEL: Mapping[str, Any] = {"notify": [], "ways": [{"channel": "sms"}, {"channel": "voice"}], "wait": "5m"}


class WayForm(Form):
    channel = SelectField(
        "Channel",
        choices=[fields.choice("", "nothing"), *(fields.choice(one.value, word) for one, word in CHANNELS.items())],
    )
    wait = fields.text("Then wait", longest=12)


class LevelForm(Form):
    """Places with nobody and ways with no channel do not count."""

    notify = FieldList(SelectField("Whom"))
    ways = FieldList(FormField(WayForm), min_entries=len(POLICY_CHANNELS))
    wait = fields.text("The level lasts", longest=12)

    @property
    def used_ways(self) -> list[WayForm]:
        return [way.form for way in self.ways if way.form.channel.data]

    def written(self) -> dict[str, Any]:
        """As the file has it, as typed."""
        waits = {way.channel.data: way.wait.data for way in self.used_ways if way.wait.data}
        return filled(channel_waits=waits or None) | {
            "notify": [place.data for place in _places(self.notify)],
            "channels": [way.channel.data for way in self.used_ways],
            "wait": self.wait.data or "",
        }


class ByPriorityForm(Form):
    """The policy that holds in the place of this one; its fields have the names of the priorities."""

    P1 = SelectField("P1")
    P2 = SelectField("P2")
    P3 = SelectField("P3")
    P4 = SelectField("P4")


class PolicyForm(RowsForm):
    """`seen`: the content that was edited; another one since then is somebody else's change."""

    levels = FieldList(FormField(LevelForm))
    fallback = FieldList(SelectField("Fallback"))
    repeat = fields.text("Rounds", longest=6)
    minimum_round = fields.text("Shortest round", longest=12)
    by_priority = FormField(ByPriorityForm)
    seen = fields.SeenField()

    def offer(self, targets: Mapping[str, str], policies: Mapping[str, str]) -> None:
        """Let targets and other policies be chosen by name, with some places to spare."""
        for level in self.levels:
            _offer_places(level.form.notify, targets)
        _offer_places(self.fallback, targets)
        others: Any = self.by_priority.form
        for field in others:
            field.choices = _choices({"": "this policy", **policies}, field.data)

    def written(self, key: str) -> dict[str, Any]:
        """The policy as the file has it, as typed."""
        others = {field.short_name: field.data for field in self.by_priority.form if field.data}
        return filled(minimum_round=self.minimum_round.data or None, by_priority=others or None) | {
            "key": key,
            "repeat": self.repeat.data or "",
            "levels": [level.form.written() for level in self.levels],
            "fallback": [place.data for place in _places(self.fallback)],
        }

    def arranged(self, wanted: str) -> dict[str, Any]:
        """All that was typed, with the levels as a button wants them: 'add', 'up-1', 'down-0' or 'remove-2'."""
        data: dict[str, Any] = dict(self.data)
        levels = data["levels"]
        match = re.fullmatch(r"(up|down|remove)-([0-9]{1,4})", wanted)
        number = int(match[2]) if match else -1
        if wanted == "add":
            levels.append(NEW_LEVEL)
        elif match and number < len(levels):
            level = levels.pop(number)
            if match[1] != "remove":
                levels.insert(max(number - 1, 0) if match[1] == "up" else number + 1, level)
        return data

    def place_problems(self, problems: list[tuple[str, str]]) -> None:
        """Put each problem beside its field, or over the form where it has none."""
        for place, message in problems:
            field = self._field_of(place)
            sentence = f"{message[0].upper()}{message[1:]}{'' if message.endswith('?') else '.'}"
            if field is None:
                self.form_errors.append(sentence)
            else:
                fields.complain(field, sentence)
        if problems and not self.form_errors:
            self.form_errors.append("Nothing was saved yet. Mend what is marked below.")

    def _field_of(self, place: str) -> Field | None:
        """The field of a place of the file, such as 'levels[1].notify[0]'."""
        if match := re.fullmatch(r"levels\[([0-9]+)\]\.(.+)", place):
            return _field_of_level(self.levels[int(match[1])].form, match[2])
        if place.startswith("fallback"):
            return _place(self.fallback, place)
        if place.startswith("by_priority."):
            return self.by_priority.form[place.rpartition(".")[2]]
        return self[place] if place in ("key", "repeat", "minimum_round") else None


class NewPolicyForm(PolicyForm):
    key = fields.text(
        "Key",
        "Type a key, such as default.",
        64,
        (Regexp(r"\A[a-z0-9][a-z0-9_-]*\Z", message="Small letters, digits, - and _, such as default."),),
    )


def new_policy(target: str | None) -> dict[str, Any]:
    """What the form of a new one begins with: one level, which pages `target`."""
    level = dict(NEW_LEVEL) | {"notify": [target] if target else []}
    return {"levels": [level], "repeat": "3", "minimum_round": "", "fallback": []}


def typed(content: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as its form has it."""
    floor = content.get("minimum_round")
    return {
        "levels": [_level(level) for level in content["levels"]],
        "fallback": content["fallback"],
        "repeat": str(content["repeat"]),
        "minimum_round": duration(floor) if floor else "",
        "by_priority": {priority.value: content.get("by_priority", {}).get(priority, "") for priority in Priority},
    }


def _level(content: Mapping[str, Any]) -> dict[str, Any]:
    waits = content.get("channel_waits", {})
    ways = [{"channel": one, "wait": duration(waits[one]) if one in waits else ""} for one in content["channels"]]
    return {"notify": content["notify"], "ways": ways, "wait": duration(content["wait"])}


def _choices(offered: Mapping[str, str], chosen: str | None) -> list[Any]:
    """What is on file and is not offered any more stays to be seen."""
    missing = {chosen: chosen} if chosen and chosen not in offered else {}
    return [fields.choice(value, label) for value, label in {**offered, **missing}.items()]


def _offer_places(places: "FieldList[Any]", targets: Mapping[str, str]) -> None:
    while len(places) < len(list(_places(places))) + SPARE_PLACES:
        places.append_entry("")
    for place in places:
        place.choices = _choices({"": "nobody", **targets}, place.data)


def _places(places: "FieldList[Any]") -> Iterator[Field]:
    """Those that name somebody."""
    return (place for place in places if place.data)


def _place(places: "FieldList[Any]", place: str) -> Field:
    """'notify[1]' is the second that names somebody; of the list as a whole, its first place."""
    match = re.search(r"\[([0-9]+)\]", place)
    return list(_places(places))[int(match[1])] if match else places[0]


def _field_of_level(level: LevelForm, place: str) -> Field:
    if place.startswith("notify"):
        return _place(level.notify, place)
    if place.startswith("channel_waits."):
        channel = place.rpartition(".")[2]
        return next(way.wait for way in level.used_ways if way.channel.data == channel)
    if match := re.fullmatch(r"channels\[([0-9]+)\]", place):
        return level.used_ways[int(match[1])].channel
    return level.ways[0].form.channel if place == "channels" else level.wait
