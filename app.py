"""Platinum Line: how its parts are put together, and its commands.

The only file that sees everything; `python app.py --help` lists the commands.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Blueprint, Flask
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

import ivr.fallback
from admin import commands, connection, create_console, demo, guard, proxies, security
from admin.accounts import AccountError
from admin.api import create_api
from admin.carrier_check import AccountCheck
from admin.chips import looks
from admin.file import FileErrors
from admin.server import Background, Server, require_free_port
from config import addresses
from config.addresses import host_of, is_loopback
from config.policy import PolicyError, load_policy
from config.prompts import PromptError, load_wording
from config.settings import Settings, SettingsError, load_settings
from models.account import Role, Scope
from models.clock import Clock
from models.database import Database
from models.migrate import is_current, newer_revision, upgrade
from paging.carriers.protocol import Carrier, RecordingStore
from paging.carriers.smtp import SmtpCarrier
from paging.carriers.twilio import (
    ApiClient,
    RedirectingClient,
    TwilioAccount,
    TwilioCarrier,
    TwilioRecordings,
)
from paging.chores import Chore
from paging.digest import Digest
from paging.engine import Engine
from paging.gap_mails import GapMails
from paging.handoffs import Handoffs
from paging.loop import EngineLoop
from paging.maintenance import WindowStarts
from paging.recordings import Recordings
from paging.retention import Codes, Retention
from paging.swaps import SwapLapses
from paging.unplaced_alerts import UnplacedAlerts
from paging.watch import Watch
from rules.escalation import Channel
from rules.line import Line
from rules.pins import Peppers
from simulator import demonstration
from simulator.api import create_api as create_provider
from simulator.company import Company
from simulator.exchange import SPEECH_PACE
from simulator.mail import Mailbox
from simulator.page import create_page
from simulator.runner import Runner
from simulator.terminal import terminal
from simulator.transport import HttpTransport, Transport

TYPING_SECONDS = 20.0  # to type what a telephone would have heard
WRONG_CONFIGURATION = 2
LOG_LINE: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]
"""A line for each event; a traceback without the values of its variables, which are not for a log."""


class Stop(Exception):
    """A command cannot go on; its text says why and what to do."""


@dataclass(frozen=True)
class Gateway:
    """Everything that a process needs, put together from its settings."""

    settings: Settings
    database: Database
    line: Line
    peppers: Peppers
    carriers: dict[Channel, Carrier]
    recordings: RecordingStore
    company: Company | None

    def engine(self) -> Engine:
        name = f"{socket.gethostname()}:{os.getpid()}"
        return Engine(self.database, self.line, self.carriers, name, chores=self.chores())

    def chores(self) -> list[Chore]:
        """What an engine does beside pages and messages."""
        return [
            WindowStarts(self.database, self.line),
            Handoffs(self.database, self.line),
            GapMails(self.database, self.line),
            SwapLapses(self.database, self.line),
            Digest(self.database, self.line),
            UnplacedAlerts(self.database, self.line),
            Codes(self.database),
            Retention(self.database, self.line),
            Recordings(self.database, self.line, self.recordings),
        ]

    def engine_loop(self) -> EngineLoop:
        """The engine in threads, watched."""
        return EngineLoop(self.engine(), Watch(self.database, self.line, self.settings.heartbeat_url))


def put_together(
    settings: Settings,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
    http_client: ApiClient | None = None,
    transport: Transport | None = None,
) -> Gateway:
    """Build a gateway. A virtual clock, a database object and other ways to reach the provider and us are for tests.

    Raises PolicyError or PromptError.
    """
    database = database or Database(settings.database_url, clock)
    line = _line(settings)
    client = http_client or RedirectingClient(settings.carrier_url)
    return Gateway(
        settings=settings,
        database=database,
        line=line,
        peppers=Peppers(settings.pin_pepper, settings.pin_pepper_previous),
        carriers=_carriers(settings, client, database),
        recordings=TwilioRecordings(settings.account_sid, settings.auth_token, client),
        company=_company(settings, database, transport) if settings.simulated else None,
    )


def _line(settings: Settings) -> Line:
    return Line(
        number=settings.line_number,
        text_number=settings.text_number,
        public_url=settings.public_url,
        mail_from=settings.mail_from,
        policy=load_policy(settings.policy_file),
        wording=load_wording(),
    )


def _carriers(settings: Settings, client: ApiClient, database: Database) -> dict[Channel, Carrier]:
    """One carrier for each channel; the simulator's mailbox stands in for a mail server that is not there."""
    twilio = TwilioCarrier(
        settings.account_sid, settings.auth_token, settings.line_number, settings.text_number, client
    )
    keep_mail = settings.simulated and not settings.smtp_url
    mail: Carrier = Mailbox(database) if keep_mail else SmtpCarrier(settings.smtp_url, settings.mail_from)
    return {channel: carrier for carrier in (twilio, mail) for channel in carrier.channels}


