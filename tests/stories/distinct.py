"""The line of tests/data/distinct.yaml, on which no two values are the same, and a problem reported there."""

from pathlib import Path

from models.delivery import DeliveryKind
from rules.escalation import Channel
from tests.stories.pages import deliveries
from tests.world import World

DISTINCT_LINE = Path(__file__).parents[1] / "data" / "distinct.yaml"
ADA, DINO = "+393332220001", "+393332220004"
ACME_PIN, DELTA_PIN = "48201937", "68403755"
CALLBACK = "+393339998887"
KEYED = "3339998887#"
SECOND_PHONE = "+393331110011"
ANNA, BRUNO, CARLA, DORA, ENZO = (f"+39333111000{number}" for number in range(1, 6))
MAX = "+393331110009"


def reports(line: World, priority: str = "1", caller: str = ADA) -> None:
    """A caller on file keys in another number to be called back at, says nothing more, and hangs up."""
    call = line.phone(caller).dials().presses(f"{ACME_PIN}#").presses(priority)
    call.presses("2").presses(KEYED).presses("1").records("", seconds=0).hangs_up()
    line.settles()


def addresses(line: World, *kinds: DeliveryKind, channel: Channel = Channel.SMS) -> set[str]:
    return {delivery.address for delivery in deliveries(line, *kinds, channel=channel)}
