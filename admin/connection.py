"""The line's connection to its carrier: sets the numbers up, and says in words what is wrong with them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Database
from models.delivery import Delivery
from models.service import Setting
from models.technician import Technician
from paging.carriers.protocol import SendFailure
from paging.carriers.twilio import TwilioAccount
from rules import connection
from rules.connection import People, Wanted
from rules.line import Line
from rules.phone_numbers import region_of
from tickets import duty

DAYS = 30
"""How far back refused texts are counted."""
TIMEOUT = 10.0  # seconds
NO_PERMISSION = "21408"
Answer = TypeVar("Answer")


class ConnectionProblem(Exception):
    """The numbers cannot be set up, or are not as they should be; its text says what to do."""


@dataclass
class Report:
    """What is wrong, what is good to know, and what was looked at."""

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        yield from (f"Wrong      {sentence}" for sentence in self.wrong)
        yield from (f"Note       {sentence}" for sentence in self.notes)
        yield from (f"Looked at  {sentence}" for sentence in self.looked_at)
        if not self.wrong:
            yield "All is well."


@dataclass(frozen=True, slots=True)
class OnFile:
    """What the database tells: it is asked before the account is, so that no transaction waits for the network."""

    people: People
    refused: Counter[str]


def set_up(account: TwilioAccount, line: Line, fallback: str | None) -> list[str]:
    """Set the addresses of the line's numbers; answers what was changed and what was right.

    Raises ConnectionProblem.
    """
    if fallback and connection.is_ours(fallback, line.public_url):
        raise ConnectionProblem(f"{fallback} is ours, and down when we are. {connection.HOST_IT}")
    wanted = connection.wanted(line.number, line.text_number, line.public_url, fallback)
    try:
        account.account()  # a list of numbers would not say that the token is wrong
        found = [(want, account.number(want.number)) for want in wanted]
        if absent := [want.number for want, number in found if number is None]:
            raise ConnectionProblem("\n".join(connection.missing(number) for number in absent))
        return [said for want, number in found if number for said in _set_up(account, number, want)]
    except SendFailure as failure:
        raise ConnectionProblem(_unreadable(failure)) from failure


def _set_up(account: TwilioAccount, number: connection.Number, want: Wanted) -> Iterator[str]:
    webhooks = want.webhooks()
    changes = {occasion: webhook for occasion, webhook in webhooks.items() if number.webhooks[occasion] != webhook}
    if changes:
        account.set_webhooks(number.sid, changes)
    for occasion, webhook in webhooks.items():
        before = number.webhooks[occasion]
        what = f"{before} -> {webhook}" if occasion in changes else f"{webhook}, as it was"
        yield f"{number.number}, when {occasion}: {what}"


def check(
    account: TwilioAccount,
    database: Database,
    line: Line,
    fallback: str | None,
    *,
    is_simulated: bool,
    visit: Callable[[str], str],
) -> Report:
    """Read everything that the line needs. `visit` fetches an address and answers what went wrong, '' for nothing."""
    report = Report()
    with database.read() as session:
        on_file = _on_file(session, database.now(session))
    _look(report, f"{line.public_url}/healthz, from here")
    trouble = visit(f"{line.public_url}/healthz")
    report.wrong += connection.address_problems(line.public_url, is_simulated, trouble)
    standing = _read(report, "the account: its standing and its kind", account.account)
    if standing is None:
        return report
    report.wrong += connection.account_problems(standing)
    for want in connection.wanted(line.number, line.text_number, line.public_url, fallback):
        _check_number(report, account, want, visit)
    _check_permissions(report, account, on_file, line)
    _check_calls(report, account)
    return report


def _check_number(report: Report, account: TwilioAccount, want: Wanted, visit: Callable[[str], str]) -> None:
    what = f"{want.number}: what it can do, what overrides it, when {', '.join(want.occasions)}"
    _look(report, what)
    try:
        found = account.number(want.number)
    except SendFailure as failure:
        report.wrong.append(_unreadable(failure))
        return
    problems = connection.number_problems(found, want) if found else [connection.missing(want.number)]
    report.wrong += problems
    if found and want.is_phoned and (elsewhere := connection.kept_elsewhere(found, want.public_url)):
        _look(report, f"{elsewhere}, from here")
        report.wrong += connection.fallback_trouble(elsewhere, visit(elsewhere))


def _check_permissions(report: Report, account: TwilioAccount, on_file: OnFile, line: Line) -> None:
    people = on_file.people
    voice = _read(report, f"whom the account may call: {connection.names(sorted(people.called))}", account.may_call)
    text = _try(account.may_text)
    if text is None:
        report.wrong += connection.refused_texts(on_file.refused, DAYS)
        report.notes.append(
            "Whom the account may text could not be read: see Twilio's console, Messaging, Settings, Geo permissions. "
            f"Texts on file that were refused for it in the last {DAYS} days are counted instead."
        )
    _look(report, f"whom the account may text: {connection.names(sorted(people.texted))}")
    report.wrong += connection.permission_problems(voice or {}, text or {}, people)
    report.notes += connection.unlisted(voice, text, people)
    barred = sorted(code for code in line.policy.callback_countries if (voice or {}).get(code) is False)
    if barred:
        report.notes.append(f"Customers in {connection.names(barred)} cannot be called back: the account may not call.")


def _check_calls(report: Report, account: TwilioAccount) -> None:
    """What can be told of calls at once. Limits are no part of the API: help.twilio.com, 'How fast can I place…'."""
    now = _read(report, "calls at the moment", account.calls_now)
    if now is None:
        return
    report.notes.append(
        f"Calls under way: {now[0]}; waiting to be placed: {now[1]}. How many there may be at once Twilio does not "
        "tell: a trial has 5, an account without an approved business profile as few as 2. New calls leave at one a "
        "second unless the console says more; what comes faster waits in a queue."
    )


def _on_file(session: Session, now: datetime) -> OnFile:
    return OnFile(people_on_file(session), _refused_texts(session, now - timedelta(days=DAYS)))


def people_on_file(session: Session) -> People:
    """The countries of the technicians', the duty managers' and, for calls, the help desk's numbers."""
    technicians = session.execute(select(Technician.phone, Technician.second_phone)).all()
    managers = [manager.phone for manager in duty.managers(session)]
    desk = session.execute(select(Setting.value).where(Setting.key == "help_desk")).scalar_one_or_none() or {}
    texted = [row.phone for row in technicians] + managers
    called = [*texted, *(row.second_phone for row in technicians), desk.get("phone")]
    return People(_countries(called), _countries(texted))