def _account(settings: Settings) -> TwilioAccount:
    return TwilioAccount(settings.account_sid, settings.auth_token, RedirectingClient(settings.carrier_url))


def _company(settings: Settings, database: Database, transport: Transport | None) -> Company:
    """At the pace of people, who listen and type; a test's own transport comes with a clock that does not wait."""
    return Company(
        database,
        transport or HttpTransport(),
        settings.account_sid,
        settings.auth_token,
        settings.line_number,
        settings.public_url,
        text_number=settings.text_number,
        pace=None if transport else SPEECH_PACE,
        typing_seconds=0.0 if transport else TYPING_SECONDS,
    )


def create_app(settings: Settings) -> Flask:
    """The web application of these settings."""
    return flask_app(put_together(settings))


def flask_app(gateway: Gateway) -> Flask:
    """The web application: what Twilio calls, the API, the console and, without an account, the simulator."""
    settings, database, line = gateway.settings, gateway.database, gateway.line
    app = Flask("platinum_line", static_folder=None, template_folder=None)
    programs = [
        ivr.create_blueprint(database, line, gateway.peppers, settings.account_sid, [settings.auth_token]),
        ivr.create_sounds(database),
        create_api(database, line),
    ]
    if gateway.company:
        programs.append(create_provider(gateway.company))
    security.secure(
        app,
        database,
        secret_key=settings.secret_key,
        previous_secret_key=settings.secret_key_previous,
        secure_cookies=settings.secure_cookies,
        csrf_exempt=programs,
    )
    console = create_console(
        database,
        line,
        gateway.peppers,
        simulated=settings.simulated,
        provider=settings.identity_provider,
        check=None if settings.simulated else AccountCheck(_account(settings), settings.fallback_url),
    )
    for blueprint in [*programs, console]:
        app.register_blueprint(blueprint)
    if gateway.company:
        app.register_blueprint(_simulator_page(gateway, gateway.company))
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    else:
        proxies.watch(app)
    return app


