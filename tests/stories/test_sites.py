"""One customer with contracts at several sites: each PIN is judged by its own site."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.call import CallStep
from models.customer import Maintenance
from tests.world import STRANGER, World

pytestmark = pytest.mark.one_database

ROME, SINGAPORE, UNKNOWN = "11112222", "33334444", "55556666"
SITES = """
customers:
  - name: Globe SpA
    time_zone: {customer}
    contracts:
      - {{number: G-1, site: Rome, time_zone: Europe/Rome, pins: ["11112222"], {terms}}}
      - {{number: G-2, site: Singapore, time_zone: Asia/Singapore, pins: ["33334444"], {terms}}}
      - {{number: G-3, pins: ["55556666"], {terms}}}
"""
TERMS = "plan: platinum, starts: 2026-01-01, ends: 2026-12-31, paid: true"


def globe(world: World, customer: str = "Europe/Rome") -> None:
    world.loads(SITES.format(customer=customer, terms=TERMS))


def call_of(world: World, pin: str, number: str = STRANGER) -> str:
    """What a caller hears after the PIN."""
    return world.phone(number).dials().presses("1").presses(f"{pin}#").words


def test_each_pin_is_judged_by_its_own_site(world: World) -> None:
    globe(world)
    assert "blocked system, press 1" in call_of(world, ROME)
    refused = call_of(world, SINGAPORE)
    assert "not available in your time zone" in refused
    assert refused.count("time zone") == 1
    assert "web ticket" in refused
    with world.database.read() as session:
        logged = session.execute(select(CallStep.text).where(CallStep.kind == "pin")).scalars().all()
    assert logged == ["contract G-1", "contract G-2, refused: asia_pacific"]


@pytest.mark.parametrize(
    ("customer", "refused"), [("Asia/Singapore", True), ("Europe/Rome", False)], ids=["singapore", "rome"]
)
def test_a_contract_without_a_site_is_where_the_customer_is(world: World, customer: str, refused: bool) -> None:
    globe(world, customer)
    assert ("not available in your time zone" in call_of(world, UNKNOWN)) is refused
    assert "blocked system" in call_of(world, ROME)


def test_dates_of_a_contract_are_those_of_its_site(world: World) -> None:
    globe(world)
    world.loads(
        "customers: [{name: Globe SpA, contracts: [{number: G-1, time_zone: America/Los_Angeles, ends: 2026-11-23}]}]"
    )
    assert "blocked system" in call_of(world, ROME)  # 03:00 of the 24th in Rome is still the 23rd there
    world.passes(hours=7)
    assert "has expired" in call_of(world, ROME)


def test_local_times_of_a_contract_are_in_its_own_zone(world: World) -> None:
    globe(world)
    window = "{from: 2026-12-05T22:00, until: 2026-12-06T04:00, reference: CHG-7}"
    for number in ("G-1", "G-2", "G-3"):
        world.loads(f"customers: [{{name: Globe SpA, contracts: [{{number: {number}, maintenance: [{window}]}}]}}]")
    with world.database.read() as session:
        starts = session.execute(select(Maintenance.starts_at).order_by(Maintenance.id)).scalars().all()
    assert [at.hour for at in starts] == [21, 14, 21]
    assert starts[0] == datetime(2026, 12, 5, 21, 0, tzinfo=UTC)


def test_loading_the_same_sites_again_changes_nothing(world: World) -> None:
    globe(world)
    globe(world)
    assert "not available" in call_of(world, SINGAPORE)
