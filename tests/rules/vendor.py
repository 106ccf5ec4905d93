"""The policy that comes with the product, and times as its staff read them from the wall."""

from datetime import datetime

from config.policy import load_policy
from config.settings import DEFAULT_POLICY_FILE
from rules import timezones

POLICY = load_policy(DEFAULT_POLICY_FILE)
ROME = "Europe/Rome"


def rome(text: str) -> datetime:
    """A local time in Rome as an instant."""
    return timezones.to_utc(datetime.fromisoformat(text), ROME)
