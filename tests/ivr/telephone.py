"""A line over a database of its own, and telephones that play its documents as the provider does, signature and all."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from config.policy import load_policy
from config.prompts import load_wording
from ivr import create_blueprint
from models.call import Call, CallStep
from models.clock import VirtualClock
from models.customer import Contact, Contract, Customer, Maintenance, Pin, Product
from models.database import Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page
from models.schedule import EscalationPolicy
from models.service import RoleContact, Setting
from models.technician import Technician
from models.ticket import Ticket
from paging import roster
from paging.engine import Engine
from rules.line import Line
from rules.on_call import Layer, Schedule
from rules.pins import Peppers
from rules.rotation import Rotation, Unit
from rules.targets import Plan
from tests.twiml_check import check

TOKEN = "the-account-token"
URL = "https://line.example"
NUMBER = "+390584000001"
PEPPERS = Peppers("pepper", "the-pepper-before")
ACME_PIN = "48201937"
ADA = "+393332220001"
STRANGER = "+393337770001"
ANNA = "+393331110001"
BRUNO = "+393331110002"
POLICY_FILE = Path(__file__).parents[2] / "config" / "policy.toml"


def the_line() -> Line:
    """The line with the default policy and words."""
    return Line(NUMBER, NUMBER, URL, "line@line.example", load_policy(POLICY_FILE), load_wording())


@dataclass
class World:
    """The house as the provider sees it; `told` counts what its engine has sent."""

    database: Database
    clock: VirtualClock
    line: Line = field(default_factory=the_line)

    def __post_init__(self) -> None:
        self.app = Flask("line of a test")
        self.app.register_blueprint(create_blueprint(self.database, self.line, PEPPERS, [TOKEN]))
        self.client = self.app.test_client()
        self.calls = 0

    def add(self, *rows: Any) -> None:
        with self.database.write() as session:
            session.add_all(rows)

    def all(self, kind: type[Any], *conditions: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.execute(select(kind).where(*conditions)).scalars())

    def customer(self, name: str = "Acme SpA", pin: str = ACME_PIN, *, time_zone: str | None = "Europe/Rome", **terms: Any):
        """A customer with a Platinum contract of 2026 and a PIN; answers the contract's id."""
        with self.database.write() as session:
            owner = Customer(name=name, time_zone=time_zone)
            product = Product(name=f"product of {name}", **terms.pop("product", {}))
            session.add_all([owner, product])
            session.flush()
            values = {"plan": Plan.PLATINUM, "starts": date(2026, 1, 1), "ends": date(2026, 12, 31), "paid": True} | terms
            contract = Contract(number=f"C-{pin}", customer_id=owner.id, product_id=product.id, **values)
            session.add(contract)
            session.flush()
            digest = PEPPERS.digest(pin)
            session.add(Pin(contract_id=contract.id, digest=digest, created_at=self.clock.now()))
            return contract.id

    def contact(self, contract_id: int, phone: str = ADA) -> None:
        self.add(Contact(contract_id=contract_id, position=1, name="Ada", phone=phone, email="ada@example.com"))

    def technicians(self) -> None:
        """Anna is on call; Bruno is the second level and the fallback."""
        for key, name, phone in (("anna", "Anna Rossi", ANNA), ("bruno", "Bruno Neri", BRUNO)):
            self.add(Technician(key=key, name=name, time_zone="Europe/Rome", phone=phone, email=f"{key}@example.com"))
        turns = Rotation(Unit.WEEK, 1, datetime(2026, 11, 2, 9), ("anna",))
        with self.database.write() as session:
            schedule = Schedule("platinum", "Europe/Rome", (Layer("weekly", turns),))
            roster.save_revision(session, schedule, "test", self.clock.now() - timedelta(days=365))
        levels = [
            {"notify": [target], "channels": ["sms", "voice"], "wait": 300}
            for target in ("schedule:platinum", "technician:bruno")
        ]
        self.add(EscalationPolicy(key="default", content={"levels": levels, "repeat": 3, "fallback": ["technician:bruno"]}))

    def duty_manager(self) -> None:
        self.add(RoleContact(role="duty_manager", position=1, name="Max", phone="+393331110009", email="max@example.com"))

    def setting(self, key: str, value: Any) -> None:
        self.add(Setting(key=key, value=value))

    def window(self, contract_id: int, hours: float = 2) -> None:
        """A maintenance window around now."""
        start = self.clock.now() - timedelta(hours=1)
        end = self.clock.now() + timedelta(hours=hours)
        self.add(Maintenance(contract_id=contract_id, starts_at=start, ends_at=end, reference="CHG-7"))

    def due(self) -> None:
        """Let the engine move pages; nothing is sent, texts are taken as delivered."""
        Engine(self.database, self.line, {}, "test").move_pages()
        with self.database.write() as session:
            for delivery in session.execute(select(Delivery).where(Delivery.state == DeliveryState.PENDING)).scalars():
                delivery.state, delivery.due_at = DeliveryState.SENT, None

    def updates(self) -> list[str]:
        """The texts that sent on what came after a page had left."""
        return [delivery.body for delivery in self.all(Delivery, Delivery.kind == DeliveryKind.UPDATE)]

    def tickets(self) -> list[Ticket]:
        return self.all(Ticket)

    def ticket(self) -> Ticket:
        """The only ticket."""
        (ticket,) = self.tickets()
        return ticket

    def page(self, number: int | None = None) -> Page:
        (page,) = self.all(Page, Page.ticket_number == (number or self.ticket().number))
        return page

    def call(self, sid: str) -> Call:
        (call,) = self.all(Call, Call.sid == sid)
        return call

    def log(self, sid: str) -> str:
        return "\n".join(f"{row.kind}: {row.text}" for row in self.all(CallStep, CallStep.call_sid == sid))

    def post(self, url: str, form: Any, signature: str | None = None) -> TestResponse:
        """A webhook, signed as the provider signs."""
        url = url if url.startswith("http") else f"{URL}{url}"
        signature = signature or RequestValidator(TOKEN).compute_signature(url, form)
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    def text(self, sender: str, body: str, **more: str) -> str | None:
        """A text to the line; answers what it answers, None for silence."""
        answer = self.post("/twilio/sms", {"MessageSid": "SM1", "From": sender, "To": NUMBER, "Body": body} | more)
        assert answer.status_code == 200
        message = check(answer.get_data(as_text=True), "messaging").find("Message")
        return None if message is None else message.text

    def phone(self, number: str = STRANGER) -> "Telephone":
        self.calls += 1
        return Telephone(self, number, f"CA{self.calls:032d}").call()

    def rings(self, delivery: Delivery) -> "Telephone":
        """The technician picks up the call that a delivery places."""
        self.calls += 1
        telephone = Telephone(self, NUMBER, f"CA{self.calls:032d}")
        return telephone.post(f"/twilio/page/{delivery.id}")


