"""Which texts are telephone numbers and e-mail addresses."""

import pytest

from rules.contact_details import is_email, is_phone


@pytest.mark.parametrize("text", ["anna@example.com", "a.b+c@mail.example.co.uk", "root@localhost", "line@127.0.0.1"])
def test_an_address(text):
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    ["", "anna", "anna@", "@example.com", "a b@example.com", "a@b@c", "a@b..com", "a@-b", "a@b\n", "à@example.com",
     "a@" + "b" * 253],
)  # fmt: skip
def test_not_an_address(text):
    assert not is_email(text)


@pytest.mark.parametrize("text", ["+393331110001", "+390584000000", "+6561234567", "+18005550100", "+15005550006"])
def test_a_number(text):
    assert is_phone(text)


@pytest.mark.parametrize(
    "text", ["", "+", "+39", "0584000000", "+39 333 1110001", "00393331110001", "+393331110001\n", "tel:+393331110001",
             "+393331110001;ext=2", "+1555", "+3933311100012345", "+٣٩٣٣٣١١١٠٠٠١"],
)  # fmt: skip
def test_not_a_number(text):
    assert not is_phone(text)
