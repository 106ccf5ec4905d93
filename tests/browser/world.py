"""A service in full work at 02:14 in Rome, as the pictures and the browser's tests see it: the real application."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from admin.accounts import add_user
from models.account import Role
from models.clock import VirtualClock
from models.database import Database
from models.migrate import upgrade
from tests.world import ADA, World

ADMIN = "admin@example.com"
DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
START = datetime(2026, 11, 10, 20, 14, tzinfo=UTC)
MORE = """
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
    """The world with its admin's password. Its tickets: 100001 waits, 100002 is in charge, 100003 pages."""

    world: World
    password: str

    def reports(self, number: str, pin: str, priority: str, words: str) -> None:
        """A customer's administrator phones, says what is wrong and hangs up."""
        call = self.world.phone(number).dials().presses(f"{pin}#").presses(priority).presses("1")
        call.records(words).hangs_up()
        self.world.settles()


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
    world.passes(minutes=9)
    world.engine.beat()
    return night
