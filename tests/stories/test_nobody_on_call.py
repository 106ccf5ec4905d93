"""Nobody on call, or nobody who answers: with a fallback contact, and with none."""

import pytest
from sqlalchemy import select, update

from models.delivery import Delivery, DeliveryKind
from models.schedule import EscalationPolicy
from rules.escalation import Channel
from tests.stories.distinct import CALLBACK, ENZO, MAX, addresses, reports
from tests.stories.pages import NUMBER, deliveries
from tests.world import World


@pytest.fixture
def gap(line: World) -> World:
    """Nobody is on call."""
    nobody = "{technician: anna, from: 2026-11-24T00:00, until: 2026-11-26T00:00}"
    other = nobody.replace("anna", "bruno")
    return line.loads(f"schedules: [{{key: platinum, absences: [{nobody}, {other}]}}]")


def without_fallback(line: World) -> None:
    """As on a line whose fallback contacts have left: a file would not be let in."""
    with line.database.write() as session:
        policy = session.execute(select(EscalationPolicy)).scalar_one()
        levels = [{**level, "notify": ["schedule:platinum"]} for level in policy.content["levels"]]
        session.execute(update(EscalationPolicy).values(content={**policy.content, "levels": levels, "fallback": []}))


def of_the_ticket(line: World) -> list[Delivery]:
    """What the duty manager is told of the ticket: gaps of the schedule are told besides."""
    return [message for message in deliveries(line, DeliveryKind.DUTY) if message.ticket_number == int(NUMBER)]


def test_in_a_gap_the_fallback_is_paged_by_text_and_call(gap: World) -> None:
    reports(gap)
    paged = [(message.address, message.channel) for message in deliveries(gap, DeliveryKind.PAGE)]
    assert paged == [(ENZO, Channel.SMS), (ENZO, Channel.VOICE)]
    gap.company.handset(ENZO).sends("ACK")
    assert gap.ticket(NUMBER)["taken_by"] == "enzo"


def test_in_a_gap_the_duty_manager_is_told_too_once(gap: World) -> None:
    reports(gap)
    gap.passes(minutes=20)
    told = of_the_ticket(gap)
    assert sorted(message.address for message in told) == sorted([MAX, "max@example.com"])
    assert all(CALLBACK in message.body for message in told)


def test_a_duty_manager_who_is_the_fallback_is_paged_and_not_told_besides(gap: World) -> None:
    gap.loads(f'roles: {{duty_manager: [{{name: Enzo, phone: "{ENZO}", email: enzo@example.com}}]}}')
    reports(gap)
    assert addresses(gap, DeliveryKind.PAGE) == {ENZO}
    assert of_the_ticket(gap) == []


def test_in_a_gap_without_a_fallback_the_duty_manager_is_told_whom_to_call_back(gap: World) -> None:
    without_fallback(gap)
    reports(gap)
    told = of_the_ticket(gap)
    assert {message.address for message in told} == {MAX, "max@example.com"}
    assert deliveries(gap, DeliveryKind.PAGE) == []


def test_when_nobody_answers_the_fallback_is_alarmed_once_after_the_last_repeat(line: World) -> None:
    reports(line)
    line.passes(minutes=24)
    assert deliveries(line, DeliveryKind.ALARM) == []
    line.passes(minutes=3)
    alarmed = [(message.address, message.channel) for message in deliveries(line, DeliveryKind.ALARM)]
    assert alarmed == [(ENZO, Channel.SMS), (ENZO, Channel.VOICE)]


def test_when_nobody_answers_and_there_is_no_fallback_the_duty_manager_is_told(line: World) -> None:
    without_fallback(line)
    reports(line)
    line.passes(minutes=24)
    assert deliveries(line, DeliveryKind.DUTY) == []
    line.passes(minutes=3)
    assert addresses(line, DeliveryKind.DUTY) == {MAX}
    assert all(CALLBACK in message.body for message in deliveries(line, DeliveryKind.DUTY))