class Telephone:
    """One call: the document that it plays now, and what its user does with it."""

    def __init__(self, world: World, number: str, sid: str) -> None:
        self.world = world
        self.number = number
        self.sid = sid
        self.prompts = 0
        self.said_in_all: list[str] = []

    def call(self) -> "Telephone":
        return self.post("/twilio/voice")

    def post(self, url: str, **form: str) -> "Telephone":
        """Ask for a document and play it."""
        fields = {"CallSid": self.sid, "From": self.number, "To": NUMBER, "CallStatus": "in-progress", "CallerName": ""}
        answer = self.world.post(url, fields | form)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type.startswith("text/xml")
        self.last = (url, form)
        self.document = answer.get_data(as_text=True)
        self.root = check(self.document)
        self.prompts += 1
        self.said_in_all.append(self.said)
        assert self._goes_on(), f"a dead end: {self.document}"
        return self

    def _goes_on(self) -> bool:
        return self.root[-1].tag in ("Hangup", "Redirect", "Dial", "Enqueue", "Leave")

    @property
    def said(self) -> str:
        return " ".join(element.text or "" for element in self.root.iter("Say"))

    @property
    def question(self) -> ElementTree.Element:
        found = next((e for e in self.root.iter() if e.tag in ("Gather", "Record", "Dial", "Enqueue")), None)
        assert found is not None, f"nothing is asked: {self.document}"
        return found

    @property
    def action(self) -> str:
        return self.question.attrib["action"]

    @property
    def step(self) -> str:
        """The step that the current question belongs to; 'over' after the last words."""
        return "over" if self.is_over else urlsplit(self.action).path.rpartition("/")[2]

    @property
    def is_over(self) -> bool:
        return self.root[-1].tag == "Hangup"

    @property
    def spoken_ticket(self) -> int:
        """The last number of six or seven digits that is said one by one, as a caller notes it."""
        numbers = re.findall(r"(?<!\d )\b(\d(?: \d){5,6})\b(?! \d)", self.said)
        return int(numbers[-1].replace(" ", ""))

    def press(self, keys: str) -> "Telephone":
        assert self.question.tag == "Gather", self.document
        return self.post(self.action, Digits=keys)

    def wait(self) -> "Telephone":
        """Say and press nothing."""
        assert self.root[-1].tag == "Redirect", self.document
        return self.post(self.root[-1].text or "")

    def record(self, name: str = "RE1", **more: str) -> "Telephone":
        assert self.question.tag == "Record", self.document
        url = f"https://api.twilio.com/recordings/{name}"
        return self.post(self.action, **{"RecordingUrl": url, "RecordingDuration": "9", "Digits": "#"} | more)

    def skip(self) -> "Telephone":
        return self.post(self.action, RecordingUrl="https://x.example/RE0", RecordingDuration="0", Digits="#")

    def again(self) -> "Telephone":
        """The provider delivers the last webhook once more."""
        url, form = self.last
        return self.post(url, **form)

    def hang_up(self) -> None:
        form = {"CallSid": self.sid, "From": self.number, "To": NUMBER, "CallStatus": "completed"}
        assert self.world.post("/twilio/voice/status", form).status_code == 204

    # A call up to one of its questions, for those who begin there.

    def to_priority(self, pin: str = ACME_PIN) -> "Telephone":
        if self.step == "language":
            self.press("1")
        return self.press(pin)

    def to_callback(self, priority: str = "1", pin: str = ACME_PIN) -> "Telephone":
        return self.to_priority(pin).press(priority)

    def to_description(self, priority: str = "1") -> "Telephone":
        return self.to_callback(priority).press("1")

    def to_closing(self, priority: str = "1") -> "Telephone":
        return self.to_description(priority).record()

