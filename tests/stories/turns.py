"""What the stories of handoffs have in common: time that goes by, overrides, and what technicians were told."""

from datetime import timedelta

from sqlalchemy import delete, select

from models.delivery import Delivery, DeliveryKind
from models.schedule import HandoffNotice, HandoffOccasion
from rules.escalation import Channel
from simulator.tables import Fault
from tests.rules.vendor import rome
from tests.stories.pages import deliveries
from tests.world import World

TURN = "until Mon 7 Dec 2026 09:00"
AHEAD = f"platinum: you are on call from Mon 30 Nov 2026 09:00 {TURN}."
BEGUN = f"platinum: you are on call now, {TURN}."
RELEASED = "platinum: you are off call. Bruno Neri is on call now."
SCHEDULE = """
schedules:
  - key: platinum
    time_zone: Europe/Rome
    %s
"""


def until(world: World, local: str) -> None:
    """Time goes by until a local time in Rome. But for the last day no engine looks at it, which is quicker."""
    world.settles()
    world.clock.at = max(world.clock.at, rome(local) - timedelta(days=1))
    world.passes(seconds=(rome(local) - world.clock.at).total_seconds())


def jumps(world: World, local: str) -> None:
    """No engine runs until then."""
    world.clock.advance(rome(local) - world.clock.at)


def overrides(world: World, *turns: str) -> None:
    """These hold from now on, each as 'carla 2026-11-30T09:00 2026-11-30T12:00'."""
    entries = ", ".join("{{technician: {}, from: {}, until: {}}}".format(*turn.split()) for turn in turns)
    world.loads(SCHEDULE % f"overrides: [{entries}]")
    world.settles()


def texts(world: World, technician: str) -> list[str]:
    """What a technician was texted of their turns."""
    sent = deliveries(world, DeliveryKind.HANDOFF, channel=Channel.SMS)
    return [one.body for one in sent if one.technician_key == technician]


def mails(world: World, technician: str) -> list[Delivery]:
    sent = deliveries(world, DeliveryKind.HANDOFF, channel=Channel.EMAIL)
    return [one for one in sent if one.technician_key == technician]


def recovers(world: World) -> None:
    """The carrier works again."""
    with world.database.write() as session:
        session.execute(delete(Fault))


def ahead_of_turns(world: World, technician: str) -> list[str]:
    return [text for text in texts(world, technician) if "you are on call from" in text]


def notice(world: World, technician: str, occasion: HandoffOccasion) -> HandoffNotice:
    """The latest one."""
    with world.database.read() as session:
        theirs = select(HandoffNotice).where(HandoffNotice.technician_key == technician)
        latest = theirs.where(HandoffNotice.occasion == occasion).order_by(HandoffNotice.starts_at.desc()).limit(1)
        return session.execute(latest).scalar_one()
