"""Addresses within this console: what a form may send a browser to."""

import re
from urllib.parse import urlsplit

from flask import request

_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")


def is_local(path: str) -> bool:
    """A path of ours, with or without a query; never another host, in any of the ways browsers read one."""
    return _PATH.fullmatch(path) is not None


def local_path(url: str | None) -> str | None:
    """The path and query of an absolute address on this host, else None."""
    parts = urlsplit(url or "")
    if not url or parts.netloc != request.host:
        return None
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if is_local(path) else None
