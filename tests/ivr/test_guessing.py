"""Whoever guesses PINs gets nowhere and is noticed; administrators still get through."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from models.call import CallStep
from models.customer import Contract, Pin
from models.delivery import DeliveryKind
from models.protection import BlockedNumber, Throttle
from rules.pin_budgets import YEAR
from tests.ivr.telephone import ACME_PIN, Telephone
from tests.ivr.world import ADA, STRANGER, World

WRONG = "11111111"
VERIFIED, FAILED = "TN-Validation-Passed-A", "TN-Validation-Failed-A"
BETA_PIN = "87654321"


@pytest.fixture
def acme(world: World) -> World:
    world.customer(number="C-1001")
    return world


@pytest.fixture
def acme_on_both(both: World) -> World:
    both.customer(number="C-1001")
    return both


def guesses(call: Telephone, pins: int = 3) -> Telephone:
    """Wrong PINs, as many as the line takes; none after the number of a contract."""
    if call.step == "language":
        call.press("1")
    for _ in range(pins):
        if call.step != "pin" or asks_for_contract(call):
            break
        call.press(WRONG)
    return call


def guesses_at(call: Telephone, digits: str, pins: int = 3) -> Telephone:
    """Wrong PINs after the number of a contract."""
    if call.step == "language":
        call.press("1")
    for _ in range(pins):
        if asks_for_contract(call):
            call.press(digits).press(WRONG)
    return call


def asks_for_contract(call: Telephone) -> bool:
    return call.step == "pin" and "contract number, then" in call.said


def number_of(attacker: int) -> str:
    """A mobile number of its own, prefix and country varied as an attacker would."""
    country = ("+3933", "+4474", "+336", "+346", "+316", "+324", "+487", "+3519")[attacker % 8]
    return f"{country}{attacker * 73 % 100:02d}{attacker:06d}"


def looked_at(world: World) -> int:
    """How many PINs the line has found to be wrong."""
    return len(world.all(CallStep, CallStep.kind == "pin", CallStep.text.startswith("wrong")))


def alerts(world: World) -> list[str]:
    """What the line has told of itself: to the duty manager, as no admin is on file here."""
    texts = [*world.deliveries(DeliveryKind.ALERT), *world.deliveries(DeliveryKind.DUTY)]
    return [text.subject or "" for text in texts if "wrong PINs" in (text.subject or "")]


def more_pins(world: World, count: int) -> None:
    """Other customers: the more PINs are in use, the fewer wrong ones are looked at without a contract's number."""
    beta = world.customer("Beta Srl", BETA_PIN, number="C-2001")
    pins = (Pin(contract_id=beta, digest=f"pin {n}", digits=8, created_at=world.clock.at) for n in range(count))
    world.add(*pins)


def spend(world: World, *keys: str) -> None:
    """Let these budgets be spent."""
    with world.database.write() as session:
        for key in keys:
            session.merge(Throttle(key=key, failures=99, last_at=world.clock.at, whole_at=world.clock.at + YEAR))


def few(world: World, odds: int) -> None:
    """A line that allows an attacker so much less that a test reaches the end of its budgets."""
    rules = replace(world.line.policy.throttles, odds=odds)
    world.line = replace(world.line, policy=replace(world.line.policy, throttles=rules))
    world.__post_init__()


def test_after_six_wrong_pins_of_a_number_the_contract_s_number_is_asked_for_first(acme_on_both: World) -> None:
    guesses(acme_on_both.phone())
    guesses(acme_on_both.phone())
    call = acme_on_both.phone().press("1")
    assert asks_for_contract(call)
    assert call.press("1001").step == "pin"
    assert not asks_for_contract(call)
    assert call.press(ACME_PIN).step == "priority"
    acme_on_both.clock.advance(timedelta(hours=1))
    assert acme_on_both.phone().to_priority().step == "priority"


def test_a_right_pin_is_not_looked_at_once_the_budget_is_spent(acme: World) -> None:
    other, call = acme.phone().press("1"), acme.phone().press("1")
    guesses(acme.phone())
    guesses(other)
    call.press(ACME_PIN)
    assert asks_for_contract(call)
    assert acme.call(call.sid).contract_id is None
    assert call.press("1001").press(ACME_PIN).step == "priority"


def test_whose_wrong_pin_spends_the_budget_is_not_asked_for_another_in_vain(acme: World) -> None:
    guesses(acme.phone())
    guesses(acme.phone(), 2)
    assert asks_for_contract(guesses(acme.phone(), 1))


def test_one_right_pin_forgives_no_wrong_ones(acme: World) -> None:
    acme.customer("Beta Srl", BETA_PIN)
    for _ in range(2):
        assert acme.phone().press("1").press(WRONG).press(WRONG).press(BETA_PIN).step == "priority"
    assert asks_for_contract(acme.phone().press("1").press(WRONG).press(WRONG))


