"""The callback question: the number calling, or another that is keyed in and read back."""

from ivr import problems
from ivr.exchange import Exchange
from ivr.questions import KEYING, ask
from ivr.screening import contract_by_id
from ivr.twiml import Speech
from models.call import Step
from rules import timezones
from rules.phone_numbers import last_four, parse


def answer(x: Exchange) -> str:
    """Silence accepts what was offered; after three useless answers the call goes on with the number calling."""
    if x.call.keyed_callback:
        return _confirmed(x, x.call.keyed_callback)
    if x.call.keyed_callback is None and _calling(x):
        return _chosen(x)
    return _keyed_in(x)


def _calling(x: Exchange) -> str | None:
    """The number calling, if it may be called back."""
    return x.call.caller if x.prompts.may_dial(x.call.caller) else None


def _chosen(x: Exchange) -> str:
    if x.keys in ("", "1"):
        return _accept(x, _calling(x))
    if x.keys == "2":
        x.call.keyed_callback = KEYING
        x.ask_again()
        return ask(x)
    return _refuse(x)


def _keyed_in(x: Exchange) -> str:
    if not x.keys:
        return _accept(x, _calling(x)) if _calling(x) or x.call.silences else _refuse(x)
    number = _read(x)
    if number is None:
        return _refuse(x, x.prompts.say("caller.callback_unknown"))
    if not x.prompts.may_dial(number):
        return _refuse(x, x.prompts.say("caller.callback_barred"))
    x.call.keyed_callback = number
    x.ask_again()
    return ask(x)


def _read(x: Exchange) -> str | None:
    """What was keyed in, E.164: national for the site's country, or with 00 and the country code.

    A zone that several countries share is read as each of them, the number calling's own first.
    """
    assert x.call.contract_id is not None
    zone = contract_by_id(x.session, x.call.contract_id).site_time_zone
    countries = timezones.countries_of(zone or "") or timezones.countries_of(x.line.policy.time_zone)
    read = [number for country in countries if (number := parse(x.keys, country))]
    return next((number for number in read if x.prompts.may_dial(number)), read[0] if read else None)


def _confirmed(x: Exchange, number: str) -> str:
    if x.keys in ("", "1"):
        return _accept(x, number)
    x.call.keyed_callback = KEYING if x.keys == "2" else number
    return _refuse(x)


def _refuse(x: Exchange, *said: Speech) -> str:
    x.log("callback", "not understood" if x.keys else "silence")
    if x.is_fruitless():
        return _accept(x, x.call.keyed_callback or _calling(x), *said)
    x.ask_again()
    return ask(x, *said)


def _accept(x: Exchange, number: str | None, *said: Speech) -> str:
    if number:
        problems.take_callback(x, number)
    x.log("callback", f"ends in {last_four(number)}" if number else "none")
    x.call.keyed_callback = x.call.keyed_callback or None
    x.go_to(Step.DESCRIPTION)
    return ask(x, *said)
