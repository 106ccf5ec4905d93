"""A console over a database of its own, and a visitor who uses it as a browser without scripts does."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from admin import accounts, sessions
from admin.accounts import add_user
from admin.carrier_check import Check
from admin.console import create_console
from admin.security import secure
from config.policy import load_policy
from config.prompts import load_wording
from config.settings import DEFAULT_POLICY_FILE, IdentityProvider
from models.account import Role
from models.clock import VirtualClock
from models.customer import Contact, Contract, Customer
from models.database import Database
from models.schedule import EscalationPolicy
from models.technician import Technician
from models.ticket import Ticket, TicketSource
from paging import pager, roster
from rules.line import Line
from rules.on_call import Layer, Schedule
from rules.pins import Peppers
from rules.rotation import Rotation, Unit
from rules.targets import Plan, Priority
from tests.shared import share_templates
from tickets import lifecycle

NOW = datetime(2026, 11, 11, 1, 14, tzinfo=UTC)
"""Wednesday 02:14 in Rome."""
PEPPERS = Peppers("pepper")


@dataclass
class Site:
    """The console at 02:14 in Rome."""

    database: Database
    clock: VirtualClock
    line: Line
    app: Flask
    passwords: dict[str, str] = field(default_factory=dict)

    def user(self, role: Role, email: str = "") -> str:
        """Add a user; answers the e-mail address."""
        email = email or f"{role}@example.com"
        with self.database.write() as session:
            self.passwords[email] = add_user(session, email, role, self.clock.now())
        return email

    def visitor(self, role: Role | None = Role.ADMIN) -> "Visitor":
        """Somebody at a browser, signed in with this role before; None: signed out."""
        visitor = Visitor(self.app.test_client())
        if role is not None:
            email = f"{role}@example.com"
            if email not in self.passwords:
                self.user(role, email)
            visitor.brings(self._session_of(email))
        return visitor

    def _session_of(self, email: str) -> str:
        """The secret of a session that begins now, as a sign-in leaves it in the browser."""
        with self.database.write() as session:
            user = accounts.by_email(session, email)
            assert user is not None
            return sessions.begin(session, user.id, "127.0.0.1", "a browser", self.clock.now())[1]

    def technicians(self, *names: str) -> None:
        with self.database.write() as session:
            for number, name in enumerate(names):
                key = name.split()[0].lower()
                session.add(
                    Technician(
                        key=key,
                        name=name,
                        time_zone="Europe/Rome",
                        phone=f"+39333111000{number + 1}",
                        email=f"{key}@example.com",
                    )
                )

    def rotation(self, *keys: str, key: str = "platinum") -> None:
        """A weekly rotation of these technicians from Monday 9 November 09:00."""
        turns = Rotation(Unit.WEEK, 1, datetime(2026, 11, 9, 9), keys)  # noqa: DTZ001  local wall clock
        schedule = Schedule(key, "Europe/Rome", (Layer("weekly", turns),))
        with self.database.write() as session:
            roster.save_revision(session, schedule, "test", self.clock.now())

    def policy(self, *targets: str, key: str = "default", channels: tuple[str, ...] = ("sms", "voice")) -> None:
        """An escalation policy with one level for each target; the first is the fallback."""
        levels = [{"notify": [target], "channels": list(channels), "wait": 300} for target in targets]
        with self.database.write() as session:
            content = {"levels": levels, "repeat": 3, "fallback": [targets[0]]}
            session.add(EscalationPolicy(key=key, content=content))

    def contract(self, number: str = "C-1001", customer: str = "Acme SpA", plan: Plan = Plan.PLATINUM) -> int:
        """A customer with one contract of 2026; answers the contract's id."""
        with self.database.write() as session:
            owner = Customer(name=customer, time_zone="Europe/Rome")
            session.add(owner)
            session.flush()
            contract = Contract(
                number=number,
                customer_id=owner.id,
                plan=plan,
                starts=date(2026, 1, 1),
                ends=date(2026, 12, 31),
                paid=True,
                escalation_policy="default",
            )
            session.add(contract)
            session.flush()
            session.add(Contact(contract_id=contract.id, position=1, name="Ada Bianchi", email="ada@example.com"))
            return contract.id

    def ticket(self, contract_id: int, priority: Priority = Priority.P1, *, paged: bool = True) -> int:
        """An open ticket, with its page about to leave; answers its number."""
        now = self.clock.now()
        with self.database.write() as session:
            contract = session.get_one(Contract, contract_id)
            session.refresh(contract, ["customer"])
            ticket = lifecycle.open_ticket(
                session,
                self.line,
                contract=contract,
                priority=priority,
                source=TicketSource.CALL,
                now=now,
                caller="+393332220001",
                callback="+393332220001",
            )
            if paged:
                pager.raise_page(session, self.line, ticket, now, now + timedelta(seconds=45))
            return ticket.number

    def row(self, number: int) -> Ticket:
        with self.database.read() as session:
            return session.get_one(Ticket, number)


