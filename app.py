"""Platinum Line: how its parts are put together, and its commands.

The only file that sees everything; `python app.py --help` lists the commands.
"""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from twilio.http import HttpClient
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
import ivr
from admin import accounts, chips, file, guard, security
from admin.api import create_api
from config.policy import PolicyError, load_policy
from config.prompts import PromptError, load_wording
from config.settings import Settings, SettingsError, load_settings
from models.account import Role, Scope
from models.clock import Clock
from models.customer import Customer
from models.database import Database
from models.migrate import is_current, upgrade
from paging.carriers.protocol import Carrier
from paging.carriers.smtp import SmtpCarrier
from paging.carriers.twilio import RedirectingClient, TwilioCarrier
from paging.engine import Engine, EngineLoop
from rules.escalation import Channel
from rules.line import Line
from rules.pins import Peppers
from simulator.api import create_api as create_provider
from simulator.company import Company
from simulator.mail import Mailbox
from simulator.page import create_page
from simulator.runner import Runner
from simulator.transport import HttpTransport, Transport

DEMO = Path(__file__).parent / "config" / "demo.yaml"
DEMO_ADMIN = "admin@example.com"
WRONG_CONFIGURATION = 2
THREADS = 8


class Stop(Exception):
    """A command cannot go on; its text says why and what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Gateway:
    """Everything that a process needs, put together from its settings."""

    settings: Settings
    database: Database
    line: Line
    peppers: Peppers
    carriers: dict[Channel, Carrier]
    company: Company | None

    def engine(self) -> Engine:
        return Engine(self.database, self.line, self.carriers, f"{socket.gethostname()}:{os.getpid()}")


def put_together(
    settings: Settings,
    *,
    clock: Clock | None = None,
    http_client: HttpClient | None = None,
    transport: Transport | None = None,
) -> Gateway:
    """Build a gateway. A virtual clock and other ways to reach the provider and ourselves are for tests.

    Raises PolicyError or PromptError.
    """
    database = Database(settings.database_url, clock)
    line = Line(
        number=settings.line_number,
        text_number=settings.text_number,
        public_url=settings.public_url,
        mail_from=settings.mail_from,
        policy=load_policy(settings.policy_file),
        wording=load_wording(),
    )
    company = None
    if settings.simulated:
        company = Company(
            database,
            transport or HttpTransport(),
            settings.account_sid,
            settings.auth_token,
            settings.line_number,
            settings.public_url,
        )
    return Gateway(
        settings=settings,
        database=database,
        line=line,
        peppers=Peppers(settings.pin_pepper, settings.pin_pepper_previous),
        carriers=_carriers(settings, http_client or RedirectingClient(settings.carrier_url), database),
        company=company,
    )


def _carriers(settings: Settings, http_client: HttpClient, database: Database) -> dict[Channel, Carrier]:
    """One carrier for each channel; the simulator's mailbox stands in for a mail server that is not there."""
    twilio = TwilioCarrier(
        settings.account_sid, settings.auth_token, settings.line_number, settings.text_number, http_client
    )
    keep_mail = settings.simulated and not settings.smtp_url
    mail: Carrier = Mailbox(database) if keep_mail else SmtpCarrier(settings.smtp_url, settings.mail_from)
    return {channel: carrier for carrier in (twilio, mail) for channel in carrier.channels}


def create_app(settings: Settings) -> Flask:
    """The web application of these settings."""
    return flask_app(put_together(settings))


def flask_app(gateway: Gateway) -> Flask:
    """The web application of a gateway: what Twilio calls, the API, the console and, without an account, the simulator."""
    settings, database, line = gateway.settings, gateway.database, gateway.line
    app = Flask("platinum_line", static_folder=None, template_folder=None)
    webhooks = ivr.create_blueprint(database, line, gateway.peppers, [settings.auth_token])
    api = create_api(database, line)
    programs = [webhooks, api]
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
    console = admin.create_console(database, line, gateway.peppers, simulated=settings.simulated)
    for blueprint in [*programs, console]:
        app.register_blueprint(blueprint)
    if gateway.company:
        app.register_blueprint(create_page(gateway.company))
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    return app


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, started from code: one process with threads. `background` starts in it after the fork."""

    def __init__(self, settings: Settings, with_engine: bool, on_start: Callable[[Gateway], None] | None) -> None:
        self.settings = settings
        self.with_engine = with_engine
        self.on_start = on_start
        self.gateway: Gateway | None = None
        self.background: list[Any] = []
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "graceful_timeout": 8,
            "control_socket_disable": True,
            "loglevel": "warning",
            "post_worker_init": lambda _worker: self._start(),
            "worker_exit": lambda _server, _worker: self._stop(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        self.gateway = put_together(self.settings)
        return flask_app(self.gateway)

    def _start(self) -> None:
        assert self.gateway is not None
        if self.with_engine:
            self.background.append(EngineLoop(self.gateway.engine()))
        if self.gateway.company:
            self.background.append(Runner(self.gateway.company))
        for work in self.background:
            work.start()
        print(f"Platinum Line answers at {self.settings.public_url}", flush=True)
        if self.on_start:
            threading.Thread(target=self.on_start, args=(self.gateway,), daemon=True).start()

    def _stop(self) -> None:
        for work in self.background:
            work.stop(1.5)


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Web and engine in one process: the embedded default."""
    database = Database(settings.database_url)
    upgrade(database)
    story = _demonstration(settings, database) if arguments.demo else None
    database.dispose()
    _listen(settings, with_engine=True, on_start=story)


def web(settings: Settings, arguments: argparse.Namespace) -> None:
    """The web process alone."""
    _require_schema(settings)
    _listen(settings, with_engine=False, on_start=None)


