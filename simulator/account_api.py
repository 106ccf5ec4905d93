"""The part of the REST API that tells and sets what the account is set to: standing, numbers, permissions, services."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from flask import Response, jsonify, request

from rules import timezones
from simulator import account as state
from simulator import resources
from simulator.api_forms import must_be_address
from simulator.company import Company
from simulator.tables import NumberState
from simulator.trouble import Refused

ACCOUNT = "/2010-04-01/Accounts/<account_sid>"
METHODS = frozenset({"GET", "POST"})


class AccountApi:
    """The routes; each is one transaction at the exchange."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._account = company.account

    def rules(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Method, path and view of each route."""
        return [
            ("GET", f"{ACCOUNT}.json", self.fetch_account),
            ("GET", f"{ACCOUNT}/IncomingPhoneNumbers.json", self.list_numbers),
            ("GET", f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json", self.fetch_number),
            ("POST", f"{ACCOUNT}/IncomingPhoneNumbers/<sid>.json", self.update_number),
            ("GET", "/voice/v1/DialingPermissions/Countries", self.list_voice_permissions),
            ("GET", "/accounts/v1/Messaging/GeoPermissions", self.fetch_text_permissions),
            ("GET", "/messaging/v1/Services", self.list_services),
            ("GET", "/messaging/v1/Services/<service>/PhoneNumbers/<sid>", self.fetch_number_of_service),
        ]

    def fetch_account(self, account_sid: str) -> Response:
        with self._company.database.read() as session:
            return jsonify(resources.of_account(self._account, state.standing(session, self._account)))

    def list_numbers(self, account_sid: str) -> Response:
        wanted = request.args.get("PhoneNumber", "")
        shown = [resources.of_number(self._account, one) for one in self._numbers() if wanted in one.number]
        return jsonify({"incoming_phone_numbers": shown, "page": 0, "page_size": 50, "next_page_uri": None})

    def fetch_number(self, account_sid: str, sid: str) -> Response:
        return jsonify(resources.of_number(self._account, self._number(sid)))

    def update_number(self, account_sid: str, sid: str) -> Response:
        """Set what the form names; the rest stays."""
        number = self._number(sid)
        fields = _fields(request.form, number)
        with self._company.exchange() as exchange:
            changed = state.change(exchange.session, self._account, number.number, exchange.now, fields=fields)
            return jsonify(resources.of_number(self._account, changed))

    def list_voice_permissions(self) -> Response:
        with self._company.database.read() as session:
            barred = state.barred(session, state.VOICE)
        countries = [_country(code, code not in barred) for code in sorted(state.COUNTRIES)]
        return jsonify({"content": countries, "meta": _meta("content")})

    def fetch_text_permissions(self) -> Response:
        with self._company.database.read() as session:
            barred = state.barred(session, state.SMS)
        said = {"type": "country", "error_code": 0, "error_messages": []}
        rows = [{**said, "country_code": code, "enabled": code not in barred} for code in sorted(state.COUNTRIES)]
        return jsonify({"permissions": rows})

    def list_services(self) -> Response:
        services = {one.fields[state.SERVICE] for one in self._numbers()} - {""}
        shown = [{"sid": sid, "use_inbound_webhook_on_number": False} for sid in sorted(services)]
        return jsonify({"services": shown, "meta": _meta("services")})

    def fetch_number_of_service(self, service: str, sid: str) -> Response:
        number = self._number(sid)
        if number.fields[state.SERVICE] != service:
            _not_found()
        return jsonify({"sid": sid, "service_sid": service, "phone_number": number.number})

    def _numbers(self) -> list[NumberState]:
        with self._company.database.read() as session:
            return state.numbers(session, self._account, self._company.database.now(session))

    def _number(self, sid: str) -> NumberState:
        return next((one for one in self._numbers() if state.sid_of(one.number) == sid), None) or _not_found()


def _fields(form: Mapping[str, str], number: NumberState) -> dict[str, str]:
    """The fields that the form sets. Raises Refused for an address that is none and for another method."""
    fields = {name: form[_parameter(name)] for name in number.fields if _parameter(name) in form}
    for name, value in fields.items():
        if name.endswith("_method") and value not in METHODS:
            raise Refused(20001, _parameter(name))
        if value and (name.endswith("_url") or name == "status_callback"):
            must_be_address(value, 21205)
    return fields


def _parameter(field: str) -> str:
    """'voice_url' as a form names it: 'VoiceUrl'."""
    return field.title().replace("_", "")


def _country(code: str, allowed: bool) -> resources.Resource:
    return {
        "iso_code": code,
        "name": timezones.country_name(code),
        "continent": "",
        "country_codes": [],
        "low_risk_numbers_enabled": allowed,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": None,
        "links": {},
    }


def _meta(key: str) -> resources.Resource:
    return {"key": key, "page": 0, "page_size": 1000, "next_page_url": None, "previous_page_url": None}


def _not_found() -> NoReturn:
    raise Refused(20404)
