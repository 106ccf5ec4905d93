"""What the stories of paging have in common: a problem reported, and what became of its page."""

from sqlalchemy import select

from admin.accounts import add_user
from models.account import Role
from models.delivery import Delivery, DeliveryKind
from models.page import Page
from rules.escalation import Channel
from tests.admin.console_site import Visitor
from tests.world import ADA, PIN, World

ANNA, CARLA = "+393331110001", "+393331110003"
NUMBER = "100001"


def reports(world: World, key: str = "1") -> None:
    """Ada reports a problem and hangs up; the page leaves."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses(key).hangs_up()
    world.settles()


def deliveries(world: World, *kinds: DeliveryKind, channel: Channel | None = None) -> list[Delivery]:
    """The messages of these kinds, the eldest first."""
    with world.database.read() as session:
        statement = select(Delivery).where(Delivery.kind.in_(kinds or (DeliveryKind.PAGE,))).order_by(Delivery.id)
        if channel is not None:
            statement = statement.where(Delivery.channel == channel)
        return list(session.execute(statement).scalars())


def page_of(world: World, number: str = NUMBER) -> Page:
    with world.database.read() as session:
        return session.execute(select(Page).where(Page.ticket_number == int(number))).scalar_one()


def mails(world: World, word: str) -> list[str]:
    """The subjects of e-mails that hold a word, by any recipient."""
    with world.database.read() as session:
        statement = select(Delivery.subject).where(Delivery.channel == Channel.EMAIL).order_by(Delivery.id)
        return [subject for subject in session.execute(statement).scalars() if subject and word in subject]


ADMIN = "admin@example.com"


def admin(world: World) -> Visitor:
    """An admin, signed in to the console."""
    with world.database.write() as session:
        password = add_user(session, ADMIN, Role.ADMIN, world.clock.at)
    return Visitor(world.app.test_client()).sign_in(ADMIN, password)
