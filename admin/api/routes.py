"""The addresses of the API, and what each needs."""

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel

from admin.api import documents, fairness_documents, rotation_answers, rotation_documents
from admin.api.calendar import Calendars
from admin.api.description import Description, View
from admin.api.fairness import FairnessReports
from admin.api.health import Health
from admin.api.maintenance import MaintenanceWindows
from admin.api.monitoring import Monitoring
from admin.api.moves import ACTIONS, Moves
from admin.api.rotation_dates import RotationDates
from admin.api.rotation_edits import RotationEdits
from admin.api.rotations import Rotations
from admin.api.schedules import Schedules
from admin.api.tickets import Tickets
from admin.api.tokens import Access, Tokens
from models.database import Database
from rules.line import Line

BAD_BODY = (400, 413, 415, 422)
EVENT_ANSWERS = {200: documents.EventAnswer, 201: documents.EventAnswer}
Answers = dict[int, type[BaseModel] | None]
REFUSED: Answers = {409: rotation_answers.GapsProblem, 412: rotation_answers.StaleProblem}
EDITED: Answers = {200: rotation_answers.SavedSchedule, 201: rotation_answers.SavedSchedule, **REFUSED}
SCHEDULES = "/api/v1/schedules"
SCHEDULE = f"{SCHEDULES}/<key>"
REVISION = "<int(max=2147483647):revision>"


def create_api(database: Database, line: Line) -> Blueprint:
    """The blueprint of /api, /healthz, /readyz and /metrics. It takes no forms: exempt it from CSRF checks."""
    blueprint = Blueprint("api", __name__)
    description = Description()
    doors = Doors(blueprint, Tokens(database))
    _read(doors, description, database)
    _write(doors, description, database, line)
    _maintenance(doors, description, database, line)
    _rotations(doors, description, Rotations(database))
    _rotation_edits(doors, description, RotationEdits(database))
    _rotation_dates(doors, description, RotationDates(database))
    _fairness(doors, description, database, line)
    health = Health(database)
    doors.open("GET", "/metrics", "metrics", health.metrics, Access.READ)
    doors.open("GET", "/healthz", "healthz", health.alive, Access.OPEN)
    doors.open("GET", "/readyz", "readyz", health.ready, Access.OPEN)
    doors.open("GET", "/calendar/<secret>.ics", "calendar", Calendars(database, line).calendar, Access.OPEN)

    def openapi() -> Response:
        return jsonify(description.document())

    doors.open("GET", "/api/openapi.json", "openapi", openapi, Access.OPEN)
    return blueprint


class Doors:
    """Opens addresses, each with what it needs. What has none is closed."""

    def __init__(self, blueprint: Blueprint, tokens: Tokens) -> None:
        self._blueprint = blueprint
        self._tokens = tokens
        self._needs: dict[str, tuple[Access, bool]] = {}
        blueprint.before_request(self._check)

    def open(self, method: str, path: str, name: str, view: View, needs: Access, *, of_contract: bool = False) -> None:
        """Serve `path` by `view`. `of_contract`: tokens of one contract may come; the view keeps them to it."""
        self._needs[f"{self._blueprint.name}.{name}"] = needs, of_contract
        self._blueprint.add_url_rule(path, name, view, methods=[method])

    def _check(self) -> None:
        assert request.endpoint is not None
        self._tokens.check(*self._needs[request.endpoint])


def _read(doors: Doors, description: Description, database: Database) -> None:
    schedules, tickets = Schedules(database), Tickets(database)
    on_call = description.describe(
        schedules.on_call, {200: documents.OnCallAnswer}, query=documents.OnCallQuery, problems=(404, 422)
    )
    shifts = description.describe(
        schedules.shifts, {200: documents.Shifts}, query=documents.ShiftsQuery, problems=(404, 422)
    )
    many = description.describe(
        tickets.many, {200: documents.TicketList}, query=documents.TicketsQuery, problems=(422,)
    )
    one = description.describe(tickets.one, {200: documents.TicketDocument}, problems=(404,))
    doors.open("GET", "/api/v1/on-call", "on_call", on_call, Access.READ)
    doors.open("GET", "/api/v1/schedules/<key>/shifts", "shifts", shifts, Access.READ)
    doors.open("GET", "/api/v1/tickets", "tickets", many, Access.READ, of_contract=True)
    doors.open("GET", "/api/v1/tickets/<number>", "ticket", one, Access.READ, of_contract=True)


def _write(doors: Doors, description: Description, database: Database, line: Line) -> None:
    moves, monitoring = Moves(database, line), Monitoring(database, line)
    act = description.describe(
        moves.act, {200: documents.TicketDocument}, body=documents.Move, problems=(404, 409, *BAD_BODY)
    )
    event = description.describe(monitoring.event, EVENT_ANSWERS, body=documents.EventReport, problems=BAD_BODY)
    alerts = description.describe(
        monitoring.alertmanager, {200: documents.AlertsAnswer}, body=documents.Alerts, problems=(*BAD_BODY, 503)
    )
    actions = ", ".join(ACTIONS)
    doors.open("POST", f"/api/v1/tickets/<number>/<any({actions}):action>", "move", act, Access.WORK, of_contract=True)
    doors.open("POST", "/api/v1/events", "event", event, Access.EVENTS, of_contract=True)
    doors.open("POST", "/api/v1/alertmanager", "alertmanager", alerts, Access.EVENTS, of_contract=True)


