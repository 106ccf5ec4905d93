"""The page at /simulator: telephones on a desk, and what the gateway does with them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from models.technician import Technician
from simulator import acts, view
from simulator.acts import Refusal
from simulator.company import Company
from simulator.faults import EXPLANATIONS
from simulator.tables import HandsetMode


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to try: whose PIN it is, and from which number to call."""

    label: str
    pin: str
    phone: str


Looks = Callable[[Mapping[str, Technician]], Mapping[str, tuple[str, str]]]
"""Initials and a CSS class for each technician, by key."""


def create_page(
    company: Company,
    *,
    hints: Sequence[tuple[str, str, str]] = (),
    allowed: Callable[[], bool] = lambda: True,
    looks: Looks | None = None,
) -> Blueprint:
    """The blueprint of the page, at /simulator. It extends the console's base template and uses its assets.

    `hints` are things to try, as (label, PIN, number to call from). `allowed` says, within a request, whether the
    visitor may use the desk; 404 if not. `looks` gives each technician the initials and colour it has elsewhere.
    Every form carries the CSRF token that the application checks.
    """
    page = Page(company, [Hint(*hint) for hint in hints], looks or _plain_looks)
    blueprint = Blueprint(
        "simulator", __name__, url_prefix="/simulator", template_folder="templates", static_folder="static"
    )

    @blueprint.before_request
    def guard() -> None:
        if not allowed():
            abort(404)

    blueprint.add_url_rule("", "desk", page.desk)
    blueprint.add_url_rule("/live", "live", page.live)
    blueprint.add_url_rule("/phone/state", "state", page.state)
    blueprint.add_url_rule("/phone/<act>", "act", page.act, methods=["POST"])
    return blueprint


class Page:
    """The routes. What is shown is cut into regions; the browser says which version of each it has."""

    def __init__(self, company: Company, hints: Sequence[Hint], looks: Looks) -> None:
        self._company = company
        self._hints = hints
        self._looks = looks

    def desk(self) -> str:
        with self._company.database.read() as session:
            contacts = view.contacts(session)
            number = view.last_caller(session) or next((hint.phone for hint in self._hints), "")
            number = number or (contacts[0].number if contacts else "anonymous")
            return render_template(
                "simulator/desk.html",
                line=self._company.account.line_number,
                hints=self._hints,
                contacts=contacts,
                technicians=view.technicians(session),
                looks=self._looks(_by_key(session)),
                explanations=EXPLANATIONS,
                number=number,
                regions=self._regions(session, number),
            )

    def live(self) -> Response:
        """The regions that have changed since the browser's versions, to be swapped in one by one; 204 for none."""
        with self._company.database.read() as session:
            regions = self._regions(session, request.args.get("caller", ""))
        return _changed(regions, request.args)

    def act(self, act: str) -> Response:
        """Something done at a telephone: from a form, or from a program as JSON."""
        fields = request.get_json() if request.is_json else request.form
        if not isinstance(fields, Mapping):
            abort(422)
        try:
            done = acts.do(self._company, act, {key: str(value) for key, value in fields.items()})
        except Refusal as refusal:
            return _refused(str(refusal))
        if done is None:
            abort(404)
        if request.is_json:
            return jsonify(done)
        with self._company.database.read() as session:
            regions = self._regions(session, request.form.get("caller", ""))
        return _changed(regions, request.form)

    def state(self) -> Response:
        """The desk for a program: the telephones asked for with `number`, and the token that acts need."""
        with self._company.database.read() as session:
            people = view.technicians(session)
            numbers = dict.fromkeys([*request.args.getlist("number"), *(person.number for person in people)])
            return jsonify(
                token=generate_csrf(),
                line=self._company.account.line_number,
                technicians=people,
                contacts=view.contacts(session),
                handsets={number: view.handset(session, number) for number in numbers},
            )

    def _regions(self, session: Session, caller: str) -> dict[str, str]:
        """The HTML of every part that changes, by id."""
        number = acts.dialled_from(caller)
        phone = view.handset(session, number)
        faults = view.faults(session)
        regions = {
            "caller-screen": render_template("simulator/_screen.html", phone=phone, big=True),
            "caller-controls": render_template("simulator/_caller_controls.html", phone=phone),
            "events": render_template("simulator/_events.html", events=view.events(session)),
            "mail": render_template("simulator/_mail.html", mails=view.mails(session)),
            "faults": render_template("simulator/_faults.html", faults=faults, explanations=EXPLANATIONS),
        }
        for person in view.technicians(session):
            phone = view.handset(session, person.number)
            regions[f"screen-{person.key}"] = render_template("simulator/_screen.html", phone=phone, big=False)
            regions[f"controls-{person.key}"] = render_template(
                "simulator/_handset_controls.html", phone=phone, person=person
            )
            regions[f"mode-{person.key}"] = render_template(
                "simulator/_mode.html", phone=phone, person=person, modes=list(HandsetMode)
            )
        return {name: _versioned(name, html) for name, html in regions.items()}


def _versioned(name: str, html: str) -> str:
    """The region with a mark of its version inside; the browser sends the marks back with every request."""
    version = hashlib.sha256(html.encode()).hexdigest()[:12]
    return render_template("simulator/_region.html", name=name, version=version, html=html)


def _changed(regions: Mapping[str, str], seen: Mapping[str, str]) -> Response:
    news = [html for name, html in regions.items() if f'value="{seen.get(name, "")}"' not in html]
    return Response("".join(news), mimetype="text/html") if news else Response(status=204)


def _refused(message: str) -> Response:
    if not request.is_json:
        return Response(render_template("simulator/_refusal.html", message=message), mimetype="text/html")
    response = jsonify(error=message)
    response.status_code = 422
    return response


def _by_key(session: Session) -> dict[str, Technician]:
    return {one.key: one for one in session.query(Technician)}


def _plain_looks(technicians: Mapping[str, Technician]) -> dict[str, tuple[str, str]]:
    return {key: ("".join(word[0] for word in one.name.split()[:2]), "tech-none") for key, one in technicians.items()}
