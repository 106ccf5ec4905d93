"""Numbers that people key in, that call, and that may be dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.phone_numbers import caller_number, is_dialable, last_four, parse, region_of, spoken, zones_of
from tests.rules.vendor import POLICY


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("3331110001", "IT", "+393331110001"),
        ("0584943232", "IT", "+390584943232"),
        ("0584 94 32-32", "IT", "+390584943232"),
        ("00393331110001", "IT", "+393331110001"),
        ("0033123456789", "IT", "+33123456789"),
        ("0033123456789", "US", "+33123456789"),
        ("0033123456789", None, "+33123456789"),
        ("+39 333 111 0001", None, "+393331110001"),
        ("0123456789", "FR", "+33123456789"),
        ("(212) 555-0123", "US", "+12125550123"),
        (" 3331110001 ", "IT", "+393331110001"),
        ("3331110001", None, None),
        ("3331110001", "XX", None),
        ("112", "IT", None),
        ("0", "IT", None),
        ("", "IT", None),
        ("#", "IT", None),
        ("+39 0", None, None),
        ("000000000", "IT", None),
        ("1" * 40, "IT", None),
        ("1" * 41, "IT", None),
        ("٣٣٣١١١٠٠٠١", "IT", None),
        ("\uff13\uff13\uff13\uff11\uff11\uff11\uff10\uff10\uff10\uff11", "IT", None),
        ("333111000x", "IT", None),
        ("3331110001;ext=5", "IT", None),
        ("3331110001\n1", "IT", None),
    ],
)
def test_typed(text, region, number):
    assert parse(text, region) == number


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+393331110001", "+393331110001"),
        (" +393331110001", "+393331110001"),
        ("+15005550006", "+15005550006"),
        ("anonymous", None),
        ("Anonymous", None),
        ("unknown", None),
        ("Restricted", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+2562533", None),
        ("+8656696", None),
        ("+86282452253", None),
        ("sip:anna@example.com", None),
        ("client:anna", None),
        ("393331110001", None),
        ("+0393331110001", None),
        ("+39", None),
        ("+٣٩٣٣٣١١١٠٠٠١", None),
        ("+393331110001\n+393331110002", None),
        ("", None),
        (None, None),
    ],
)
def test_calling(raw, number):
    assert caller_number(raw) == number


@pytest.mark.parametrize(
    ("number", "dialable", "why"),
    [
        ("+393331110001", True, "an Italian mobile"),
        ("+390584943232", True, "an Italian land line"),
        ("+4930901820", True, "a German land line"),
        ("+12125550123", True, "mobile or land line"),
        ("+16716461234", False, "Guam is not among the countries"),
        ("+393331110", False, "too short to be valid"),
        ("+39112", False, "an emergency number"),
        ("+390", False, "no number"),
        ("+39899123456", False, "premium"),
        ("+39840123456", False, "shared cost"),
        ("+39800123456", False, "toll-free: not from everywhere"),
        ("+448701234567", False, "premium"),
        ("+33899123456", False, "premium"),
        ("+41900123456", False, "premium"),
        ("+15005550006", False, "a personal number"),
        ("+870773111632", False, "a satellite"),
        ("+8816312345678", False, "a satellite"),
        ("+88213300655", False, "an international network"),
        ("+18765551234", False, "Jamaica, within +1, is not among the countries"),
        ("+15551234567", False, "of no country"),
        ("not a number", False, "no number"),
    ],
)
def test_dialable(number, dialable, why):
    assert is_dialable(number, POLICY.callback_countries) is dialable, why


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+393331110001", "IT"),
        ("+16716461234", "GU"),
        ("+16846331234", "AS"),
        ("+870773111632", None),
        ("+15551234567", None),
        ("anonymous", None),
    ],
)
def test_country(number, region):
    assert region_of(number) == region


def test_zones():
    assert zones_of("+919876543210") == ("Asia/Calcutta",)
    assert zones_of("+16842581234") == ("Pacific/Pago_Pago",)
    assert zones_of("+870773111632") == ()
    assert zones_of("anonymous") == ()


def test_said_aloud():
    assert last_four("+393331110001") == "0001"
    assert spoken("104823") == "1 0 4 8 2 3"


@given(text=st.text(alphabet="+0123456789 -()./#*٣x\n", max_size=45), region=st.sampled_from(["IT", "US", "FR", None]))
def test_whatever_is_typed_is_a_number_or_nothing(text, region):
    number = parse(text, region)
    assert number is None or parse(number, None) == number
