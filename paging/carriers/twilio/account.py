"""What the line needs to be set in its Twilio account: read it, and set it. Raises a SendFailure where it cannot."""

from collections.abc import Mapping
from typing import Any

from twilio.http import HttpClient
from twilio.rest import Client
from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

from paging.carriers.protocol import PermanentFailure
from paging.carriers.twilio.client import NOT_FOUND, answer
from rules.connection import Account, Number, Occasion, Webhook

FIELDS = {
    Occasion.CALL: ("voice_url", "voice_method"),
    Occasion.FALLBACK: ("voice_fallback_url", "voice_fallback_method"),
    Occasion.STATUS: ("status_callback", "status_callback_method"),
    Occasion.TEXT: ("sms_url", "sms_method"),
}
"""The fields of a number that hold each address and its method."""


class TwilioAccount:
    """The account as its REST API tells it."""

    def __init__(self, account_sid: str, auth_token: str, http_client: HttpClient) -> None:
        self._sid = account_sid
        self._client = Client(account_sid, auth_token, http_client=http_client)

    def account(self) -> Account:
        found = answer(lambda: self._client.api.v2010.accounts(self._sid).fetch())
        return Account(status=str(found.status), is_trial=str(found.type) == "Trial")

    def number(self, number: str) -> Number | None:
        """A number of the account; None where it has no such number."""
        listed = answer(lambda: self._client.incoming_phone_numbers.list(phone_number=number, limit=50))
        found = next((one for one in listed if one.phone_number == number), None)
        return None if found is None else self._number(found)

    def set_webhooks(self, sid: str, webhooks: Mapping[Occasion, Webhook]) -> None:
        """Set addresses of the number with this id; the others stay."""
        fields: dict[str, str] = {}
        for occasion, webhook in webhooks.items():
            url, method = FIELDS[occasion]
            fields |= {url: webhook.url, method: webhook.method}
        answer(lambda: self._client.incoming_phone_numbers(sid).update(**fields))

    def may_call(self) -> dict[str, bool]:
        """The countries (ISO 3166) that have a permission for calls at an ordinary rate, and whether it is given."""
        countries = self._client.voice.v1.dialing_permissions.countries
        found = answer(lambda: countries.list(page_size=1000))
        return {str(country.iso_code): bool(country.low_risk_numbers_enabled) for country in found}

    def may_text(self) -> dict[str, bool]:
        """The same for texts."""
        found = answer(lambda: self._client.accounts.v1.messaging_geopermissions.fetch())
        listed: Any = found.permissions or []
        return {one["country_code"]: bool(one["enabled"]) for one in listed if one.get("type") == "country"}

    def calls_now(self) -> tuple[int, int]:
        """How many calls are under way, and how many wait to be placed."""
        return self._count("in-progress"), self._count("queued")

    def _count(self, status: str) -> int:
        return len(answer(lambda: self._client.calls.list(status=status, limit=1000)))

    def _number(self, found: IncomingPhoneNumberInstance) -> Number:
        can: Any = found.capabilities or {}
        return Number(
            number=str(found.phone_number),
            sid=str(found.sid),
            calls=bool(can.get("voice")),
            texts=bool(can.get("sms")),
            webhooks={occasion: _webhook(found, url, method) for occasion, (url, method) in FIELDS.items()},
            trunk=found.trunk_sid or "",
            call_application=found.voice_application_sid or "",
            text_application=found.sms_application_sid or "",
            messaging_service=self._messaging_service(str(found.sid)),
        )

    def _messaging_service(self, number_sid: str) -> str:
        """The messaging service that takes the number's texts, '' for none. One may leave them to the number."""
        services = answer(lambda: self._client.messaging.v1.services.list(limit=100))
        for service in services:
            if not service.use_inbound_webhook_on_number and self._sends_from(str(service.sid), number_sid):
                return str(service.sid)
        return ""

    def _sends_from(self, service_sid: str, number_sid: str) -> bool:
        try:
            answer(lambda: self._client.messaging.v1.services(service_sid).phone_numbers(number_sid).fetch())
        except PermanentFailure as failure:
            if failure.code != NOT_FOUND:
                raise
            return False
        return True


def _webhook(found: IncomingPhoneNumberInstance, url: str, method: str) -> Webhook:
    return Webhook(getattr(found, url) or "", getattr(found, method) or "POST")
