"""Escalation policies: the list, the ladder of one with who would be paged, add, edit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin import fields, policy_checks, policy_forms, trail
from admin.chips import Chips
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.policy_checks import PolicyProblems
from admin.policy_forms import CHANNELS, NewPolicyForm, PolicyForm
from admin.policy_plan import plan
from admin.times import Times, span, stopwatch
from models.customer import Contract
from models.database import Database
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import roster
from rules import timezones
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Priority

Filled = TypeVar("Filled", bound=PolicyForm)
SHOWN = (Priority.P1, Priority.P2)
WORDS = CHANNELS | {Channel.SECOND_PHONE: "Call the second number"}
CHANGED_MEANWHILE = "Somebody else has changed this policy since you opened it. Open it again to see what is there now."


class WhenForm(Form):
    """The address of a policy's page asks for an instant; it is no secret and changes nothing."""

    at = fields.wall("A page goes out at")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a policy's form offers: whom a level can notify and which other policies there are, by name."""

    targets: Mapping[str, str]
    policies: Mapping[str, str]


class PolicyPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/policies", "policies", self.listing, Permission.READ)
        doors.open("/policies/add", "policy_add", self.add, Permission.EDIT, post=True)
        doors.open("/policies/<key>", "policy", self.page, Permission.READ)
        doors.open("/policies/<key>/edit", "policy_edit", self.edit, Permission.EDIT, post=True)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            rows = session.scalars(select(EscalationPolicy).order_by(EscalationPolicy.key)).all()
            names = _targets(roster.technicians(session), roster.schedule_keys(session))
            statement = select(Contract.escalation_policy, func.count()).group_by(Contract.escalation_policy)
            contracts = {key: count for key, count in session.execute(statement)}
        found = [(row.key, self._value(row), contracts.get(row.key, 0)) for row in rows]
        return render_template("console/policies.html", policies=found, names=names, span=_length)

    def page(self, key: str) -> ResponseReturnValue:
        """The ladder, and who would be paged at the instant that the address asks for; now when it asks for none."""
        zone = self._line.policy.time_zone
        form = WhenForm(request.args)
        asked = bool(request.args.get("at"))
        at = fields.instant(form.at, zone) if asked and form.validate() else None
        with self._database.read() as session:
            now = self._database.now(session)
            row = session.get(EscalationPolicy, key) or abort(404)
            technicians = roster.technicians(session)
            names = _targets(technicians, roster.schedule_keys(session))
            floor = self._line.policy.minimum_round
            plans = [plan(session, row, priority, at or now, floor) for priority in SHOWN]
        if not asked:
            form.at.data = timezones.to_wall(now, zone).replace(tzinfo=None, second=0, microsecond=0)
        html = render_template(
            "console/policy.html",
            key=key,
            form=form,
            policy=self._value(row),
            others=row.content.get("by_priority", {}),
            names=names,
            plans=plans,
            at=at or now,
            times=Times(now, zone),
            chips=Chips(technicians),
            words=WORDS,
            span=_length,
        )
        return make_response(html, 422 if form.at.errors else 200)

    def add(self) -> ResponseReturnValue:
        with self._database.read() as session:
            offered = _offered(session, "")
        first = "default" if "default" not in offered.policies else ""
        rotation = next((target for target in offered.targets if target.startswith("schedule:")), None)
        form = _filled(NewPolicyForm, {"key": first, **policy_forms.new_policy(rotation)})
        form.offer(offered.targets, offered.policies)
        key = fields.value(form.key) or ""
        if _is_sent(form) and self._save(key, form, is_new=True):
            return redirect(f"/policies/{key}", 303)
        return form_page("console/policy_edit.html", form, key=None, targets=offered.targets)

    def edit(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            row = session.get(EscalationPolicy, key) or abort(404)
            offered = _offered(session, key)
        form = _filled(PolicyForm, policy_forms.typed(row.content) | {"seen": _fingerprint(row.content)})
        form.offer(offered.targets, offered.policies)
        if _is_sent(form) and self._save(key, form, is_new=False):
            return redirect(f"/policies/{key}", 303)
        return form_page("console/policy_edit.html", form, key=key, targets=offered.targets)

    def _save(self, key: str, form: PolicyForm, *, is_new: bool) -> bool:
        """Write what was typed; False, with the reasons in the form, where it cannot be."""
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                row = session.get(EscalationPolicy, key, with_for_update=True)
                _refuse_stale(row, form, is_new=is_new)
                content = policy_checks.content_of(session, form.written(key), now)
                changed = _write(session, row, key, content, now)
        except PolicyProblems as wrong:
            form.place_problems(wrong.problems)
            return False
        done = "holds from the next page on; pages that are out keep the policy that they left with."
        flash(f"{key} {done}" if changed else "Nothing was different.", "green")
        return True

    def _value(self, row: EscalationPolicy) -> Any:
        return roster.policy_from_content(row.content, self._line.policy.minimum_round)


def _filled(kind: type[Filled], data: dict[str, Any]) -> Filled:
    """The form as it was typed, with the levels as a button that was pressed wants them; else with `data`."""
    form = kind(data=data)
    wanted = request.form.get("arrange")
    return kind(formdata=None, data=form.arranged(wanted)) if wanted and form.is_submitted() else form


def _is_sent(form: PolicyForm) -> bool:
    """Whether it is to be saved, and its fields are well-formed."""
    return "arrange" not in request.form and bool(form.validate_on_submit())


def _refuse_stale(row: EscalationPolicy | None, form: PolicyForm, *, is_new: bool) -> None:
    if is_new and row:
        raise PolicyProblems([("key", "there is a policy with this key: type another one")])
    if not is_new and (row is None or _fingerprint(row.content) != form.seen.data):
        raise PolicyProblems([("", CHANGED_MEANWHILE.rstrip("."))])


def _write(session: Session, row: EscalationPolicy | None, key: str, content: dict[str, Any], now: datetime) -> bool:
    before = row.content if row else None
    if row and _fingerprint(row.content) == _fingerprint(content):
        return False
    if row:
        row.content = content
    else:
        session.add(EscalationPolicy(key=key, content=content))
    action = "escalation_policy.changed" if row else "escalation_policy.added"
    trail.record(session, now, action, f"escalation_policy:{key}", before, content)
    return True


def _fingerprint(content: Mapping[str, Any]) -> str:
    """The same for contents that mean the same."""
    said = {name: value for name, value in content.items() if value}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _length(length: timedelta) -> str:
    """'5 min', '2 min 30 s': to the second only where that tells."""
    return stopwatch(length) if length.seconds % 60 else span(length)


def _offered(session: Session, but: str) -> Offered:
    keys = session.scalars(select(EscalationPolicy.key).order_by(EscalationPolicy.key))
    targets = _targets(roster.technicians(session), roster.schedule_keys(session))
    return Offered(targets, {key: key for key in keys if key != but})


def _targets(technicians: Mapping[str, Technician], schedules: list[str]) -> dict[str, str]:
    """Whom a level can notify, by name; schedules first."""
    rotations = {f"schedule:{key}": f"on call on {key}" for key in schedules}
    return rotations | {f"technician:{key}": technician.name for key, technician in technicians.items()}
