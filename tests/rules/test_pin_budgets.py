"""Wrong PINs are paid for out of budgets, so that guessing all year opens nothing but once in 1,000 years."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import pin_budgets
from rules.pin_budgets import YEAR, Budget, Kind, chance
from tests.rules.vendor import POLICY

RULES = POLICY.throttles
NIGHT = datetime(2026, 11, 3, 2, tzinfo=UTC)
BOUND = Fraction(1, 1000)
ADA = "+393332220001"

Pins = Mapping[int, int]
# PINs in use by their length
ALL_OF_8 = [{8: 10}, {8: 200}, {8: 10_000}]
MIXED = [{8: 5, 10: 5}, {8: 1, 9: 150, 12: 49}, {8: 2_000, 9: 7_000, 10: 1_000}, {12: 10_000}]


def exact_chance(pins: Pins) -> Fraction:
    return max(Fraction(count, 10**length) for length, count in pins.items())


def guess_all_year(budget: Budget, cost: float, *, from_whole: bool = True) -> int:
    """The wrong PINs of an attacker who guesses whenever the budget allows it, and stops after a year."""
    at, whole_at, guesses = NIGHT, None if from_whole else NIGHT + budget.whole_in, 0
    while at < NIGHT + YEAR:
        if budget.affords(whole_at, cost, at):
            whole_at = budget.after(whole_at, cost, at)
            guesses += 1
        elif whole_at is None or cost > budget.size:
            break
        else:
            at = max(budget.affords_again_at(whole_at, cost), at + timedelta(microseconds=1))
    return guesses


def budgets(pins: Pins) -> list[tuple[Budget, Pins]]:
    """Every budget of a line on which each PIN opens a contract of its own, with one registered number each."""
    count = sum(pins.values())
    found: list[tuple[Budget, Pins]] = [(pin_budgets.line(RULES), pins)]
    contracts = [{length: 1} for length, number in pins.items() for _ in range(number)]
    for number, own in enumerate(contracts):
        for is_verified in (True, False):
            found.append((pin_budgets.registered(RULES, f"+39{number}", count, is_verified=is_verified)[0], own))
        found.append((pin_budgets.contract(RULES, number, count), own))
    easiest = {min(pins): 1}
    shared = [pin_budgets.registered(RULES, ADA, count, is_verified=verified)[1] for verified in (True, False)]
    assert shared[1] == pin_budgets.common(RULES)
    return [*found, *((budget, easiest) for budget in shared)]


@pytest.mark.parametrize(("pins", "guesses"), [({8: 10}, 10_000), ({8: 200}, 500), ({8: 10_000}, 10)])
def test_what_one_in_a_thousand_allows_in_a_year(pins: Pins, guesses: int):
    whole = Budget(Kind.LINE, "", float(BOUND) / 2)
    assert whole.guesses_a_year(chance(pins)) == guesses
    assert guesses * exact_chance(pins) == BOUND


def test_an_attacker_guesses_at_the_length_that_is_best():
    assert chance({8: 1, 9: 150}) == pytest.approx(1.5e-7)
    assert chance({8: 20, 9: 150}) == pytest.approx(2e-7)
    assert chance({}) == 0


@pytest.mark.parametrize(
    ("pins", "guesses"), [({8: 10}, 3000), ({8: 200}, 150), ({8: 10_000}, 2), ({8: 100_000}, 0), ({12: 10_000}, 30_000)]
)
def test_the_line_s_own_are_nearly_none_with_many_pins(pins: Pins, guesses: int):
    """With 10,000 PINs one wrong PIN at once and one more in the year; the contract's number is asked for then."""
    assert pin_budgets.line(RULES).guesses_a_year(chance(pins)) == guesses


@pytest.mark.parametrize("pins", [{8: 10}, {8: 200}, {8: 10_000}, {8: 100_000}, {8: 5, 10: 300}])
@pytest.mark.parametrize("from_whole", [True, False])
def test_guessing_whenever_it_is_allowed_gets_no_more_than_that(pins: Pins, from_whole: bool):
    line = pin_budgets.line(RULES)
    guesses = guess_all_year(line, chance(pins), from_whole=from_whole)
    assert guesses <= line.guesses_a_year(chance(pins))
    if from_whole:
        assert guesses >= line.guesses_a_year(chance(pins)) - 1


