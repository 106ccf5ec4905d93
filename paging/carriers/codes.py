"""The provider's error codes and what they mean to us: https://www.twilio.com/docs/api/errors

A code that is in none of the tables is permanent: trying again cannot help.
"""

from rules import timezones
from rules.phone_numbers import region_of

CONFIGURATION = {
    "20003": "the account's SID or auth token is wrong",
    "21215": "the account may not call {country}",
    "21408": "the account may not text {country}",
    "21606": "the number that texts cannot send to this number",
    "21608": "a trial account reaches verified numbers only",
    "21612": "the number that texts cannot reach this number",
    "30002": "the account is suspended",
    "30004": "the message was blocked",
    "30007": "the message was filtered as unwanted",
    "30032": "the toll-free number is not verified",
    "30034": "the number is not registered for texting in the United States",
}
OF_THE_ACCOUNT = frozenset({"20003", "30002"})
"""The carrier refuses whatever the account asks for, whoever it is for."""
OPTED_OUT = "21610"
TEMPORARY = frozenset({"20429", "30001", "30003", "30008"})
OF_THE_NUMBER = frozenset({"30003", "30008"})
"""Temporary, but of the telephone that cannot be reached: these say nothing of the carrier."""


def is_configuration(code: str) -> bool:
    """Whether an admin has to change something before this can work."""
    return code in CONFIGURATION


def in_words(code: str, number: str) -> str:
    """What a configuration error means for this number, such as 'the account may not text Italy'."""
    return CONFIGURATION[code].format(country=timezones.country_name(region_of(number)))
