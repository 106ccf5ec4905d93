"""The web console: plain pages that work without a script, and refresh themselves with one."""

from typing import Any, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from admin import frame
from admin.absence_pages import AbsencePages
from admin.account_pages import AccountPages
from admin.alert_pages import AlertPages
from admin.audit_pages import AuditPages
from admin.calendar_pages import CalendarPages
from admin.call_pages import CallPages
from admin.carrier_check import Check
from admin.carrier_pages import CarrierPages
from admin.contact_pages import ContactPages
from admin.contact_proof_pages import ContactProofPages
from admin.contact_test_pages import ContactTestPages
from admin.contract_pages import ContractPages
from admin.customer_pages import CustomerPages
from admin.dated_pages import DatedPages
from admin.drag_pages import DragPages
from admin.drill_pages import DrillPages
from admin.duties import Duties
from admin.fairness_pages import FairnessPages
from admin.guard import Doors
from admin.home import Home
from admin.hours_pages import HoursPages
from admin.identity_provider import Provider, name_of
from admin.import_pages import ImportPages
from admin.maintenance_pages import MaintenancePages
from admin.message_pages import MessagePages
from admin.more_page import open_more
from admin.override_pages import OverridePages
from admin.packing import PackingBlueprint, pack_page
from admin.pin_pages import PinPages
from admin.policy_pages import PolicyPages
from admin.product_pages import ProductPages
from admin.prompt_pages import PromptPages
from admin.report_pages import ReportPages
from admin.revision_pages import RevisionPages
from admin.rotation_pages import RotationPages
from admin.sign_in import SignIn
from admin.swap_asking_pages import SwapAskingPages
from admin.swap_pages import SwapPages
from admin.swap_request_pages import SwapRequestPages
from admin.technician_pages import TechnicianPages
from admin.ticket_list import TicketList
from admin.ticket_pages import TicketPages
from admin.token_pages import TokenPages
from admin.turn_pages import TurnPages
from admin.user_pages import UserPages
from admin.zone_pages import ZonePages
from models.database import Database
from rules.line import Line
from rules.pins import Peppers


def create_console(
    database: Database,
    line: Line,
    peppers: Peppers,
    *,
    simulated: bool,
    provider: Provider | None = None,
    check: Check | None = None,
) -> Blueprint:
    """The console's pages and assets. Register it on an app that `security.secure` protects and that has no static
    folder of its own. `simulated`: no account is configured, and every page says so. `provider`: where users may sign
    in too. `check`: looks at the carrier's account, where there is one.
    """
    console = PackingBlueprint(
        "console", __name__, static_folder="static", static_url_path="/static", template_folder="templates"
    )
    console.after_request(pack_page)
    limiter = Limiter(get_remote_address, storage_uri="memory://")
    doors = Doors(console)
    _open(doors, limiter, database, line, peppers, provider, simulated=simulated)
    CarrierPages(database, line, check).open(doors)

    def prepare(state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        if app.static_folder:
            raise ValueError("create the app with static_folder=None: /static/ belongs to the console")
        limiter.init_app(app)
        _keep_to(console, app)
        app.jinja_env.globals.update(frame.names(simulated, name_of(provider) if provider else ""))

    console.record_once(prepare)
    return console


def _open(
    doors: Doors,
    limiter: Limiter,
    database: Database,
    line: Line,
    peppers: Peppers,
    provider: Provider | None,
    *,
    simulated: bool,
) -> None:
    """Every page of the console."""
    duties = Duties()
    door = SignIn(database, limiter)
    door.open(doors)
    if provider:
        from admin.single_sign_on import SingleSignOn  # only here: what it stands on takes 14 MB

        SingleSignOn(database, provider, line.public_url, door, limiter).open(doors)
    Home(database, line, duties, simulated=simulated).open(doors)
    open_more(doors)
    _open_tickets(doors, database, line)
    _open_rotations(doors, database, line, duties)
    _open_people(doors, database, line, duties)
    _open_customers(doors, database, line, peppers)
    _open_settings(doors, database, line)


def _open_tickets(doors: Doors, database: Database, line: Line) -> None:
    """What happened: tickets, calls, messages, drills, and reports of them."""
    TicketList(database, line).open(doors)
    TicketPages(database, line).open(doors)
    MessagePages(database, line).open(doors)
    CallPages(database, line).open(doors)
    DrillPages(database, line).open(doors)
    ReportPages(database, line).open(doors)


def _open_rotations(doors: Doors, database: Database, line: Line, duties: Duties) -> None:
    """Who is on call when, and every way to change that."""
    RotationPages(database, line, duties).open(doors)
    TurnPages(database, line).open(doors)
    RevisionPages(database).open(doors)
    DatedPages(database, line).open(doors)
    OverridePages(database).open(doors)
    DragPages(database).open(doors)
    SwapPages(database).open(doors)
    SwapRequestPages(database, line).open(doors)
    SwapAskingPages(database, line).open(doors)
    FairnessPages(database, line).open(doors)
    CalendarPages(database, line).open(doors)


def _open_people(doors: Doors, database: Database, line: Line, duties: Duties) -> None:
    """Technicians, and how each is reached."""
    AbsencePages(database, line).open(doors)
    TechnicianPages(database, line, duties).open(doors)
    ContactTestPages(database, line).open(doors)
    ContactProofPages(database, line).open(doors)


def _open_customers(doors: Doors, database: Database, line: Line, peppers: Peppers) -> None:
    """Customers with all that they have."""
    CustomerPages(database, line, peppers).open(doors)
    ImportPages(database, line, peppers).open(doors)
    contract_pages = ContractPages(database, line)
    contract_pages.open(doors)
    PinPages(database, line, peppers, contract_pages).open(doors)
    ProductPages(database, line).open(doors)
    MaintenancePages(database, line).open(doors)


def _open_settings(doors: Doors, database: Database, line: Line) -> None:
    """What is behind the gear, and one's own account."""
    PolicyPages(database, line).open(doors)
    ContactPages(database, line).open(doors)
    HoursPages(database, line).open(doors)
    PromptPages(line).open(doors)
    AlertPages(database, line.policy.time_zone).open(doors)
    AccountPages(database, line.policy.time_zone).open(doors)
    ZonePages(database, line.policy.time_zone).open(doors)
    UserPages(database, line.policy.time_zone).open(doors)
    AuditPages(database, line).open(doors)
    TokenPages(database, line.policy.time_zone).open(doors)


def _keep_to(console: Blueprint, app: Flask) -> None:
    """Let what was hooked to every request last, the limiter, meet the console's alone.

    It takes 0.1 ms each time, and is not for programs: they bring a token or a signature.
    """
    hooks: Any
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        hooks.setdefault(console.name, []).append(hooks[None].pop())
