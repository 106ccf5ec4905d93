"""All that the provider calls: inbound calls, calls to technicians, texts, and reports of what was sent."""

from collections.abc import Sequence

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from ivr.callbacks import DeliveryCallbacks
from ivr.calls import Calls
from ivr.responder import ResponderCalls
from ivr.sounds import create_sounds
from ivr.texts import Texts
from ivr.transcripts import Transcripts
from ivr.trouble import Trouble
from ivr.webhook import PREFIX, Gate
from models.database import Database
from rules.line import Line
from rules.pins import Peppers

__all__ = ["create_blueprint", "create_sounds"]


def create_blueprint(
    database: Database, line: Line, peppers: Peppers, account_sid: str, auth_tokens: Sequence[str]
) -> Blueprint:
    """The webhooks of one account, under /twilio. Every request there must be signed with one of `auth_tokens`.

    Raises KeyError for a language of the policy that has no sentences.
    """
    blueprint = Blueprint("twilio", __name__, url_prefix=PREFIX.rstrip("/"))
    gate = Gate(line.public_url, auth_tokens)

    def check_first(state: BlueprintSetupState) -> None:
        # Before whatever else the application checks, and for addresses that lead nowhere too.
        state.app.before_request_funcs.setdefault(None, []).insert(0, gate.check)

    blueprint.record_once(check_first)
    Trouble(database, line).watch(blueprint)
    Calls(database, line, peppers).add_routes(blueprint)
    ResponderCalls(database, line).add_routes(blueprint)
    Texts(database, line).add_routes(blueprint)
    Transcripts(database, line).add_routes(blueprint)
    DeliveryCallbacks(database, line, account_sid).add_routes(blueprint)
    return blueprint
