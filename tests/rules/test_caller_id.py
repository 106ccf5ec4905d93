"""Whether the carriers vouch for a calling number."""

import pytest

from rules.caller_id import is_verified


@pytest.mark.parametrize(
    "verdict", ["TN-Validation-Passed-A", "TN-Validation-Passed-A-Diverted", "TN-Validation-Passed"]
)
def test_the_caller_s_own_carrier_vouches_for_the_number(verdict: str):
    assert is_verified(verdict)


@pytest.mark.parametrize(
    "verdict",
    [None, "", "TN-Validation-Passed-B", "TN-Validation-Passed-C", "TN-Validation-Failed-A", "No-TN-Validation", "A"],
)
def test_nobody_does(verdict: str | None):
    assert not is_verified(verdict)
