"""Where the SDK's requests go when the provider's API is at another address."""

import pytest

from paging.carriers.twilio import redirected

ELSEWHERE = "https://gateway.example.com/api"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json?Page=2",
            "/2010-04-01/Accounts/AC1/Calls.json?Page=2",
        ),
        ("https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1.json", "/2010-04-01/Accounts/AC1.json"),
        ("https://voice.twilio.com/v1/DialingPermissions/Countries", "/voice/v1/DialingPermissions/Countries"),
        ("https://accounts.twilio.com/v1/Messaging/GeoPermissions", "/accounts/v1/Messaging/GeoPermissions"),
        ("https://messaging.twilio.com/v1/Services", "/messaging/v1/Services"),
    ],
)
def test_every_host_of_the_provider_has_a_place_at_the_other_address(url, address):
    assert redirected(url, ELSEWHERE) == f"{ELSEWHERE}{address}"
