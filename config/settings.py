"""The settings, from the environment: every problem is found and named before anything starts."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from config import addresses
from config.generated import GeneratedSecretError, generated_secret

VAR = Path("var")
DEFAULT_DATABASE_URL = "sqlite:///var/platinum.db"
DEFAULT_POLICY_FILE = Path(__file__).with_name("policy.toml")
SIMULATED_NUMBER = "+390584000001"
"""The line of the simulator: a number that the Italian plan allows."""
ACCOUNT = ("twilio_account_sid", "twilio_auth_token", "twilio_number")
SHORTEST_SECRET = 32
"""Characters of a secret of a line with a real account."""
MAKE_SECRET = "`python -c 'import secrets; print(secrets.token_hex(32))'`"
OIDC = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")


class SettingsError(Exception):
    """The settings cannot be used. Its text has one line for every problem: the variable, and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Where users may sign in with the account of their organisation (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes need to know, complete and consistent.

    `carrier_url` is another host for the provider's REST API (None: its own). `fallback_url` is where somebody else
    keeps what callers hear while we are down. `trusted_proxies` counts the proxies in
    front of us that add to X-Forwarded-For. In simulated mode the account is derived from `secret_key`, so that every
    process knows the same one.
    """

    simulated: bool
    host: str
    port: int
    public_url: str
    identity_provider: IdentityProvider | None
    account_sid: str
    line_number: str
    text_number: str
    carrier_url: str | None
    fallback_url: str | None
    mail_from: str
    policy_file: Path
    trusted_proxies: int
    heartbeat_url: str | None = field(repr=False)
    smtp_url: str | None = field(repr=False)
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    secret_key_previous: str | None = field(repr=False)
    pin_pepper: str = field(repr=False)
    pin_pepper_previous: str | None = field(repr=False)
    auth_token: str = field(repr=False)

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


class Environment(BaseSettings):
    """The variables one by one, each with its form; their names are the fields' in capitals."""

    database_url: Annotated[str, AfterValidator(addresses.database_url)] = DEFAULT_DATABASE_URL
    secret_key: str | None = None
    secret_key_previous: str | None = None
    pin_pepper: str | None = None
    pin_pepper_previous: str | None = None
    public_url: Annotated[str, AfterValidator(addresses.public_url)] | None = None
    twilio_account_sid: Annotated[str, AfterValidator(addresses.account_sid)] | None = None
    twilio_auth_token: str | None = None
    twilio_number: Annotated[str, AfterValidator(addresses.phone)] | None = None
    twilio_sms_number: Annotated[str, AfterValidator(addresses.phone)] | None = None
    twilio_api_url: Annotated[str, AfterValidator(addresses.api_url)] | None = None
    fallback_url: Annotated[str, AfterValidator(addresses.fallback_url)] | None = None
    smtp_url: Annotated[str, AfterValidator(addresses.smtp_url)] | None = None
    mail_from: Annotated[str, AfterValidator(addresses.email)] | None = None
    policy_file: Annotated[Path, AfterValidator(addresses.readable_file)] = DEFAULT_POLICY_FILE
    heartbeat_url: Annotated[str, AfterValidator(addresses.web_url)] | None = None
    oidc_issuer: Annotated[str, AfterValidator(addresses.issuer)] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    carrier: Literal["twilio", "simulated"] | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` was given: the process's own environment is the caller's to read."""
        return (init_settings,)


def load_settings(environ: Mapping[str, str], *, host: str, port: int, var: Path = VAR) -> Settings:
    """The settings of a process that listens at `host` and `port`. An empty variable counts as unset.

    With the simulator, secrets that are not set are made once under `var` (mode 0600).
    Raises SettingsError with every problem at once.
    """
    environment, given, problems = _read(environ)
    simulated = not given.intersection(ACCOUNT[:2])
    problems += _contradictions(environment, given, host, simulated)
    if problems:
        raise SettingsError(problems)
    return _settle(environment, host, port, var, simulated)


def _read(environ: Mapping[str, str]) -> tuple[Environment, set[str], list[str]]:
    """The variables that have their form, the names of all that are set, and what is wrong with the others."""
    values = {name: environ.get(name.upper(), "").strip() for name in Environment.model_fields}
    values = {name: value for name, value in values.items() if value}
    problems = {name: "not text in UTF-8." for name, value in values.items() if not _is_text(value)}
    try:
        Environment.model_validate({name: value for name, value in values.items() if name not in problems})
    except ValidationError as error:
        problems |= {str(problem["loc"][0]): _in_words(problem["msg"]) for problem in error.errors()}
    good = {name: value for name, value in values.items() if name not in problems}
    return Environment.model_validate(good), set(values), [f"{name.upper()}: {text}" for name, text in problems.items()]


def _is_text(value: str) -> bool:
    """The operating system hands over bytes that are not UTF-8 as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should be", "must be")


def _contradictions(environment: Environment, given: set[str], host: str, simulated: bool) -> list[str]:
    partial = _partial(OIDC, given, "the provider")
    if not simulated:
        return [*partial, *_account_problems(environment, given), *_secret_problems(environment)]
    return [*partial, *_simulation_problems(environment, given, host)]


def _simulation_problems(environment: Environment, given: set[str], host: str) -> list[str]:
    if environment.carrier == "twilio":
        return [f"{_named(ACCOUNT)}: missing, and CARRIER=twilio needs them. Set them, or set CARRIER=simulated."]
    if "carrier" in given:
        return []
    return [
        f"CARRIER: no Twilio account is set, but {reason}: a real line must not lose its pages in the simulator. "
        f"Set {_named(ACCOUNT)}, or set CARRIER=simulated."
        for reason in _signs_of_a_real_line(environment, given, host)
    ]


def _partial(names: tuple[str, ...], given: set[str], whole: str) -> Iterator[str]:
    missing, present = [name for name in names if name not in given], [name for name in names if name in given]
    if missing and present:
        yield f"{_named(missing)}: missing, while {_named(present)} is set. Set all of {whole}, or nothing of it."


def _account_problems(environment: Environment, given: set[str]) -> Iterator[str]:
    yield from _partial(ACCOUNT, given, "an account")
    if given.isdisjoint(("public_url", "twilio_api_url")):
        yield "PUBLIC_URL: missing, and the carrier cannot reach this machine without it. Set it to https://your.host."
    if environment.carrier == "simulated":
        yield "CARRIER: simulated, but a Twilio account is set. Unset CARRIER, or unset the account."


def _secret_problems(environment: Environment) -> Iterator[str]:
    """A secret that can be guessed is none. The previous ones may be short: they are there to be replaced."""
    for name, value in (("SECRET_KEY", environment.secret_key), ("PIN_PEPPER", environment.pin_pepper)):
        if value is None:
            yield f"{name}: missing. Make it with {MAKE_SECRET}, the same for every process, and keep it."
        elif len(value) < SHORTEST_SECRET:
            yield (
                f"{name}: too short, at least {SHORTEST_SECRET} characters are needed. Make it with {MAKE_SECRET}, "
                f"and set {name}_PREVIOUS to the one that was used until now."
            )


def _signs_of_a_real_line(environment: Environment, given: set[str], host: str) -> Iterator[str]:
    if environment.public_url and not addresses.is_loopback(addresses.host_of(environment.public_url)):
        yield f"PUBLIC_URL is {environment.public_url}"
    if not addresses.is_loopback(host):
        yield f"--host is {host}"
    if environment.database_url.startswith("postgresql"):
        yield "DATABASE_URL is PostgreSQL"
    if alone := [name for name in ("twilio_number", "twilio_sms_number") if name in given]:
        yield f"{_named(alone)} is set"


def _settle(environment: Environment, host: str, port: int, var: Path, simulated: bool) -> Settings:
    try:
        secret_key = environment.secret_key or generated_secret(var / "secret_key")
        pin_pepper = environment.pin_pepper or generated_secret(var / "pin_pepper")
    except GeneratedSecretError as error:
        raise SettingsError([f"SECRET_KEY, PIN_PEPPER: {error}"]) from error
    public_url = environment.public_url or f"http://127.0.0.1:{port}"
    number = environment.twilio_number or SIMULATED_NUMBER
    return Settings(
        simulated=simulated,
        host=host,
        port=port,
        public_url=public_url,
        identity_provider=_identity_provider(environment),
        account_sid=environment.twilio_account_sid or "AC" + _derived(secret_key, "account"),
        auth_token=environment.twilio_auth_token or _derived(secret_key, "token"),
        line_number=number,
        text_number=environment.twilio_sms_number or number,
        carrier_url=environment.twilio_api_url or (f"{public_url}/simulator/api" if simulated else None),
        fallback_url=environment.fallback_url,
        mail_from=environment.mail_from or f"line@{addresses.host_of(public_url)}",
        policy_file=environment.policy_file,
        trusted_proxies=environment.trusted_proxies,
        heartbeat_url=environment.heartbeat_url,
        smtp_url=environment.smtp_url,
        database_url=environment.database_url,
        secret_key=secret_key,
        secret_key_previous=environment.secret_key_previous,
        pin_pepper=pin_pepper,
        pin_pepper_previous=environment.pin_pepper_previous,
    )


def _identity_provider(environment: Environment) -> IdentityProvider | None:
    issuer, client_id, secret = environment.oidc_issuer, environment.oidc_client_id, environment.oidc_client_secret
    return IdentityProvider(issuer, client_id, secret) if issuer and client_id and secret else None


def _derived(secret_key: str, what: str) -> str:
    """32 hexadecimal digits that only a process with the same secret key can make."""
    return hmac.new(secret_key.encode(), f"simulator {what}".encode(), hashlib.sha256).hexdigest()[:32]


def _named(fields: Iterable[str]) -> str:
    return ", ".join(name.upper() for name in fields)