def test_callers_without_a_number_share_one_count(acme: World) -> None:
    guesses(acme.phone("anonymous"))
    guesses(acme.phone("+266696687"))
    call = acme.phone("anonymous").press("1")
    assert asks_for_contract(call)
    assert call.press("1001").press(ACME_PIN).step == "priority"
    assert not asks_for_contract(acme.phone().press("1"))


@pytest.mark.parametrize(
    ("attackers", "other"),
    [("+39333777{:04d}", "+393338880001"), ("+3933{:08d}", "+4915123456789")],
    ids=["prefix", "country"],
)
def test_numbers_of_one_prefix_or_country_are_counted_together(acme: World, attackers: str, other: str) -> None:
    for number in range(12):
        guesses(acme.phone(attackers.format(number * 700_001 % 10_000_000 if "08" in attackers else number)))
    assert asks_for_contract(acme.phone(attackers.format(9_999)).press("1"))
    assert acme.phone(other).press("1").press(ACME_PIN).step == "priority"


def test_ten_calls_from_anywhere_shut_nobody_out(acme: World) -> None:
    """The old attack: thirty wrong PINs, from ten numbers of ten countries."""
    acme.contact(1)
    codes = ("1415", "44151", "49151", "33612", "34612", "351912", "41791", "43664", "32470", "31612")
    for code in codes:
        guesses(acme.phone(f"+{code}5550100"))
    assert acme.phone().press("1").press(ACME_PIN).step == "priority"
    assert acme.phone(ADA).press(ACME_PIN).step == "priority"


def test_an_attacker_with_a_thousand_numbers_is_noticed_and_shuts_nobody_out(acme: World) -> None:
    acme.contact(1)
    more_pins(acme, 198)
    through = 0
    for attacker in range(1000):
        guesses(acme.phone(number_of(attacker)))
        acme.clock.advance(timedelta(seconds=9))
        if attacker % 100 == 0:
            through += acme.phone(ADA).press(ACME_PIN).step == "priority"
    line = acme.line.policy.throttles.shares.line / acme.line.policy.throttles.odds / 2
    assert looked_at(acme) <= line / 200e-8
    assert alerts(acme)
    assert through == 10
    honest = acme.phone(STRANGER).press("1")
    assert asks_for_contract(honest)
    assert honest.press("1001").press(ACME_PIN).press("1").step == "callback"
    assert acme.ticket().call_sid == honest.sid


def test_the_line_s_budget_comes_back_slowly(acme_on_both: World) -> None:
    more_pins(acme_on_both, 198)
    for attacker in range(40):
        guesses(acme_on_both.phone(number_of(attacker)))
    assert looked_at(acme_on_both) == 75
    assert any("not registered" in subject for subject in alerts(acme_on_both))
    acme_on_both.clock.advance(timedelta(days=4))
    assert asks_for_contract(acme_on_both.phone().press("1"))
    acme_on_both.clock.advance(timedelta(days=1))
    assert acme_on_both.phone().press("1").press(ACME_PIN).step == "priority"


def test_a_registered_number_opens_its_own_customer_s_contracts_alone(acme_on_both: World) -> None:
    acme_on_both.contact(1)
    more_pins(acme_on_both, 0)
    call = acme_on_both.phone(ADA).press(BETA_PIN)
    assert call.step == "pin"
    assert acme_on_both.call(call.sid).contract_id is None
    assert call.press(ACME_PIN).step == "priority"


def test_a_registered_number_opens_the_other_contracts_of_its_customer(acme: World) -> None:
    acme.contact(1)
    second = acme.customer("Beta Srl", BETA_PIN)
    with acme.database.write() as session:
        session.get_one(Contract, second).customer_id = session.get_one(Contract, 1).customer_id
    assert acme.phone(ADA).press(BETA_PIN).step == "priority"


@pytest.mark.parametrize("calls", [4, 10])
def test_who_is_impersonated_still_gets_in_with_the_pin_alone(acme_on_both: World, calls: int) -> None:
    acme_on_both.contact(1)
    more_pins(acme_on_both, 198)
    for _ in range(calls):
        guesses(acme_on_both.phone(ADA))
    call = acme_on_both.phone(ADA)
    assert not asks_for_contract(call)
    assert call.press(ACME_PIN).step == "priority"
    assert {row.key for row in acme_on_both.all(Throttle)} == {f"registered:{ADA}"}


def test_whose_registered_number_is_spent_is_asked_for_the_contract_s_number(acme: World) -> None:
    acme.contact(1)
    few(acme, odds=2_500_000)
    guesses(acme.phone(ADA))
    call = acme.phone(ADA)
    assert asks_for_contract(call)
    assert ADA in alerts(acme)[0]
    assert call.press("1001").press(ACME_PIN).step == "priority"
    assert not asks_for_contract(acme.phone().press("1"))