def _simulator_page(gateway: Gateway, company: Company) -> Blueprint:
    """Open to all on this machine; beyond it only to an administrator, for it tells what was said and texted."""
    local = is_loopback(host_of(gateway.settings.public_url)) and is_loopback(gateway.settings.host)
    allowed = guard.names_this_machine if local else guard.is_administrator
    with gateway.database.read() as session:
        known = demo.hints(session, gateway.peppers)
    return create_page(company, hints=known, allowed=allowed, looks=looks)


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Web and engine in one process: the embedded default."""
    database = _upgraded(settings)
    is_new = arguments.demo and _load_demonstration(settings, database)
    database.dispose()
    _listen(settings, with_engine=True, with_story=is_new)


def web(settings: Settings, arguments: argparse.Namespace) -> None:
    """The web process alone."""
    _require_schema(settings)
    _listen(settings, with_engine=False, with_story=False)


def _listen(settings: Settings, with_engine: bool, with_story: bool) -> None:
    """Serve until SIGTERM. The gateway is put together by the process that serves, after the fork."""
    require_free_port(settings.host, settings.port)
    gateways: list[Gateway] = []

    def load() -> Flask:
        gateways.append(put_together(settings))
        return flask_app(gateways[0])

    def background() -> Sequence[Background]:
        gateway = gateways[0]
        print(f"Platinum Line answers at {settings.public_url}", flush=True)
        if with_story:
            threading.Thread(target=_tell_story, args=(gateway,), daemon=True).start()
        engine = [gateway.engine_loop()] if with_engine else []
        return [*engine, *([Runner(gateway.company)] if gateway.company else [])]

    Server(settings.host, settings.port, load, background).run()


def worker(settings: Settings, arguments: argparse.Namespace) -> None:
    """An engine alone; any number of them share one PostgreSQL."""
    _require_schema(settings)
    # Before any thread starts: the kernel may give a signal to any of them, and that would not wake the main one.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    loop = put_together(settings).engine_loop()
    loop.start()
    print("The engine is at work", flush=True)
    signal.sigwait(stops)
    loop.stop()


def migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    """Bring the database to the schema of this version."""
    database = _upgraded(settings)
    if newer_revision(database) is None:
        print("The database has the schema of this version")
    database.dispose()


def load(settings: Settings, arguments: argparse.Namespace) -> None:
    """Load a YAML file: all of it, or nothing and every error."""
    peppers = Peppers(settings.pin_pepper, settings.pin_pepper_previous)
    policy = load_policy(settings.policy_file)
    print(commands.load_file(_ready_database(settings), arguments.file, peppers, policy))


def dump(settings: Settings, arguments: argparse.Namespace) -> None:
    """Print what is on file as the YAML that `load` takes, without PINs."""
    print(commands.dumped(_ready_database(settings), load_policy(settings.policy_file)), end="")


def token(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make a token for a program; the last line is the secret, shown this once."""
    print(commands.new_token(_ready_database(settings), arguments.name, arguments.scope, arguments.contract))


def user(settings: Settings, arguments: argparse.Namespace) -> None:
    """Add a user, or give a known one a new password; the last line is the password, shown this once."""
    print(commands.new_user(_ready_database(settings), arguments.email, arguments.role))


def call(settings: Settings, arguments: argparse.Namespace) -> None:
    """Phone the line from this terminal."""
    terminal(arguments.url or settings.public_url, arguments.caller)


def twilio(settings: Settings, arguments: argparse.Namespace) -> None:
    """Set up the line's numbers in the Twilio account, or check all that the line needs there."""
    account = _account(settings)
    line, address = _line(settings), arguments.fallback_url or settings.fallback_url
    if arguments.what == "setup":
        print("\n".join(connection.set_up(account, line, address)))
        return
    report = connection.check(
        account, _ready_database(settings), line, address, is_simulated=settings.simulated, visit=connection.visit
    )
    print("\n".join(report.lines()))
    if report.wrong:
        raise Stop(f"{len(report.wrong)} to put right.")


def fallback(settings: Settings, arguments: argparse.Namespace) -> None:
    """Print what callers hear while the line is down: host it elsewhere, see README."""
    database = _ready_database(settings)
    with database.read() as session:
        print(ivr.fallback.document(session, _line(settings)))


def _ready_database(settings: Settings) -> Database:
    """SQLite is brought up to date on the way; PostgreSQL is shared, and migrated on purpose."""
    database = Database(settings.database_url)
    if not database.is_postgresql:
        return _upgraded(settings)
    _require_schema(settings)
    return database


def _upgraded(settings: Settings) -> Database:
    """The database, migrated to the schema of this version. A newer schema stays as it is."""
    database = Database(settings.database_url)
    upgrade(database)
    _say_if_newer(database)
    return database