@cache
def the_line() -> Line:
    """Nothing can change it: one does for all tests of a process."""
    return Line(
        number="+390584000001",
        text_number="+390584000001",
        public_url="http://127.0.0.1:8000",
        mail_from="line@example.com",
        policy=load_policy(DEFAULT_POLICY_FILE),
        wording=load_wording(),
    )


def open_site(
    database: Database,
    *,
    simulated: bool = False,
    secure_cookies: bool = False,
    provider: IdentityProvider | None = None,
    check: Check | None = None,
) -> Site:
    """A console over a fresh database, whose clock is set to NOW."""
    clock = database.clock
    assert isinstance(clock, VirtualClock)
    clock.at = NOW
    line = the_line()
    app = Flask("console", static_folder=None)
    secure(
        app,
        database,
        secret_key="secret",
        previous_secret_key=None,
        secure_cookies=secure_cookies,
        csrf_exempt=(),
    )
    console = create_console(database, line, PEPPERS, simulated=simulated, provider=provider, check=check)
    app.register_blueprint(console)
    return Site(database, clock, line, share_templates(app))


class _Form(HTMLParser):
    """The forms of a page: for each its address and the fields as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._select: str | None = None
        self._chosen = False
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append((values.get("action", "").partition("#")[0], []))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        name = values.get("name", "")
        if tag == "input" and name:
            if values.get("type") not in ("checkbox", "radio") or "checked" in values:
                fields.append((name, values.get("value", "")))
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select and ("selected" in values or not self._chosen):
            if self._chosen:
                fields.pop()
            fields.append((self._select, values.get("value", "")))
            self._chosen = True
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data):
        if self._area:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area:
            self.forms[-1][1].append((self._area, self._text.removeprefix("\r\n").removeprefix("\n")))
            self._area = None


class Visitor:
    """A browser without scripts: it follows redirects and sends forms as the page has them."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.status = 0
        self.html = ""
        self.path = "/"

    def brings(self, secret: str) -> None:
        """The browser keeps the secret of a session."""
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = secret

    def sign_in(self, email: str, password: str) -> "Visitor":
        self.get("/sign-in")
        return self.send(email=email, password=password)

    def get(self, path: str) -> "Visitor":
        return self._seen(self.client.get(path, follow_redirects=True))

    def send(self, action: str | None = None, *, without: tuple[str, ...] = (), **typed: object) -> "Visitor":
        """Type into the form that goes to `action` (None: the last on the page) and send it."""
        parser = _Form()
        parser.feed(self.html)
        found = [form for form in parser.forms if (action is None and form[0] != "/sign-out") or form[0] == action]
        assert found, f"no form {action!r} on {self.path}"
        address, fields = found[-1]
        names = {name.replace("-", "_"): name for name in re.findall(r' name="([^"]+)"', self.html)}
        new = {names.get(name, name): value for name, value in typed.items()}
        data = [(name, value) for name, value in fields if name not in new and name not in without]
        for name, value in new.items():
            data += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        return self._seen(self.client.post(address or self.path, data=_lists(data), follow_redirects=True))

    def saves(self, action: str | None = None, **typed: Any) -> "Visitor":
        """Send a form whose answer is a preview, and save what that shows."""
        return self.send(action, **typed).send(step="save")

    def _seen(self, response) -> "Visitor":
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.path = response.request.full_path.rstrip("?")
        return self

    def found(self, pattern: str) -> str:
        """The first group of a pattern that the page must hold."""
        match = re.search(pattern, self.html)
        assert match, f"{pattern} is not on {self.path}"
        return match[1]

    @property
    def text(self) -> str:
        """The words on the page, on one line."""
        body = re.sub(r"(?s)<(script|style|title|datalist).*?</\1>", " ", self.html)
        return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#39;", "'").replace("&amp;", "&").split())


def _lists(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data