def _countries(numbers: Iterable[str | None]) -> frozenset[str]:
    return frozenset(country for number in numbers if number and (country := region_of(number)))


def _refused_texts(session: Session, since: datetime) -> Counter[str]:
    """How many texts were refused for want of a permission, by country."""
    refused = select(Delivery.address).where(Delivery.error_code == NO_PERMISSION, Delivery.created_at >= since)
    found: Sequence[str] = session.execute(refused).scalars().all()
    return Counter(country for number in found if (country := region_of(number)))


def visit(url: str) -> str:
    """Fetch an address; answers what went wrong, '' for nothing."""
    try:
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return f"{type(error).__name__}"
    return "" if answer.status_code == requests.codes.ok else f"it answers {answer.status_code}"


def _look(report: Report, what: str) -> None:
    report.looked_at.append(what)


def _read(report: Report, what: str, read: Callable[[], Answer]) -> Answer | None:
    """What the account tells; None, and said to be wrong, where it does not."""
    _look(report, what)
    try:
        return read()
    except SendFailure as failure:
        report.wrong.append(_unreadable(failure))
        return None


def _try(read: Callable[[], Answer]) -> Answer | None:
    try:
        return read()
    except SendFailure:
        return None


def _unreadable(failure: SendFailure) -> str:
    code = f" (code {failure.code})" if failure.code else ""
    return f"Twilio's API: {failure}{code}. Check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_URL."
