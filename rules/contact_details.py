"""Telephone numbers and e-mail addresses that administrators write down: whether each has its form."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def is_email(text: str) -> bool:
    """Whether `text` has the form of an address, `local@host`, in ASCII; the host may be without a dot."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None and ".." not in text


def is_phone(text: str) -> bool:
    """Whether `text` is a number that a country's plan allows, in E.164 form: `+` and digits alone."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return False
    in_form = phonenumbers.format_number(number, PhoneNumberFormat.E164) == text
    return in_form and phonenumbers.is_valid_number(number)
