"""A page of which nothing can leave: it is tried by every channel at least once a minute, and everybody can see it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.delivery import PAGING_KINDS, Delivery, DeliveryKind, DeliveryState
from paging.kindness import SPARED
from rules.escalation import Channel
from simulator import faults
from simulator.faults import FaultKind
from tests.stories.pages import ANNA, NUMBER, deliveries, page_of, reports
from tests.world import World
from tickets.outbox import Reference, post

REFUSED, FORBIDDEN, NO_SUCH_NUMBER = 20003, 21408, 21211
HOUR = timedelta(hours=1)


def refuses(world: World, code: int) -> None:
    world.company.add_fault(FaultKind.REFUSE, times=1_000_000, code=code)


def mended(world: World) -> None:
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)


def detail(world: World) -> str:
    answer = world.app.test_client().get("/readyz")
    return "" if answer.status_code == 200 else str(answer.get_json()["detail"])


def mails_to_anna(world: World) -> list[Delivery]:
    return [each for each in deliveries(world, channel=Channel.EMAIL) if each.technician_key == "anna"]


@pytest.mark.parametrize("code", [REFUSED, FORBIDDEN, NO_SUCH_NUMBER])
@pytest.mark.parametrize("key", ["1", "2"])
def test_it_leaves_within_a_minute_once_the_carrier_takes_messages(quick_world: World, code: int, key: str) -> None:
    world = quick_world
    refuses(world, code)
    reports(world, key)
    world.passes(minutes=4)
    assert world.handset("anna").texts == []
    mended(world)
    world.passes(minutes=1)
    assert any(NUMBER in text for text in world.handset("anna").texts)
    world.handset("anna").sends("ACK")
    assert world.ticket(NUMBER)["taken_by"] == "anna"


@pytest.mark.parametrize("code", [REFUSED, FORBIDDEN, NO_SUCH_NUMBER])
def test_every_channel_is_tried_at_least_once_a_minute(quick_world: World, code: int) -> None:
    refuses(quick_world, code)
    reports(quick_world)
    for _ in range(4):
        before = attempts(quick_world)
        quick_world.passes(minutes=1)
        assert all(attempts(quick_world)[channel] > before[channel] for channel in (Channel.SMS, Channel.VOICE))


def attempts(world: World) -> dict[Channel, int]:
    return {
        channel: sum(each.attempts for each in deliveries(world, *PAGING_KINDS, channel=channel)) for channel in Channel
    }


def test_an_e_mail_comes_at_once_and_names_the_ticket_in_the_console(world: World) -> None:
    refuses(world, NO_SUCH_NUMBER)
    reports(world)
    [mail] = mails_to_anna(world)
    assert mail.state is DeliveryState.DELIVERED
    assert f"/tickets/{NUMBER}" in mail.body


def test_an_hour_makes_one_e_mail_a_round_and_few_rows(quick_world: World) -> None:
    world = quick_world
    refuses(world, NO_SUCH_NUMBER)
    reports(world)
    world.passes(hours=1)
    rounds = page_of(world).round
    assert len(mails_to_anna(world)) <= rounds
    assert len(deliveries(world, *PAGING_KINDS)) < 60 * 4
    assert len(world.story(NUMBER)) < 60 * 4


@pytest.mark.parametrize("code", [REFUSED, FORBIDDEN])
def test_readyz_says_so_until_something_has_left(world: World, code: int) -> None:
    assert detail(world) == ""
    refuses(world, code)
    reports(world)
    world.passes(minutes=2)
    assert NUMBER in detail(world)
    assert ("refuses the account" in detail(world)) is (code == REFUSED)
    mended(world)
    world.passes(minutes=1)
    assert detail(world) == ""


def test_a_page_that_reaches_somebody_is_not_tried_beside_its_policy(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, times=1, code=NO_SUCH_NUMBER)
    reports(world, key="2")
    world.passes(minutes=10)
    assert page_of(world).unreached_since is None
    assert mails_to_anna(world) == []
    assert not any(each.persistent for each in deliveries(world))


def test_a_technician_who_was_called_often_enough_is_tried_by_text_alone(quick_world: World) -> None:
    world = quick_world
    limit = world.gateway.line.policy.limits.calls
    was_called(world, limit)
    refuses(world, NO_SUCH_NUMBER)
    reports(world, key="2")
    world.passes(minutes=4)
    calls = [each for each in deliveries(world, channel=Channel.VOICE) if each.technician_key == "anna"]
    assert [(each.state, each.error_code) for each in calls[limit:]] == [(DeliveryState.FAILED, SPARED)]
    texts = [each for each in deliveries(world, channel=Channel.SMS) if each.technician_key == "anna"]
    [text] = [each for each in texts if each.persistent]
    assert text.attempts >= 3


def was_called(world: World, times: int) -> None:
    """Anna's telephone has just rung so often."""
    now = world.clock.at
    with world.database.write() as session:
        for number in range(times):
            post(
                session, key=f"call {number}", kind=DeliveryKind.PAGE, channel=Channel.VOICE, name="Anna Rossi",
                address=ANNA, body="", now=now, about=Reference(technician_key="anna"),
            )  # fmt: skip
        for call in session.execute(select(Delivery)).scalars():
            call.state, call.due_at, call.attempted_at = DeliveryState.UNANSWERED, None, now