@pytest.mark.parametrize("verdict", [FAILED, "TN-Validation-Passed-C", "", "\x00nonsense" * 20])
def test_calls_that_nobody_vouches_for_do_not_shut_out_the_holder_of_the_number(acme: World, verdict: str) -> None:
    acme.contact(1)
    few(acme, odds=2_500_000)
    attacker = guesses(acme.phone(ADA, StirVerstat=verdict))
    assert verdict.replace("\x00", "")[:60] in acme.log(attacker.sid)
    assert asks_for_contract(acme.phone(ADA, StirVerstat=verdict))
    holder = acme.phone(ADA, StirVerstat=VERIFIED)
    assert not asks_for_contract(holder)
    assert holder.press(ACME_PIN).step == "priority"


def test_what_is_common_pays_once_a_contract_s_own_budget_is_spent(acme_on_both: World) -> None:
    spend(acme_on_both, "line:")
    guesses_at(acme_on_both.phone(), "1001", 1)
    spend(acme_on_both, "contract:1")
    guesses_at(acme_on_both.phone(), "1001", 2)
    (common,) = acme_on_both.all(Throttle, Throttle.key == "common:")
    assert common.failures == 2
    assert acme_on_both.phone().press("1").press("1001").press(ACME_PIN).step == "priority"


def test_a_contract_whose_budgets_are_spent_is_not_opened_and_the_others_are(acme: World) -> None:
    more_pins(acme, 0)
    spend(acme, "line:", "contract:1", "common:")
    call = acme.phone().press("1").press("1001").press(ACME_PIN)
    assert (call.step, call.question.tag) == ("human", "Record")
    assert acme.call(call.sid).contract_id is None
    assert acme.phone().press("1").press("2001").press(BETA_PIN).step == "priority"


@pytest.mark.parametrize("digits", ["7", "1002", "10010", "0001001", "9" * 40])
def test_digits_of_no_contract_are_not_told_from_a_wrong_pin(acme: World, digits: str) -> None:
    spend(acme, "line:")
    heard = []
    for keyed in (digits, "1001"):
        call = acme.phone().press("1").press(keyed).press(WRONG if keyed == "1001" else ACME_PIN)
        heard.append(call.said)
        assert asks_for_contract(call)
    assert heard[0] == heard[1]


def test_the_pin_tells_contracts_with_the_same_digits_apart(acme: World) -> None:
    acme.customer("Beta Srl", BETA_PIN, number="D 10-01")
    spend(acme, "line:")
    for pin, contract in ((ACME_PIN, 1), (BETA_PIN, 2)):
        call = acme.phone().press("1").press("1001").press(pin)
        assert (call.step, acme.call(call.sid).contract_id) == ("priority", contract)
    guesses_at(acme.phone(), "1001", 1)
    assert {row.key for row in acme.all(Throttle)} == {"line:", "contract:1", "contract:2"}


def test_what_is_common_pays_for_contracts_with_the_same_digits_together(acme: World) -> None:
    acme.customer("Beta Srl", BETA_PIN, number="D-1001")
    spend(acme, "line:")
    spend(acme, "contract:1", "contract:2")
    assert acme.phone().press("1").press("1001").press(BETA_PIN).step == "priority"
    guesses_at(acme.phone(), "1001", 1)
    (common,) = acme.all(Throttle, Throttle.key == "common:")
    assert common.failures == 1


def test_digits_that_too_many_contracts_share_name_none(acme: World) -> None:
    spend(acme, "line:")
    for n in range(20):
        acme.customer(f"Customer {n}", f"{n:08d}", number=f"{chr(65 + n)}{chr(65 + n)}-1001")
    assert asks_for_contract(acme.phone().press("1").press("1001").press(ACME_PIN))


def test_a_contract_without_a_pin_is_not_told_from_one_that_is_not_there(acme: World) -> None:
    acme.customer("Beta Srl", BETA_PIN, number="C-3001")
    with acme.database.write() as session:
        session.query(Pin).where(Pin.contract_id == 2).delete()
    spend(acme, "line:")
    assert asks_for_contract(acme.phone().press("1").press("3001").press(BETA_PIN))


def test_who_keys_the_pin_alone_comes_to_a_person_after_three(acme: World) -> None:
    spend(acme, "line:")
    call = acme.phone().press("1")
    presses = 0
    while call.step == "pin":
        call.press(ACME_PIN)
        presses += 1
    assert (call.step, call.question.tag, presses) == ("human", "Record", 6)


