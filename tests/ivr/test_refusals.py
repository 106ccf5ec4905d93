"""Whom the line cannot serve: one reason, one next step, `0` for a person, no ticket."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.targets import Plan
from tests.ivr.world import World
from tests.rules.vendor import POLICY

REFUSALS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"plan": Plan.GOLD}, "refused:plan", "no on-call service", f"web ticket at {POLICY.portal}"),
    ({"plan": Plan.BASIC}, "refused:plan", "no on-call service", f"web ticket at {POLICY.portal}"),
    ({"starts": date(2026, 11, 25)}, "refused:not_started", "has not started", "account manager"),
    ({"ends": date(2026, 11, 23)}, "refused:expired", "has expired", "renew"),
    ({"paid": False}, "refused:unpaid", "suspended for non-payment", "accounts department"),
    ({"product": {"end_of_life": date(2026, 11, 23)}}, "refused:end_of_life", "end of life", "upgrade"),
    ({"product": {"end_of_support": date(2026, 11, 23)}}, "refused:end_of_support", "end of support", "upgrade"),
    ({"time_zone": "Asia/Calcutta"}, "refused:asia_pacific", "not available in your time zone", "web ticket"),
]


@pytest.mark.parametrize(("terms", "outcome", "reason", "next_step"), REFUSALS)
def test_a_refused_caller_hears_why_and_what_to_do(
    world: World, terms: dict[str, Any], outcome: str, reason: str, next_step: str
) -> None:
    world.customer(**terms)
    call = world.phone().to_priority()
    assert call.step == "human"
    assert reason in call.said
    assert next_step in call.said
    assert "press 0" in call.said
    assert world.call(call.sid).outcome == outcome
    assert call.wait().is_over
    assert "Goodbye" in call.said
    assert not world.tickets()
    assert outcome.removeprefix("refused:") in world.log(call.sid)


@pytest.mark.parametrize(
    "terms", [{"ends": date(2026, 11, 24)}, {"starts": date(2026, 11, 24)}, {"time_zone": "Asia/Dubai"}]
)
def test_the_last_and_the_first_day_are_served_and_so_is_the_near_east(world: World, terms: dict[str, Any]) -> None:
    world.customer(**terms)
    assert world.phone().to_priority().step == "priority"


def test_a_refused_caller_may_ask_for_a_person(world: World) -> None:
    world.customer(paid=False)
    call = world.phone().to_priority().press("0")
    assert (call.step, call.question.tag) == ("human", "Record")
    assert call.record().is_over
    assert "Acme SpA" in world.duty()[0]
    assert not world.tickets()


def test_lower_priorities_are_sent_to_the_portal(acme: World) -> None:
    call = acme.phone().to_priority().press("4")
    assert POLICY.portal in call.said
    assert call.press("0").question.tag == "Record"
    assert not acme.tickets()


@pytest.mark.parametrize(
    ("key", "locale", "words"),
    [
        ("2", "it-IT", "aprite un ticket web"),
        ("3", "de-DE", "Web-Ticket"),
        ("4", "fr-FR", "ticket web"),
        ("5", "es-ES", "tique web"),
        ("6", "pt-PT", "ticket web"),
        ("7", "arb", POLICY.portal),
    ],
)
def test_another_language_hears_its_own_sentence_and_may_press_0(
    acme: World, key: str, locale: str, words: str
) -> None:
    call = acme.phone().press(key)
    (sentence,) = [say for say in call.root.iter("Say") if say.attrib["language"] == locale]
    assert words in (sentence.text or "")
    assert sentence.attrib["voice"] != "Polly.Amy"
    assert call.step == "human"
    assert call.again().step == "human"
    assert call.wait().is_over
    assert acme.phone().press(key).press("0").question.tag == "Record"


def test_a_key_without_a_language_asks_again_and_at_last_goes_on_in_english(acme: World) -> None:
    call = acme.phone()
    assert [call.press("9").step for _ in range(3)] == ["language", "language", "pin"]


def test_a_strict_line_refuses_a_caller_in_asia_pacific_for_a_site_that_is_not(world: World) -> None:
    world.customer(time_zone="Europe/Rome")
    call = world.phone("+6561234567").to_priority()
    assert call.step == "priority"
    terms = replace(world.line.policy.entitlement, strict=True)
    strict = World(
        world.database, world.clock, replace(world.line, policy=replace(world.line.policy, entitlement=terms))
    )
    strict.calls = world.calls
    refused = strict.phone("+6561234567").to_priority()
    assert "not available in your time zone" in refused.said
    assert "asia_pacific" in strict.log(refused.sid)