def _listen(settings: Settings, with_engine: bool, on_start: Callable[[Gateway], None] | None) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Stop(f"Port {settings.port} of {settings.host} is not free ({error.strerror}). Try --port.") from None
    Server(settings, with_engine, on_start).run()


def worker(settings: Settings, arguments: argparse.Namespace) -> None:
    """An engine alone; as many as you like share one PostgreSQL."""
    _require_schema(settings)
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    loop = EngineLoop(put_together(settings).engine())
    loop.start()
    print("The engine is at work", flush=True)
    stop.wait()
    loop.stop()


def migrate(settings: Settings, arguments: argparse.Namespace) -> None:
    """Bring the database to this version's schema."""
    upgrade(Database(settings.database_url))
    print("The database has the schema of this version")


def load(settings: Settings, arguments: argparse.Namespace) -> None:
    """Load a YAML file: all of it, or nothing and every error."""
    try:
        text = arguments.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{arguments.file} cannot be read: {error}") from None
    print(_load(settings, _ready_database(settings), text))


def _load(settings: Settings, database: Database, text: str) -> file.Report:
    peppers = Peppers(settings.pin_pepper, settings.pin_pepper_previous)
    try:
        with database.write() as session:
            policy = load_policy(settings.policy_file)
            return file.load(session, text, peppers, "command line", database.now(session), policy)
    except file.FileErrors as errors:
        raise Stop(str(errors)) from None


def token(settings: Settings, arguments: argparse.Namespace) -> None:
    """Make a token for a program; the last line is the secret, shown this once."""
    database = _ready_database(settings)
    with database.write() as session:
        scope, now = Scope(arguments.scope), database.now(session)
        print(accounts.create_token(session, arguments.name, scope, arguments.contract, now))


def user(settings: Settings, arguments: argparse.Namespace) -> None:
    """Add a user, or give a known one a new password; the last line is the password, shown this once."""
    database = _ready_database(settings)
    with database.write() as session:
        print(accounts.add_user(session, arguments.email, Role(arguments.role), database.now(session)))


def call(settings: Settings, arguments: argparse.Namespace) -> None:
    """Phone the line from this terminal."""
    simulator.terminal(arguments.url or settings.public_url, arguments.caller)


def _ready_database(settings: Settings) -> Database:
    """SQLite is brought up to date on the way; PostgreSQL is shared, and migrated on purpose."""
    database = Database(settings.database_url)
    if database.is_postgresql:
        _require_schema(settings)
    else:
        upgrade(database)
    return database


def _require_schema(settings: Settings) -> None:
    database = Database(settings.database_url)
    if not is_current(database):
        raise Stop("The database has an older schema. Run: python app.py migrate", WRONG_CONFIGURATION)
    database.dispose()


def _demonstration(settings: Settings, database: Database) -> Callable[[Gateway], None] | None:
    """Load the demonstration into an empty SQLite with the simulator, and say what to try. Else nothing."""
    if not settings.simulated or database.is_postgresql:
        return None
    with database.read() as session:
        if session.execute(select(Customer.id).limit(1)).first():
            print(f"Sign in at {settings.public_url} as before. A new password: python app.py user add EMAIL --role admin")
            return None
    _load(settings, database, DEMO.read_text(encoding="utf-8"))
    with database.write() as session:
        password = accounts.add_user(session, DEMO_ADMIN, Role.ADMIN, database.now(session))
    print(f"Console    {settings.public_url}    {DEMO_ADMIN}    {password}")
    return _tell_story


def _tell_story(gateway: Gateway) -> None:
    for line in simulator.play(gateway.company, gateway.database):
        print(line, flush=True)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="python app.py", description="Platinum Line, the out-of-hours line.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[Settings, argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=(run.__doc__ or "").splitlines()[0], description=run.__doc__)
        command.set_defaults(run=run)
        return command

    for name, run in (("serve", serve), ("web", web)):
        command = add(name, run)
        command.add_argument("--host", default="127.0.0.1")
        command.add_argument("--port", type=int, default=8000)
    commands.choices["serve"].add_argument("--demo", action="store_true", help="load the demonstration if empty")
    add("worker", worker)
    add("migrate", migrate)
    add("load", load).add_argument("file", type=Path, metavar="FILE.yaml")
    create = add("token", token).add_subparsers(required=True, metavar="create").add_parser("create")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--scope", choices=[scope.value for scope in Scope], default=Scope.FULL.value)
    create.add_argument("--contract", metavar="C-1", help="only for events of this contract")
    new = add("user", user).add_subparsers(required=True, metavar="add").add_parser("add")
    new.add_argument("email", metavar="EMAIL")
    new.add_argument("--role", choices=[role.value for role in Role], required=True)
    phone = add("call", call)
    phone.add_argument("--url", help="where the line runs (default: PUBLIC_URL)")
    phone.add_argument("--from", dest="caller", metavar="NUMBER", help="the number to call from")
    return top


def main(argv: list[str]) -> int:
    """Run a command. 2: the configuration is wrong; 1: it could not be done; both say why."""
    arguments = parser().parse_args(argv)
    try:
        host, port = getattr(arguments, "host", "127.0.0.1"), getattr(arguments, "port", 8000)
        settings = load_settings(os.environ, host=host, port=port)
        arguments.run(settings, arguments)
    except (SettingsError, PolicyError, PromptError) as error:
        print(f"The configuration is wrong:\n{error}", file=sys.stderr)
        return WRONG_CONFIGURATION
    except (Stop, accounts.AccountError) as error:
        print(error, file=sys.stderr)
        return getattr(error, "code", 1)
    except OperationalError as error:
        print(f"The database does not answer: {error.orig}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
