"""A service in full work at 02:14 in Rome, as the pictures and the browser's tests see it: the real application."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from admin.accounts import add_user
from models.account import Role
from models.clock import VirtualClock
from models.database import Database
from models.migrate import upgrade
from models.technician import Technician
from paging import contact_tests, drills, roster
from rules.escalation import Channel
from rules.targets import Priority
from simulator.faults import FaultKind
from tests.world import ADA, World

ADMIN = "admin@example.com"
DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
START = datetime(2026, 11, 10, 20, 14, tzinfo=UTC)
MORE = """
technicians:
  - {key: carla, second_phone: "+390584000013", channels: [voice, sms], quiet_channels: [email]}
schedules:
  - key: platinum
    time_zone: Europe/Rome
    overrides: [{technician: carla, from: 2026-11-12T18:00, until: 2026-11-13T09:00}]
  - key: second-line
    time_zone: Europe/Rome
    layers:
      - name: weekdays
        rotation: {unit: week, length: 1, first_handoff: 2026-11-02T09:00, participants: [dario, elena, fabio]}
        windows: [{days: [mon, tue, wed, thu], from: "00:00", until: "00:00"}]
escalation_policies:
  - key: second-line
    levels: [{notify: ["schedule:second-line"], channels: [sms, voice], wait: 5m}]
    fallback: ["technician:carla"]
customers:
  - name: Cantieri Navali Meridionali SpA
    time_zone: Europe/Rome
    contracts:
      - number: C-1010
        plan: platinum
        product: UC Suite
        starts: 2026-01-01
        ends: 2027-12-31
        paid: true
        pins: ["20481937"]
        contacts: [{name: Pia Neri, phone: "+393332220010", email: pia.neri@example.com}]
  - name: Etna Logistica Srl
    time_zone: Europe/Rome
    contracts:
      - number: C-1011
        plan: platinum
        starts: 2026-01-01
        ends: 2027-12-31
        paid: true
        pins: ["30481937"]
        contacts: [{name: Rita Lupo, phone: "+393332220011", email: rita.lupo@example.com}]
"""


@dataclass
class Busy:
    """The world with its admin's password.

    Its tickets: 100001 waits, 100002 is in charge, 100003 pages, 100004 was a drill.
    """

    world: World
    password: str

    def reports(self, number: str, pin: str, priority: str, words: str) -> None:
        """A customer's administrator phones, says what is wrong and hangs up."""
        call = self.world.phone(number).dials().presses(f"{pin}#").presses(priority).presses("1")
        call.records(words).hangs_up()
        self.world.settles()


@dataclass(frozen=True)
class BusyNight:
    """The night as a file, to be copied: to live through it takes a hundred times as long."""

    file: Path
    at: datetime
    password: str

    def again(self, folder: Path) -> Busy:
        """The night on a copy of its own in `folder`."""
        url = f"sqlite:///{shutil.copy(self.file, folder / 'busy.db')}"
        return Busy(World(url, VirtualClock(self.at)), self.password)


def busy_night(folder: Path) -> BusyNight:
    """Live through the night once."""
    night = busy(folder)
    night.world.database.dispose()
    return BusyNight(folder / "busy.db", night.world.clock.at, night.password)


def busy(folder: Path) -> Busy:
    """Five hours of a night: three calls, one technician who waits for an answer, one at work, one who sleeps."""
    url = f"sqlite:///{folder / 'busy.db'}"
    database = Database(url)
    upgrade(database)
    database.dispose()
    world = World(url, VirtualClock(START)).loads(DEMO.read_text(encoding="utf-8")).loads(MORE)
    with world.database.write() as session:
        night = Busy(world, add_user(session, ADMIN, Role.ADMIN, world.clock.at))
    night.reports("+393332220010", "20481937", "1", "The queue of the switchboard is empty, nobody can call us.")
    world.handset("bruno").sends("ACK")
    world.post("/api/v1/tickets/100001/wait", {"by": "bruno", "reason": "remote access to the site"})
    world.passes(hours=3, minutes=25)
    night.reports("+393332220011", "30481937", "2", "Calls are cut after a minute, not all of them.")
    world.passes(minutes=3)
    world.handset("bruno").sends("ACK 100002")
    world.passes(minutes=83)
    world.handset("bruno").is_off()
    night.reports(ADA, "48201937", "1", "The telephones of the whole site are dead since ten minutes ago.")
    world.passes(minutes=8)
    _tests_carla(world)
    _drills(world)
    world.engine.beat()
    return night


def _drills(world: World) -> None:
    """The second line answers within a minute."""
    with world.database.write() as session:
        drills.start(session, world.gateway.line, "second-line", Priority.P1, ADMIN, world.clock.at)
        on_call = roster.on_call_now(session, "second-line", world.clock.at).technician
    world.passes(seconds=48)
    assert on_call
    world.handset(on_call).sends("ACK")
    world.passes(seconds=12)


def _tests_carla(world: World) -> None:
    """Her telephone rings and she confirms it; the carrier refuses to text it."""
    carla = world.handset("carla")
    world.company.add_fault(FaultKind.REFUSE, carla.number, code=21610)
    for channel in (Channel.SMS, Channel.VOICE):
        with world.database.write() as session:
            row = session.get_one(Technician, "carla")
            contact_tests.send(session, world.gateway.line, row, channel, world.clock.at)
    world.settles()
    carla.answers().presses("1")
