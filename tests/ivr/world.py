"""A line over a database of its own, as the provider sees it: signed webhooks in, and what they left behind."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
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
from models.ticket import Ticket, TicketEvent
from paging import roster
from paging.digest import Digest
from paging.engine import Engine
from rules.escalation import Channel
from rules.line import Line
from rules.on_call import Layer, Schedule
from rules.pins import Peppers
from rules.rotation import Rotation, Unit
from rules.targets import Plan
from tests.ivr.telephone import ACME_PIN, NUMBER, Telephone
from tests.twiml_check import check

TOKEN = "the-account-token"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
URL = "https://line.example"
PEPPERS = Peppers("pepper", "the-pepper-before")
ADA = "+393332220001"
STRANGER = "+393337770001"
ANNA = "+393331110001"
BRUNO = "+393331110002"
POLICY_FILE = Path(__file__).parents[2] / "config" / "policy.toml"


@cache
def the_line() -> Line:
    """The line with the default policy and words. Nothing can change it: one does for all tests of a process."""
    return Line(NUMBER, NUMBER, URL, "line@line.example", load_policy(POLICY_FILE), load_wording())


@dataclass
class World:
    """The house as the provider sees it; `told` counts what its engine has sent."""

    database: Database
    clock: VirtualClock
    line: Line = field(default_factory=the_line)

    def __post_init__(self) -> None:
        self.app = Flask("line of a test")
        self.app.register_blueprint(create_blueprint(self.database, self.line, PEPPERS, ACCOUNT, [TOKEN]))
        self.client = self.app.test_client()
        self.calls = 0

    def add(self, *rows: Any) -> None:
        with self.database.write() as session:
            session.add_all(rows)

    def all(self, kind: type[Any], *conditions: Any) -> list[Any]:
        with self.database.read() as session:
            return list(session.execute(select(kind).where(*conditions)).scalars())

    def customer(
        self, name: str = "Acme SpA", pin: str = ACME_PIN, *, time_zone: str | None = "Europe/Rome", **terms: Any
    ) -> int:
        """A customer with a Platinum contract of 2026 and a PIN; answers the contract's id."""
        with self.database.write() as session:
            owner = Customer(name=name, time_zone=time_zone)
            product = Product(name=f"product of {name}", **terms.pop("product", {}))
            session.add_all([owner, product])
            session.flush()
            contract = Contract(
                **{
                    "number": f"C of {name}",
                    "customer_id": owner.id,
                    "product_id": product.id,
                    "plan": Plan.PLATINUM,
                    "starts": date(2026, 1, 1),
                    "ends": date(2026, 12, 31),
                    "paid": True,
                }
                | terms
            )
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
        turns = Rotation(Unit.WEEK, 1, datetime.fromisoformat("2026-11-02T09:00"), ("anna",))
        with self.database.write() as session:
            schedule = Schedule("platinum", "Europe/Rome", (Layer("weekly", turns),))
            roster.save_revision(session, schedule, "test", self.clock.now() - timedelta(days=365))
        levels = [
            {"notify": [target], "channels": ["sms", "voice"], "wait": 300}
            for target in ("schedule:platinum", "technician:bruno")
        ]
        content = {"levels": levels, "repeat": 3, "fallback": ["technician:bruno"]}
        self.add(EscalationPolicy(key="default", content=content))

    def duty_manager(self) -> None:
        person = {"name": "Max", "phone": "+393331110009", "email": "max@example.com"}
        self.add(RoleContact(role="duty_manager", position=1, **person))

    def setting(self, key: str, value: Any) -> None:
        self.add(Setting(key=key, value=value))

    def window(self, contract_id: int, hours: float = 2) -> None:
        """A maintenance window around now."""
        start = self.clock.now() - timedelta(hours=1)
        end = self.clock.now() + timedelta(hours=hours)
        self.add(Maintenance(contract_id=contract_id, starts_at=start, ends_at=end, reference="CHG-7"))

    def due(self) -> None:
        """Let the engine move pages; nothing is sent, texts are taken as delivered."""
        while Engine(self.database, self.line, {}, "test").move_pages():
            pass
        with self.database.write() as session:
            for delivery in session.execute(select(Delivery).where(Delivery.state == DeliveryState.PENDING)).scalars():
                delivery.state, delivery.due_at = DeliveryState.SENT, None

    def digests(self) -> int:
        """Let the engine send the digest that is due. How many went out."""
        chore = Digest(self.database, self.line)
        return sum(1 for _ in iter(chore.do_next, False))

    def updates(self) -> list[str]:
        """The texts that sent on what came after a page had left."""
        return [delivery.body for delivery in self.deliveries(DeliveryKind.UPDATE)]

    def deliveries(self, kind: DeliveryKind | None = None) -> list[Delivery]:
        return self.all(Delivery, *([Delivery.kind == kind] if kind else []))

    def voice_page(self, number: int) -> Delivery:
        """The first call that a ticket's page places."""
        return self.all(Delivery, Delivery.ticket_number == number, Delivery.channel == Channel.VOICE)[0]

    def story(self, number: int) -> str:
        return "\n".join(event.text for event in self.all(TicketEvent, TicketEvent.ticket_number == number))

    def duty(self) -> list[str]:
        """What the duty manager was told, by text and by mail."""
        return [delivery.body for delivery in self.deliveries(DeliveryKind.DUTY)]

    def tickets(self) -> list[Ticket]:
        return self.all(Ticket)

    def ticket(self) -> Ticket:
        """The only ticket."""
        (ticket,) = self.tickets()
        return ticket

    def pages(self) -> list[Page]:
        return self.all(Page)

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

    def phone(self, number: str = STRANGER, **more: str) -> Telephone:
        """A call comes in; `more` are further fields of its first webhook."""
        self.calls += 1
        return Telephone(self.post, number, f"CA{self.calls:032d}").call(**more)

    def rings(self, delivery: Delivery) -> Telephone:
        """The technician picks up the call that a delivery places."""
        self.calls += 1
        telephone = Telephone(self.post, NUMBER, f"CA{self.calls:032d}")
        return telephone.post(f"/twilio/page/{delivery.id}")