def test_three_silences_or_keys_that_are_no_digits_lead_to_a_person(acme: World) -> None:
    spend(acme, "line:")
    call = acme.phone().press("1")
    assert [call.wait().step for _ in range(3)] == ["pin", "pin", "human"]
    call = acme.phone().press("1")
    assert [call.press("١٢٣").step for _ in range(3)] == ["pin", "pin", "human"]
    assert acme.phone().press("1").press("0").step == "human"


def test_the_contract_s_number_is_repeated_and_asked_for_again(acme: World) -> None:
    spend(acme, "line:")
    call = acme.phone().press("1")
    assert asks_for_contract(call.press("*"))
    assert not asks_for_contract(call.press("1001").press("*"))
    assert call.press(ACME_PIN).step == "priority"


def test_no_pin_is_written_down_though_it_is_keyed_in_for_the_contract_s_number(acme: World) -> None:
    spend(acme, "line:")
    call = acme.phone().press("1").press(ACME_PIN).press(WRONG).press("1001").press(WRONG)
    written = f"{acme.log(call.sid)} {vars(acme.call(call.sid))} {[vars(row) for row in acme.all(Throttle)]}"
    assert ACME_PIN not in written
    assert WRONG not in written


def test_a_spray_pages_the_duty_manager_six_times_an_hour_and_then_by_digest(acme: World) -> None:
    for attacker in range(60):
        guesses_at(guesses(acme.phone(f"+39333{attacker:07d}")), "7").hang_up()
        acme.clock.advance(timedelta(seconds=50))
    told = [text for text in acme.duty() if "wrong PINs" not in text]
    assert len(told) == 2 * acme.line.policy.human_path.an_hour
    assert acme.digests() >= 1
    assert "*unverified*" in acme.duty()[-2]


def test_wrong_pins_at_the_same_moment_are_all_counted(acme_on_both: World) -> None:
    calls = [acme_on_both.phone(f"+39333{number:07d}").press("1") for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda call: call.press(WRONG), calls))
    (line,) = acme_on_both.all(Throttle, Throttle.key == "line:")
    assert line.failures == 8


def test_guesses_at_the_same_moment_spend_no_more_than_there_is(acme_on_both: World) -> None:
    """The budget is locked before a PIN is looked at: also while nothing is known of it yet."""
    acme_on_both.contact(1)
    few(acme_on_both, odds=2_500_000)
    calls = [acme_on_both.phone(ADA) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda call: call.press(WRONG), calls))
    assert looked_at(acme_on_both) == 3


def test_callers_who_guess_at_once_in_every_way_never_hear_an_error(acme_on_both: World) -> None:
    acme_on_both.contact(1)
    acme_on_both.customer("Beta Srl", BETA_PIN, number="D-1001")
    numbers = [*["anonymous"] * 4, *[ADA] * 4, *(f"+39333{number:07d}" for number in range(8))]
    ways: list[Callable[[Telephone], Telephone]] = [guesses, lambda call: guesses_at(guesses(call), "1001")]
    for way in ways * 2:
        calls = [acme_on_both.phone(number) for number in numbers]
        for call in calls:
            if call.step == "language":
                call.press("1")
        with ThreadPoolExecutor(len(calls)) as threads:
            assert {call.step for call in threads.map(way, calls)} <= {"human", "pin"}
        acme_on_both.clock.advance(timedelta(minutes=50))


def test_what_is_whole_again_is_forgotten(acme_on_both: World) -> None:
    few(acme_on_both, odds=25_000)
    guesses(acme_on_both.phone())
    acme_on_both.add(Throttle(key="line", failures=40, last_at=acme_on_both.clock.at, shut_until=None))
    acme_on_both.clock.advance(timedelta(days=1))
    guesses(acme_on_both.phone("+4915123456789"), 1)
    keys = {row.key for row in acme_on_both.all(Throttle)}
    assert keys == {"line:", "country:DE", "prefix:+4915123", "number:+4915123456789"}
    acme_on_both.clock.advance(timedelta(days=400))
    guesses(acme_on_both.phone("+4915123456789"), 1)
    assert {row.failures for row in acme_on_both.all(Throttle)} == {1}


def test_a_pin_s_length_is_learnt_when_it_is_used(acme: World) -> None:
    acme.customer("Beta Srl", "123456789012")
    acme.phone().press("1").press("123456789012")
    assert [row.digits for row in acme.all(Pin)] == [None, 12]


def test_a_blocked_number_hears_where_to_turn_and_is_logged(acme: World) -> None:
    acme.add(BlockedNumber(number=STRANGER, reason="robot", blocked_by="a test", blocked_at=acme.clock.at))
    call = acme.phone()
    assert call.is_over
    assert acme.line.policy.portal in call.said
    assert "Goodbye" in call.said
    assert "blocked" in acme.log(call.sid)
    assert acme.phone(ADA).step == "language"
