"""The forms of the addresses that settings hold. Each function answers its value, tidied, or raises ValueError."""

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rules import contact_details


def database_url(value: str) -> str:
    """A database that we run on. A SQLite one is a file: its memory would be another for each connection."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("not a database's address. Use sqlite:///FILE or postgresql://USER@HOST/NAME.") from None
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return value
    if url.drivername != "sqlite":
        raise ValueError(f"{url.drivername} is not supported. Use sqlite:///FILE or postgresql://….")
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file. Use sqlite:///var/platinum.db, for example.")
    return value


def public_url(value: str) -> str:
    """Where the provider and browsers reach us, without a slash at its end."""
    url = _web(value)
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise ValueError("http is for loopback only: signatures and cookies need https. Use https://HOST.")
    if url.path.rstrip("/") or url.query or url.fragment:
        raise ValueError("must be a scheme and a host alone, such as https://line.example.com.")
    return value.rstrip("/")


def api_url(value: str) -> str:
    """Another host for the provider's REST API, without a slash at its end."""
    url = _web(value)
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise ValueError("http is for loopback only: the account's token would travel in the clear. Use https.")
    return value.rstrip("/")


def issuer(value: str) -> str:
    """An OpenID Connect provider, exactly as it calls itself: a slash at its end counts."""
    url = _web(value)
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise ValueError("http is for loopback only: whoever is on the way could sign in as anybody. Use https.")
    if url.query or url.fragment:
        raise ValueError("must be the issuer alone, such as https://login.example.com/realms/desk.")
    return value


def fallback_url(value: str) -> str:
    """Where another host keeps what callers hear while the line is down."""
    if _web(value).scheme != "https":
        raise ValueError("must be https: nobody may change on the way what callers hear.")
    return value


def web_url(value: str) -> str:
    _web(value)
    return value


def smtp_url(value: str) -> str:
    """smtp://[USER:PASSWORD@]HOST[:PORT], or smtps:// for TLS from the first byte."""
    url = _split(value)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("must be smtp://[USER:PASSWORD@]HOST[:PORT], or smtps://.")
    return value


def account_sid(value: str) -> str:
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
        raise ValueError("must be AC and 32 hexadecimal digits, as the Twilio console shows it.")
    return value


def phone(value: str) -> str:
    if not contact_details.is_phone(value):
        raise ValueError("must be a valid number in E.164 form: + and the country code, such as +390584000001.")
    return value


def email(value: str) -> str:
    if not contact_details.is_email(value):
        raise ValueError("must be an e-mail address, such as line@example.com.")
    return value


def readable_file(value: Path) -> Path:
    try:
        value.open("rb").close()
    except OSError as error:
        raise ValueError(f"cannot read {value}: {error.strerror}.") from None
    return value


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`, an address or a name."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _web(value: str) -> SplitResult:
    url = _split(value)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("must be a web address, such as https://line.example.com.")
    return url


def _split(value: str) -> SplitResult:
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise ValueError("not an address: its host or its port cannot be read.") from None
    return url
