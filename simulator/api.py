"""The provider's REST API, as much of it as a paging service uses; the provider's own SDK cannot tell."""

import hmac
import time
from collections.abc import Callable
from typing import NoReturn

import requests
import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request

from simulator import account, bridges, faults, legs, listing, resources, sound, texts
from simulator.account_api import ACCOUNT, AccountApi
from simulator.api_forms import call_order, must_be_address, text_order
from simulator.company import Company
from simulator.exchange import Exchange, phone_of
from simulator.faults import FaultKind
from simulator.listing import Listing
from simulator.tables import ENDED, Leg, LegStatus, Recording, TextMessage
from simulator.trouble import Refused, answer

PREFIX = "/simulator/api"


MESSAGES = Listing("Messages", TextMessage, resources.of_message)
CALLS = Listing("Calls", Leg, resources.of_call)
RECORDINGS = Listing("Recordings", Recording, resources.of_recording)


class LostAnswer(requests.exceptions.ConnectionError):
    """The connection broke after the request was done: what a client in the same process gets to see."""


def create_api(company: Company, sleep: Callable[[float], None] = time.sleep) -> Blueprint:
    """The blueprint of the API, at /simulator/api. It has its own authentication: exempt it from CSRF protection.

    `sleep` is how a fault makes the API slow, in seconds.
    """
    api = Api(company, sleep)
    blueprint = Blueprint("simulator_api", __name__, url_prefix=PREFIX)
    blueprint.before_request(api.authenticate)
    blueprint.register_error_handler(Refused, answer)
    blueprint.register_error_handler(LostAnswer, _let_it_break)
    of_account: list[tuple[str, str, Callable[..., Response]]] = [
        ("POST", "/Messages.json", api.create_message),
        ("GET", "/Messages.json", api.list_messages),
        ("GET", "/Messages/<sid>.json", api.fetch_message),
        ("POST", "/Messages/<sid>.json", api.update_message),
        ("POST", "/Calls.json", api.create_call),
        ("GET", "/Calls.json", api.list_calls),
        ("GET", "/Calls/<sid>.json", api.fetch_call),
        ("POST", "/Calls/<sid>.json", api.update_call),
        ("GET", "/Recordings.json", api.list_recordings),
        ("GET", "/Calls/<call_sid>/Recordings.json", api.list_recordings),
        ("GET", "/Recordings/<sid>.json", api.fetch_recording),
        ("DELETE", "/Recordings/<sid>.json", api.delete_recording),
        ("GET", "/Recordings/<sid>/Transcriptions.json", api.list_transcripts),
        ("DELETE", "/Transcriptions/<sid>.json", api.delete_transcript),
        ("GET", "/Recordings/<sid>.wav", api.fetch_sound),
        ("GET", "/Recordings/<sid>", api.fetch_sound),
    ]
    rules = [(method, f"{ACCOUNT}{path}", view) for method, path, view in of_account]
    for method, path, view in [*rules, *AccountApi(company).rules()]:
        blueprint.add_url_rule(path, f"{view.__name__} {path.replace('.', '_')}", view, methods=[method])
    return blueprint


