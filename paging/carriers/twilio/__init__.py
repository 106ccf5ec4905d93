"""Twilio: `TwilioCarrier` sends, `TwilioRecordings` keeps sounds, `TwilioAccount` is what the line needs set there."""

from paging.carriers.twilio.account import TwilioAccount
from paging.carriers.twilio.carrier import TwilioCarrier
from paging.carriers.twilio.client import ApiClient, RedirectingClient, redirected
from paging.carriers.twilio.download import Download
from paging.carriers.twilio.recordings import TwilioRecordings

__all__ = [
    "ApiClient",
    "Download",
    "RedirectingClient",
    "TwilioAccount",
    "TwilioCarrier",
    "TwilioRecordings",
    "redirected",
]
