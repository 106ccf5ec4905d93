"""Twilio: `TwilioCarrier` sends, `TwilioAccount` reads and sets what the line needs there."""

from paging.carriers.twilio.account import TwilioAccount
from paging.carriers.twilio.carrier import TwilioCarrier
from paging.carriers.twilio.client import RedirectingClient, redirected

__all__ = ["RedirectingClient", "TwilioAccount", "TwilioCarrier", "redirected"]