class Api:
    """The routes; each is one transaction at the exchange."""

    def __init__(self, company: Company, sleep: Callable[[float], None]) -> None:
        self._company = company
        self._account = company.account
        self._sleep = sleep

    def authenticate(self) -> Response | None:
        """Basic authentication with the account's sid and token."""
        given = request.authorization
        known = given is not None and given.username == self._account.sid
        if given is None or not known or not hmac.compare_digest(given.password or "", self._account.token):
            return answer(Refused(20003))
        if (request.view_args or {}).get("account_sid", self._account.sid) != self._account.sid:
            return answer(Refused(20404))
        return None

    def create_message(self, account_sid: str) -> Response:
        order = text_order(self._account, request.form)
        self._stumble(order.recipient)
        with self._company.exchange() as exchange:
            if exchange.handset(order.recipient).opted_out:
                raise Refused(21610)
            if not account.may_reach(exchange.session, order.recipient, account.SMS):
                raise Refused(21408)
            text = texts.accept(
                exchange,
                order.recipient,
                order.body,
                sender=order.sender,
                status_url=order.status_url,
                validity_seconds=order.validity_seconds,
            )
            made = resources.of_message(self._account, text)
        return self._created(made, order.recipient)

    def create_call(self, account_sid: str) -> Response:
        order = call_order(self._account, request.form)
        self._stumble(order.called)
        with self._company.exchange() as exchange:
            if not account.may_reach(exchange.session, order.called, account.VOICE):
                raise Refused(21215)
            made = resources.of_call(self._account, legs.call_out(exchange, order))
        return self._created(made, order.called)

    def fetch_message(self, account_sid: str, sid: str) -> Response:
        with self._company.database.read() as session:
            text = session.get(TextMessage, sid) or _not_found()
            return jsonify(resources.of_message(self._account, text))

    def update_message(self, account_sid: str, sid: str) -> Response:
        """Cancel a message that has not left, or blank its body."""
        with self._company.exchange() as exchange:
            text = exchange.session.get(TextMessage, sid) or _not_found()
            if request.form.get("Status") == "canceled" and not texts.cancel(exchange, text):
                raise Refused(30410)
            if request.form.get("Body") == "":
                text.body = ""
            changed = resources.of_message(self._account, text)
        self._company.changed()
        return jsonify(changed)

    def list_messages(self, account_sid: str) -> Response:
        arguments = request.args.to_dict()
        # A message that waits to be sent has no date yet; it must be found all the same by whoever looks for it.
        sent = sa.func.coalesce(TextMessage.sent_at, TextMessage.created_at, type_=TextMessage.created_at.type)
        conditions = listing.equal(arguments, {"To": TextMessage.recipient, "From": TextMessage.sender})
        conditions += listing.dated(arguments, "DateSent", sent)
        with self._company.database.read() as session:
            return jsonify(listing.page(session, self._account, MESSAGES, conditions, arguments))

    def fetch_call(self, account_sid: str, sid: str) -> Response:
        with self._company.database.read() as session:
            return jsonify(resources.of_call(self._account, session.get(Leg, sid) or _not_found()))

    def update_call(self, account_sid: str, sid: str) -> Response:
        """End a call, or let it play another document."""
        with self._company.exchange() as exchange:
            leg = exchange.leg(sid) or _not_found()
            _change_call(exchange, leg)
            changed = resources.of_call(self._account, leg)
        self._company.changed()
        return jsonify(changed)

    def list_calls(self, account_sid: str) -> Response:
        arguments = request.args.to_dict()
        if arguments.get("Status", LegStatus.QUEUED) not in list(LegStatus):
            raise Refused(20001, "Status")
        columns = {"To": Leg.called, "From": Leg.caller, "Status": Leg.status, "ParentCallSid": Leg.parent_sid}
        began = sa.func.coalesce(Leg.answered_at, Leg.created_at, type_=Leg.created_at.type)
        conditions = listing.equal(arguments, columns)
        conditions += listing.dated(arguments, "StartTime", began) + listing.dated(arguments, "EndTime", Leg.ended_at)
        with self._company.database.read() as session:
            return jsonify(listing.page(session, self._account, CALLS, conditions, arguments))

    def list_recordings(self, account_sid: str, call_sid: str = "") -> Response:
        arguments = request.args.to_dict() | ({"CallSid": call_sid} if call_sid else {})
        conditions = [Recording.deleted_at.is_(None), *listing.equal(arguments, {"CallSid": Recording.leg_sid})]
        conditions += listing.dated(arguments, "DateCreated", Recording.created_at)
        with self._company.database.read() as session:
            return jsonify(listing.page(session, self._account, RECORDINGS, conditions, arguments))

    def fetch_recording(self, account_sid: str, sid: str) -> Response:
        return jsonify(resources.of_recording(self._account, self._recording(sid)))

    def fetch_sound(self, account_sid: str, sid: str) -> Response:
        """The recording itself, as a WAV file."""
        self._mislay(sid)
        return Response(sound.wav(self._recording(sid).seconds), mimetype="audio/x-wav")

    def delete_recording(self, account_sid: str, sid: str) -> Response:
        self._mislay(sid)
        with self._company.exchange() as exchange:
            recording = exchange.session.get(Recording, sid)
            if recording is None or recording.deleted_at is not None:
                _not_found()
            recording.deleted_at, recording.words = exchange.now, ""
        return Response(status=204)

    def list_transcripts(self, account_sid: str, sid: str) -> Response:
        return jsonify(resources.of_transcripts(self._account, self._recording(sid)))

    def delete_transcript(self, account_sid: str, sid: str) -> Response:
        with self._company.exchange() as exchange:
            transcribed = sa.select(Recording).where(Recording.transcript_sid == sid)
            recording = exchange.session.scalars(transcribed).one_or_none() or _not_found()
            recording.transcript_sid = None
        return Response(status=204)

    def _recording(self, sid: str) -> Recording:
        with self._company.database.read() as session:
            recording = session.get(Recording, sid)
        if recording is None or recording.deleted_at is not None:
            _not_found()
        return recording

    def _stumble(self, number: str) -> None:
        """The faults that strike before anything is accepted."""
        with self._company.exchange() as exchange:
            slow = faults.strike(exchange.session, FaultKind.SLOW, number)
            refusal = faults.strike(exchange.session, FaultKind.REFUSE, number)
        if slow:
            self._sleep(slow.seconds)
        if refusal:
            raise Refused(refusal.code)

    def _mislay(self, sid: str) -> None:
        """The fault that strikes what the telephone that called has recorded."""
        with self._company.exchange() as exchange:
            recording = exchange.session.get(Recording, sid) or _not_found()
            leg = exchange.leg(recording.leg_sid) or _not_found()
            refusal = faults.strike(exchange.session, FaultKind.NO_RECORDING, phone_of(leg))
        if refusal:
            raise Refused(refusal.code)

    def _created(self, made: resources.Resource, number: str) -> Response:
        with self._company.exchange() as exchange:
            lost = faults.strike(exchange.session, FaultKind.LOSE_ANSWER, number)
        self._company.changed()
        if lost:
            _break_connection()
        response = jsonify(made)
        response.status_code = 201
        return response


def _change_call(exchange: Exchange, leg: Leg) -> None:
    status, url, twiml = (request.form.get(name, "") for name in ("Status", "Url", "Twiml"))
    if status not in ("", "canceled", "completed"):
        raise Refused(20001, "Status")
    if leg.status in ENDED:
        raise Refused(21220)
    if status == "completed" or (status == "canceled" and leg.status is not LegStatus.IN_PROGRESS):
        legs.end_now(exchange, leg)
    elif status:
        raise Refused(21220)
    elif url or twiml:
        if leg.status is not LegStatus.IN_PROGRESS:
            raise Refused(21220)
        if url:
            must_be_address(url, 21205)
        bridges.redirect(exchange, leg, url, twiml)


def _not_found() -> NoReturn:
    raise Refused(20404)


def _let_it_break(lost: LostAnswer) -> NoReturn:
    """No page for people in its place: the client is to see the connection break."""
    raise lost


def _break_connection() -> NoReturn:
    """Cut the connection under the server, which hands its socket over."""
    socket = request.environ.get("werkzeug.socket")
    if socket is not None:
        socket.shutdown(2)
    raise LostAnswer("the connection was broken before the answer")
