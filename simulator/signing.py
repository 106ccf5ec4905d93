"""The signature that proves a webhook came from the provider."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


def sign(url: str, form: Mapping[str, str], auth_token: str) -> str:
    """The signature of one POST: over the exact URL and every field, blanks included."""
    return str(RequestValidator(auth_token).compute_signature(url, dict(form)))