def _maintenance(doors: Doors, description: Description, database: Database, line: Line) -> None:
    windows, path = MaintenanceWindows(database, line), "/api/v1/contracts/<number>/maintenance"
    many = description.describe(windows.many, {200: documents.MaintenanceList}, problems=(404,))
    book = description.describe(
        windows.book, {201: documents.Booked}, body=documents.Booking, problems=(404, *BAD_BODY)
    )
    cancel = description.describe(windows.cancel, {204: None}, problems=(404,))
    doors.open("GET", path, "windows", many, Access.READ, of_contract=True)
    doors.open("POST", path, "window_book", book, Access.WORK, of_contract=True)
    doors.open("DELETE", f"{path}/<int(max=2147483647):window>", "window_cancel", cancel, Access.WORK, of_contract=True)


def _rotations(doors: Doors, description: Description, views: Rotations) -> None:
    answers, queries, describe = rotation_answers, rotation_documents, description.describe
    many = describe(views.many, {200: answers.ScheduleList})
    one = describe(views.one, {200: answers.ScheduleDocument}, problems=(404,))
    revisions = describe(
        views.revisions, {200: answers.RevisionList}, query=queries.RevisionsQuery, problems=(404, 422)
    )
    revision = describe(views.revision, {200: answers.RevisionContent}, problems=(404,))
    differences = describe(
        views.differences, {200: answers.DifferenceList}, query=queries.DifferencesQuery, problems=(404, 422)
    )
    doors.open("GET", SCHEDULES, "schedules", many, Access.READ)
    doors.open("GET", SCHEDULE, "schedule", one, Access.READ)
    doors.open("GET", f"{SCHEDULE}/revisions", "revisions", revisions, Access.READ)
    doors.open("GET", f"{SCHEDULE}/revisions/{REVISION}", "revision", revision, Access.READ)
    doors.open("GET", f"{SCHEDULE}/differences", "differences", differences, Access.READ)


def _rotation_edits(doors: Doors, description: Description, views: RotationEdits) -> None:
    given, describe = rotation_documents, description.describe
    headers, problems = given.IfMatchNeeded, (404, 428, *BAD_BODY)
    made: Answers = {201: rotation_answers.SavedSchedule, 409: rotation_answers.GapsProblem}
    create = describe(views.create, made, body=given.NewSchedule, problems=BAD_BODY)
    revise = describe(views.revise, EDITED, body=given.NewRevision, headers=headers, problems=problems)
    preview = describe(
        views.preview, {200: rotation_answers.PreviewDocument}, body=given.NewRevision, problems=(404, *BAD_BODY)
    )
    restore = describe(views.restore, EDITED, body=given.Restoring, headers=headers, problems=problems)
    query, removed = given.WithdrawingQuery, {204: None, **REFUSED}
    withdraw = describe(views.withdraw, removed, query=query, headers=given.IfMatch, problems=(404, 422))
    doors.open("POST", SCHEDULES, "schedule_create", create, Access.EDIT)
    doors.open("POST", f"{SCHEDULE}/revisions", "schedule_revise", revise, Access.EDIT)
    doors.open("POST", f"{SCHEDULE}/preview", "schedule_preview", preview, Access.EDIT)
    doors.open("POST", f"{SCHEDULE}/revisions/{REVISION}/restore", "revision_restore", restore, Access.EDIT)
    doors.open("DELETE", f"{SCHEDULE}/planned/{REVISION}", "revision_withdraw", withdraw, Access.EDIT)


def _rotation_dates(doors: Doors, description: Description, views: RotationDates) -> None:
    given, answers, headers = rotation_documents, rotation_answers, rotation_documents.IfMatch

    def describe_new(view: View, kinds: Answers, body: type[BaseModel]) -> View:
        problems = (404, *BAD_BODY)
        return description.describe(view, {**kinds, **REFUSED}, body=body, headers=headers, problems=problems)

    def describe_removal(view: View) -> View:
        removed = {204: None, **REFUSED}
        return description.describe(view, removed, query=given.DatedQuery, headers=headers, problems=(404, 422))

    both: Answers = {200: answers.SavedDated, 201: answers.SavedDated}
    add_override = describe_new(views.add_override, both, given.NewDated)
    add_absence = describe_new(views.add_absence, both, given.NewDated)
    swap = describe_new(views.swap, {201: answers.SavedSwap}, given.NewSwap)
    remove_override = describe_removal(views.remove_override)
    remove_absence = describe_removal(views.remove_absence)
    doors.open("POST", f"{SCHEDULE}/overrides", "override_add", add_override, Access.EDIT)
    doors.open("DELETE", f"{SCHEDULE}/overrides", "override_remove", remove_override, Access.EDIT)
    doors.open("POST", f"{SCHEDULE}/absences", "absence_add", add_absence, Access.EDIT)
    doors.open("DELETE", f"{SCHEDULE}/absences", "absence_remove", remove_absence, Access.EDIT)
    doors.open("POST", f"{SCHEDULE}/swaps", "swap", swap, Access.EDIT)


def _fairness(doors: Doors, description: Description, database: Database, line: Line) -> None:
    reports, path = FairnessReports(database, line), f"{SCHEDULE}/fairness"
    document = description.describe(
        reports.document, {200: fairness_documents.FairnessDocument}, query=documents.ShiftsQuery, problems=(404, 422)
    )
    table = description.describe(reports.table, {200: None}, query=documents.ShiftsQuery, problems=(404, 422))
    doors.open("GET", path, "fairness", document, Access.READ)
    doors.open("GET", f"{path}.csv", "fairness_table", table, Access.READ)
