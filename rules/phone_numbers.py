"""Telephone numbers as E.164 text: what people key in, who is calling, what may be dialled."""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from rules.timezones import countries_of

_TYPED = re.compile(r"\+?[0-9 ()./-]{3,40}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# What the provider sends instead of a number that it does not know or may not show: the word on a telephone's keys.
_WORDS_AS_NUMBERS = {
    "+266696687",  # ANONYMOUS
    "+7378742833",  # RESTRICTED
    "+2562533",  # BLOCKED
    "+8656696",  # UNKNOWN
    "+86282452253",  # UNAVAILABLE
}

_ORDINARY = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
}


def parse(text: str, region: str | None) -> str | None:
    """The E.164 form of a number typed by a person; None for what cannot be a number.

    `text` is national for the country `region` (ISO 3166; None: not understood), or begins with `00` or `+` and the
    country code. Only ASCII digits count. The number is plausible by its length, but need not exist: see is_dialable.
    """
    text = text.strip()
    if not _TYPED.fullmatch(text):
        return None
    if text.startswith("00"):
        text = "+" + text[2:]
    number = _read(text, region)
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def caller_number(raw: str | None) -> str | None:
    """The number calling, from the provider's `From`; None for 'anonymous', a SIP address and the like."""
    text = (raw or "").strip()
    return text if _E164.fullmatch(text) and text not in _WORDS_AS_NUMBERS else None


def is_dialable(number: str, allowed_countries: Collection[str]) -> bool:
    """Whether an E.164 number may be dialled or texted: valid, of an allowed country (ISO 3166), at an ordinary rate.

    Premium, shared-cost and other special numbers, emergency and other short numbers, and satellites' are not.
    """
    parsed = _read(number, None)
    return (
        parsed is not None
        and phonenumbers.is_valid_number(parsed)
        and phonenumbers.region_code_for_number(parsed) in allowed_countries
        and phonenumbers.number_type(parsed) in _ORDINARY
    )


def region_of(number: str) -> str | None:
    """The ISO 3166 code of an E.164 number's country; None for satellites and for numbers of no country."""
    parsed = _read(number, None)
    region = phonenumbers.region_code_for_number(parsed) if parsed else None
    return region if region and region.isalpha() else None


def zones_of(number: str) -> tuple[str, ...]:
    """The time zones that an E.164 number can belong to; empty where that is not known.

    For a mobile number the metadata has the zones of its whole country code: of these, those of its own country.
    """
    parsed = _read(number, None)
    zones = time_zones_for_number(parsed) if parsed else ()
    known = tuple(zone for zone in zones if zone != phonenumbers.timezone.UNKNOWN_TIMEZONE)
    region = region_of(number)
    return tuple(zone for zone in known if region in countries_of(zone)) or known


def last_four(number: str) -> str:
    """The last four digits of an E.164 number, by which a caller recognises it."""
    return number[-4:]


def spoken(digits: str) -> str:
    """Digits to be said one by one: '1 0 4 8 2 3'."""
    return " ".join(digits)


def _read(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
