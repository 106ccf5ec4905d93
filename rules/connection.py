"""How the line's numbers must be set at the carrier, and what is wrong with what is found there, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules import timezones
from rules.wording import listed

OVERRIDE = "#rc=2&rp=ct,rt,5xx"
"""Try twice more when connecting fails, when the answer is late and on a server's error. The carrier reads it and does
not send it, so it is no part of what is signed: twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
SETUP = "Run: python app.py twilio setup"
HOST_IT = (
    "Host what `python app.py fallback` prints at another place, and run: python app.py twilio setup --fallback-url URL"
)


class Occasion(StrEnum):
    """When the carrier asks an address, in its console's words."""

    CALL = "a call comes in"
    FALLBACK = "the line is down"
    STATUS = "call status changes"
    TEXT = "a message comes in"


PATHS = {Occasion.CALL: "/twilio/voice", Occasion.STATUS: "/twilio/voice/status", Occasion.TEXT: "/twilio/sms"}
PHONED = (Occasion.CALL, Occasion.FALLBACK, Occasion.STATUS)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that the carrier asks, and how. No address: ''."""

    url: str
    method: str = "POST"

    def __str__(self) -> str:
        return f"{self.method} {self.url}" if self.url else "nothing"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the account has it. What overrides its addresses is named by its id, '' where there is nothing."""

    number: str
    sid: str
    calls: bool
    texts: bool
    webhooks: Mapping[Occasion, Webhook]
    trunk: str
    call_application: str
    text_application: str
    messaging_service: str


@dataclass(frozen=True, slots=True)
class Account:
    """`status`: active, suspended or closed."""

    status: str
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number as it should be: `fallback` is None where any address elsewhere will do."""

    number: str
    public_url: str
    is_phoned: bool
    is_texted: bool
    fallback: str | None

    @property
    def occasions(self) -> tuple[Occasion, ...]:
        return (PHONED if self.is_phoned else ()) + ((Occasion.TEXT,) if self.is_texted else ())

    def webhooks(self) -> dict[Occasion, Webhook]:
        """The addresses to set. A page that somebody else hosts is fetched with GET, ours are posted to."""
        ours = {
            occasion: Webhook(f"{self.public_url}{PATHS[occasion]}{OVERRIDE}")
            for occasion in self.occasions
            if occasion in PATHS
        }
        if self.is_phoned and self.fallback is not None:
            ours[Occasion.FALLBACK] = Webhook(self.fallback, "GET")
        return ours


def wanted(number: str, text_number: str, public_url: str, fallback: str | None) -> list[Wanted]:
    """The line's numbers: the one that is phoned, and the one that is texted where that is another."""
    if number == text_number:
        return [Wanted(number, public_url, True, True, fallback)]
    return [Wanted(number, public_url, True, False, fallback), Wanted(text_number, public_url, False, True, None)]


def is_ours(url: str, public_url: str) -> bool:
    """Whether an address is down when we are."""
    return f"{url}/".startswith(f"{public_url}/")


def account_problems(account: Account) -> Iterator[str]:
    """What keeps the whole account from working."""
    if account.status != "active":
        yield f"The account is {account.status}: nothing works until you settle that with Twilio's support."
    if account.is_trial:
        yield (
            "The account is a trial: it reaches verified numbers only, says so before each call, and takes few calls "
            "at once. Upgrade it in Twilio's console."
        )


def missing(number: str) -> str:
    """What to do about a number that the account does not have."""
    return (
        f"{number} is not in the account. Set TWILIO_NUMBER and TWILIO_SMS_NUMBER to numbers of the account in "
        "TWILIO_ACCOUNT_SID, or buy this one in Twilio's console."
    )


def number_problems(found: Number, want: Wanted) -> Iterator[str]:
    """What is wrong with a number."""
    yield from _capability_problems(found, want)
    yield from _overriding_problems(found, want)
    for occasion, webhook in want.webhooks().items():
        if problem := _webhook_problem(found.webhooks[occasion], webhook):
            yield f"{found.number}, when {occasion}: {problem} {SETUP}"
    if want.is_phoned and want.fallback is None:
        yield from _fallback_problems(found, want)


def _capability_problems(found: Number, want: Wanted) -> Iterator[str]:
    if want.is_phoned and not found.calls:
        yield f"{found.number} cannot be called or call: it has no voice capability. Use another one as TWILIO_NUMBER."
    if want.is_texted and not found.texts:
        yield (
            f"{found.number} cannot text: it has no SMS capability. Use one that texts as TWILIO_SMS_NUMBER; in many "
            "countries that is a mobile number."
        )


