"""Files that tests of loading and dumping share, and transactions in which they are loaded."""

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from admin.file import load
from config.policy import load_policy
from config.settings import DEFAULT_POLICY_FILE
from rules.pins import Peppers
from tests.times import NIGHT

PEPPERS = Peppers("pepper")
POLICY = load_policy(DEFAULT_POLICY_FILE)
PEOPLE = """
technicians:
  - {key: anna, name: Anna Rossi, time_zone: Europe/Rome, phone: "+393331110001", email: anna@example.com}
  - {key: bruno, name: Bruno Neri, time_zone: Europe/Rome, phone: "+393331110002"}
"""
ROTATION = """
schedules:
  - key: platinum
    time_zone: Europe/Rome
    layers:
      - name: weekly
        rotation: {unit: week, length: 1, first_handoff: 2026-11-02T09:00, participants: [anna, bruno]}
"""
LADDER = """
escalation_policies:
  - key: default
    levels: [{notify: ["schedule:platinum"], channels: [sms, voice], wait: 5m}]
    fallback: ["technician:bruno"]
"""
ACME = """
customers:
  - name: Acme SpA
    time_zone: America/New_York
    contracts:
      - number: C-1001
        plan: platinum
        starts: 2026-01-01
        ends: "2026-12-31"
        paid: true
        pins: ["01234567"]
        contacts: [{name: Ada, phone: "+393332220001", email: ada@example.com}, {name: Ugo, email: ugo@example.com}]
        specialist: {name: Eva Verdi, email: eva@example.com}
        maintenance: [{from: 2026-12-05T22:00, until: 2026-12-06T04:00, reference: CHG-7}]
"""
ALL = PEOPLE + ROTATION + LADDER + ACME
DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)
"""No generated maintenance window is over."""


class Undo(Exception):
    """Takes back what was written."""


@contextmanager
def undone(database):
    """A transaction of which nothing stays."""
    with suppress(Undo), database.write() as session:
        yield session
        raise Undo


def put(session, text, now=NIGHT):
    """What loading a file changed, in words; gaps that it warns of are another matter."""
    return str(load(session, text, PEPPERS, "test", now, POLICY)).partition("\nWarning")[0]
