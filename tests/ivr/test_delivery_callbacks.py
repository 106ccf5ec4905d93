"""What the provider reports of messages and calls: written down once, answered with 204 whatever it is."""

import pytest
from sqlalchemy import update

from models.delivery import Delivery, DeliveryState
from paging import outcomes
from tests.ivr.deadlock import fails_once
from tests.ivr.world import ACCOUNT, World


@pytest.fixture
def sent(acme_on_both: World) -> Delivery:
    """A text to Anna that has been handed over."""
    acme_on_both.phone().to_closing().wait()
    acme_on_both.due()
    return acme_on_both.all(Delivery)[0]


def report(world: World, delivery_id: int, **form: str) -> int:
    return world.post(f"/twilio/delivery/{delivery_id}/status", form).status_code


def test_an_outcome_is_written_down_and_never_left(sent: Delivery, acme_on_both: World) -> None:
    for status in ("sent", "delivered", "sent", "failed"):
        assert report(acme_on_both, sent.id, MessageSid="SM1", MessageStatus=status) == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": "SM1"},
        {"MessageSid": "SM1", "MessageStatus": "nonsense"},
        {"MessageSid": "x" * 500, "MessageStatus": "failed"},
    ],
)
def test_senseless_reports_change_nothing(sent: Delivery, acme_on_both: World, form: dict[str, str]) -> None:
    assert report(acme_on_both, sent.id, **form) == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.SENT


def test_a_delivery_that_is_not_known_changes_nothing(acme_on_both: World) -> None:
    assert report(acme_on_both, 999, MessageSid="SM1", MessageStatus="delivered") == 204


def test_a_deadlock_is_tried_again(sent: Delivery, acme_on_both: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = fails_once(monkeypatch, outcomes, "report")
    assert report(acme_on_both, sent.id, MessageSid="SM1", MessageStatus="delivered") == 204
    assert len(tried) == 2


@pytest.mark.parametrize(
    "form",
    [
        {"MessageSid": "SM1", "MessageStatus": "failed", "AccountSid": "AC" + "9" * 32},
        {"MessageSid": "SM1", "MessageStatus": "no-answer"},
        {"CallSid": "CA1", "CallStatus": "busy"},
        {"MessageSid": "SM1", "MessageStatus": "received"},
    ],
    ids=["another account", "a call's word for a text", "a call's report on a text", "a word for texts that come in"],
)
def test_what_cannot_be_said_of_a_text_of_ours_changes_nothing(
    sent: Delivery, acme_on_both: World, form: dict[str, str]
) -> None:
    assert report(acme_on_both, sent.id, **form) == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.SENT


def test_the_account_s_own_name_is_no_obstacle(sent: Delivery, acme_on_both: World) -> None:
    assert report(acme_on_both, sent.id, AccountSid=ACCOUNT, MessageSid="SM1", MessageStatus="delivered") == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.DELIVERED


def test_the_failure_of_another_message_is_not_this_one_s(sent: Delivery, acme_on_both: World) -> None:
    with acme_on_both.database.write() as session:
        session.execute(update(Delivery).where(Delivery.id == sent.id).values(provider_sid="SM1"))
    assert report(acme_on_both, sent.id, MessageSid="SM2", MessageStatus="failed") == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.SENT


@pytest.mark.parametrize("status", ["failed", "delivered", "sent"])
def test_what_has_not_been_sent_yet_cannot_have_failed(sent: Delivery, acme_on_both: World, status: str) -> None:
    with acme_on_both.database.write() as session:
        session.execute(update(Delivery).where(Delivery.id == sent.id).values(state=DeliveryState.PENDING))
    assert report(acme_on_both, sent.id, MessageSid="SM2", MessageStatus=status) == 204
    assert acme_on_both.all(Delivery, Delivery.id == sent.id)[0].state is DeliveryState.PENDING
