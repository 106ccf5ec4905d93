"""The callback number: the one calling, or another that is keyed in, read back and allowed."""

import pytest

from tests.ivr.world import STRANGER, World


def test_the_number_calling_is_offered_by_its_last_four_digits(acme: World) -> None:
    call = acme.phone("+393337771234").to_callback()
    assert "1 2 3 4" in call.said
    call.wait()
    assert call.step == "description"
    assert acme.ticket().callback == "+393337771234"


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("0233445566", "+390233445566"),
        ("3331234567", "+393331234567"),
        ("00442079460018", "+442079460018"),
        ("0039 0233445566", "+390233445566"),
    ],
)
def test_another_number_is_keyed_in_and_read_back(acme: World, keys: str, number: str) -> None:
    call = acme.phone().to_callback().press("2")
    assert call.step == "callback"
    assert call.question.attrib["finishOnKey"] == "#"
    assert call.press(keys).step == "callback"
    assert " ".join(number[1:]) in call.said
    assert acme.ticket().callback == STRANGER
    assert call.press("1").step == "description"
    assert acme.ticket().callback == number


def test_silence_accepts_what_was_read_back(acme: World) -> None:
    acme.phone().to_callback().press("2").press("0233445566").wait()
    assert acme.ticket().callback == "+390233445566"


def test_2_keys_it_in_again(acme: World) -> None:
    call = acme.phone().to_callback().press("2").press("0233445566").press("2")
    assert call.question.attrib["finishOnKey"] == "#"
    call.press("0233445577").press("1")
    assert acme.ticket().callback == "+390233445577"


@pytest.mark.parametrize(
    "keys",
    [
        "112",
        "118",
        "899123456",
        "00448701234567",
        "0033899123456",
        "00390",
        "0088216123456",
        "00881612345678",
        "00870773111632",
        "1",
        "9" * 40,
        "*#",
        "٠٢٣٣٤٤٥٥٦٦",
    ],
)
def test_a_number_that_may_not_be_dialled_is_refused_and_asked_for_again(acme: World, keys: str) -> None:
    call = acme.phone().to_callback().press("2").press(keys)
    assert call.step == "callback"
    assert "number" in call.said
    assert acme.ticket().callback == STRANGER
    assert acme.call(call.sid).keyed_callback == ""


def test_after_three_bad_numbers_the_number_calling_counts(acme: World) -> None:
    call = acme.phone().to_callback().press("2")
    assert [call.press("112").step for _ in range(3)] == ["callback", "callback", "description"]
    assert acme.ticket().callback == STRANGER


def test_a_national_number_is_read_in_the_site_s_country(world: World) -> None:
    world.customer(time_zone="Europe/Paris")
    call = world.phone().to_callback().press("2").press("0142685300").press("1")
    assert call.step == "description"
    assert world.ticket().callback == "+33142685300"


def test_a_zone_that_several_countries_share_is_read_as_each(world: World) -> None:
    world.customer(time_zone="Europe/Belgrade")
    world.phone().to_callback().press("2").press("0113223344").press("1")
    assert world.ticket().callback == "+381113223344"


@pytest.mark.parametrize("caller", ["anonymous", "unknown", "", "sip:a@b.example", "Restricted", "+266696687"])
def test_a_caller_without_a_number_is_asked_for_one(acme: World, caller: str) -> None:
    call = acme.phone(caller).to_callback()
    assert call.step == "callback"
    assert "press 1" not in call.said
    assert call.question.attrib["finishOnKey"] == "#"
    assert call.press("3331234567").press("1").step == "description"
    assert acme.ticket().callback == "+393331234567"
    assert acme.ticket().caller is None


def test_a_number_that_may_not_be_dialled_is_not_offered(acme: World) -> None:
    call = acme.phone("+8821612345678").to_callback()
    assert "press 1" not in call.said
    assert acme.ticket().callback is None


def test_without_any_number_two_silences_go_on_and_the_closing_says_so(acme: World) -> None:
    call = acme.phone("anonymous").to_callback()
    assert [call.wait().step for _ in range(2)] == ["callback", "description"]
    assert "no number to call" in call.record().said


@pytest.mark.parametrize("leaves", ["hang_up", "0"])
def test_a_number_that_was_read_back_counts_when_the_caller_leaves(acme_on_both: World, leaves: str) -> None:
    call = acme_on_both.phone("anonymous").to_callback().press("3339876543")
    assert "We call" in call.said
    if leaves == "0":
        call.press("0")
    call.hang_up()
    assert acme_on_both.ticket().callback == "+393339876543"


def test_a_number_that_the_caller_wants_to_change_does_not_count(acme: World) -> None:
    call = acme.phone("anonymous").to_callback().press("3339876543").press("2")
    call.hang_up()
    assert acme.ticket().callback is None
