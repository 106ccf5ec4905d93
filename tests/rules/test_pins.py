"""PINs, and the digests that find them."""

import pytest

from rules.pins import Peppers, is_well_formed, new_pin


@pytest.mark.parametrize("pin", ["00000000", "48201937", "012345678901"])
def test_a_pin_has_8_to_12_digits_and_zeros_count(pin):
    assert is_well_formed(pin)


@pytest.mark.parametrize("pin", ["", "4820193", "0123456789012", "4820 1937", "48201937\n", "4820193a", "٤٨٢٠١٩٣٧"])
def test_nothing_else_is_a_pin(pin):
    assert not is_well_formed(pin)


def test_new_pins_are_pins_and_not_the_same():
    pins = {new_pin() for _ in range(50)}
    assert len(pins) > 40 and all(is_well_formed(pin) for pin in pins)


def test_a_digest_shows_nothing_and_depends_on_the_pepper():
    digest = Peppers("salt").digest("48201937")
    assert len(digest) == 64 and "48201937" not in digest
    assert digest != Peppers("other").digest("48201937") != Peppers("other").digest("48201938")


def test_a_pin_is_found_by_the_old_pepper_too():
    old, both = Peppers("old"), Peppers("new", previous="old")
    assert both.candidates("48201937") == (both.digest("48201937"), old.digest("48201937"))
    assert old.candidates("48201937") == (old.digest("48201937"),)