def _overriding_problems(found: Number, want: Wanted) -> Iterator[str]:
    if want.is_phoned:
        yield from _overridden(found.number, "calls", "the SIP trunk", found.trunk)
        yield from _overridden(found.number, "calls", "the TwiML app", found.call_application)
    if want.is_texted:
        yield from _overridden(found.number, "texts", "the TwiML app", found.text_application)
        yield from _overridden(found.number, "texts", "the messaging service", found.messaging_service)


def _overridden(number: str, what: str, by: str, sid: str) -> Iterator[str]:
    if sid:
        yield f"{number}: its {what} go to {by} {sid}, so its own addresses are ignored. Take it out of {by}."


def _webhook_problem(found: Webhook, want: Webhook) -> str:
    """What is wrong with one address, '' for nothing."""
    if not found.url:
        return "no address is set."
    if found.url != want.url and f"{found.url}{OVERRIDE}" == want.url:
        return f"{found.url} lacks the connection override {OVERRIDE}, so a request that fails is not tried again."
    if found.url != want.url:
        return f"{found.url} is set, and not {want.url}."
    return "" if found.method == want.method else f"{found.url} is asked with {found.method}, and not {want.method}."


def _fallback_problems(found: Number, want: Wanted) -> Iterator[str]:
    url = found.webhooks[Occasion.FALLBACK].url
    if not url:
        yield f"{found.number}, when {Occasion.FALLBACK}: no address is set, so callers then hear an error. {HOST_IT}"
    elif is_ours(url, want.public_url):
        yield f"{found.number}, when {Occasion.FALLBACK}: {url} is ours, and down when we are. {HOST_IT}"


def kept_elsewhere(found: Number, public_url: str) -> str:
    """The address that is asked when we are down, '' where there is none or it is ours."""
    url = found.webhooks[Occasion.FALLBACK].url
    return "" if is_ours(url, public_url) else url


def fallback_trouble(url: str, trouble: str) -> Iterator[str]:
    """What keeps callers from hearing what another host keeps for us. `trouble`: what happened to our request."""
    if trouble:
        yield f"{url}, which is asked when the line is down: {trouble}. See that it is hosted there."


def permission_problems(voice: Mapping[str, bool], text: Mapping[str, bool], people: People) -> Iterator[str]:
    """Countries (ISO 3166) of people on file that the account may not reach. One that is not listed is not judged."""
    for verb, page, allowed, countries in (
        ("call", "Voice", voice, people.called),
        ("text", "Messaging", text, people.texted),
    ):
        if barred := sorted(country for country in countries if allowed.get(country) is False):
            yield (
                f"The account may not {verb} {names(barred)}, where people on file have numbers. "
                f"Allow it in Twilio's console: {page}, Settings, Geo permissions."
            )


def unlisted(voice: Mapping[str, bool] | None, text: Mapping[str, bool] | None, people: People) -> Iterator[str]:
    """Countries of people on file of which the account says nothing. None: it could not be asked."""
    for verb, allowed, countries in (("call", voice, people.called), ("text", text, people.texted)):
        if allowed is not None and (unknown := sorted(countries - allowed.keys())):
            yield (
                f"Whether the account may {verb} {names(unknown)} Twilio does not tell: there may be no permission to "
                "give. Try it with the test of a telephone in the console."
            )


@dataclass(frozen=True, slots=True)
class People:
    """The countries of those on file: who is called and who is texted."""

    called: frozenset[str]
    texted: frozenset[str]


def address_problems(public_url: str, is_simulated: bool, trouble: str) -> Iterator[str]:
    """What keeps the carrier from reaching us. `trouble`: what happened to a request of our own, '' for nothing."""
    if not public_url.startswith("https://") and not is_simulated:
        yield f"PUBLIC_URL is {public_url}, which Twilio cannot reach. Set it to https://your.host."
    if trouble:
        yield f"{public_url}/healthz does not answer as it should: {trouble}. See that the line runs and its proxy too."


def refused_texts(counts: Mapping[str, int], days: int) -> Iterator[str]:
    """Texts on file that the account may not send, by country, where its permissions cannot be read."""
    for country, count in sorted(counts.items()):
        yield (
            f"{count} {'text' if count == 1 else 'texts'} to {names([country])} in the last {days} days "
            f"{'was' if count == 1 else 'were'} refused: the account may not text there (21408). "
            "Allow it in Twilio's console: Messaging, Settings, Geo permissions."
        )


def names(countries: Collection[str]) -> str:
    """'Italy, Malta and Spain'."""
    return listed(timezones.country_name(country) for country in countries)
