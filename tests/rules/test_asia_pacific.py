"""Which calls count as Asia-Pacific, written out by hand."""

import pytest

from rules.entitlement import is_asia_pacific
from tests.rules.vendor import POLICY

COUNTRIES = POLICY.entitlement.asia_pacific
GERMAN = "+4930901820"
INDIAN = "+919876543210"

# site's zone, number calling, Asia-Pacific, Asia-Pacific where strict, why
CALLS = [
    # The site's zone decides, by its country and never by its name.
    ("Europe/Rome", None, False, False, "the vendor's own zone"),
    ("Europe/London", None, False, False, "Europe"),
    ("America/New_York", None, False, False, "America"),
    ("America/Sao_Paulo", None, False, False, "America"),
    ("Africa/Johannesburg", None, False, False, "Africa"),
    ("Asia/Dubai", None, False, False, "named Asia, not in the list"),
    ("Asia/Jerusalem", None, False, False, "named Asia, not in the list"),
    ("Asia/Tbilisi", None, False, False, "named Asia, not in the list"),
    ("Asia/Almaty", None, False, False, "named Asia, not in the list"),
    ("Asia/Riyadh", None, False, False, "named Asia, not in the list"),
    ("Asia/Tehran", None, False, False, "named Asia, not in the list"),
    ("Asia/Tashkent", None, False, False, "named Asia, not in the list"),
    ("Asia/Vladivostok", None, False, False, "Russia"),
    ("Asia/Nicosia", None, False, False, "Cyprus"),
    ("Asia/Istanbul", None, False, False, "an alias of Europe/Istanbul"),
    ("Pacific/Honolulu", None, False, False, "named Pacific, in the United States"),
    ("US/Hawaii", None, False, False, "an alias of Pacific/Honolulu"),
    ("Pacific/Galapagos", None, False, False, "Ecuador"),
    ("Pacific/Easter", None, False, False, "Chile"),
    ("Indian/Reunion", None, False, False, "named Indian, not in the list"),
    ("Indian/Mauritius", None, False, False, "named Indian, not in the list"),
    ("Antarctica/Troll", None, False, False, "Antarctica"),
    ("Arctic/Longyearbyen", None, False, False, "Svalbard, though its alias's target is German"),
    ("Indian/Maldives", None, True, True, "not named Asia"),
    ("Indian/Chagos", None, True, True, "British Indian Ocean Territory"),
    ("Indian/Kerguelen", None, True, True, "French Southern Territories"),
    ("Indian/Christmas", None, True, True, "Christmas Island"),
    ("Indian/Cocos", None, True, True, "Cocos Islands"),
    ("Pacific/Guam", None, True, True, "Guam"),
    ("Pacific/Saipan", None, True, True, "Northern Mariana Islands"),
    ("Pacific/Pago_Pago", None, True, True, "American Samoa"),
    ("US/Samoa", None, True, True, "an alias of Pacific/Pago_Pago"),
    ("Pacific/Auckland", None, True, True, "New Zealand"),
    ("NZ", None, True, True, "an alias of Pacific/Auckland"),
    ("Pacific/Tahiti", None, True, True, "French Polynesia"),
    ("Pacific/Noumea", None, True, True, "New Caledonia"),
    ("Australia/Sydney", None, True, True, "Australia"),
    ("Australia/ACT", None, True, True, "an alias of Australia/Sydney"),
    ("Australia/Lord_Howe", None, True, True, "Australia"),
    ("Asia/Kolkata", None, True, True, "India"),
    ("Asia/Calcutta", None, True, True, "an alias of Asia/Kolkata"),
    ("Asia/Katmandu", None, True, True, "an alias of Asia/Kathmandu"),
    ("Asia/Saigon", None, True, True, "an alias of Asia/Ho_Chi_Minh"),
    ("Asia/Rangoon", None, True, True, "an alias of Asia/Yangon"),
    ("Asia/Ulan_Bator", None, True, True, "an alias of Asia/Ulaanbaatar"),
    ("Asia/Kabul", None, True, True, "Afghanistan"),
    ("Asia/Karachi", None, True, True, "Pakistan"),
    ("Asia/Shanghai", None, True, True, "China"),
    ("PRC", None, True, True, "an alias of Asia/Shanghai"),
    ("Asia/Urumqi", None, True, True, "China"),
    ("Hongkong", None, True, True, "an alias of Asia/Hong_Kong"),
    ("Asia/Tokyo", None, True, True, "Japan"),
    ("Asia/Singapore", None, True, True, "Singapore"),
    ("Asia/Taipei", None, True, True, "Taiwan"),
    ("Asia/Seoul", None, True, True, "Korea"),
    ("Asia/Manila", None, True, True, "Philippines"),
    # With a site of some country the number matters only where strict.
    ("Europe/Rome", INDIAN, False, True, "an Indian number for an Italian site"),
    ("Europe/Rome", GERMAN, False, False, "a German number for an Italian site"),
    ("Asia/Tokyo", GERMAN, True, True, "a German number for a Japanese site"),
    ("America/Lima", "+61891641234", False, True, "a number of Christmas Island for a Peruvian site"),
    # Without a site's country the number decides: Asia-Pacific only if all its zones are.
    (None, None, False, False, "neither is known"),
    (None, GERMAN, False, False, "Germany"),
    (None, "+390584943232", False, False, "Italy"),
    (None, INDIAN, True, True, "India, whose zone has its old name in the numbering data"),
    (None, "+61412345678", True, True, "an Australian mobile, of several zones, all Australian"),
    (None, "+6434567890", True, True, "New Zealand"),
    (None, "+8613800138000", True, True, "China"),
    (None, "+16716461234", True, True, "Guam, within +1"),
    (None, "+16846331234", True, True, "American Samoa, within +1"),
    (None, "+16842581234", True, True, "a mobile of American Samoa: its region, not all of +1"),
    (None, "+16702341234", True, True, "Northern Mariana Islands, within +1"),
    (None, "+672322222", True, True, "Norfolk Island"),
    (None, "+12125550123", False, False, "New York"),
    (None, "+18085551234", False, False, "Hawaii"),
    (None, "+18002345678", False, False, "toll-free in all of +1, of which Guam is one zone"),
    (None, "+77012345678", False, False, "Kazakhstan"),
    (None, "+79161234567", False, False, "Russia, some of whose zones are named Asia"),
    (None, "+971501234567", False, False, "United Arab Emirates"),
    (None, "+262262123456", False, False, "Réunion"),
    (None, "+870773111632", False, False, "a satellite: no zone and no country"),
    (None, "+8521234567", True, True, "no valid number and no zone: its country code is Hong Kong's"),
    (None, "+15551234567", False, False, "no valid number, no zone and no country"),
    ("UTC", INDIAN, True, True, "a zone of no country"),
    ("UTC", GERMAN, False, False, "a zone of no country"),
    ("Etc/GMT-8", INDIAN, True, True, "a zone of no country"),
    ("Etc/GMT-8", None, False, False, "a zone of no country, and no number"),
    ("Mars/Olympus", INDIAN, True, True, "a zone that does not exist"),
]


def test_the_table_is_long_enough():
    assert len({call[:2] for call in CALLS}) == len(CALLS) >= 60


def test_there_are_56_economies():
    assert len(COUNTRIES) == 56


@pytest.mark.parametrize(("zone", "number", "expected", "strictly", "why"), CALLS)
def test_asia_pacific(zone, number, expected, strictly, why):
    assert is_asia_pacific(zone, number, COUNTRIES, strict=False) is expected, why
    assert is_asia_pacific(zone, number, COUNTRIES, strict=True) is strictly, why
