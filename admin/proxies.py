"""A proxy in front that TRUSTED_PROXIES does not count: all users then share its address, and its limits at sign-in."""

import ipaddress

import structlog
from flask import Flask, request

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")

log = structlog.get_logger()


def watch(app: Flask) -> None:
    """Log the first request that a proxy passed on, and show it to admins until the next start. No proxy is trusted.

    Only an address of a private network counts as a proxy: from elsewhere anybody can send these headers.
    """
    seen: list[str] = []

    @app.before_request
    def look() -> None:
        address = request.remote_addr or ""
        if seen or not any(name in request.environ for name in FORWARDED) or not _is_private(address):
            return
        seen.append(address)
        log.warning("a proxy is not trusted: set TRUSTED_PROXIES to the number of proxies in front", address=address)

    app.jinja_env.globals["untrusted_proxies"] = seen


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
