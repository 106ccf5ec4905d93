"""Secrets that the simulator makes for itself on its first start."""

import os
import secrets
from pathlib import Path


class GeneratedSecretError(Exception):
    """The secret's file cannot be made or read."""


def generated_secret(path: Path) -> str:
    """The secret kept at `path`, mode 0600; made on the first call, the same for processes that start together.

    Raises GeneratedSecretError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        secret = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        text = f"cannot keep a secret in {path} ({error}). Make it writable, or set them."
        raise GeneratedSecretError(text) from error
    if not secret:
        raise GeneratedSecretError(f"{path} is empty. Remove it, or set them.")
    return secret


def _make(path: Path) -> None:
    """Write aside, then link: the file appears whole, and the first of two processes wins."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()
