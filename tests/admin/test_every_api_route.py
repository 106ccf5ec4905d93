"""What a token may do, asked of every route of the API: a route is covered by being there.

A new route needs a sample in SAMPLES; one that is open without a token, or that changes nothing though it is no GET,
is an exception below, with its reason.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from admin.api.moves import ACTIONS
from models.account import Scope
from models.customer import Contract, Maintenance
from models.schedule import EscalationPolicy
from tests.admin.api_client import is_problem
from tests.admin.rotation_desk import NEW, Desk, dated, weekly
from tests.every_route import address, on_file, routes
from tests.times import NIGHT

OPEN = {
    "api.healthz": "the load balancer asks it, and it tells nothing",
    "api.readyz": "the load balancer asks it, and it tells no more than the admins' e-mails",
    "api.openapi": "it describes the API, and nothing that is on file",
    "api.calendar": "its address holds a secret of its own",
}
REPORTS = {"api.event", "api.alertmanager"}
"""What the scope `events` is for."""
NOT_NARROWED = {
    "api.tickets": "a list shows a token of one contract what is of that contract: see the test of lists",
    "api.alertmanager": "a batch is answered as a whole: see the test of batches",
}


@dataclass(frozen=True)
class Subject:
    """A contract with what belongs to it, as a request names them."""

    contract: str
    ticket: str
    window: str


@dataclass(frozen=True)
class Sample:
    """One request for a route. `{contract}`, `{ticket}` and `{window}` stand for those of a Subject."""

    values: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def of(self, subject: Subject) -> "Sample":
        return Sample(*(_filled(part, vars(subject)) for part in (self.values, self.query, self.body)))

    @property
    def is_of_contract(self) -> bool:
        return self.of(NONE) != self


def _filled(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _filled(value, names) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, names) for value in part]
    return part.format_map(names) if isinstance(part, str) else part


RANGE = {"from": "2026-11-24T00:00:00Z", "until": "2026-11-25T00:00:00Z"}
KEY = {"key": "platinum"}
DATED = dated("carla", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")
REVISED = {"layers": [weekly("anna", "bruno", "carla")]}
SAMPLES = {
    "api.on_call": [Sample(query={"schedule": "platinum"})],
    "api.shifts": [Sample(KEY, RANGE)],
    "api.tickets": [Sample()],
    "api.ticket": [Sample({"number": "{ticket}"})],
    "api.move": [
        Sample({"number": "{ticket}", "action": action}, body={"reason": "why", "priority": "P2"}) for action in ACTIONS
    ],
    "api.event": [
        Sample(body={
            "contract": "{contract}", "event": "disk_low", "status": "firing", "source": "x", "summary": "y", "key": "z"
        })
    ],
    "api.alertmanager": [
        Sample(body={"alerts": [
            {"status": "firing", "labels": {"contract": "{contract}", "event": "disk_low"}, "fingerprint": "f"}
        ]})
    ],
    "api.windows": [Sample({"number": "{contract}"})],
    "api.window_book": [
        Sample({"number": "{contract}"}, body={
            "from": "2026-12-05T22:00:00Z", "until": "2026-12-06T04:00:00Z", "reference": "CHG-9"
        })
    ],
    "api.window_cancel": [Sample({"number": "{contract}", "window": "{window}"})],
    "api.schedules": [Sample()],
    "api.schedule": [Sample(KEY)],
    "api.revisions": [Sample(KEY)],
    "api.revision": [Sample(KEY | {"revision": "1"})],
    "api.differences": [Sample(KEY, {"from": "1", "to": "1"})],
    "api.schedule_create": [Sample(body=NEW | {"key": "second-line"})],
    "api.schedule_revise": [Sample(KEY, body=REVISED)],
    "api.schedule_preview": [Sample(KEY, body=REVISED)],
    "api.revision_restore": [Sample(KEY | {"revision": "1"}, body={})],
    "api.revision_withdraw": [Sample(KEY | {"revision": "1"})],
    "api.override_add": [Sample(KEY, body=DATED)],
    "api.override_remove": [Sample(KEY, DATED)],
    "api.absence_add": [Sample(KEY, body=DATED)],
    "api.absence_remove": [Sample(KEY, DATED)],
    "api.swap": [Sample(KEY, body={})],
    "api.fairness": [Sample(KEY, RANGE)],
    "api.fairness_table": [Sample(KEY, RANGE)],
    "api.metrics": [Sample()],
}  # fmt: skip
OWN, OTHER, NONE = "C-1001", "C-2002", Subject("C-404", "199999", "999")


class Site:
    """Two contracts with a ticket and a booked window each, a rotation, and every route of the API."""

    def __init__(self, database):
        self.api = Desk(database).api
        self.own, self.other = self._subject(OWN, "Acme"), self._subject(OTHER, "Borea")
        self.routes = [(method, rule) for method, rule in routes(self.api.app) if rule.endpoint not in OPEN]

    def _subject(self, number, customer):
        self.api.contract(number=number, customer=customer)
        with self.api.database.write() as session:
            if not session.get(EscalationPolicy, "default"):
                content = {"levels": [], "repeat": 1, "fallback": []}
                session.add(EscalationPolicy(key="default", content=content))
            contract = session.scalars(select(Contract).where(Contract.number == number)).one()
            row = Maintenance(contract_id=contract.id, starts_at=NIGHT, ends_at=NIGHT, reference="CHG")
            session.add(row)
            session.flush()
            window = str(row.id)
        return Subject(number, str(self.api.ticket(contract=number, paged=False)), window)

    def asks(self, program, method, rule, sample, headers=None):
        path = address(self.api.app, rule, sample.values)
        return program.client.open(
            path, method=method, query_string=sample.query, json=sample.body, headers=headers or program.headers
        )

    def everything(self):
        """Every request of the samples: method, rule, sample."""
        return [(method, rule, sample) for method, rule in self.routes for sample in SAMPLES[rule.endpoint]]


@pytest.fixture
def site(sqlite):
    return Site(sqlite)


def test_every_route_has_a_sample(site):
    there = {rule.endpoint for _, rule in routes(site.api.app)}
    assert there - SAMPLES.keys() - OPEN.keys() == set(), "add a request to SAMPLES, or a reason to OPEN"
    assert (SAMPLES.keys() | OPEN.keys()) - there == set(), "there is no such route any more"


def test_the_open_routes_alone_are_open(site):
    nobody = site.api.program(None)
    for path in ("/healthz", "/readyz", "/api/openapi.json"):
        assert nobody.get(path).status_code == 200
    assert nobody.get("/calendar/guessed.ics").status_code == 404


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Bearer unknown", "Basic YTpi", "plt_x", "Bearer \xff"])
def test_without_a_known_token_nothing_is_answered_or_done(site, header):
    nobody, before = site.api.program(None), on_file(site.api.database)
    for method, rule, sample in site.everything():
        headers = {"Authorization": header} if header else {}
        response = site.asks(nobody, method, rule, sample.of(site.own), headers)
        assert is_problem(response, 401, "Authorization: Bearer"), (method, rule)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert on_file(site.api.database) == before


@pytest.mark.parametrize("scope", [Scope.READ, Scope.EVENTS])
def test_a_scope_opens_its_routes_and_no_others(site, scope):
    program = site.api.program(scope)
    before = on_file(site.api.database)
    for method, rule, sample in site.everything():
        if scope is Scope.EVENTS and rule.endpoint in REPORTS:
            continue
        response = site.asks(program, method, rule, sample.of(site.own))
        if scope is Scope.READ and method == "GET":
            assert response.status_code == 200, (method, rule, response.get_data(as_text=True))
        else:
            assert is_problem(response, 403, f"scope {scope}"), (method, rule)
    assert on_file(site.api.database) == before


@pytest.mark.parametrize("scope", [Scope.FULL, Scope.EVENTS])
def test_what_a_scope_is_for_it_may_do(site, scope):
    program = site.api.program(scope)
    for method, rule, sample in site.everything():
        if scope is Scope.FULL or rule.endpoint in REPORTS:
            response = site.asks(program, method, rule, sample.of(site.own))
            assert response.status_code < 500 and response.status_code not in (401, 403, 405), (method, rule)


def test_a_token_of_one_contract_does_nothing_elsewhere_and_cannot_tell_what_is_there(site):
    program = site.api.program(Scope.FULL, OWN)
    before = on_file(site.api.database)
    for method, rule, sample in site.everything():
        if rule.endpoint in NOT_NARROWED:
            continue
        others = site.asks(program, method, rule, sample.of(site.other))
        nobodys = site.asks(program, method, rule, sample.of(NONE))
        assert others.status_code == nobodys.status_code == 403, (method, rule)
        assert others.data == nobodys.data, (method, rule)
        if not sample.is_of_contract:
            assert is_problem(others, 403, "one contract"), (method, rule)
    assert on_file(site.api.database) == before


def test_a_token_of_one_contract_may_do_everything_with_that_contract(site):
    program = site.api.program(Scope.FULL, OWN)
    for method, rule, sample in site.everything():
        if sample.is_of_contract:
            response = site.asks(program, method, rule, sample.of(site.own))
            assert response.status_code in (200, 201, 204, 409), (method, rule, response.get_data(as_text=True))


def test_a_list_shows_a_token_of_one_contract_what_is_of_that_contract(site):
    program = site.api.program(Scope.FULL, OWN)
    assert [one["number"] for one in program.get("/api/v1/tickets").get_json()["tickets"]] == [site.own.ticket]
    assert len(site.api.program().get("/api/v1/tickets").get_json()["tickets"]) == 2


def test_a_batch_of_a_token_of_one_contract_is_answered_the_same_whatever_other_it_names(site):
    program, before = site.api.program(Scope.EVENTS, OWN), on_file(site.api.database, ["token", "unplaced_alert"])
    (sample,) = SAMPLES["api.alertmanager"]
    for subject in (site.other, NONE):
        answer = program.post("/api/v1/alertmanager", sample.of(subject).body)
        assert answer.get_json() == {"accepted": 0, "rejected": 1}
    assert on_file(site.api.database, ["token", "unplaced_alert"]) == before