def _say_if_newer(database: Database) -> None:
    """On standard error: the output of some commands is read by programs."""
    if revision := newer_revision(database):
        words = f"The database has a newer schema (revision {revision}) than this version; going on:"
        print(f"{words} the version before a migration works with the new schema too.", file=sys.stderr, flush=True)


def _require_schema(settings: Settings) -> None:
    """Raises SettingsError where the schema is older than this version's."""
    database = Database(settings.database_url)
    try:
        if not is_current(database):
            problem = "DATABASE_URL: this database has an older schema, or no tables yet. Run: python app.py migrate"
            raise SettingsError([problem])
        _say_if_newer(database)
    finally:
        database.dispose()


def _load_demonstration(settings: Settings, database: Database) -> bool:
    """Load the demonstration into an empty SQLite with the simulator, and say what to try. False where it is not."""
    if not settings.simulated or database.is_postgresql:
        return False
    peppers = Peppers(settings.pin_pepper, settings.pin_pepper_previous)
    password = demo.load(database, peppers, load_policy(settings.policy_file))
    print("\n".join(demo.welcome(database, peppers, settings.public_url, password)))
    return password is not None


def _tell_story(gateway: Gateway) -> None:
    """One call, as it would be at night."""
    assert gateway.company is not None
    with gateway.database.read() as session:
        _, pin, caller = demo.hints(session, gateway.peppers)[0]
    for line in demonstration.play(gateway.company, gateway.database, caller, pin):
        print(line, flush=True)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python app.py", description="Platinum Line, the out-of-hours line.")
    added = top.add_subparsers(required=True, metavar="COMMAND")

    def add(run: Callable[[Settings, argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = added.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        return command

    for listening in (add(serve), add(web)):
        listening.add_argument("--host", default="127.0.0.1")
        listening.add_argument("--port", type=int, default=8000)
    added.choices["serve"].add_argument("--demo", action="store_true", help="load the demonstration if it is empty")
    add(worker)
    add(migrate)
    add(load).add_argument("file", type=Path, metavar="FILE.yaml")
    add(dump)
    new_token = add(token).add_subparsers(required=True, metavar="create").add_parser("create")
    new_token.add_argument("name", metavar="NAME")
    new_token.add_argument("--scope", choices=[scope.value for scope in Scope], default=Scope.FULL.value)
    new_token.add_argument("--contract", metavar="C-1", help="only the events of this contract")
    new_user = add(user).add_subparsers(required=True, metavar="add").add_parser("add")
    new_user.add_argument("email", metavar="EMAIL")
    new_user.add_argument("--role", choices=[role.value for role in Role], required=True)
    phone = add(call)
    phone.add_argument("--url", help="where the line runs (default: PUBLIC_URL)")
    phone.add_argument("--from", dest="caller", metavar="NUMBER", help="the number to call from")
    connected = add(twilio)
    connected.add_argument("what", choices=["check", "setup"])
    hosted = "where what `fallback` prints is hosted (default: FALLBACK_URL)"
    connected.add_argument("--fallback-url", metavar="URL", type=addresses.fallback_url, help=hosted)
    add(fallback)
    return top


def _log_to_stderr() -> None:
    structlog.configure(
        processors=LOG_LINE,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main(argv: Sequence[str]) -> int:
    """Run a command. Answers 2 where the configuration is wrong, 1 where it cannot be done; both say why."""
    _log_to_stderr()
    arguments = parser().parse_args(argv)
    host, port = getattr(arguments, "host", "127.0.0.1"), getattr(arguments, "port", 8000)
    try:
        arguments.run(load_settings(os.environ, host=host, port=port), arguments)
    except (SettingsError, PolicyError, PromptError) as error:
        print(f"The configuration is wrong.\n{error}", file=sys.stderr)
        return WRONG_CONFIGURATION
    except (Stop, ivr.fallback.NobodyToDial, connection.ConnectionProblem, AccountError, FileErrors, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        print(f"The database cannot be used: {error.orig}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