@pytest.mark.parametrize("pins", [*ALL_OF_8, *MIXED])
def test_all_budgets_together_keep_the_year_under_one_in_a_thousand(pins: Pins):
    """The sum over everything that anybody may guess at: the line, each number, each contract, and what is common."""
    total = sum(budget.guesses_a_year(chance(own)) * exact_chance(own) for budget, own in budgets(pins))
    assert total <= BOUND
    sizes = sum(budget.size * 2 for budget, _ in budgets(pins))
    assert sizes <= float(BOUND) * (1 + 1e-9)


@pytest.mark.parametrize("pins", [{8: 200}, {8: 10_000}])
def test_after_a_contract_s_number_far_more_is_allowed(pins: Pins):
    count = sum(pins.values())
    own, common = pin_budgets.contract(RULES, 17, count), pin_budgets.common(RULES)
    without = pin_budgets.line(RULES).guesses_a_year(chance(pins))
    assert own.guesses_a_year(1e-8) + common.guesses_a_year(1e-8) > 100 * without


def test_ten_calls_under_a_registered_number_leave_it_enough():
    """With 200 customers; 3 wrong PINs a call."""
    own = pin_budgets.registered(RULES, ADA, 200, is_verified=False)[0]
    whole_at = None
    for _ in range(30):
        assert own.affords(whole_at, 1e-8, NIGHT)
        whole_at = own.after(whole_at, 1e-8, NIGHT)
    assert own.affords(whole_at, 1e-8, NIGHT)


def test_calls_that_the_carriers_vouch_for_share_nothing_with_the_others():
    vouched = {budget.key for budget in pin_budgets.registered(RULES, ADA, 10, is_verified=True)}
    others = {budget.key for budget in pin_budgets.registered(RULES, ADA, 10, is_verified=False)}
    assert not vouched & others


def test_what_is_common_pays_for_no_guess_that_is_likely_to_be_right():
    """Else 25 calls under the number of a reseller with 200 customers would spend it for everybody."""
    common = pin_budgets.common(RULES)
    assert common.affords(None, chance({8: 1}), NIGHT)
    assert not common.affords(None, chance({8: 200}), NIGHT)
    assert common.guesses_a_year(chance({8: 200})) == 0


def test_numbers_prefixes_and_countries_are_counted_in_guesses():
    country, prefix, number = pin_budgets.unregistered(RULES, "+393337770001", "IT")
    assert (country.key, prefix.key, number.key) == ("country:IT", "prefix:+393337", "number:+393337770001")
    assert number.size < prefix.size < country.size
    assert [budget.key for budget in pin_budgets.unregistered(RULES, None, None)] == ["number:unknown"]
    assert pin_budgets.unregistered(RULES, "+88167770001", None)[0].key == "country:unknown"


def test_what_was_spent_comes_back_evenly():
    number = pin_budgets.unregistered(RULES, "+393337770001", "IT")[-1]
    whole_at = NIGHT
    for _ in range(RULES.number):
        assert number.affords(whole_at, 1, NIGHT)
        whole_at = number.after(whole_at, 1, NIGHT)
    assert not number.affords(whole_at, 1, NIGHT)
    again = number.affords_again_at(whole_at, 1)
    assert again == NIGHT + RULES.refilled_in / RULES.number
    assert number.affords(whole_at, 1, again)
    assert not number.affords(whole_at, 1, again - timedelta(seconds=1))
    assert whole_at == NIGHT + RULES.refilled_in


@given(
    size=st.integers(1, 40),
    gaps=st.lists(st.integers(0, 60 * 24 * 200), min_size=1, max_size=80),
)
def test_no_year_of_guesses_gets_more_than_a_budget_holds(size: int, gaps: list[int]):
    """Whatever the pauses: in every window of a year at most the size at once, and as much again."""
    budget = Budget(Kind.LINE, "", size * 1e-7)
    at, whole_at, looked_at = NIGHT, None, []
    for gap in gaps:
        at += timedelta(minutes=gap)
        if budget.affords(whole_at, 1e-7, at):
            whole_at = budget.after(whole_at, 1e-7, at)
            looked_at.append(at)
    for first in looked_at:
        assert sum(first <= each < first + YEAR for each in looked_at) <= budget.guesses_a_year(1e-7) == 2 * size
